"""The living records, the searchable copy and the kept answers against the history they were made from.

store.py  each copy beside its history, read in one snapshot
act.py    every copy compared, kind by kind, whole or in shares; the first that differs is named

What must stay true: a copy is never evidence. What differs is the copy's fault, and `registry rebuild` mends
it, once the history itself has been verified.
"""
