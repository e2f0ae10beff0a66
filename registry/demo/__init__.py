"""A season, played on a server of its own: what a newcomer runs to see what the registry does.

It speaks to the registry as everybody does, over HTTP with tokens; it starts real processes and a real
PostgreSQL in a temporary folder and leaves nothing behind. Only the clock is its own: a file the server and
the worker read, moved from step to step, so that fourteen months pass in a minute.

season.toml  who works, what is made, what is done on which day
season.py    the season as structs, and the document each step files (pure)
view.py      what each of the three users would want to see, as tables (pure)
play.py      one caller's deeds, step by step (speaks through the client)
act.py       the processes: start, play, show, verify, stop

What stays true: the season says what it expects of every step. An answer that differs is shown, and the
demonstration ends with status 1.
"""
