"""Orders to redact, kept outside the database: an older copy that is restored is redacted again from them.

store.py  which there are
act.py    redact, and write the order; write those that are not kept yet

What must stay true: a file says what was ordered, and nothing of what was taken. Whoever was answered that a
redaction is done has its order here; the worker writes what a kill has left out, and again what is missing.
"""
