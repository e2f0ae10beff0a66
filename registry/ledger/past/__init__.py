"""The ledger as it was: which entries an instant means, and what an answer says of the moment it is of.

store.py  an instant or a size as a moment of the ledger: size, root, the checkpoint it stands on
act.py    the moment a reading is asked for
http.py   what every reading takes (`as_of`, `tree_size`, Accept-Datetime), and what its answer carries

What must stay true:
1. A moment is a cut by position. Once an entry later than an instant is in the ledger, that instant means the
   same entries for ever; until then it means all there are, and the answer names how many.
2. A reading that cannot be of the past refuses to be asked for it; none ignores the question.
3. Rights are of the present, facts are of the moment: who has lost a mandate sees nothing of it, and what a
   document kept back then is kept back.
"""
