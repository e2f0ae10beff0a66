"""Events as they come, for whoever holds a connection open (server-sent events).

frame.py  an event, and a sign of life, as bytes of the stream; where a reader goes on (pure)
act.py    one look at the ledger for all readers of a process; what each of them is sent
http.py   the door

What must stay true:
1. The id of an event is its place in the ledger; a reader who names the last one it has misses nothing,
   whatever process it comes back to.
2. A reader is sent what its token lets it read, until the token ends.
3. Readers are bounded in number, and a slow one holds up nobody: it reads from the database what others
   read from memory.
"""
