"""Recomputing everything the registry has ever said, from bytes, trusting nothing that is stored beside them.

The room reads every other room's tables and writes none. It needs no more than the right to SELECT, sees one
state of the database from beginning to end, and holds a few rows in memory however long the history is. It
stops at the first thing that does not add up and names it. A long history is shared by several processes,
which see the same state and say together what one would.

check.py   one history row against its ledger entry (pure)
alerts.py  an alert against its moves (pure)
answers.py the answers kept for Idempotency-Keys against the history they tell of (pure)
verified.py  what was verified and how far: what a later verification begins with; progress (pure)
store.py   the history of every table in the order of the ledger, between two positions
recomputed.py  the findings a judgement kept against those made again (pure)
act.py     verify: the whole history, once, or what is newer; verify_findings: every judgement made again
walk/      one walk along a stretch of the ledger, from a tree that is known
parts/     the stretches and the copies shared by several processes, and what they say joined again
seals/     checkpoints, witnesses' lines and time stamps
readings/  the access log against its batches
copies/    living records, searchable copy and kept answers against their history

What verification proves:
1. The tree is that of the entries' bytes, and the stored leaves, subtrees and head are the tree's. Each
   checkpoint is of the tree at its size and signed by its log's key; so are the lines of witnesses by theirs,
   and the time stamps are of these checkpoints.
2. Every entry has exactly one history row, every history row one entry, and the row's digest is in it. A row
   that a redaction has changed is what the redaction says it left of it.
3. The bytes received have the digest in the entry, the salts open its commitments, the searchable document is
   what the bytes say. The pieces of a file of evidence together have the digest in its entry; the readings of
   a batch have the digests it lists.
4. The living records (employer, production, disclosure, request, alert) are what their newest versions say,
   and the searchable copy is what the history makes it.
5. The answers kept for Idempotency-Keys say what was answered: receipt, warnings, findings.

And `verify_findings`: every judgement comes out the same, byte for byte, from the records, filings, requests
and observations it was made in sight of, by the packs published under the digests it names. The terms of the
agreements' editions are those that ship with the program. Judgements that rest on what was redacted cannot be
made again, and are counted.

From what was verified before, kept in a file of the caller's, only what is newer is read, once the tree is
known to contain the one of then: a rewrite of older rows, or of copies nothing has touched since, is found by
the next verification of the whole.

What it does not: readings that are in no batch yet, the queue of messages, when a checkpoint was signed and
a witness's line received, and the row of the first log but for its key are vouched for by nothing. A
production's count of facts and its next judging are not history, nor when an alert is looked at next and
its soonest clock, though to take a next time away would silence the sweep. The tree a kept receipt names
beside its entry is not recomputed. By whom a time stamp was signed, `openssl ts -verify` says to whoever has
the authority's certificate. Which keys are the right ones it cannot know: it names them. A history
cut short or rewritten whole, with its head mended and its key stolen, is consistent in itself: compare with
a checkpoint known from outside.
"""
