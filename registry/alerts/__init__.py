"""Findings somebody must see to, followed until they are settled.

The room knows findings, states and who may move them. It does not know why a finding was made, how a filing
is stored, or how people are told: it leaves messages in the outbox and forgets them.

alert.py      an alert, its moves, and what the list and the page of one alert show (pure)
lifecycle.py  states and moves as one table; what a new judgement asks of the alerts there are (pure)
move.py       one move: its history row, its ledger entry, its message (pure)
request.py    the bodies of the three moves a person makes (pure)
act.py        plan and carry out the registry's own moves; acknowledge, resolve, reopen
store.py      the tables alert and alert_move
http.py       the list, one alert, the three moves

What must stay true:
1. One alert for one fingerprint (rule, production, subject), however often it is judged.
2. A state moves only along the table in lifecycle.py, by compare-and-set on state and revision.
3. Every move is a row of alert_move, a ledger entry and a message, in one transaction, or it did not happen.
4. The same finding twice makes no move.
5. A person's resolution stands until the verdict changes; the registry's settling ends with the cure.
"""
