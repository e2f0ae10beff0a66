"""What became of what was sent, for the owner of a subscription; and what they do about it.

asked.py     the bodies, and every fault in one (pure)
view.py      a delivery and its attempts as they are shown (pure)
store.py     pages of the log, and what is sent again
act.py       read; replay; resume, disable and end a subscription with all that waits for it
http.py      the doors

What must stay true:
1. Only the owner of a subscription replays, resumes and ends it; an administrator reads, and disables.
2. A replay is a repeat: it carries the id of the first attempt, and goes as a whole.
3. What was kept while a subscription was disabled is sent when it is resumed.
"""
