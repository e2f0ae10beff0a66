"""The alerts a person has before them: the list with its filters, the groups, the waivers beside findings.

The sub-room reads and moves nothing. Held alerts are left out of lists unless somebody asks for them.

waived.py   a waiver beside its finding (pure)
store.py    the list by age or by clock, the groups, the waivers
act.py      find alerts, count them by production and local
http.py     the two doors
"""
