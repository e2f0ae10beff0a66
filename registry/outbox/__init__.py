"""Word that leaves with the transaction that caused it, or not at all.

The outbox knows a topic and some JSON, and nothing else: not who is told, nor how. The queue is pgqueuer's;
notify/worker.py takes the word out. What is told stands in the histories, in the ledger's order, so the
outbox carries only that there is something to look for.

wake.py      the topic and the payload of a wake-up (pure)
store.py     enqueue, and wake, in the caller's transaction; forget what the queue wrote down

What must stay true:
1. Word of a transaction that is rolled back never arrives.
2. Word of a transaction that is committed arrives at least once, whatever is killed.
3. One wake-up for a transaction, however much it appended.
"""
