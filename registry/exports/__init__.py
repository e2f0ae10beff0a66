"""Bulk data for those who work on it with their own tools: tables of what a caller may see, as of one tree.

An export is a question to the history, not a copy of it: its files are made again each time they are
fetched, and the manifest in the ledger says what they must be. What filings mean is not this room's to know.

column.py    columns, their types, and those that a disclosure schema names (pure)
table.py     a table, and how rows of the history become its rows (pure)
tables.py    every table there is, with the meaning of each column (pure)
form.py      NDJSON, CSV, Parquet and the data dictionary: rows into bytes (pure)
making.py    a file while it is made: its digest, and the places to go on from (pure)
manifest.py  what an export is, and the text that the log's key signs (pure)
asked.py     what a caller asks, and every fault in it (pure)
sending/      a file on its way: made again, held against the manifest
store.py     pages of the history in the order of the ledger, and the table export
act.py       make and keep
http.py      one table at once; several with their manifest

What must stay true:
1. The same tree, question, role and scope give the same bytes, on any day and machine, from any place on;
   what comes out otherwise is not sent to its end.
2. An export is in the ledger before it is answered, with the digest of its manifest.
3. Nothing is in a file that its reader may not read then and now: scope and release are those of the
   reader's role, and whoever's limits have changed has to ask again. Which locals a production employs is a
   fact, so it is the fact of the tree. Nobody who reported an observation is in any file.
4. A file is never in memory whole, and no connection waits for a slow reader.

Known gap: Parquet cannot be taken up in the middle without writing it from its start, and is the same bytes
only as long as the same library writes it; the manifest names it, and another one is refused in words.
"""
