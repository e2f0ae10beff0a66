"""What the tables are made from: rows within the caller's limits, as of a tree size. Needs a snapshot."""

from collections.abc import AsyncIterator
from typing import Any, Final, LiteralString

from registry.auth.scope import Scope
from registry.db import Connection
from registry.search.terms import scope_terms

# The newest version that each disclosure had by then, unless it was withdrawn.
STREAM_IN_FORCE: Final[LiteralString] = """
SELECT v.employer_id, v.production_id, v.period_from, v.filed_at, d.document
  FROM search_version v JOIN disclosure_version d USING (employer_id, disclosure_id, version)
 WHERE v.from_index < $1::bigint AND v.until_index >= $1 AND v.state <> 'withdrawn'
   AND ($2::text[] IS NULL OR v.employer_id = ANY ($2))
   AND ($3::text[] IS NULL OR v.terms && $3
        AND production_concerned(v.employer_id, v.production_id, $1, $4::text[], $5::text[]))
 ORDER BY v.from_index
"""

# When updates in force were filed first, whatever has amended them since.
STREAM_UPDATES: Final[LiteralString] = """
SELECT v.employer_id, v.period_to, f.filed_at AS first_filed_at
  FROM search_version v
  JOIN search_version f
    ON f.employer_id = v.employer_id AND f.disclosure_id = v.disclosure_id AND f.version = 1
 WHERE v.from_index < $1::bigint AND v.until_index >= $1 AND v.state <> 'withdrawn'
   AND v.type IN ('quarterly_update', 'nil_return') AND v.period_to IS NOT NULL
   AND ($2::text[] IS NULL OR v.employer_id = ANY ($2))
   AND ($3::text[] IS NULL OR v.terms && $3
        AND production_concerned(v.employer_id, v.production_id, $1, $4::text[], $5::text[]))
"""

# The newest judgement that each production had by then.
STREAM_JUDGED: Final[LiteralString] = """
SELECT p.employer_id, j.findings
  FROM production_at($1) p
 CROSS JOIN LATERAL (
       SELECT findings FROM judgement j
        WHERE j.employer_id = p.employer_id AND j.production_id = p.production_id
          AND j.ledger_index < $1
        ORDER BY j.ledger_index DESC LIMIT 1) AS j
 WHERE ($2::text[] IS NULL OR p.employer_id = ANY ($2))
   AND ($3::text[] IS NULL OR p.record -> 'locals' ?| $3 OR EXISTS (
        SELECT FROM jsonb_array_elements_text(p.record -> 'locals') AS local
         WHERE split_part(local, ':', 1) = ANY ($4::text[])))
"""

STREAM_ANSWERED: Final[LiteralString] = """
SELECT a.employer_id, 'alert' AS kind, o.moved_at AS opened_at,
       (SELECT min(m.moved_at) FROM alert_move m
         WHERE m.employer_id = a.employer_id AND m.alert_id = a.alert_id AND m.ledger_index < $1
           AND m.move = 'answer') AS answered_at,
       (SELECT m.to_state IN ('resolved', 'withdrawn') FROM alert_move m
         WHERE m.employer_id = a.employer_id AND m.alert_id = a.alert_id AND m.ledger_index < $1
         ORDER BY m.revision DESC LIMIT 1) AS ended
  FROM alert a
  JOIN alert_move o ON o.employer_id = a.employer_id AND o.alert_id = a.alert_id AND o.revision = 1
 WHERE o.ledger_index < $1::bigint
   AND ($2::text[] IS NULL OR a.employer_id = ANY ($2))
   AND ($3::text[] IS NULL OR (a.locals && $3 OR a.unions && $4::text[])
        AND alert_concerned(a.employer_id, a.alert_id, $1, $3, $4))
UNION ALL
SELECT e.employer_id, 'request', e.recorded_at,
       (SELECT min(w.recorded_at) FROM request_entry w
         WHERE w.employer_id = e.employer_id AND w.request_id = e.request_id AND w.ledger_index < $1
           AND w.kind = 'answer'),
       false
  FROM request_entry e
 WHERE e.revision = 1 AND e.ledger_index < $1
   AND ($2::text[] IS NULL OR e.employer_id = ANY ($2))
   AND ($3::text[] IS NULL OR e.party = ANY ($3) OR split_part(e.party, ':', 1) = ANY ($4::text[]))
"""

STREAM_ALERTS: Final[LiteralString] = """
SELECT a.employer_id, a.production_id, a.rule, s.to_state AS state, f.clause
  FROM alert a
 CROSS JOIN LATERAL (
       SELECT m.to_state FROM alert_move m
        WHERE m.employer_id = a.employer_id AND m.alert_id = a.alert_id AND m.ledger_index < $1::bigint
        ORDER BY m.revision DESC LIMIT 1) AS s
  LEFT JOIN LATERAL (
       SELECT m.finding -> 'citation' ->> 'clause' AS clause FROM alert_move m
        WHERE m.employer_id = a.employer_id AND m.alert_id = a.alert_id AND m.ledger_index < $1
          AND m.finding IS NOT NULL
        ORDER BY m.revision DESC LIMIT 1) AS f ON true
 WHERE ($2::text[] IS NULL OR a.employer_id = ANY ($2))
   AND ($3::text[] IS NULL OR (a.locals && $3 OR a.unions && $4::text[])
        AND alert_concerned(a.employer_id, a.alert_id, $1, $3, $4))
"""

AT_ONCE: Final = 200


async def stream_in_force(conn: Connection, scope: Scope, size: int) -> AsyncIterator[Any]:
    """Each disclosure in force in the tree of *size*, in the order of the ledger."""
    given = (size, scope.employers, scope_terms(scope), scope.locals, scope.unions or [])
    async for row in conn.cursor(STREAM_IN_FORCE, *given, prefetch=AT_ONCE):
        yield row


async def load_updates(conn: Connection, scope: Scope, size: int) -> list[Any]:
    """Each update in force in the tree of *size*: employer, end of its period, when it was filed first."""
    given = (size, scope.employers, scope_terms(scope), scope.locals, scope.unions or [])
    return list(await conn.fetch(STREAM_UPDATES, *given))


async def stream_judged(conn: Connection, scope: Scope, size: int) -> AsyncIterator[tuple[str, bytes]]:
    """Employer and findings of the newest judgement of each production in the tree of *size*."""
    given = (size, scope.employers, scope.locals, scope.unions or [])
    async for row in conn.cursor(STREAM_JUDGED, *given, prefetch=50):
        yield row["employer_id"], row["findings"]


async def load_answered(conn: Connection, scope: Scope, size: int) -> list[Any]:
    """Each alert and request in the tree of *size*, with when it was opened and first answered."""
    given = (size, scope.employers, scope.locals, scope.unions or [])
    return list(await conn.fetch(STREAM_ANSWERED, *given))


async def load_alerts(conn: Connection, scope: Scope, size: int) -> list[Any]:
    """Each alert in the tree of *size*, with its state and the clause of its newest finding then."""
    given = (size, scope.employers, scope.locals, scope.unions or [])
    return list(await conn.fetch(STREAM_ALERTS, *given))
