"""Who is calling, what they may see, and the record of what they looked at.

The room knows tokens, roles and scopes. It does not know disclosures, alerts or ledgers: stores of other
rooms take a Scope and answer NotFound for what lies outside it.

scope.py     Principal, and the Scope its reads are limited to
keys.py      public keys a token may be signed with, and by which algorithm
token.py     bearer token → SignedClaims → Principal; every PyJWT option spelled out
jwks.py      the key sets of configured issuers, fetched and kept (network)
issuer.py    the local issuer of embedded mode: its key file, and minting (disk)
visit.py     a request as the guard sees it; what is refused unread, what is a reading
reading.py   one reading, and whose data its answer shows
store.py     the access log's writing side
act.py       admit a caller to a route; record what was read
http.py      the guard, what every answer passes, the Principal dependency, the key set for others

What must stay true:
1. A claim is believed only after its signature, issuer, audience, type and times were checked.
2. A token never chooses its algorithm: the key does.
3. The local issuer never works beside a configured one.
4. A read of anything not public is recorded, with whose data it shows, before the answer is sent.
5. What names no employer in its answer, a file or a stream, says so to `reading.showing`.
"""
