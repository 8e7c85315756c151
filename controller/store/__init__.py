"""What outlives the process: the state that the loop committed, and the journal of what it decided."""
