"""Where a restore works: a place of its own, marked until everything in it has been looked at.

store.py  the mark in a database: a schema that is there as long as the restore is not over
act.py    claim the embedded server's folder, mark it, clear away what a restore left that was killed
"""
