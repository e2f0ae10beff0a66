"""How far a section reaches: every row that quotes it, and what is to be left of each.

act.py  the version, the judgements that rest on it, the alerts' moves and the kept answers that tell of them

What must stay true: a finding is touched exactly when it comes out otherwise without the section; where that
cannot be tried, it is touched.
"""
