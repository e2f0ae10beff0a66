"""Redaction: a section of one version taken out by order, so that every older proof still holds.

What goes: the bytes received and the salts of the sections, the sections in the searchable copies and in
drafts made from them, and the words of every finding, alert and kept answer that come out otherwise without
them. What stays: the version, its digest and its place in the ledger, the other sections with their salts,
verdicts, days and clocks, which rights hang on; and the tombstone, with its ground and its author.

asked.py      the order, checked (pure)
tombstone.py  the list of the rows a redaction has changed, written and read (pure)
taking.py     what is left of a version, a finding, an answer (pure)
entry.py      the tombstone as a history row and its ledger entry (pure)
resting.py    the judgements that rest on what goes: those that come out otherwise without it (pure)
store.py      the tables; the function `redact` is the only way past the refusal to rewrite
act.py        redact by order; do redactions again in a restored copy
http.py       the door
apart/        orders kept outside the database, for restores of older copies
leavings/     what the database's own files keep of what was taken, and how it is got rid of
reach/        every row that quotes a section, and what is to be left of it

What must stay true:
1. The tombstone and its entry stand before anything goes, in the transaction that takes it.
2. The tombstone lists each history row that changed, with its digest before and after: what is left is as
   much held to the ledger as what was never touched.
3. Nothing else is ever rewritten: `redact` takes the version and the sections from the tombstone itself.
4. No move is made and no alert closed by a redaction. What is judged afterwards is judged by what is left.

What is not reached: copies that were handed out before, the write-ahead log with its archive, and backups
until they run out. A restored backup is redacted again first. Dead rows are cleaned away by the worker; that
their bytes are in no file either takes `registry redactions scrub`.
"""
