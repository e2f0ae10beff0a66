"""Every version of every record, as rows that are only ever added.

store.py  a version at its place in the ledger, and its leaf

What must stay true: a version is written in the transaction that makes it the newest record, or not at all.
"""
