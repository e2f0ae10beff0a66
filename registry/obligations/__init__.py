"""What an agreement asks, and whether it is met.

Pure throughout: packs, filings and the instant are arguments. Knows nothing of HTTP, SQL, or who is asking.

statement.py    the input: a production, its agreements, and every version filed
assemble.py     filings put together into records, later ones winning field by field
facts.py        the catalogue of facts a condition may ask for, by what an obligation is about
fact.py facts_use.py facts_work.py facts_people.py facts_media.py facts_filing.py   its tables
subject.py      one thing a duty is owed about, and the facts all of them share
subjects.py     what obligations are judged about, each kind with its builder
uses.py records.py workforce.py filings.py   the facts of uses, records, workforce events and filings
losses.py layoffs.py impacts.py   what became of work: event by event, in thirty days, by the quarter
media.py likeness.py people.py systems.py   replicas and the like, consents, people told, tools and systems
links.py        what is filed about what, looked up once
moments.py      days, instants, windows; three-valued comparison
workdays.py     business days by the calendar of a place, from the library of holidays
conditions.py   CEL in three values
due.py          typed deadlines and their arithmetic in words
clocks.py       the time limits beside a finding: what each counts from, its last day, the arithmetic
pack.py params.py lint.py exemplified.py   the form of a pack, and what it must be before it judges
standing.py     whether a text reaches a subject, from which day, and whom it concerns
covering.py     the people an agreement has to cover to reach something
verdict.py      one obligation on one subject, step by step
case.py         one judgement at hand, and each ruling it comes to
recalled.py     decisions made before of the same facts
judge.py        every obligation on every subject, and when time alone changes one
conclude.py     a ruling as a finding
heard.py        requests and their answers as consultations
accuracy.py observed.py   what is said of the same thing twice, and differently
finding.py      the result
scenario.py     worked cases: the contract of this room

What must stay true:
1. The same filings, pack digests and instant give the same findings, on any machine.
   Business days are those of the library that the lock names: another release of it is another machine.
2. A missing fact gives *insufficient information* naming it, unless a known fact alone decides.
3. Between one judgement and its `judged_again_at`, no verdict changes by time alone.
"""
