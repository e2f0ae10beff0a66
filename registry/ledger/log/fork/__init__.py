"""Whether this database holds what was let out of the log: at a start, and before a checkpoint is shown.

act.py  hold the tree against the mark, the folder of tiles, the cosigned checkpoint; bring the mark forward

What must stay true:
1. No checkpoint is shown before the mark stands at it, or ahead of it in the same tree.
2. A mark is never believed to be in the tree because it is ahead of a checkpoint that is.
"""
