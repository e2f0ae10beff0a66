"""What a new draft begins with: nothing but what is on record, an earlier version, or an answer's proposal.

The room makes documents. It does not file, judge or check them: a draft may be as wrong as its author likes.

asked.py    the body that asks for a draft, and every fault in one (pure)
blank.py    a document with nothing but what the register knows of production and employer (pure)
quarter.py  which quarter comes next (pure)
forward.py  the next quarter's document from an earlier version (pure)
made.py     a document to begin with, and what is to be known of it (pure)
act.py      look up what a draft is made from, and keep it

What must stay true:
1. Nothing carried over is stated anew before a person has confirmed it, as far as time can have changed it.
2. What belongs to the earlier filing alone (attestation, amendment, note, period) is never carried over.
3. What is left out is named with its reason; what was filed of it stands, for nothing here withdraws it.
"""
