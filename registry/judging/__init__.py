"""What the packs say of a production: judged, kept, and judged again when time alone has changed it.

The room joins what is registered and what was filed, and asks the obligations room for findings. It does not
know what a duty is, how a filing arrives, or who is told of an alert.

house.py     schemas, packs and editions: what every act judges with (pure)
ground.py    the production and its employer as registered now (pure)
knowledge.py everything told that a judgement is made from, now or at any point of the history (pure)
ruling.py    a judgement as it is kept: canonical findings, history row, ledger entry (pure)
said.py      what was said of a production, and what would have been (pure)
weighing.py  a judgement with its instant (pure)
history/     what a judgement is made from, read from the rooms that keep it
store.py     the table judgement; productions and their locks, and those whose time has come
act.py       judge, keep, sweep, recall
http.py      the findings about a disclosure

What must stay true:
1. The same filings, packs and instant give the same findings, byte for byte.
2. A judgement is kept with its ledger entry, its alerts and their messages, or not at all.
3. A duty that falls overdue is found without anyone filing; each overdue instant is judged with its own date.
4. One production that cannot be judged holds up no other.
5. A judgement can be made again from the database alone: it names its packs by digest, its instant, and how
   much of the ledger it was made in sight of.
6. A filing waits for no other production of its employer; those its losses concern are judged by the sweep.
"""
