"""Every moment at which a record said something else, as a list that programs for archives read (RFC 7089).

The room decides nothing about a record: it names the moments, and the record's own door shows it as of each.

timemap.py  the list in application/link-format (pure)
store.py    at which sizes of the ledger a disclosure, its findings or an alert became what they are
act.py      the lists, within the caller's limits
http.py     their doors

What must stay true: a line once in a list stays there, and its address shows the same for ever; what a
redaction by order has taken is gone from it, and says so.
"""
