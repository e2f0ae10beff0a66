"""The last step of a draft: it is tried out, and then filed as any other document is.

The room knows no way of filing of its own: it hands a submission to the filing room, and marks the draft in
the same transaction.

ready.py  what a draft owes beside being a right document (pure)
act.py    try a draft out, file it

What must stay true:
1. A draft is filed once: its mark and the version it became commit together or not at all.
2. What was approved, byte for byte, is what is filed.
3. The same Idempotency-Key gives the same answer again.
"""
