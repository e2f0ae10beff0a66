"""The access log as it is read, and its place in the ledger.

What is written down, and when, is the auth room's; this room shows it to those whose data was read, to
auditors and to readers themselves, and puts it into the ledger in batches. It knows employers by their keys
only, and nothing of what was read.

line.py     one reading as it is shown, its digest, and the entry of a batch
asked.py    what somebody asks the log for, checked
store.py    the log's pages, and the tables of batches
act.py      find readings within a caller's limits; put what waits into the ledger
http.py     the doors

What must stay true:
1. Every reading is in one batch at most, and in the ledger's order of batches in the order it was written.
2. A batch's entry vouches for its body, the body for each reading, with whose data it showed.
3. An employer reads who read its data, and learns nothing of others' by it: not the words of a question that
   was answered from others' data, too.
"""
