"""A bundle under way: rows read in the order of the ledger, written file by file.

store.py   the rows of every table, as far as the caller may see them
act.py     read them, write their files, and say what is withheld

What must stay true:
1. What the caller may not read is decided in the statement that reads, by the limits of its own door.
2. Rows are read a few at a time, files of evidence a piece at a time; no body is held that was not asked for.
"""
