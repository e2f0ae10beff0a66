"""What a redaction leaves lying in the database's own files, and how it is got rid of.

A row that was changed is a dead row first, with all it said; VACUUM makes it out of reach of every statement,
but its bytes stay in the free room of pages until something is written there, words stay keys of the search's
index, and the planner's samples keep some of them. So there are two steps. *Cleaned*, by the worker, beside
everybody at work: no statement reads it any more. *Scrubbed*, by the operator's command, a table at a time,
which stands still meanwhile: tables, indexes and samples are written anew, and no file of them has it.

store.py  which tables, who may still see dead rows, what the login may do, the marks
act.py    clean; scrub

What must stay true:
1. Nothing is marked while somebody might still see a dead row: it would have been kept.
2. A table is never waited for longer than a few seconds: whoever works comes first.
3. What is not reached is said: the write-ahead log and its archive, older backups, and the disk's own blocks.
"""
