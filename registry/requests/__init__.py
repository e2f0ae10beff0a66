"""What unions ask of employers under their agreements, and what the employers answer.

A request is told to the registry as it is made, so that its clock does not hang on what anybody remembers
later. The room keeps requests and answers, tells whom they concern, and has the production judged again. It
does not know what a duty is: whether an answer came in time is for the packs to say.

party.py    who speaks: a local or a union, of this production, of this caller (pure)
asked.py    the body of a request and every fault in one (pure)
answered.py the body of an answer and every fault in one (pure)
entry.py    one entry of a request's history: its row, its ledger entry, what the judge hears of it (pure)
view.py     a request as it is shown (pure)
store.py    the tables request and request_entry
act.py      ask, answer, read
http.py     the doors under /v1/requests

What must stay true:
1. A clock runs from the instant the registry recorded the request. An earlier day that the requester states
   is shown as stated and runs nothing.
2. A request or an answer is a row of request_entry, a ledger entry, one more fact of its production and a
   message, in one transaction, or it did not happen.
3. One Idempotency-Key of one party makes one request; sent again it gets the first answer again.
4. After the answer that closes a request there is no other.
"""
