"""What is to be told to whom, in order, and what became of it.

A delivery is one event for one subscription. It is made in the transaction that moves the place up to which
the ledger has been told, so nothing is lost or made twice, whatever is killed. The room knows what to send
and when; how anything is sent, it does not.

event.py     something that happened, as those concerned hear of it (pure)
events/      reading events from the histories, in the ledger's order
match.py     who is told of an event: what the owner may see and wishes to hear (pure)
pacing.py    when an event is told (pure)
sending.py   what a sender is given, and what it answers (pure)
delivery.py  one delivery, its message, and what an answer makes of it (pure)
store.py     the tables delivery and delivery_attempt
log/         the log of deliveries and its doors: read, replay, resume, disable, end
stream/      events as they come, for whoever holds a connection open
act.py       make deliveries of what is new; claim what is to be sent; record what became of it

What must stay true:
1. Deliveries and the place in the ledger up to which they were made commit together.
2. Of one subscription and one alert or request, a later delivery waits while an earlier one is on its way.
   One that has failed for good holds up nothing.
3. A repeat and a replay carry the id of the first attempt; a digest once put together stays as it is.
4. What an owner may no longer see when it is sent is not sent.
5. Quiet hours and digests hold back nothing that ends within 48 hours, no escalation to the owner's party,
   and not what came before it about the same matter.
"""
