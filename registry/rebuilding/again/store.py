"""The table loss_change, what its rows are made from; and next looks.

Needs the tables' owner, and productions locked.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final, LiteralString

import msgspec

from registry.db import Connection, rows_to

# Judgements of filings about productions of which a version tells a workforce event, in the order they came.
LIST_JUDGED: Final[LiteralString] = """
SELECT j.employer_id, j.production_id, j.judged_at, j.known_to, j.ledger_index
  FROM judgement j
 WHERE j.cause = 'filing' AND (j.employer_id, j.production_id) IN (
       SELECT v.employer_id, v.production_id FROM disclosure_version v
        WHERE v.document @? '$.workforce[*].events[*]')
 ORDER BY j.employer_id, j.production_id, j.ledger_index
"""

# Redactions of what losses are made from.
LIST_TAKEN: Final[LiteralString] = """
SELECT r.employer_id, v.production_id, r.ledger_index AS position, r.recorded_at AS changed_at
  FROM redaction r JOIN disclosure_version v USING (employer_id, disclosure_id, version)
 WHERE r.sections ?| $1::text[]
 ORDER BY r.ledger_index
"""

# A mark that a sweep holds just now is one that it will have spread; it is not waited for.
DROP_STRAYS: Final[LiteralString] = """
DELETE FROM loss_change WHERE (employer_id, production_id, position) IN (
    SELECT l.employer_id, l.production_id, l.position
      FROM loss_change l
      LEFT JOIN jsonb_to_recordset($1::jsonb)
             AS r (employer_id text, production_id text, position bigint, changed_at timestamptz)
             USING (employer_id, production_id, position)
      LEFT JOIN jsonb_to_recordset($2::jsonb) AS t (employer_id text, production_id text, position bigint)
            ON t.position > l.position AND (t.employer_id, t.production_id) = (l.employer_id, l.production_id)
     WHERE r.changed_at IS DISTINCT FROM l.changed_at AND t.position IS NULL
       FOR UPDATE OF l SKIP LOCKED)
"""

MAKE_MARKS: Final[LiteralString] = """
INSERT INTO loss_change (employer_id, production_id, position, changed_at, spread)
SELECT employer_id, production_id, position, changed_at, spread
  FROM jsonb_to_recordset($1::jsonb)
       AS r (employer_id text, production_id text, position bigint, changed_at timestamptz, spread bool)
    ON CONFLICT DO NOTHING
RETURNING employer_id
"""


# Looked at at once, it says itself when to look next; what time cannot change is looked at in vain, once.
MAKE_LOOKS: Final[LiteralString] = """
WITH productions AS (
    UPDATE production p SET judged_again_at = j.judged_at
      FROM (SELECT employer_id, production_id, max(judged_at) AS judged_at FROM judgement GROUP BY 1, 2) AS j
     WHERE p.employer_id = j.employer_id AND p.production_id = j.production_id AND p.judged_again_at IS NULL
    RETURNING p.production_id
), alerts AS (
    UPDATE alert SET wakes_at = changed_at WHERE wakes_at IS NULL AND state NOT IN ('resolved', 'withdrawn')
    RETURNING alert_id
)
SELECT (SELECT count(*) FROM productions) + (SELECT count(*) FROM alerts)
"""


class Judged(msgspec.Struct, frozen=True):
    """Where a filing was judged, and in sight of what."""

    employer_id: str
    production_id: str
    judged_at: dt.datetime
    known_to: int
    ledger_index: int


class Mark(msgspec.Struct, frozen=True):
    """One change of a production's losses."""

    employer_id: str
    production_id: str
    position: int
    changed_at: dt.datetime


async def list_judged(conn: Connection) -> list[Judged]:
    """The judgements of filings that may have changed losses, production by production."""
    return rows_to(Judged, await conn.fetch(LIST_JUDGED))


async def list_taken(conn: Connection, sections: Sequence[str]) -> list[Mark]:
    """The marks of redactions that took one of *sections*."""
    return rows_to(Mark, await conn.fetch(LIST_TAKEN, sections))


async def put(conn: Connection, of_filings: Sequence[Mark], of_redactions: Sequence[Mark]) -> tuple[int, int]:
    """Write the marks that are missing, take away those that nothing made; how many of each."""
    every = [row_of(mark, spread=False) for mark in of_filings]
    every += [row_of(mark, spread=True) for mark in of_redactions]
    taken = [row_of(mark, spread=True) for mark in of_redactions]
    done: str = await conn.execute(DROP_STRAYS, every, taken)
    return len(await conn.fetch(MAKE_MARKS, every)), int(done.rpartition(" ")[2])


async def make_looks(conn: Connection) -> int:
    """Have looked at what is to be looked at never again; how many productions and alerts that is."""
    made: int = await conn.fetchval(MAKE_LOOKS)
    return made


def row_of(mark: Mark, *, spread: bool) -> Mapping[str, Any]:
    """A mark as a row."""
    return {**msgspec.structs.asdict(mark), "spread": spread}
