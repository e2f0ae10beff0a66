"""The moves people make of alerts: one at a time, each with its own door, or many in one request.

The sub-room knows what each move asks of the person who makes it, and what it leaves on the alert and in its
thread. It does not know the table of states, nor how a move is written: the room above does.

making.py   what a move that is asked for makes of an alert, or why it cannot be made (pure)
act.py      make one; make one of many alerts
http.py     the doors

What must stay true:
1. A move and the words that come with it in the thread are written in one transaction, or neither is.
2. A waiver is approved by another person than the one who proposed it, and ends.
3. Of many alerts each is moved in a transaction of its own: one that cannot be moved fails no neighbour.
"""
