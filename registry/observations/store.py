"""The table observation. The caller holds the transaction; rows are only ever added."""

import datetime as dt
from typing import Final, LiteralString
from uuid import UUID

import msgspec

from registry.auth.scope import Scope
from registry.db import Connection, row_to, rows_to
from registry.errors import NotFound
from registry.observations.entry import Kept, heard
from registry.requests.entry import HeardAt

FIND_OBSERVATION: Final[LiteralString] = """
SELECT employer_id, observation_id, production_id, party, role, document, reporter_name, reporter_contact,
       salt, key_digest, fingerprint, recorded_at, ledger_index
FROM observation
WHERE ($1::text[] IS NULL OR employer_id = ANY ($1))
  AND ($2::text[] IS NULL OR party = ANY ($2) OR split_part(party, ':', 1) = ANY ($3::text[]))
  AND observation_id = $4
  AND ($5::bigint IS NULL OR ledger_index < $5)
"""

LIST_OBSERVATIONS: Final[LiteralString] = """
SELECT employer_id, observation_id, production_id, party, role, document, reporter_name, reporter_contact,
       salt, key_digest, fingerprint, recorded_at, ledger_index
FROM observation
WHERE ($1::text[] IS NULL OR employer_id = ANY ($1))
  AND ($2::text[] IS NULL OR party = ANY ($2) OR split_part(party, ':', 1) = ANY ($3::text[]))
  AND ($4::text IS NULL OR production_id = $4)
  AND ($5::uuid IS NULL OR observation_id < $5)
  AND ($7::bigint IS NULL OR ledger_index < $7)
ORDER BY observation_id DESC
LIMIT $6
"""

FIND_BY_KEY: Final[LiteralString] = """
SELECT employer_id, observation_id, production_id, party, role, document, reporter_name, reporter_contact,
       salt, key_digest, fingerprint, recorded_at, ledger_index
FROM observation
WHERE employer_id = $1 AND key_digest = $2
"""

LOAD_HEARD: Final[LiteralString] = """
SELECT employer_id, observation_id, production_id, party, role, document, reporter_name, reporter_contact,
       salt, key_digest, fingerprint, recorded_at, ledger_index
FROM observation
WHERE employer_id = $1 AND production_id = $2 AND ($3::timestamptz IS NULL OR recorded_at <= $3)
ORDER BY ledger_index
"""

INSERT_OBSERVATION: Final[LiteralString] = """
INSERT INTO observation (employer_id, observation_id, production_id, party, role, document, reporter_name,
                         reporter_contact, salt, key_digest, fingerprint, recorded_at, ledger_index)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""


async def get(conn: Connection, scope: Scope, observation_id: UUID, size: int | None = None) -> Kept:
    """An observation, of the first *size* entries or of all; NotFound when there is none within *scope*."""
    given = (scope.employers, scope.locals, scope.unions, observation_id, size)
    row = await conn.fetchrow(FIND_OBSERVATION, *given)
    if row is None:
        raise NotFound("there is no such observation among those you may see")
    return row_to(Kept, row)


async def find_page(
    conn: Connection,
    scope: Scope,
    *,
    production_id: str | None,
    before: UUID | None,
    limit: int,
    size: int | None = None,
) -> list[Kept]:
    """The newest observations within *scope* that fit, at most *limit*, older than *before*."""
    given = (scope.employers, scope.locals, scope.unions, production_id, before, limit, size)
    return rows_to(Kept, await conn.fetch(LIST_OBSERVATIONS, *given))


async def find_by_key(conn: Connection, employer_id: str, key_digest: bytes) -> Kept | None:
    """The observation that was reported with a key before, or None."""
    row = await conn.fetchrow(FIND_BY_KEY, employer_id, key_digest)
    return row_to(Kept, row) if row else None


async def load_heard(
    conn: Connection, employer_id: str, production_id: str, as_of: dt.datetime | None = None
) -> list[HeardAt]:
    """Everything observed about a production, in the order of the ledger; what was recorded until *as_of*."""
    rows = await conn.fetch(LOAD_HEARD, employer_id, production_id, as_of)
    return [heard(row) for row in rows_to(Kept, rows)]


async def add(conn: Connection, row: Kept) -> None:
    """Keep an observation at its place in the ledger."""
    await conn.execute(INSERT_OBSERVATION, *msgspec.structs.asdict(row).values())
