"""Who files, and about what: employers and productions as the administrator put them on record.

This room keeps facts: who signed which agreement from when to when, where and when a production is made, and
which locals work on it. It refuses to know what an agreement asks, and what was disclosed.

record.py   the records' form, every fault and doubt in one, and what the rules are told of a production
shape.py    whether a decoded value has the form of a struct: all faults at once
version.py  one version of a record: its history row, and what must hold before it becomes the newest
view.py     what a caller is shown
store.py    the newest records as rows, now or as they were
history/    every version, as rows
act.py      a change: version, ledger entry and newest record in one transaction; reading within a scope
http.py     the doors under /v1/employers and /v1/productions

What must stay true:
1. A record never changes without a version row and a ledger entry that holds its digest.
2. A production is made only under agreements that its employer has signed on some day.
3. Whatever moves what the rules read of a production also adds one to its `facts` and has it judged again.
4. Keys never change; nothing is deleted.
"""
