"""Who wants to be told what, where, and at what pace.

A subscription belongs to the person or system whose token made it. It widens nobody's view: what is told is
limited by what its owner may see. The room knows wishes and addresses. It does not know what happened, nor
how anything is sent.

subscription.py  a subscription, its wish, its pace, its secrets (pure)
types.py         the types of what is told (pure)
asked.py         the bodies, and every fault in one (pure)
view.py          a subscription as it is shown: secrets once, a stranger's address never whole (pure)
store.py         the table subscription
act.py           make, change, exchange a secret, read
http.py          the doors under /v1/subscriptions that do this

What must stay true:
1. A secret is shown in the answer that makes it, and in no other.
2. Its owner alone reads and changes a subscription; an administrator sees that it is there, and may
   disable it.
3. While a secret is exchanged the old one lives on for a while; there are never more than two.
4. An address that can never be reached is refused when it is given.
"""
