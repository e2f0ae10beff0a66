"""What vouches for the tree towards the outside: checkpoints, witnesses' lines, time stamps.

check.py  one checkpoint, cosignature or stamp against the recomputed root (pure)
store.py  them in the order of the tree's sizes, between two of them
act.py    each verified, while the tree is recomputed beside it

What must stay true: the root is the recount's, never the stored one; a signature is verified over the text
that the recomputed root gives. Which keys are right is the caller's to know: the answer names them.
"""
