"""Telling people, after the commit; and the clock that looks for what time alone has changed.

wording.py   what to say about an event, in a person's words (pure)
notice.py    the line of the log, which every installation has (pure)
webhook/     by HTTP: to systems, to Slack, to Teams
mail/        by mail, and the link that ends it
worker.py    looks for what is new, sends what is due, sweeps; stops cleanly when told
act.py       the ways of telling, ready to use; a trial of one; a letter about one that was disabled
http.py      the door of a trial

What must stay true:
1. A committed event is told at least once, whatever is killed; a repeat carries the same id.
2. A sender that fails is tried again, later each time; what could never be told is kept for a person.
3. Nothing here decides: a message says what the event says.
"""
