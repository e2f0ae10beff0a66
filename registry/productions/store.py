"""Employers and productions as rows: the newest record of each, and every version there ever was.

The caller holds the transaction. Locks are taken employer first, then productions in the order of their
ids, then (by the ledger) the ledger's head. Every act keeps this order, so none waits in a circle.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final, LiteralString

import msgspec

from registry.auth.scope import Scope
from registry.db import Connection, row_to, rows_to
from registry.errors import NotFound
from registry.productions.record import EmployerRecord, ProductionRecord


class StoredEmployer(msgspec.Struct, frozen=True):
    """The newest record of an employer, and which revision it is."""

    record: EmployerRecord
    revision: int
    changed_at: dt.datetime


class Stored(msgspec.Struct, frozen=True):
    """The newest record of a production; *facts* counts everything that changed what is known about it.

    The count, and when it will be judged again, are of the present: as of an earlier moment both are null.
    """

    record: ProductionRecord
    revision: int
    changed_at: dt.datetime
    facts: int | None
    judged_again_at: dt.datetime | None


FIND_EMPLOYER: Final[LiteralString] = """
SELECT record, revision, changed_at FROM employer WHERE employer_id = $1
"""

LOCK_EMPLOYER: Final[LiteralString] = """
SELECT record, revision, changed_at FROM employer WHERE employer_id = $1 FOR NO KEY UPDATE
"""

# A production is checked against what its employer has signed; nobody changes that until the check's commit.
HOLD_EMPLOYER: Final[LiteralString] = """
SELECT record, revision, changed_at FROM employer WHERE employer_id = $1 FOR SHARE
"""

# A representative sees an employer that has a production with one of their locals.
SEE_EMPLOYER: Final[LiteralString] = """
SELECT e.record, e.revision, e.changed_at
FROM employer e
WHERE e.employer_id = $4
  AND ($1::text[] IS NULL OR e.employer_id = ANY ($1))
  AND ($2::text[] IS NULL OR EXISTS (
        SELECT FROM production p
        WHERE p.employer_id = e.employer_id
          AND (p.record -> 'locals' ?| $2 OR EXISTS (
                SELECT FROM jsonb_array_elements_text(p.record -> 'locals') AS l (local)
                WHERE split_part(l.local, ':', 1) = ANY ($3::text[])))))
"""

LIST_EMPLOYERS: Final[LiteralString] = """
SELECT e.record, e.revision, e.changed_at
FROM employer e
WHERE e.employer_id > $4
  AND ($1::text[] IS NULL OR e.employer_id = ANY ($1))
  AND ($2::text[] IS NULL OR EXISTS (
        SELECT FROM production p
        WHERE p.employer_id = e.employer_id
          AND (p.record -> 'locals' ?| $2 OR EXISTS (
                SELECT FROM jsonb_array_elements_text(p.record -> 'locals') AS l (local)
                WHERE split_part(l.local, ':', 1) = ANY ($3::text[])))))
