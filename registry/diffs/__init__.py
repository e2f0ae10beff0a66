"""What differs: two versions of a disclosure, a draft and what it was made from, a production at two moments.

The room compares what it is given. It decides nothing about who may read what: both sides come to it as the
caller may read them, and what either side keeps from them stands in neither.

difference.py  what differs between two documents, place by place, in words (pure)
patch.py       the same for machines: JSON Patch (RFC 6902) that makes one document the other (pure)
versions.py    two versions of a disclosure beside each other (pure)
between.py     what changed about a production or an employer between two moments (pure)
asked.py       which moments or versions are compared, and in which form (pure)
store.py       which productions moved between two sizes of the ledger, and what was filed and raised
act.py         compare, within the caller's limits
http.py        the doors

What must stay true:
1. A patch applied to the one document gives exactly the other.
2. A record is held against the one of its own id, wherever it stands: one put in between is one change.
3. What the caller may not read of either side is in no answer, nor is that it changed.
"""
