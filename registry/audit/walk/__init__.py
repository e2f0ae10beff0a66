"""One walk along a stretch of the ledger, every table's rows beside it.

act.py    the walk: entries, tree, checkpoints, history rows; from a tree that is known, to an end or the end
store.py  history rows that stand nowhere in the ledger

What must stay true: a walk believes nothing but the tree it begins with, and says with which one it began
and with which it ended, so that walks along neighbouring stretches are worth one walk along both. What only
the end can know (the head, what names entries that do not exist) the last walk looks at.
"""
