"""Where in the ledger the rows stand that a search wants: no more of them looked at than a page needs.

keys.py   by which keys a row that is wanted has to be found in the index (pure)
store.py  the condition of every search, and three walks with it: near, far, whole

What must stay true: the three find the same, each row held against the same condition. What is frequent
fills a page near the end of the ledger; what is rare is looked up stretch by stretch; what no key leads to is
walked to.
"""
