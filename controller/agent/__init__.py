"""The loop that keeps the network as it is wanted: facts in, the next step out."""
