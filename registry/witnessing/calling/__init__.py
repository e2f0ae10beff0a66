"""Asking witnesses, authorities and logs by HTTP: bounded in time and bytes, and what went wrong in words.

It knows no witness and no checkpoint. The addresses are the operator's own, so they may lie anywhere.

act.py  one client; posting, fetching

What must stay true: no answer, however long or slow, holds a caller up or fills its memory.
"""
