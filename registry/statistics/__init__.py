"""Numbers over what was filed, found and answered, as of any tree of the ledger, within the caller's limits.

Every table says what each of its columns counts. There are no fractions: shares are in thousandths.

table.py       a table with the meaning of its columns, as JSON and as CSV (pure)
small.py       which numbers of persons are kept back, so that none of few is told (pure)
exposure.py    uses, hours and positions by craft and local over time (pure)
spread.py      tools by how far they have spread (pure)
punctuality.py filings due and how they were met (pure)
answers.py     how long answers take (pure)
clauses.py     alerts by clause (pure)
store.py       what the tables are made from, as of a tree size
act.py         make a table
http.py        the door

What must stay true:
1. A number of persons from one to four is never told, nor enough to work it out from the totals beside it.
   The tables that count persons take no filter, so that two of them cannot be subtracted; of two instants, or
   of two callers, they can, and what a caller may read of each filing is not hidden from them either.
2. A number is made of what its caller may read, and of nothing else.
3. The same tree size and the same rights give the same table.
4. A cell of a CSV table that a spreadsheet would take for a formula begins with an apostrophe.
"""