ORDER BY e.employer_id
LIMIT $5
"""

SEE_EMPLOYER_THEN: Final[LiteralString] = SEE_EMPLOYER.replace(
    "FROM employer e", "FROM employer_at($5) e"
).replace("FROM production p", "FROM production_at($5) p")

LIST_EMPLOYERS_THEN: Final[LiteralString] = LIST_EMPLOYERS.replace(
    "FROM employer e", "FROM employer_at($6) e"
).replace("FROM production p", "FROM production_at($6) p")

INSERT_EMPLOYER: Final[LiteralString] = """
INSERT INTO employer (employer_id, revision, record, changed_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (employer_id) DO NOTHING
RETURNING employer_id
"""

UPDATE_EMPLOYER: Final[LiteralString] = """
UPDATE employer SET revision = $2, record = $3, changed_at = $4
WHERE employer_id = $1 AND revision = $2 - 1
RETURNING employer_id
"""

FIND_PRODUCTION: Final[LiteralString] = """
SELECT record, revision, changed_at, facts, judged_again_at
FROM production WHERE employer_id = $1 AND production_id = $2
"""

LOCK_PRODUCTION: Final[LiteralString] = """
SELECT record, revision, changed_at, facts, judged_again_at
FROM production WHERE employer_id = $1 AND production_id = $2 FOR NO KEY UPDATE
"""

SEE_PRODUCTION: Final[LiteralString] = """
SELECT record, revision, changed_at, facts, judged_again_at
FROM production
WHERE employer_id = $4 AND production_id = $5
  AND ($1::text[] IS NULL OR employer_id = ANY ($1))
  AND ($2::text[] IS NULL OR record -> 'locals' ?| $2 OR EXISTS (
        SELECT FROM jsonb_array_elements_text(record -> 'locals') AS l (local)
        WHERE split_part(l.local, ':', 1) = ANY ($3::text[])))
"""

LIST_PRODUCTIONS: Final[LiteralString] = """
SELECT record, revision, changed_at, facts, judged_again_at
FROM production
WHERE (employer_id, production_id) > ($4, $5)
  AND ($1::text[] IS NULL OR employer_id = ANY ($1))
  AND ($2::text[] IS NULL OR record -> 'locals' ?| $2 OR EXISTS (
        SELECT FROM jsonb_array_elements_text(record -> 'locals') AS l (local)
        WHERE split_part(l.local, ':', 1) = ANY ($3::text[])))
  AND ($6::text IS NULL OR employer_id = $6)
ORDER BY employer_id, production_id
LIMIT $7
"""

SEE_PRODUCTION_THEN: Final[LiteralString] = SEE_PRODUCTION.replace(
    "FROM production\n", "FROM production_at($6)\n"
)

LIST_PRODUCTIONS_THEN: Final[LiteralString] = LIST_PRODUCTIONS.replace(
    "FROM production\n", "FROM production_at($8)\n"
)

INSERT_PRODUCTION: Final[LiteralString] = """
INSERT INTO production
    (employer_id, production_id, revision, record, changed_at, facts, judged_again_at)
VALUES ($1, $2, $3, $4, $5, 1, $5)
ON CONFLICT (employer_id, production_id) DO NOTHING
RETURNING production_id
"""

UPDATE_PRODUCTION: Final[LiteralString] = """
UPDATE production
SET revision = $3, record = $4, changed_at = $5, facts = facts + 1, judged_again_at = $5
WHERE employer_id = $1 AND production_id = $2 AND revision = $3 - 1
RETURNING production_id
"""

# The order is the lock order: a filing that holds one of these is waited for, never deadlocked with.
LOCK_PRODUCTIONS_OF: Final[LiteralString] = """
SELECT record FROM production WHERE employer_id = $1 ORDER BY production_id FOR NO KEY UPDATE
"""

# A changed record is judged from now on; what was told of one production takes no earlier instant from it.
JUDGE_AGAIN: Final[LiteralString] = """
UPDATE production
SET facts = facts + 1,
    judged_again_at = CASE WHEN $3::text IS NULL THEN $2 ELSE least(judged_again_at, $2) END
WHERE employer_id = $1 AND ($3::text IS NULL OR production_id = $3)
"""


async def find_employer(conn: Connection, employer_id: str, *, hold: bool = False) -> StoredEmployer | None:
    """The newest record of an employer, or None; with *hold* it cannot change before the caller commits."""
    row = await conn.fetchrow(HOLD_EMPLOYER if hold else FIND_EMPLOYER, employer_id)
    return row_to(StoredEmployer, row) if row else None


async def lock_employer(conn: Connection, employer_id: str) -> StoredEmployer | None:
    """The newest record of an employer, which only the caller may now change; None when there is none."""
    row = await conn.fetchrow(LOCK_EMPLOYER, employer_id)
    return row_to(StoredEmployer, row) if row else None


async def get_employer(
    conn: Connection, employer_id: str, scope: Scope, size: int | None = None
) -> StoredEmployer:
    """The employer if it lies inside *scope*; NotFound else: absent and foreign look the same.

    With *size*, as that many entries of the ledger leave it.
    """
    given = (*limits(scope), employer_id)
    if size is None:
        row = await conn.fetchrow(SEE_EMPLOYER, *given)
    else:
        row = await conn.fetchrow(SEE_EMPLOYER_THEN, *given, size)
    if row is None:
        raise NotFound("there is no such employer among those you may see")
    return row_to(StoredEmployer, row)


async def list_employers(
    conn: Connection, scope: Scope, *, after: str, most: int, size: int | None = None
) -> list[StoredEmployer]:
    """Up to *most* employers inside *scope*, by id, behind the id *after*; *size*: by so many entries."""
    given = (*limits(scope), after, most)
    if size is None:
        return rows_to(StoredEmployer, await conn.fetch(LIST_EMPLOYERS, *given))
    return rows_to(StoredEmployer, await conn.fetch(LIST_EMPLOYERS_THEN, *given, size))


async def put_employer(conn: Connection, row: Mapping[str, Any]) -> bool:
    """Make *row* (of employer_version) the newest record; False when another revision got there first."""
    statement = INSERT_EMPLOYER if row["revision"] == 1 else UPDATE_EMPLOYER
    done = await conn.fetchval(
        statement, row["employer_id"], row["revision"], row["record"], row["recorded_at"]
    )
    return done is not None


async def find_production(
    conn: Connection, employer_id: str, production_id: str, *, lock: bool = False
) -> Stored | None:
    """The newest record of a production, or None; with *lock* only the caller may change it now."""
    statement = LOCK_PRODUCTION if lock else FIND_PRODUCTION
    row = await conn.fetchrow(statement, employer_id, production_id)
    return row_to(Stored, row) if row else None


async def get_production(
    conn: Connection, employer_id: str, production_id: str, scope: Scope, size: int | None = None
) -> Stored:
    """The production if it lies inside *scope*; NotFound else: absent and foreign look the same.

    With *size*, as that many entries of the ledger leave it.
    """
    given = (*limits(scope), employer_id, production_id)
    if size is None:
        row = await conn.fetchrow(SEE_PRODUCTION, *given)
    else:
        row = await conn.fetchrow(SEE_PRODUCTION_THEN, *given, size)
    if row is None:
        raise NotFound("there is no such production among those you may see")
    return row_to(Stored, row)


async def list_productions(
    conn: Connection,
    scope: Scope,
    *,
    after: tuple[str, str],
    most: int,
    employer_id: str | None = None,
    size: int | None = None,
) -> list[Stored]:
    """Up to *most* productions inside *scope*, by employer and id, behind *after*; *size*: as they were."""
    given = (*limits(scope), *after, employer_id, most)
    if size is None:
        return rows_to(Stored, await conn.fetch(LIST_PRODUCTIONS, *given))
    return rows_to(Stored, await conn.fetch(LIST_PRODUCTIONS_THEN, *given, size))


async def put_production(conn: Connection, row: Mapping[str, Any]) -> bool:
    """Make *row* (of production_version) the newest record, to be judged at once; False when too late."""
    statement = INSERT_PRODUCTION if row["revision"] == 1 else UPDATE_PRODUCTION
    done = await conn.fetchval(
        statement,
        row["employer_id"],
        row["production_id"],
        row["revision"],
        row["record"],
        row["recorded_at"],
    )
    return done is not None


async def lock_productions_of(conn: Connection, employer_id: str) -> list[ProductionRecord]:
    """Every production of an employer, which only the caller may now change."""
    return [
        msgspec.convert(row["record"], ProductionRecord)
        for row in await conn.fetch(LOCK_PRODUCTIONS_OF, employer_id)
    ]


async def judge_again(
    conn: Connection, employer_id: str, now: dt.datetime, production_id: str | None = None
) -> None:
    """Say that what is known about a production (None: each of the employer's) has moved: sweep it."""
    await conn.execute(JUDGE_AGAIN, employer_id, now, production_id)


def limits(scope: Scope) -> tuple[list[str] | None, list[str] | None, list[str] | None]:
    """*scope* as the first three parameters of every scoped statement."""
    return scope.employers, scope.locals, scope.unions
