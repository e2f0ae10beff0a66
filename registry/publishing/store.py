"""The productions a publication concerns, and history in bulk for a backtest.

The caller holds the transaction. Productions are locked in the order of their keys, before the ledger's head.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, LiteralString

import msgspec

from registry.db import Connection, row_to


class Counted(msgspec.Struct, frozen=True):
    """Productions concerned by a publication, those not judged since, and those that could not be."""

    productions: int
    left: int
    failed: int


# In the one lock order: a filing that holds one of these is waited for, never deadlocked with.
LOCK_CONCERNED: Final[LiteralString] = """
SELECT employer_id FROM production
 WHERE $1::text[] IS NULL OR record -> 'agreements' ?| $1
 ORDER BY employer_id, production_id
   FOR NO KEY UPDATE
"""

# An instant that has come already keeps its own date.
MARK_CONCERNED: Final[LiteralString] = """
UPDATE production SET facts = facts + 1, judged_again_at = least(coalesce(judged_again_at, $2), $2)
 WHERE $1::text[] IS NULL OR record -> 'agreements' ?| $1
"""

# Productions put on record later were never judged without it. What waits since before was asked for by it.
COUNT_CONCERNED: Final[LiteralString] = """
SELECT count(*) AS productions,
       count(*) FILTER (WHERE p.judged_again_at <= $2 AND p.failed_at IS NULL) AS left,
       count(*) FILTER (WHERE p.judged_again_at <= $2 AND p.failed_at IS NOT NULL) AS failed
  FROM production p
 WHERE ($1::text[] IS NULL OR p.record -> 'agreements' ?| $1)
   AND EXISTS (SELECT FROM production_version v
                WHERE v.employer_id = p.employer_id AND v.production_id = p.production_id
                  AND v.revision = 1 AND v.recorded_at <= $2)
"""


async def mark(conn: Connection, agreements: Sequence[str] | None, now: dt.datetime) -> int:
    """Ask for another judgement of each production under *agreements* (None: of all); how many there are."""
    await conn.fetch(LOCK_CONCERNED, agreements)
    done = await conn.execute(MARK_CONCERNED, agreements, now)
    return int(done.rpartition(" ")[2])


async def count(conn: Connection, agreements: Sequence[str] | None, published_at: dt.datetime) -> Counted:
    """How far a publication of *published_at* has come among the productions under *agreements*."""
    return row_to(Counted, await conn.fetchrow(COUNT_CONCERNED, agreements, published_at))


# Every production that was on record at $1, with its record and its employer's as they were then.
LIST_PAST: Final[LiteralString] = """
SELECT p.employer_id, p.production_id, e.record::text AS employer, v.record::text AS record
  FROM production p
  JOIN LATERAL (SELECT record FROM production_version v
                 WHERE v.employer_id = p.employer_id AND v.production_id = p.production_id
                   AND v.recorded_at <= $1
                 ORDER BY v.revision DESC LIMIT 1) v ON true
  JOIN LATERAL (SELECT record FROM employer_version e
                 WHERE e.employer_id = p.employer_id AND e.recorded_at <= $1
                 ORDER BY e.revision DESC LIMIT 1) e ON true
 WHERE ($2::text[] IS NULL OR v.record -> 'agreements' ?| $2)
   AND (p.employer_id, p.production_id) > ($3, $4)
   AND ($6::text[] IS NULL OR p.employer_id = ANY ($6))
 ORDER BY p.employer_id, p.production_id
 LIMIT $5
"""

LOAD_TOLD: Final[LiteralString] = """
SELECT v.employer_id, v.production_id, v.disclosure_id::text, v.version, v.kind, d.type, v.filed_at, v.reason,
       v.explanation, v.ledger_index, v.document::text
  FROM unnest($1::text[], $2::text[]) AS asked (employer_id, production_id)
  JOIN disclosure_version v USING (employer_id, production_id)
  JOIN disclosure d USING (employer_id, disclosure_id)
 WHERE v.filed_at <= $3
 ORDER BY v.ledger_index
"""

FIND_HEARD_OF: Final[LiteralString] = """
SELECT employer_id, production_id
  FROM unnest($1::text[], $2::text[]) AS asked (employer_id, production_id)
 WHERE EXISTS (SELECT FROM request_entry r
                WHERE r.employer_id = asked.employer_id AND r.production_id = asked.production_id)
    OR EXISTS (SELECT FROM observation o
                WHERE o.employer_id = asked.employer_id AND o.production_id = asked.production_id)
"""

COUNT_VERSIONS: Final[LiteralString] = """
SELECT count(*) FROM (SELECT FROM disclosure_version WHERE filed_at <= $1 LIMIT $2) AS few
"""


async def list_past(
    conn: Connection,
    employers: Sequence[str] | None,
    agreements: Sequence[str] | None,
    as_of: dt.datetime,
    after: tuple[str, str],
    limit: int,
) -> Sequence[Any]:
    """At most *limit* productions of *employers* under *agreements* (None: any), as they were at *as_of*."""
    return await conn.fetch(LIST_PAST, as_of, agreements, *after, limit, employers)


async def load_told(
    conn: Connection, keys: Sequence[tuple[str, str]], as_of: dt.datetime
) -> dict[tuple[str, str], list[Any]]:
    """Everything filed about each of *keys* until *as_of*, in the order it became known."""
    found: dict[tuple[str, str], list[Any]] = {key: [] for key in keys}
    for row in await conn.fetch(LOAD_TOLD, [key[0] for key in keys], [key[1] for key in keys], as_of):
        found[row["employer_id"], row["production_id"]].append(row)
    return found


async def find_heard_of(conn: Connection, keys: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of *keys* about which anything was told outside filings."""
    rows = await conn.fetch(FIND_HEARD_OF, [key[0] for key in keys], [key[1] for key in keys])
    return [(row["employer_id"], row["production_id"]) for row in rows]


async def more_versions_than(conn: Connection, as_of: dt.datetime, number: int) -> bool:
    """Whether more than *number* versions were filed until *as_of*."""
    found: int = await conn.fetchval(COUNT_VERSIONS, as_of, number + 1)
    return found > number
