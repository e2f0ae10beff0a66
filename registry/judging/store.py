"""Judgements as rows, and the productions whose judgement time alone will change.

The caller holds the transaction and the production's row lock.
"""

import datetime as dt
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final, LiteralString

import msgspec

from registry.db import Connection, row_to
from registry.judging.ground import Ground
from registry.judging.ruling import Ruled
from registry.judging.weighing import Weighed
from registry.productions.record import ProductionRecord

# Longest overdue first; what another sweeper holds is skipped, and so is what failed in this run ($2, $3).
CLAIM_DUE: Final[LiteralString] = """
SELECT record, facts, judged_again_at
  FROM production
 WHERE judged_again_at <= $1
   AND NOT EXISTS (
        SELECT FROM unnest($2::text[], $3::text[]) AS failed (employer, id)
         WHERE failed.employer = employer_id AND failed.id = production_id)
 ORDER BY judged_again_at
 LIMIT 1
   FOR NO KEY UPDATE SKIP LOCKED
"""

# One statement sees one state of the database: the employer is as the first *known_to* entries leave it.
FIND_GROUND: Final[LiteralString] = """
SELECT e.record AS employer, p.record, p.facts, (SELECT size FROM ledger_head) AS known_to,
       coalesce((SELECT max(ledger_index) FROM publication
                  WHERE kind IN ('pack', 'params')), -1) AS stands_at,
       EXISTS (SELECT FROM request_entry r
                WHERE r.employer_id = p.employer_id AND r.production_id = p.production_id)
    OR EXISTS (SELECT FROM observation o
                WHERE o.employer_id = p.employer_id AND o.production_id = p.production_id) AS heard,
       EXISTS (SELECT FROM loss_change l
                WHERE l.employer_id = p.employer_id AND l.production_id <> p.production_id) AS losses
  FROM production p JOIN employer e USING (employer_id)
 WHERE p.employer_id = $1 AND p.production_id = $2
"""

# Locks and counts only. The employer must not be joined here: a row that was waited for is read anew, the
# rows joined to it are not. So the newest publication may be older than the count of a row that was waited
# for; who publishes moves the count of every production it concerns, so such a row is judged anew anyway.
HOLD: Final[LiteralString] = """
SELECT p.employer_id, p.production_id, p.facts,
       coalesce((SELECT max(ledger_index) FROM publication WHERE kind IN ('pack', 'params')), -1) AS stands_at
  FROM production p
  JOIN unnest($1::text[], $2::text[]) AS held (employer_id, production_id) USING (employer_id, production_id)
 ORDER BY p.employer_id, p.production_id
   FOR NO KEY UPDATE OF p
"""

# The same of those that nobody holds: who waits for the others holds up nobody.
HOLD_FREE: Final[LiteralString] = HOLD.rstrip() + " SKIP LOCKED\n"

NOTE_NEXT: Final[LiteralString] = """
UPDATE production SET judged_again_at = $3, failed_at = NULL WHERE employer_id = $1 AND production_id = $2
"""

NOTE_FAILED: Final[LiteralString] = """
UPDATE production SET failed_at = $3 WHERE employer_id = $1 AND production_id = $2
"""

ADD_JUDGEMENT: Final[LiteralString] = """
INSERT INTO judgement (employer_id, judgement_id, production_id, judged_at, cause, disclosure_id, version,
                       packs, findings, known_to, ledger_index)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""

# A judgement that rests on something new: what is known of the production has changed with it, and what its
# employer's other productions are judged by, too, when its losses have ($13). A row of its own says so: no
# filing waits for another production.
ADD_WITH_CHANGE: Final[LiteralString] = """
WITH changed AS (
    UPDATE production SET facts = facts + 1, judged_again_at = $12, failed_at = NULL
     WHERE employer_id = $1 AND production_id = $3
), losses AS (
    INSERT INTO loss_change (employer_id, production_id, position, changed_at)
    SELECT $1, $3, $11, $4 WHERE $13
)
INSERT INTO judgement (employer_id, judgement_id, production_id, judged_at, cause, disclosure_id, version,
                       packs, findings, known_to, ledger_index)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""

# What another sweeper takes is left to it.
TAKE_LOSS_CHANGES: Final[LiteralString] = """
UPDATE loss_change SET spread = true WHERE (employer_id, production_id, position) IN (
    SELECT employer_id, production_id, position FROM loss_change
     WHERE NOT spread ORDER BY changed_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
RETURNING employer_id, changed_at
"""

# Productions in their one order. The losses of an employer with but one such production concern no other.
HOLD_LOSING: Final[LiteralString] = """
WITH losing AS (
    SELECT DISTINCT employer_id, production_id FROM loss_change WHERE employer_id = ANY ($1::text[])
)
SELECT p.employer_id, p.production_id
  FROM production p JOIN losing USING (employer_id, production_id)
 WHERE EXISTS (SELECT FROM losing o
                WHERE o.employer_id = p.employer_id AND o.production_id <> p.production_id)
 ORDER BY p.employer_id, p.production_id
   FOR NO KEY UPDATE OF p
"""

