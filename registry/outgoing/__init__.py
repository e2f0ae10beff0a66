"""What leaves the house: where it may go, what it is signed with, and when it is tried again.

The room knows addresses, keys and bytes. It does not know what an alert is, or who wants to be told.

address.py   an address a person gave, taken apart; which networks may be reached, and why not (pure)
signing.py   secrets and signatures by Standard Webhooks: v1 with a shared secret, v1a with a key pair (pure)
schedule.py  when what did not arrive is tried again (pure)
act.py       looks names up, connects to the very address that was checked, posts, reads a little

What must stay true:
1. What is not public is never reached, unless the operator allows its network by name.
2. The address that is connected to is the one that was checked: a name is looked up once for both.
3. A redirect is an answer like any other; it is never followed. No proxy of the surroundings is used.
4. Every sending ends: in time, and after a bounded number of bytes read. The status is the answer: who has
   said yes is not told again because the rest came slowly.
5. Nobody learns from a refusal which inner address a name stands for.
"""
