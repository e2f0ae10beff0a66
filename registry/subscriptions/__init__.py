"""Who wants to be told what, where, and at what pace."""
