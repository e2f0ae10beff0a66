"""The searchable copy of what was filed and found, and the search in it.

The copy is only a copy: nothing is judged, proven or decided by it, and all of it can be made anew from the
history at any time. The room does not know what an agreement asks; verdicts and states of alerts are words
that it finds things by.

terms.py   what a version, a judgement and a production are found by, by level of release (pure)
copied.py  the rows of the copy (pure)
store.py   the tables search_version and search_judgement: written, emptied, held against their source
act.py     copy a filing or a judgement; make the copy anew; say where it, or a part, differs from the history
asking/    the search: what is asked, pages, facets, the door

What must stay true:
1. A row says for which trees it holds: those that know its version and not the next one. So a search of one
   tree size has the same answer for ever, and its pages neither shift nor repeat while filings arrive.
2. The copy is written in the transaction of the filing or of the judgement, so a search knows what is in the
   ledger, no more and no less.
3. Nobody finds anything by what they may not read: every term and every word has its level of release, and
   every condition, count and word of a search is held against the caller's. Findings and alerts are held
   against the caller's locals.
4. Rights are of the present, facts are of the tree: a representative finds what was filed about a production
   that has one of their locals in that tree, and the alerts that had come to concern them by then.
5. A cursor names its tree and its search. It is no secret and carries no right: whoever makes one up gets
   what they could have asked for.
6. `rebuild` makes the same copy as was written filing by filing, byte for byte.
7. What a page looks at grows with how far one has to go for it, and not with how many versions there are.
"""
