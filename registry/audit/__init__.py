"""Recomputing everything the registry has ever said, from bytes, trusting nothing that is stored beside them.

The room reads every other room's tables and writes none. It needs no more than the right to SELECT, sees one
state of the database from beginning to end, and holds a few rows in memory however long the history is. It
stops at the first thing that does not add up and names it.

check.py   one history row against its ledger entry; one projection against its history (pure)
answers.py the answers kept for Idempotency-Keys against the history they tell of (pure)
store.py   the history of every table in the order of the ledger, the projections with their newest versions
recomputed.py  the findings a judgement kept against those made again (pure)
act.py     verify: the whole history, once; verify_findings: every judgement made again

What verification proves:
1. The tree is that of the entries' bytes, and the stored leaves, subtrees and head are the tree's.
2. Every entry has exactly one history row, every history row one entry, and the row's digest is in it.
3. The bytes received have the digest in the entry, the salts open its commitments, the searchable document is
   what the bytes say. The pieces of a file of evidence together have the digest in its entry.
4. The living records (employer, production, disclosure, request, alert) are what their newest versions say.
5. The answers kept for Idempotency-Keys say what was answered: receipt, warnings, findings.

And `verify_findings`: every judgement comes out the same, byte for byte, from the records, filings, requests
and observations it was made in sight of, by the packs published under the digests it names. The terms of the
agreements' editions are those that ship with the program.

What it does not: the access log and the queue of messages are not in the ledger yet; a production's count of
facts and its next judging are not history, nor when an alert is looked at next and its soonest clock, though
to take a next time away would silence the sweep; the tree
a kept receipt names beside its entry is not recomputed. A history cut short or rewritten whole, with its head
mended, is consistent in itself: compare the root with one known from outside.
"""
