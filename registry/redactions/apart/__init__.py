"""Orders to redact, kept outside the database: an older copy that is restored is redacted again from them.

store.py  which there are
act.py    write those that are not kept yet

What must stay true: a file says what was ordered, and nothing of what was taken; the worker writes each soon
after it was made, and again where it is missing.
"""
