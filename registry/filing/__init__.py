"""The one act in which all rooms take part: a disclosure is filed, amended, withdrawn, or tried out.

The room joins the others in one transaction and knows the order of it. It does not know what a duty is, how
a tree is hashed, or who is told of an alert.

submission.py  what a caller hands in, and what it is once it has been read and checked (pure)
prepare.py     bytes → decoded, checked, upgraded; everything that can be refused without looking (pure)
admission.py   what is refused in the light of what stands: foreign, stale, withdrawn, another type (pure)
withdrawal.py  the short statement that withdraws a disclosure (pure)
key.py         Idempotency-Key and If-Match as callers write them; the fingerprint of a request (pure)
record.py      the history row, the section commitments and the ledger entry of one version (pure)
answer.py      what a caller takes home: receipt, findings, next due dates, headers (pure)
trial.py       a preflight's answer; a production known only from the document itself (pure)
store.py       answers already given, by Idempotency-Key
act.py         file, amend, withdraw, many as naturally as one; preflight
settling/      under the lock: compared with what stands, judged again where that moved, written
together/      one transaction for all that wait
mapping.py, tabular.py, mappings/   rows of a table as disclosures
http.py        the doors

What must stay true:
1. What was answered with a receipt is committed: entry, version, judgement, alerts, messages, all or none.
2. The bytes received are kept as they came, and their digest is in the ledger.
3. No judgement that is kept was made from facts older than those it is kept with.
4. The same Idempotency-Key gives the same bytes again, however often and however many at once.
5. One bad submission never fails its neighbours.
"""
