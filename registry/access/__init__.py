"""The access log as it is read, and its place in the ledger.

What a request reads, and when that is written down, is the auth room's. What leaves by a message, and what
the operator reads by a command, is written down by this room where it happens. It shows readings to those
whose data was read, to auditors and to readers themselves, and puts them into the ledger in batches. It knows
employers by their keys only, and nothing of what was read.

line.py     one reading as it is shown, its digest, and the entry of a batch
asked.py    what somebody asks the log for, checked
store.py    the log's pages, and the tables of batches
act.py      find readings within a caller's limits; add messages and commands; put what waits into the ledger
http.py     the doors

What must stay true:
1. Every reading is in one batch at most, and in the ledger's order of batches in the order it was written.
2. A batch's entry vouches for its body, the body for each reading, with whose data it showed.
3. A message is added in the transaction that says that it arrived, a reading for each matter it told of; a
   command before it shows or writes anything.
4. An employer reads who read its data, and learns nothing of others' by it: not the words of a question that
   was answered from others' data, too.
"""
