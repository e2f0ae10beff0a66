"""What is asked of the tables for the public. The caller holds the snapshot."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

import msgspec

from registry.db import Connection, row_to, rows_to
from registry.productions.record import EmployerRecord, ProductionRecord

MOST_DISCLOSURES: Final = 100


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A production in the order of the public's list: by `place`, which says nothing of its key."""

    place: str
    record: ProductionRecord
    employer: EmployerRecord


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a disclosure in force says: the newest version of it that is not a withdrawal."""

    disclosure_id: UUID
    employer_id: str
    production_id: str
    state: str
    version: int
    filed_at: dt.datetime
    sha256: bytes
    ledger_index: int
    document: dict[str, Any]
    record: ProductionRecord


# A production is the public's to know once its title is released, or when something filed leaves it to them.
# The order is that of a digest, so that no cursor tells a key.
LIST_PRODUCTIONS: Final[LiteralString] = """
SELECT md5(p.employer_id || '/' || p.production_id) AS place, p.record, e.record AS employer
  FROM production p JOIN employer e USING (employer_id)
 WHERE ($1::text IS NULL OR md5(p.employer_id || '/' || p.production_id) > $1)
   AND ((p.record ->> 'released_on')::date
            <= ($2::timestamptz AT TIME ZONE coalesce(p.record ->> 'time_zone', 'America/Los_Angeles'))::date
        OR EXISTS (
            SELECT FROM disclosure d JOIN disclosure_version v USING (employer_id, disclosure_id, version)
             WHERE d.employer_id = p.employer_id AND d.production_id = p.production_id
               AND d.state <> 'withdrawn'
               AND v.document ? 'filing'
               AND coalesce(v.document #>> '{filing,confidentiality,sections,production}',
                            v.document #>> '{filing,confidentiality,default}', 'public') = 'public'))
 ORDER BY md5(p.employer_id || '/' || p.production_id)
 LIMIT $3
"""

LIST_DISCLOSURES: Final[LiteralString] = """
SELECT d.disclosure_id, d.employer_id, d.production_id, d.state, v.version, v.filed_at, v.sha256,
       v.ledger_index, v.document, p.record
  FROM unnest($1::text[], $2::text[]) AS k (employer_id, production_id)
  JOIN production p USING (employer_id, production_id)
 CROSS JOIN LATERAL (
       SELECT * FROM disclosure d
        WHERE d.employer_id = p.employer_id AND d.production_id = p.production_id AND d.state <> 'withdrawn'
        ORDER BY d.disclosure_id DESC
        LIMIT $3) AS d
  JOIN disclosure_version v ON v.employer_id = d.employer_id AND v.disclosure_id = d.disclosure_id
                           AND v.version = d.version
 ORDER BY d.disclosure_id DESC
"""

FIND_DISCLOSURE: Final[LiteralString] = """
SELECT d.disclosure_id, d.employer_id, d.production_id, d.state, v.version, v.filed_at, v.sha256,
       v.ledger_index, v.document, p.record
  FROM disclosure d
  JOIN production p USING (employer_id, production_id)
  JOIN disclosure_version v ON v.employer_id = d.employer_id AND v.disclosure_id = d.disclosure_id
                           AND v.version = d.version
 WHERE d.disclosure_id = $1 AND d.state <> 'withdrawn'
"""

COUNT: Final[LiteralString] = """
SELECT 'employers' AS what, '' AS kind, count(*) AS number FROM employer
UNION ALL SELECT 'productions', record ->> 'format', count(*) FROM production GROUP BY 2
UNION ALL SELECT 'disclosures', type, count(*) FROM disclosure GROUP BY 2
UNION ALL SELECT 'disclosures_by_state', state, count(*) FROM disclosure GROUP BY 2
UNION ALL SELECT 'alerts', kind, count(*) FROM alert GROUP BY 2
UNION ALL SELECT 'alerts_by_state', state, count(*) FROM alert GROUP BY 2
"""


async def find_productions(conn: Connection, after: str | None, now: dt.datetime, limit: int) -> list[Found]:
    """Productions the public may know of, behind the place *after*; one more than *limit*."""
    return rows_to(Found, await conn.fetch(LIST_PRODUCTIONS, after, now, limit + 1))


async def find_disclosures(conn: Connection, keys: Sequence[tuple[str, str]]) -> list[Said]:
    """What is in force of the productions with these *keys*, newest first, so many of each."""
    names = [key[0] for key in keys], [key[1] for key in keys]
    return rows_to(Said, await conn.fetch(LIST_DISCLOSURES, *names, MOST_DISCLOSURES))


async def find_disclosure(conn: Connection, disclosure_id: UUID) -> Said | None:
    """What one disclosure in force says; None where there is none."""
    row = await conn.fetchrow(FIND_DISCLOSURE, disclosure_id)
    return row_to(Said, row) if row else None


async def count(conn: Connection) -> dict[str, dict[str, int]]:
    """How many there are, by what and by kind."""
    found: dict[str, dict[str, int]] = {}
    for row in await conn.fetch(COUNT):
        found.setdefault(row["what"], {})[row["kind"]] = row["number"]
    return found
