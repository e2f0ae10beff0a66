"""Telling by e-mail, and letting go of who no longer wants to be told.

server.py  the mail server the operator named (pure)
letter.py  a letter: subject, text and HTML, threading, the way out (pure)
answer.py  what became of a letter, by what the mail server answered (pure)
page.py    the page behind the link that ends a subscription (pure)
act.py     hands a letter to the mail server; ends a subscription by its link
http.py    the two doors of that link

What must stay true:
1. Nothing in an event can put a line into a letter's head, or markup into its HTML.
2. All letters about one alert or request are one conversation, and a repeat has the same Message-ID.
3. Looking at the link ends nothing: mail programs look at links by themselves. Only posting does.
4. A mailbox is given up for what its server says of the mailbox, never for what ails our own server.
"""
