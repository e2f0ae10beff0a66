"""How alerts are followed up: one plan per local or union, copied onto each alert when it opens.

The room keeps plans and says which one an alert gets. It does not remind, escalate or tell anybody: the
alert that carries a plan does that, and keeps the copy it opened with.

plan.py    whose plans an alert is followed by, and those plans made into one (pure)
asked.py   the body of a plan and every fault in one (pure)
view.py    a plan as it is shown (pure)
store.py   the table escalation_plan
act.py     read a plan, change it
http.py    the doors under /v1/escalation-plans

What must stay true:
1. An alert is followed up at least as soon as the plan of each party it concerns says.
2. A plan that is changed changes no alert that is open: the copy on the alert counts.
3. A plan tells only the parties it belongs to, their union, and the employer.
"""
