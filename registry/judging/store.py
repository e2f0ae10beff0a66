"""Judgements as rows, and the productions whose judgement time alone will change.

The caller holds the transaction and the production's row lock.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final, LiteralString

import msgspec

from registry.db import Connection, row_to
from registry.judging.ground import Ground
from registry.judging.ruling import Ruled
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

FIND_GROUND: Final[LiteralString] = """
SELECT e.record AS employer, p.record, p.facts
  FROM production p JOIN employer e USING (employer_id)
 WHERE p.employer_id = $1 AND p.production_id = $2
"""

# Locks and counts only. The employer must not be joined here: a row that was waited for is read anew, the
# rows joined to it are not.
HOLD: Final[LiteralString] = """
SELECT p.employer_id, p.production_id, p.facts
  FROM production p
  JOIN unnest($1::text[], $2::text[]) AS held (employer_id, production_id) USING (employer_id, production_id)
 ORDER BY p.employer_id, p.production_id
   FOR NO KEY UPDATE OF p
"""

NOTE_NEXT: Final[LiteralString] = """
UPDATE production SET judged_again_at = $3 WHERE employer_id = $1 AND production_id = $2
"""

ADD_JUDGEMENT: Final[LiteralString] = """
INSERT INTO judgement (employer_id, judgement_id, production_id, judged_at, cause, disclosure_id, version,
                       packs, findings, ledger_index)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""

# A judgement that rests on something new: what is known of the production has changed with it.
ADD_WITH_CHANGE: Final[LiteralString] = """
WITH changed AS (
    UPDATE production SET facts = facts + 1, judged_again_at = $11
     WHERE employer_id = $1 AND production_id = $3
)
INSERT INTO judgement (employer_id, judgement_id, production_id, judged_at, cause, disclosure_id, version,
                       packs, findings, ledger_index)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""

FIND_LATEST: Final[LiteralString] = """
SELECT employer_id, judgement_id, production_id, judged_at, cause, disclosure_id, version, packs, findings,
       ledger_index
  FROM judgement
 WHERE employer_id = $1 AND production_id = $2 AND ($3::timestamptz IS NULL OR judged_at <= $3)
 ORDER BY ledger_index DESC
 LIMIT 1
"""


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


async def hold(conn: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The count of facts of each production, locked in their one order until the transaction ends."""
    given = list(keys)
    rows = await conn.fetch(HOLD, [key[0] for key in given], [key[1] for key in given])
    return {(row["employer_id"], row["production_id"]): row["facts"] for row in rows}


async def note_next(conn: Connection, key: tuple[str, str], again_at: dt.datetime | None) -> None:
    """Nothing new is known; look again at *again_at* (None: time changes nothing)."""
    await conn.execute(NOTE_NEXT, *key, again_at)


async def add(conn: Connection, row: Ruled) -> None:
    """Keep a judgement at its place in the ledger."""
    await conn.execute(ADD_JUDGEMENT, *msgspec.structs.asdict(row).values())


async def add_with_change(conn: Connection, row: Ruled, again_at: dt.datetime | None) -> None:
    """The same, and what is known has changed; look again at *again_at* (None: time changes nothing)."""
    await conn.execute(ADD_WITH_CHANGE, *msgspec.structs.asdict(row).values(), again_at)


async def find_latest(
    conn: Connection, key: tuple[str, str], as_of: dt.datetime | None = None
) -> Ruled | None:
    """The newest judgement of a production, or the newest made until *as_of*."""
    row = await conn.fetchrow(FIND_LATEST, *key, as_of)
    return row_to(Ruled, row) if row else None
