"""One transaction for all that wait: while one commits, the filings that come meanwhile gather for the next.

act.py  the line in front of the ledger, one for each database of a process

What must stay true:
1. Nobody waits for company: whoever comes first begins at once.
2. What goes wrong with one is its own affair: a batch that breaks is undone, and each is written alone.
3. Nobody is held up by a production that somebody else holds, unless it is theirs; however many wait for it,
   they take one connection.
4. A request that is given up takes no other along; if its writing had begun, it is written.
5. Nobody is answered before the commit. A refusal, and an answer that was given before, rest on none.
"""
