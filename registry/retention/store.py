"""Versions that are old enough to be looked at, with what was last known about their productions."""

import datetime as dt
from typing import Final, LiteralString
from uuid import UUID

from registry.auth.scope import Scope
from registry.db import Connection, rows_to
from registry.retention.due import Old

LIST_OLD: Final[LiteralString] = """
SELECT v.employer_id, v.production_id, v.disclosure_id, v.version, v.filed_at, d.period_to, p.record,
       (SELECT max(w.filed_at) FROM disclosure_version w
         WHERE w.employer_id = v.employer_id AND w.production_id = v.production_id) AS newest_at,
       (SELECT max(a.changed_at) FROM alert a
         WHERE a.employer_id = v.employer_id AND a.production_id = v.production_id) AS moved_at,
       (SELECT max(r.changed_at) FROM request r
         WHERE r.employer_id = v.employer_id AND r.production_id = v.production_id) AS asked_at,
       (SELECT count(*) FROM alert a
         WHERE a.employer_id = v.employer_id AND a.production_id = v.production_id
           AND a.state NOT IN ('resolved', 'withdrawn')) AS alerts,
       (SELECT count(*) FROM request r
         WHERE r.employer_id = v.employer_id AND r.production_id = v.production_id
           AND r.state <> 'closed') AS requests
  FROM disclosure_version v
  JOIN disclosure d USING (employer_id, disclosure_id)
  JOIN production p ON p.employer_id = v.employer_id AND p.production_id = v.production_id
 WHERE ($1::text[] IS NULL OR v.employer_id = ANY ($1))
   AND ($2::text[] IS NULL OR p.record -> 'locals' ?| $2 OR EXISTS (
        SELECT FROM jsonb_array_elements_text(p.record -> 'locals') AS local
         WHERE split_part(local, ':', 1) = ANY ($3::text[])))
   AND v.filed_at < $4
   AND ($5::text IS NULL OR (v.employer_id, v.disclosure_id, v.version) > ($5, $6::uuid, $7::int))
 ORDER BY v.employer_id, v.disclosure_id, v.version
 LIMIT $8
"""


async def find_old(
    conn: Connection, scope: Scope, before: dt.datetime, after: tuple[str, UUID, int] | None, limit: int
) -> list[Old]:
    """Versions within *scope* received before an instant, behind *after*, in order; *limit* of them."""
    place = after or (None, None, None)
    limits = scope.employers, scope.locals, scope.unions
    return rows_to(Old, await conn.fetch(LIST_OLD, *limits, before, *place, limit))
