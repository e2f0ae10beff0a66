"""How long what is filed is kept, by which law, and what is due for disposal. Nothing is ever deleted here.

The rules are data: `rules.toml`. What is due is listed for people; taking something out is a redaction by
order, which the redactions room does and the ledger remembers.

rules.toml   the rules: law, clause, what, how long, counted from what, source, confidence
rule.py      a rule, and the file of them read
due.py       until when a version is kept, by which rules, and what holds it beyond
store.py     versions that are old enough to be looked at
act.py       the rules, and what is due on a day, within a caller's limits
http.py      the doors

What must stay true:
1. A version is due only when the longest of its rules has run out and nothing holds it.
2. What is not known never makes anything due: a phase without its last day, a matter that is open.
3. Nothing is deleted by itself; a list is an answer, not an act.
"""
