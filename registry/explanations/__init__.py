"""Why a finding says what it says, for those who may read it: taken apart again from what was judged.

The room decides nothing: it asks the judging room what a judgement was made from, has each finding within the
caller's scope taken apart by the obligations room, and withholds what its employer keeps from the caller's
role. It stores nothing.

answer.py  what is answered: the explanations, the withholding, JSON or text (pure)
act.py     recall, take apart, withhold
http.py    the explanations of a disclosure's findings, and of an alert's

What must stay true:
1. An explanation is of the very finding that was kept: same packs by digest, same knowledge, same instant.
2. Nobody is explained a finding they could not read.
3. A fact of a section withheld from the caller's role is shown as withheld, with who said it and where.
"""
