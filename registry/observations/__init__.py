"""What representatives observe of AI use on a production, to be held against what was filed about it.

Nothing that tells who reported is kept: no subject of a token, no bytes as received, no key; only the local
or union, and the role. A reporter who wants to be named is, and then only to the union, auditors and
administrators; the employer reads the observation without the name. What it means for a filing is for the
packs to say.

observed.py the body of an observation and every fault in one (pure)
entry.py    an observation as it is kept: its row, its ledger entry, what the judge hears of it (pure)
view.py     an observation as it is shown (pure)
store.py    the table observation
act.py      report, read
http.py     the doors under /v1/observations

What must stay true:
1. An observation is a row, a ledger entry and one more fact of its production, or it did not happen.
2. No row, no entry and no line of the log that a report leaves has the subject of the token in it.
3. The public ledger's digests do not tell a reporter's name to somebody who guesses it: a salt is in them.
4. One Idempotency-Key of one party makes one observation.
"""
