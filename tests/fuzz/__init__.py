"""Text that nobody would write, made from text that somebody did, for as long as one likes: `make fuzz SECONDS=3600`."""
