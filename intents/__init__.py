"""What we want of the network: the language, the compiler and the proof. Pure: same input, same bytes out."""
