"""Asking the copy: pages that stand still while filings arrive, and how many there are of each.

asked.py  what a search asks for, as the statements take it; the cursor (pure)
found.py  what a search answers (pure)
store.py  the statements, all with one condition
act.py    find a page, count its facets
http.py   the door
"""
