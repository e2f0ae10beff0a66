"""What an agreement asks, and whether it is met.

Pure throughout: packs, filings and the instant are arguments. Knows nothing of HTTP, SQL, or who is asking.

statement.py    the input: a production, its agreements, and every version filed
assemble.py     filings put together into records, later ones winning field by field
facts.py        the catalogue of facts a condition may ask for, by what an obligation is about
fact.py facts_use.py facts_work.py facts_people.py facts_media.py facts_filing.py   its tables
subjects.py     what obligations are judged about, each as a set of known facts
uses.py records.py workforce.py filings.py   the facts of uses, records, workforce events and filings
moments.py      days, instants, windows; three-valued comparison
conditions.py   CEL in three values
due.py          typed deadlines and their arithmetic in words
pack.py lint.py the form of a pack, and what it must be before it judges
standing.py     whether an agreement reaches a subject, and whom it concerns
verdict.py      one obligation on one subject
judge.py        every obligation on every subject, and when time alone changes one
finding.py      the result
scenario.py     worked cases: the contract of this room

What must stay true:
1. The same filings, pack digests and instant give the same findings, on any machine.
2. A missing fact gives *insufficient information* naming it, unless a known fact alone decides.
3. Between one judgement and its `judged_again_at`, no verdict changes by time alone.
"""
