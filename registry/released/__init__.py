"""What the public may read: released fields of filings, productions by names that give nothing away, counts.

Nobody has to say who they are here, so nothing is recorded and everything may be kept by caches. The room
reads what others keep and decides nothing about levels: that is `disclosures.release`.

name.py     what a production is called in public, by whether its title is released
counts.py   counts without the small ones
view.py     what the public is shown
store.py    the queries
act.py      reading for the public
http.py     the doors

What must stay true:
1. Nothing is shown that the schema and the employer's own marks do not both leave to the public.
2. Before a title is released, neither it nor a key, an identifier or a company that leads to it is shown;
   and none of them ever beside a disclosure whose employer keeps from the public which production it is.
3. No count below five is shown, nor can one be worked out from the others.
"""
