"""What the owner of the database decides about the log: a new key, going on after a halt, a look at it.

status.py  how the log stands, as a person is shown it (pure)
act.py     rotate, resume, status; needs the rights of the tables' owner

What must stay true:
1. A new log is an entry of the ledger that names the old one's last checkpoint; the tree goes on.
2. A new key is on the disk before any row names it.
"""
