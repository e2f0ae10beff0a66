"""What witnesses show of our log, asked before anything is signed: at a start, and behind a restore.

act.py  every witness at once, within a few seconds; the tree held against what they show

What must stay true:
1. Only a checkpoint that our own key has signed is evidence, and one that our tree lacks refuses, in the same
   words as the mark outside the database.
2. A witness that is gone, slow or shows something else is said, and holds up nobody longer than that.
"""
