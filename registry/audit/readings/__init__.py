"""Who read what, against the batches that put it into the ledger.

store.py  the readings of one batch, in order, with whose data they showed
act.py    one batch verified

What must stay true: a batch lists each of its readings by the digest of what is kept of it. Readings that are
in no batch yet are vouched for by nothing; they are few, and in the next batch.
"""
