"""Messages that leave with the transaction that caused them, or not at all.

The outbox knows a topic and some JSON, and nothing else: not who is told, nor how. The queue is pgqueuer's;
notify/worker.py takes the messages out.

store.py     enqueue, in the caller's transaction

What must stay true:
1. A message of a transaction that is rolled back never arrives.
2. A message of a transaction that is committed arrives at least once, whatever is killed.
"""
