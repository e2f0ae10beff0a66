"""Asking the copy: pages that stand still while filings arrive, and how many there are of each.

asked.py  what a search asks for, as the statements take it; the cursor (pure)
found.py  what a search answers (pure)
store.py  the statements beside the walks: words, productions, the lines of a page, facets
walks/    where in the ledger the rows stand that are wanted
act.py    find a page, count its facets
http.py   the door
"""
