"""Telling people, after the commit; and the clock that looks for what time alone has changed.

notice.py    what to say about a message, and to whom (pure)
worker.py    takes messages out of the queue and tells them; sweeps; stops cleanly when told

What must stay true:
1. A committed message is told at least once, whatever is killed; a repeat carries the same id.
2. A sender that fails is tried again, later each time; what could never be told is kept for a person.
3. Nothing here decides: a notice says what the message says.
"""
