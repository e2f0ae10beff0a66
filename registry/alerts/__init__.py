"""Findings somebody must see to, followed from the first notice to their settlement.

The room knows findings, states and who may move them. It does not know why a finding was made, how a filing
is stored, or how people are told: it wakes those who tell, and they read the moves themselves.

alert.py      an alert, its moves, and what the list and the page of one alert show (pure)
course.py     what people and time have made of an alert beside its finding: plan, waiver, grievance … (pure)
lifecycle.py  states and moves as one table; who makes each move, and what it leaves behind (pure)
judged.py     what a new judgement asks of the alerts there are; which ones it holds back (pure)
waking.py     what time alone asks of an alert, and when to look again (pure)
move.py       one move: the alert after it, its history row, its ledger entry (pure)
request.py    the bodies of the moves that people ask for, and every fault in one (pure)
view.py       an alert as a caller is shown it, with the moves they may make (pure)
act.py        carry out what a judgement, time, or another act of the house asks for
store.py      the tables alert and alert_move
http.py       one alert
inbox/        the list, the groups, the waivers beside findings
moves/        the moves people make, of one alert or of many
clocks/       time limits, and their change by both parties' consent
plans/        how alerts of a party are followed up

What must stay true:
1. One alert for one fingerprint (rule, production, subject), however often it is judged.
2. A state moves only along the table in lifecycle.py, under the alert's row lock and by compare-and-set.
3. Every move is a row of alert_move, a ledger entry and a wake-up, in one transaction, or it did not happen.
4. The same finding twice makes no move.
5. A person's resolution stands until the verdict changes; the registry's settling ends with the cure.
6. Nothing goes quiet by accident: an alert that is not closed, and not held, has a time at which the registry
   looks at it again, and no answer of an employer puts that off; a waiver ends by itself, a holding back
   before a time limit, with the disclosure, or when somebody takes the alert up. What was overlooked is made
   up for once, not once for every time.
7. An alert keeps the plan it opened with. A waiver has an author, another approver, a reason and an end, and
   changes no finding.
8. Whom an alert has concerned it goes on concerning, whatever the filings name later.
"""
