"""Who signs the ledger, and that never two histories are signed.

A log is one key with its name, its origin. The newest log signs; each earlier one signed the beginning of the
same tree. What is asked of this room: `act.open_log` gives what a process signs with, for `Database.open`;
`store.find_checkpoint`, `find_before` and `find_at` give signed checkpoints; `act.let_out` stands between a
stored checkpoint and whoever shows it.

act.py       open the log, sign what is appended; halt
store.py     the tables ledger_log, ledger_checkpoint, ledger_halt; hashes and entries as tiles have them
mark.py      the newest checkpoint this machine has let out, in a file outside the database
signed.py    a log and a checkpoint, as they are stored (pure)
rotation.py  what the entry says with which one log follows another (pure)
refusals.py  why nothing is signed, and what to do about it (pure)
fork/        whether this database holds what was let out
owner/       what the operator does: begin a new log, go on after a halt, look

What must stay true:
1. Of one origin, no two checkpoints are let out that one tree cannot hold: before a tree is signed it must
   contain the mark, and nothing is let out before the mark stands behind it.
2. A mark stands for what is committed and only goes forward; a process killed at any line leaves it whole.
3. Only the newest log signs: its turn is looked up under the head's lock, and the mark of one that has ended
   says so, for copies of the database from before.
4. Where another history was let out, nothing is appended until a person has decided (`ledger_halt`).

Known gap: two copies of the database with two copies of the data folder do not know of each other. Witnesses,
or one folder of tiles, do: see `registry.witnessing`.
"""
