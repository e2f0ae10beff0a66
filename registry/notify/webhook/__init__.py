"""Telling by HTTP: systems by Standard Webhooks or CloudEvents, people in Slack and Teams.

body.py    the bytes for a system: thin, bounded, the same on every repeat (pure)
chat.py    the bytes for Slack and for Teams, in which nothing of a text can act (pure)
answer.py  what became of a sending, by the status and the headers of its answer (pure)
act.py     signs, posts, and says what became of it

What must stay true:
1. A repeat has the same id and the same bytes; only the instant and the signatures are new.
2. Only 2xx is delivered; 410 ends a subscription; everything else is tried again.
3. No body has 20 kB or more, and none carries what is confidential.
"""
