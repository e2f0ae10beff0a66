"""The log as anybody reads it: checkpoints, tiles, keys, proof files, at the addresses of C2SP tlog-tiles.

shown.py  what is sent: bytes with their ETag and how long they may be kept; the keys (pure)
act.py    find what was asked for, in the tree of the newest signed checkpoint
http.py   the doors; public

What must stay true:
1. Nothing is served of entries beyond the newest signed checkpoint, and no checkpoint before the mark outside
   the database stands behind it.
2. What is served under an address of a tile never changes, so it may be kept for ever.
"""
