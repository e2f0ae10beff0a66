"""Packs as law: published by an administrator, read on any day, and tried out against history before that.

The room knows which productions a pack concerns and what a draft would change. It does not know how a
production is judged (the rooms below do), nor how a filing comes to use the newest pack.

draft.py     a pack or parameter set handed in: form, names, types, citations, examples; every fault (pure)
shown.py     what a caller is shown of publications, and how far they have been applied (pure)
flips.py     what a draft would change, counted and grouped (pure)
history.py   productions as a backtest carries them between processes, and judged there (pure)
store.py     publications, the productions they concern, and history in bulk
worker.py    the processes a backtest is judged in
act.py       publish, show, start; judge a draft
http.py      the doors under /v1/agreements

What must stay true:
1. Nothing is published that has a fault, and nothing that was published is ever changed or lost.
2. Every production a publication may concern is judged again: more may be, fewer never.
3. A filing that is committed after a publication is judged with it, or its production is judged again.
4. A backtest stores nothing.
"""
