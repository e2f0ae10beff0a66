"""Reads of the copies beside their history: those with history from one position on, or all of them (0)."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, LiteralString

from registry.db import Connection

AT_ONCE: Final = 40
"""How many rows of a stream are in memory."""

FIND_STRAY_CONTENT: Final[LiteralString] = """
SELECT c.employer_id, c.disclosure_id, c.version FROM disclosure_content c
WHERE $1 = 0 AND NOT EXISTS (SELECT FROM disclosure_version v
                  WHERE v.employer_id = c.employer_id AND v.disclosure_id = c.disclosure_id
                    AND v.version = c.version)
ORDER BY c.employer_id, c.disclosure_id, c.version LIMIT 1
"""

FIND_STRAY_PIECE: Final[LiteralString] = """
SELECT c.employer_id, c.evidence_id, c.number FROM evidence_chunk c
WHERE $1 = 0 AND NOT EXISTS (SELECT FROM thread_entry t
                  WHERE t.employer_id = c.employer_id AND t.kind = 'evidence'
                    AND t.document ->> 'evidence_id' = c.evidence_id::text)
ORDER BY c.employer_id, c.evidence_id, c.number LIMIT 1
"""

FIND_STRAY_EMPLOYER: Final[LiteralString] = """
SELECT employer_id FROM (SELECT * FROM employer
      WHERE $1 = 0 OR employer_id IN
            (SELECT employer_id FROM employer_version WHERE ledger_index >= $1)) r
FULL JOIN (SELECT DISTINCT ON (employer_id) employer_id, revision, record, recorded_at
           FROM employer_version
           WHERE $1 = 0 OR employer_id IN
                 (SELECT employer_id FROM employer_version WHERE ledger_index >= $1)
           ORDER BY employer_id, revision DESC) v USING (employer_id)
WHERE (r.revision, r.record, r.changed_at) IS DISTINCT FROM (v.revision, v.record, v.recorded_at)
ORDER BY employer_id LIMIT 1
"""

FIND_STRAY_PRODUCTION: Final[LiteralString] = """
SELECT employer_id, production_id FROM (SELECT * FROM production
      WHERE $1 = 0 OR (employer_id, production_id) IN
            (SELECT employer_id, production_id FROM production_version WHERE ledger_index >= $1)) r
FULL JOIN (SELECT DISTINCT ON (employer_id, production_id)
                  employer_id, production_id, revision, record, recorded_at
           FROM production_version
           WHERE $1 = 0 OR (employer_id, production_id) IN
                 (SELECT employer_id, production_id FROM production_version WHERE ledger_index >= $1)
           ORDER BY employer_id, production_id, revision DESC) v
    USING (employer_id, production_id)
WHERE (r.revision, r.record, r.changed_at) IS DISTINCT FROM (v.revision, v.record, v.recorded_at)
ORDER BY employer_id, production_id LIMIT 1
"""

# The period is the newest one said: an amendment may leave it out, a withdrawal says none.
FIND_STRAY_DISCLOSURE: Final[LiteralString] = """
SELECT employer_id, disclosure_id FROM (SELECT * FROM disclosure
      WHERE $1 = 0 OR (employer_id, disclosure_id) IN
            (SELECT employer_id, disclosure_id FROM disclosure_version WHERE ledger_index >= $1)) r
