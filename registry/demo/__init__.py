"""A season, played on a server of its own: what a newcomer runs to see what the registry does.

It speaks to the registry as everybody does, over HTTP with tokens; it starts real processes and a real
PostgreSQL in a temporary folder and leaves nothing behind but the packet that was asked for. Only the clock
is its own: a file the server and the worker read, moved from step to step, so that fourteen months pass in a
minute.

season.toml  who works, what is made, what is done on which day
season.py    the season as structs, and the document each step files (pure)
view.py      what each of the three users would want to see, as tables (pure)
play.py      one caller's deeds, step by step (speaks through the client)
case.toml    one alert of the season, from its filing to its settlement: who does what, and what is then told
scenes.py    the case as structs, and the amendment an answer proposes (pure)
case.py      the case scene by scene, between the season's steps (speaks through the client)
ear.py       a receiver of webhooks, which checks each as Standard Webhooks asks
packet.py    the case's packet on disk, checked by the program it carries
tamper.py    the operator's superuser rewrites a filing, on copies of the database
rewritten.py  what is found of it, as a table (pure)
book.py      what the case came to, for programs (pure)
pages.py     the case for people, as tables (pure)
act.py       the processes: start, play, show, verify, stop

What stays true:
1. Season and case say what they expect of every step: the answer, the alert's state, what is told. Whatever
   differs is shown, and the demonstration ends with status 1.
2. The case goes the same way on every run: no scene leaves the registry time for a reminder, or for opening
   the alert again, that another run might not see.
"""
