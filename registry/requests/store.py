"""The tables request and request_entry.

The caller holds the transaction, and for writing the production's row lock: of two answers to one request,
the second sees the first. Entries are only ever added.
"""

import datetime as dt
from typing import Final, LiteralString
from uuid import UUID

import msgspec

from registry.auth.scope import Scope
from registry.db import Connection, row_to, rows_to
from registry.errors import NotFound
from registry.requests.entry import Entered, HeardAt, RequestState, heard, state_after


class Living(msgspec.Struct, frozen=True):
    """A request as it is now, without what was said."""

    employer_id: str
    request_id: UUID
    production_id: str
    party: str
    state: RequestState
    revision: int
    changed_at: dt.datetime


class Listed(msgspec.Struct, frozen=True):
    """The entry that made a request, and the request's present state."""

    first: Entered
    state: RequestState
    revision: int
    changed_at: dt.datetime


FIND_REQUEST: Final[LiteralString] = """
SELECT employer_id, request_id, production_id, party, state, revision, changed_at
FROM request
WHERE ($1::text[] IS NULL OR employer_id = ANY ($1))
  AND ($2::text[] IS NULL OR party = ANY ($2) OR split_part(party, ':', 1) = ANY ($3::text[]))
  AND request_id = $4
"""

LIST_REQUESTS: Final[LiteralString] = """
SELECT e.employer_id, e.request_id, e.revision AS first_revision, e.production_id, e.party, e.kind,
       e.document, e.body, e.key_digest, e.recorded_at, e.recorded_by, e.role, e.ledger_index,
       r.state, r.revision, r.changed_at
FROM request r
JOIN request_entry e
    ON e.employer_id = r.employer_id AND e.request_id = r.request_id AND e.revision = 1
WHERE ($1::text[] IS NULL OR r.employer_id = ANY ($1))
  AND ($2::text[] IS NULL OR r.party = ANY ($2) OR split_part(r.party, ':', 1) = ANY ($3::text[]))
  AND ($4::text IS NULL OR r.production_id = $4)
  AND ($5::text IS NULL OR r.state = $5)
  AND ($6::uuid IS NULL OR r.request_id < $6)
ORDER BY r.request_id DESC
LIMIT $7
"""

FIND_REQUEST_THEN: Final[LiteralString] = FIND_REQUEST.replace("FROM request\n", "FROM request_at($5)\n")

LIST_REQUESTS_THEN: Final[LiteralString] = LIST_REQUESTS.replace("FROM request r", "FROM request_at($8) r")

LIST_ENTRIES: Final[LiteralString] = """
SELECT employer_id, request_id, revision, production_id, party, kind, document, body, key_digest,
       recorded_at, recorded_by, role, ledger_index
FROM request_entry
WHERE employer_id = $1 AND request_id = $2 AND ($3::bigint IS NULL OR ledger_index < $3)
ORDER BY revision
"""

FIND_BY_KEY: Final[LiteralString] = """
SELECT employer_id, request_id, revision, production_id, party, kind, document, body, key_digest,
       recorded_at, recorded_by, role, ledger_index
FROM request_entry
WHERE employer_id = $1 AND key_digest = $2
"""

LOAD_HEARD: Final[LiteralString] = """
SELECT employer_id, request_id, revision, production_id, party, kind, document, body, key_digest,
       recorded_at, recorded_by, role, ledger_index
FROM request_entry
WHERE employer_id = $1 AND production_id = $2 AND ($3::timestamptz IS NULL OR recorded_at <= $3)
ORDER BY ledger_index
"""

LEAF_AT: Final[LiteralString] = """
SELECT leaf FROM ledger_entry WHERE index = $1
"""

INSERT_ENTRY: Final[LiteralString] = """
INSERT INTO request_entry (employer_id, request_id, revision, production_id, party, kind, document, body,
                           key_digest, recorded_at, recorded_by, role, ledger_index)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""

INSERT_REQUEST: Final[LiteralString] = """
INSERT INTO request (employer_id, request_id, revision, production_id, party, state, recorded_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
"""

MOVE_REQUEST: Final[LiteralString] = """
UPDATE request SET state = $4, revision = $3, changed_at = $5
WHERE employer_id = $1 AND request_id = $2 AND revision = $3 - 1 AND state <> 'closed'
RETURNING revision
"""


async def get(conn: Connection, scope: Scope, request_id: UUID, size: int | None = None) -> Living:
    """A request as it is now, or as *size* entries leave it; NotFound when there is none within *scope*."""
    given = (scope.employers, scope.locals, scope.unions, request_id)
    if size is None:
        row = await conn.fetchrow(FIND_REQUEST, *given)
    else:
        row = await conn.fetchrow(FIND_REQUEST_THEN, *given, size)
    if row is None:
        raise NotFound("there is no such request among those you may see")
    return row_to(Living, row)


async def find_page(
    conn: Connection,
    scope: Scope,
    *,
    production_id: str | None,
    state: RequestState | None,
    before: UUID | None,
    limit: int,
    size: int | None = None,
) -> list[Listed]:
    """The newest requests within *scope* that fit the filters, at most *limit*, older than *before*."""
    given = (scope.employers, scope.locals, scope.unions, production_id, state, before, limit)
    if size is None:
        rows = await conn.fetch(LIST_REQUESTS, *given)
    else:
        rows = await conn.fetch(LIST_REQUESTS_THEN, *given, size)
    return [
        Listed(
            row_to(Entered, {**row, "revision": row["first_revision"]}),
            row["state"],
            row["revision"],
            row["changed_at"],
        )
        for row in rows
    ]


async def entries(
    conn: Connection, employer_id: str, request_id: UUID, size: int | None = None
) -> list[Entered]:
    """The history of a request, itself first: the whole of it, or among the first *size* entries."""
    return rows_to(Entered, await conn.fetch(LIST_ENTRIES, employer_id, request_id, size))


async def find_by_key(conn: Connection, employer_id: str, key_digest: bytes) -> Entered | None:
    """The request that was made with a key before, or None."""
    row = await conn.fetchrow(FIND_BY_KEY, employer_id, key_digest)
    return row_to(Entered, row) if row else None


async def load_heard(
    conn: Connection, employer_id: str, production_id: str, as_of: dt.datetime | None = None
) -> list[HeardAt]:
    """Every request and answer about a production, in the ledger's order; what was recorded until *as_of*."""
    rows = await conn.fetch(LOAD_HEARD, employer_id, production_id, as_of)
    return [heard(row) for row in rows_to(Entered, rows)]


async def leaf_at(conn: Connection, index: int) -> bytes:
    """The leaf hash of an entry's place in the ledger."""
    leaf: bytes = await conn.fetchval(LEAF_AT, index)
    return leaf


async def add(conn: Connection, row: Entered) -> bool:
    """Write an entry and move its request; False when the request has moved or closed meanwhile."""
    await conn.execute(INSERT_ENTRY, *msgspec.structs.asdict(row).values())
    key, state = (row.employer_id, row.request_id, row.revision), state_after(row)
    if row.kind == "request":
        await conn.execute(INSERT_REQUEST, *key, row.production_id, row.party, state, row.recorded_at)
        return True
    return await conn.fetchval(MOVE_REQUEST, *key, state, row.recorded_at) is not None
