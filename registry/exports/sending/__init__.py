"""A file of an export on its way: made again from the ledger, held against the manifest, whole or in part.

part.py  the part that was asked for, and the headers it leaves with (pure)
act.py   make it again, piece by piece
"""
