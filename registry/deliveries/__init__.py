"""What is to be told to whom, in order, and what became of it."""
