"""What is due for a production and when, for people and for the programs they keep their days with.

The room knows days, what falls on them, and how that stands. It judges nothing and moves nothing: what is due
comes from the newest judgement, from alerts and their clocks, and from requests.

item.py     one thing on a day: what it is, how it stands, its words (pure)
duties.py   what the newest judgement says is due, with what the alert about it has become (pure)
cases.py    what alerts and requests bring: clocks, cures, ends of waivers, meetings (pure)
ahead.py    the quarterly updates that are still to come (pure)
calendar.py everything known of a production, as its calendar (pure)
asked.py    the body that asks for a feed, and the days a calendar is asked for (pure)
feed.py     a feed as its owner is shown it; its secret and its address (pure)
ical.py     a calendar as a file that other programs read (pure)
store.py    the table calendar_feed; what a calendar is made from
act.py      the calendar of a production; make, list, revoke and read feeds
http.py     the doors under /v1/calendars, the calendar of a production, the feeds' own addresses

What must stay true:
1. A day is the day where the production is.
2. A calendar changes no verdict: what was waived or extended is shown as due, and as waived or extended.
3. Nobody reads in a calendar what they may not read elsewhere; a feed says clause, rule and title, no more.
4. A secret is shown once and not kept; a revoked feed and one that never was answer alike.
5. The same case and the same day give the same bytes of a feed.
"""
