"""The append-only history, and the proofs that it was not rewritten.

The ledger takes bytes and gives back positions. It does not know what a disclosure is, so nothing
about disclosures can force a change here. Everything in it may be read by anybody: entries carry
digests and salted commitments, never content.

merkle.py    hashing, proofs and their verification (RFC 6962, section 2.1; RFC 9162, section 2.1)
subtrees.py  which stored hashes a proof needs, so that a proof reads hundreds of rows, not a million
entry.py     what an entry says, the digest of a history row, the salted commitments to sections
recount.py   the tree recomputed from the entries' bytes, trusting no stored hash
note.py      signed notes, their keys, cosignatures (C2SP)
checkpoint.py  the text that is signed: origin, size, root
tiles.py     how the tree is laid out for mirrors and caches
moment.py    what a reading of the past stands on; what is asked for, and what its answer says
prooffile.py the proof of one entry as a `.tlog-proof`
answer.py    what callers are shown: hashes as hexadecimal text
past/        the ledger as it was, for every reading
store.py     the three tables of the ledger; the one writer
http.py      head, entries, inclusion and consistency proofs; public
log/         who signs the ledger, and that it never signs two histories
served/      the log as mirrors and verifiers read it: checkpoints, tiles, keys; public

What must stay true, whatever fails and whenever:
1. Positions run 0, 1, 2, … with no gap: the row lock on the head orders appends until their commit.
2. A committed entry is never updated or deleted (a trigger refuses both, and the program's role may not).
3. The root at any size is a function of entries 0 … size-1 alone.

Known gap: who restores an older copy of the whole database, or cuts the newest entries off and mends
the head, makes a shorter history that is consistent in itself. Only a checkpoint outside the database shows
it: the mark that log/ keeps, which stops this program; those of witnesses and mirrors, which convince others.
"""
