"""Events, read from the histories in the order of the ledger.

telling.py   a row of a history as an event (pure)
store.py     the moves, entries and words between two places of the ledger; how far they have been told

What must stay true:
1. Every history row that is told is one event at its own place in the ledger; nothing is told twice as two.
2. What is read up to the ledger's size is complete: the head's lock makes positions visible in order.
"""