FULL JOIN (
    SELECT employer_id, disclosure_id, max(version) AS version,
           (array_agg(kind ORDER BY version DESC))[1] AS kind,
           (array_agg(filed_at ORDER BY version DESC))[1] AS filed_at,
           (array_agg(production_id ORDER BY version DESC))[1] AS production_id,
           (array_agg(document #>> '{filing,type}' ORDER BY version))[1] AS type,
           (array_agg(document #>> '{filing,period,from}' ORDER BY version DESC)
                FILTER (WHERE document #>> '{filing,period,from}' IS NOT NULL))[1]::date AS period_from,
           (array_agg(document #>> '{filing,period,to}' ORDER BY version DESC)
                FILTER (WHERE document #>> '{filing,period,to}' IS NOT NULL))[1]::date AS period_to
    FROM disclosure_version
    WHERE $1 = 0 OR (employer_id, disclosure_id) IN
          (SELECT employer_id, disclosure_id FROM disclosure_version WHERE ledger_index >= $1)
    GROUP BY employer_id, disclosure_id) v USING (employer_id, disclosure_id)
WHERE (r.production_id, r.type, r.period_from, r.period_to, r.version, r.state, r.changed_at) IS DISTINCT FROM
      (v.production_id, v.type, v.period_from, v.period_to, v.version,
       CASE v.kind WHEN 'filing' THEN 'filed' WHEN 'amendment' THEN 'amended' ELSE 'withdrawn' END,
       v.filed_at)
ORDER BY employer_id, disclosure_id LIMIT 1
"""

FIND_STRAY_REQUEST: Final[LiteralString] = """
SELECT employer_id, request_id FROM (SELECT * FROM request
      WHERE $1 = 0 OR (employer_id, request_id) IN
            (SELECT employer_id, request_id FROM request_entry WHERE ledger_index >= $1)) r
FULL JOIN (SELECT DISTINCT ON (employer_id, request_id)
                  employer_id, request_id, revision, production_id, party, kind, document, recorded_at,
                  min(recorded_at) FILTER (WHERE revision = 1) OVER (PARTITION BY employer_id, request_id)
                      AS first_recorded_at
           FROM request_entry
           WHERE $1 = 0 OR (employer_id, request_id) IN
                 (SELECT employer_id, request_id FROM request_entry WHERE ledger_index >= $1)
           ORDER BY employer_id, request_id, revision DESC) v
    USING (employer_id, request_id)
WHERE (r.revision, r.production_id, r.party, r.state, r.recorded_at, r.changed_at) IS DISTINCT FROM
      (v.revision, v.production_id, v.party,
       CASE WHEN v.kind = 'request' THEN 'open' WHEN (v.document ->> 'closes')::boolean THEN 'closed'
            ELSE 'answered' END,
       v.first_recorded_at, v.recorded_at)
ORDER BY employer_id, request_id LIMIT 1
"""

PROJECTIONS: Final[Mapping[str, LiteralString]] = {
    "disclosure_content": FIND_STRAY_CONTENT,
    "evidence_chunk": FIND_STRAY_PIECE,
    "employer": FIND_STRAY_EMPLOYER,
    "production": FIND_STRAY_PRODUCTION,
    "disclosure": FIND_STRAY_DISCLOSURE,
    "request": FIND_STRAY_REQUEST,
}
"""Every table that follows a history table, and the statement that finds the first row that does not, among
those with history from position $1 on."""

# `concerned` are the findings of the moves before the newest, whose own is read whole.
STREAM_ALERTS: Final[LiteralString] = """
SELECT employer_id, alert_id, a.production_id, a.fingerprint, a.rule, a.kind, a.severity, a.state, a.revision,
       a.locals, a.unions, a.finding::text AS finding, a.course, a.outcome, a.opened_at, a.changed_at,
       m.revision AS moved_revision, m.to_state, m.outcome AS moved_outcome, m.finding::text AS moved_finding,
       m.course AS moved_course, m.moved_at, m.first_moved_at,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(h.finding -> 'locals', h.finding -> 'unions')), '[]')
        FROM alert_move h
        WHERE h.employer_id = m.employer_id AND h.alert_id = m.alert_id AND h.revision <> m.revision
          AND jsonb_typeof(h.finding) = 'object') AS concerned,
       coalesce(jsonb_typeof(a.course) = 'null', false) AS says_json_null
FROM (SELECT * FROM alert
      WHERE $1 = 0 OR (employer_id, alert_id) IN
          (SELECT employer_id, alert_id FROM alert_move WHERE ledger_index >= $1)) a
FULL JOIN (SELECT DISTINCT ON (employer_id, alert_id)
                  employer_id, alert_id, revision, to_state, outcome, finding, course, moved_at,
                  min(moved_at) FILTER (WHERE revision = 1) OVER (PARTITION BY employer_id, alert_id)
                      AS first_moved_at
           FROM alert_move
           WHERE $1 = 0 OR (employer_id, alert_id) IN
               (SELECT employer_id, alert_id FROM alert_move WHERE ledger_index >= $1)
           ORDER BY employer_id, alert_id, revision DESC) m USING (employer_id, alert_id)
ORDER BY employer_id, alert_id
"""


# What a repeat of a request is answered with, beside the version, the entry and the judgement it tells of.
# The receipt comes first in an answer; it is looked up as text, because a forged answer need not be JSON.
STREAM_ANSWERS: Final[LiteralString] = """
SELECT i.employer_id, i.key, i.fingerprint, i.status, i.headers, i.answer, i.created_at,
       v.disclosure_id, v.version, v.production_id, v.kind, v.schema_version, v.filed_at, v.sha256,
       v.ledger_index, v.warnings, e.entry, c.body, j.findings
FROM idempotency i
LEFT JOIN disclosure_version v
    ON v.employer_id = i.employer_id
   AND v.disclosure_id = substring(encode(substring(i.answer FROM 1 FOR 2000), 'escape') FROM
       '"disclosure_id":"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"')::uuid
   AND v.version = substring(encode(substring(i.answer FROM 1 FOR 2000), 'escape')
                             FROM '"version":([0-9]{1,9})[,}]')::int
LEFT JOIN disclosure_content c
    ON c.employer_id = v.employer_id AND c.disclosure_id = v.disclosure_id AND c.version = v.version
LEFT JOIN ledger_entry e ON e.index = v.ledger_index
LEFT JOIN judgement j
    ON j.employer_id = v.employer_id AND j.production_id = v.production_id
   AND j.disclosure_id = v.disclosure_id AND j.version = v.version
WHERE ($1 = 0 OR v.ledger_index >= $1 OR v.ledger_index IS NULL)
  AND ($3::int = 1 OR abs(coalesce(hashtext(i.key), 0)::bigint) % $3 = $2::int)
ORDER BY i.employer_id, i.key
"""


async def find_stray(conn: Connection, table: str, first: int) -> tuple[Any, ...] | None:
    """The key of the first row of a table that does not follow its history, or None."""
    row = await conn.fetchrow(PROJECTIONS[table], first)
    return tuple(row) if row else None


async def stream_answers(conn: Connection, first: int, share: int, of: int) -> AsyncIterator[list[Any]]:
    """The kept answers with what they tell of, by employer and key; a version that is not there is NULL.

    Of so many shares, counted from 0, one: each key falls to one of them.
    """
    cursor = await conn.cursor(STREAM_ANSWERS, first, share, of)
    while rows := await cursor.fetch(AT_ONCE):
        yield list(rows)


async def stream_alerts(conn: Connection, first: int) -> AsyncIterator[list[Any]]:
    """The alerts with their newest moves and the times of their first, by key; either may be missing."""
    cursor = await conn.cursor(STREAM_ALERTS, first)
    while rows := await cursor.fetch(AT_ONCE):
        yield list(rows)