JUDGE_AGAIN: Final[LiteralString] = """
UPDATE production p SET facts = facts + 1, judged_again_at = least(p.judged_again_at, again.at)
  FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS again (employer_id, production_id, at)
 WHERE p.employer_id = again.employer_id AND p.production_id = again.production_id
"""

FIND_LATEST: Final[LiteralString] = """
SELECT employer_id, judgement_id, production_id, judged_at, cause, disclosure_id, version, packs, findings,
       known_to, ledger_index
  FROM judgement
 WHERE employer_id = $1 AND production_id = $2 AND ($3::bigint IS NULL OR ledger_index < $3)
 ORDER BY ledger_index DESC
 LIMIT 1
"""


# By production, the newest judgement first: as the index has them.
STREAM_JUDGEMENTS: Final[LiteralString] = """
SELECT employer_id, judgement_id, production_id, judged_at, cause, disclosure_id, version, packs, findings,
       known_to, ledger_index
  FROM judgement ORDER BY employer_id, production_id, ledger_index DESC
"""


class Held(msgspec.Struct, frozen=True):
    """Productions that were locked: the count of facts of each, and the newest publication of rules."""

    facts: dict[tuple[str, str], int]
    stands_at: int


class Due(msgspec.Struct, frozen=True):
    """A production whose judgement an instant that has passed may have changed."""

    record: ProductionRecord
    facts: int
    judged_again_at: dt.datetime


async def claim_due(conn: Connection, now: dt.datetime, skip: Sequence[tuple[str, str]]) -> Due | None:
    """Lock the production longest overdue at *now*, unless somebody has it or it is one to *skip*."""
    employers, productions = [key[0] for key in skip], [key[1] for key in skip]
    row = await conn.fetchrow(CLAIM_DUE, now, employers, productions)
    return row_to(Due, row) if row else None


async def find_ground(conn: Connection, key: tuple[str, str]) -> Ground | None:
    """A production and its employer as registered now."""
    row = await conn.fetchrow(FIND_GROUND, *key)
    return row_to(Ground, row) if row else None


async def hold(conn: Connection, keys: Iterable[tuple[str, str]], *, free: bool = False) -> Held:
    """The count of facts of each production, locked in their one order until the transaction ends.

    With *free*, only of those that nobody else holds.
    """
    given = list(keys)
    statement = HOLD_FREE if free else HOLD
    rows = await conn.fetch(statement, [key[0] for key in given], [key[1] for key in given])
    facts = {(row["employer_id"], row["production_id"]): row["facts"] for row in rows}
    return Held(facts, max((row["stands_at"] for row in rows), default=-1))


async def note_next(conn: Connection, key: tuple[str, str], again_at: dt.datetime | None) -> None:
    """Nothing new is known; look again at *again_at* (None: time changes nothing)."""
    await conn.execute(NOTE_NEXT, *key, again_at)


async def note_failed(conn: Connection, key: tuple[str, str], now: dt.datetime) -> None:
    """It could not be judged at *now*; the next judgement forgets this."""
    await conn.execute(NOTE_FAILED, *key, now)


async def add(conn: Connection, row: Ruled) -> None:
    """Keep a judgement at its place in the ledger."""
    await conn.execute(ADD_JUDGEMENT, *msgspec.structs.asdict(row).values())


async def add_with_change(conn: Connection, made: Sequence[tuple[Ruled, Weighed]]) -> None:
    """The same for several, each resting on something new: when to look again, and whether losses changed."""
    given = [
        (*msgspec.structs.asdict(row).values(), weighed.again_at, weighed.losses) for row, weighed in made
    ]
    if given:
        await conn.executemany(ADD_WITH_CHANGE, given)


async def spread_losses(conn: Connection) -> int:
    """Have the productions judged again that filings about others of their employers concern; how many."""
    since: dict[str, dt.datetime] = {}
    for row in await conn.fetch(TAKE_LOSS_CHANGES):
        employer_id, at = row["employer_id"], row["changed_at"]
        since[employer_id] = min(at, since.get(employer_id, at))
    if not since:
        return 0
    keys = [tuple(row) for row in await conn.fetch(HOLD_LOSING, list(since))]
    instants = [since[key[0]] for key in keys]
    await conn.execute(JUDGE_AGAIN, [key[0] for key in keys], [key[1] for key in keys], instants)
    return len(keys)


async def find_latest(conn: Connection, key: tuple[str, str], size: int | None = None) -> Ruled | None:
    """The newest judgement of a production, or the newest among the first *size* entries."""
    row = await conn.fetchrow(FIND_LATEST, *key, size)
    return row_to(Ruled, row) if row else None


async def stream_judgements(conn: Connection) -> AsyncIterator[Ruled]:
    """Every judgement, production by production, a few at a time; needs a transaction."""
    async for row in conn.cursor(STREAM_JUDGEMENTS, prefetch=20):
        yield row_to(Ruled, row)
