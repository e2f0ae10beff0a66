"""Agreements: which editions there are, who is bound by which, and the packs and schemas published.

This room holds dates and bytes. It refuses to know what a pack's obligations mean (the room below does), and
which productions exist (the room above does).

packs/          one edition's obligations each, as TOML, and the dated parameter sets
terms.py        signatures and editions; which agreements bind a production, for whom, from when to when
law.py          laws and bills
local.py        locals of unions
compiling.py    a published pack compiled from its bytes, to be judged by
publication.py  what is published by digest
shelf.py        what a caller is shown of editions, packs and schemas
store.py        publications as rows
act.py          publishing, and the packs of any digest or day; the code lists that ship with the program
http.py         the doors under /v1/schemas, /v1/locals and /v1/laws

What must stay true:
1. Every pack, parameter set and schema that a verdict can name is in the ledger, byte for byte.
2. A publication is never replaced: other bytes under the same name are another publication, and the newest
   publication of a name is the one in force.
3. A signature binds on no day outside the term of its edition.
"""
