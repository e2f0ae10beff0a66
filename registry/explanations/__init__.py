"""Why a finding says what it says, for those who may read it: taken apart again from what was judged.

The room decides nothing: it asks the judging room what a judgement was made from, takes each finding within
the caller's scope apart by the very evaluation that made it, and withholds what its employer keeps from the
caller's role. It stores nothing.

explanation.py  the shape of an explanation
explain.py      a ruling of the judge as an explanation: what was asked, what was answered, the arithmetic
attested.py provenance.py witness.py   by whose word each fact stands, and in which version
counterfactual.py alternative.py choices.py   what would change it, found by deciding again
aloud.py        an explanation as text
answer.py  what is answered: the explanations, the withholding, JSON or text (pure)
act.py     recall, take apart, withhold
http.py    the explanations of a disclosure's findings, and of an alert's

What must stay true:
1. An explanation is of the very finding that was kept: same packs by digest, same knowledge, same instant.
2. Nobody is explained a finding they could not read.
3. An explanation is computed from the evaluation; a change it names does give the verdict it says.
4. A fact of a section withheld from the caller's role is shown as withheld, with who said it and where.
"""
