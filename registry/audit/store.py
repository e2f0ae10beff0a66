"""Reads for verification: every history table in the ledger's order, every living record with its history.

Streams read a few rows at a time through server-side cursors and need their caller's transaction.
"""

import heapq
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, LiteralString

from registry.audit.check import Row
from registry.db import Connection

AT_ONCE: Final = 40
"""How many rows of a table are held in memory; a disclosure has at most 1 MiB."""

BESIDE: Final = frozenset({"previous_index", "previous_leaf", "body_beside", "salts", "says_json_null"})
"""What a statement reads beside its table's own columns."""

# Streaming needs plans that start at once, sorting nothing: a walk down the index on ledger_index, a look
# into a primary key for what is read beside each row. For this transaction only.
PLAN_FOR: Final[LiteralString] = """
SELECT set_config('enable_sort', $1, true), set_config('enable_hashjoin', $1, true),
       set_config('enable_mergejoin', $1, true)
"""

STREAM_EMPLOYERS: Final[LiteralString] = """
SELECT v.employer_id, v.revision, v.record, v.body, v.recorded_at, v.recorded_by, v.ledger_index,
       p.ledger_index AS previous_index, e.leaf AS previous_leaf
FROM employer_version v
LEFT JOIN employer_version p ON p.employer_id = v.employer_id AND p.revision = v.revision - 1
LEFT JOIN ledger_entry e ON e.index = p.ledger_index
ORDER BY v.ledger_index
"""

STREAM_PRODUCTIONS: Final[LiteralString] = """
SELECT v.employer_id, v.production_id, v.revision, v.record, v.body, v.recorded_at, v.recorded_by,
       v.ledger_index, p.ledger_index AS previous_index, e.leaf AS previous_leaf
FROM production_version v
LEFT JOIN production_version p
    ON p.employer_id = v.employer_id AND p.production_id = v.production_id AND p.revision = v.revision - 1
LEFT JOIN ledger_entry e ON e.index = p.ledger_index
ORDER BY v.ledger_index
"""

STREAM_PUBLICATIONS: Final[LiteralString] = """
SELECT kind, name, digest, body, published_at, ledger_index FROM publication ORDER BY ledger_index
"""

STREAM_DISCLOSURES: Final[LiteralString] = """
SELECT v.employer_id, v.disclosure_id, v.version, v.production_id, v.kind, v.reason, v.explanation,
       v.schema_version, v.filed_at, v.filed_by, v.sha256, v.ledger_index, v.document, v.warnings,
       c.body AS body_beside, c.salts, p.ledger_index AS previous_index, e.leaf AS previous_leaf
FROM disclosure_version v
LEFT JOIN disclosure_content c
    ON c.employer_id = v.employer_id AND c.disclosure_id = v.disclosure_id AND c.version = v.version
LEFT JOIN disclosure_version p
    ON p.employer_id = v.employer_id AND p.disclosure_id = v.disclosure_id AND p.version = v.version - 1
LEFT JOIN ledger_entry e ON e.index = p.ledger_index
ORDER BY v.ledger_index
"""

STREAM_JUDGEMENTS: Final[LiteralString] = """
SELECT employer_id, judgement_id, production_id, judged_at, cause, disclosure_id, version, packs, findings,
       known_to, ledger_index
FROM judgement ORDER BY ledger_index
"""

STREAM_MOVES: Final[LiteralString] = """
SELECT m.employer_id, m.alert_id, m.revision, m.move, m.from_state, m.to_state, m.author, m.reason, m.outcome,
       m.finding, m.course, m.moved_at, m.ledger_index,
       coalesce(jsonb_typeof(m.finding) = 'null' OR jsonb_typeof(m.course) = 'null', false) AS says_json_null,
       p.ledger_index AS previous_index, e.leaf AS previous_leaf
FROM alert_move m
LEFT JOIN alert_move p
    ON p.employer_id = m.employer_id AND p.alert_id = m.alert_id AND p.revision = m.revision - 1
LEFT JOIN ledger_entry e ON e.index = p.ledger_index
ORDER BY m.ledger_index
"""

STREAM_REQUESTS: Final[LiteralString] = """
SELECT r.employer_id, r.request_id, r.revision, r.production_id, r.party, r.kind, r.document, r.body,
       r.key_digest, r.recorded_at, r.recorded_by, r.role, r.ledger_index,
       p.ledger_index AS previous_index, e.leaf AS previous_leaf
FROM request_entry r
LEFT JOIN request_entry p
    ON p.employer_id = r.employer_id AND p.request_id = r.request_id AND p.revision = r.revision - 1
LEFT JOIN ledger_entry e ON e.index = p.ledger_index
ORDER BY r.ledger_index
"""

STREAM_OBSERVATIONS: Final[LiteralString] = """
SELECT employer_id, observation_id, production_id, party, role, document, reporter_name, reporter_contact,
       salt, key_digest, fingerprint, recorded_at, ledger_index
FROM observation ORDER BY ledger_index
"""

STREAM_THREADS: Final[LiteralString] = """
SELECT t.employer_id, t.thread_id, t.number, t.thread, t.production_id, t.kind, t.side, t.party, t.document,
       t.body, t.salt, t.key_digest, t.recorded_at, t.recorded_by, t.role, t.ledger_index,
       p.ledger_index AS previous_index, e.leaf AS previous_leaf
FROM thread_entry t
LEFT JOIN thread_entry p
    ON p.employer_id = t.employer_id AND p.thread_id = t.thread_id AND p.number = t.number - 1
LEFT JOIN ledger_entry e ON e.index = p.ledger_index
ORDER BY t.ledger_index
"""

HISTORY: Final[Mapping[str, LiteralString]] = {
    "employer_version": STREAM_EMPLOYERS,
    "production_version": STREAM_PRODUCTIONS,
    "publication": STREAM_PUBLICATIONS,
    "disclosure_version": STREAM_DISCLOSURES,
    "judgement": STREAM_JUDGEMENTS,
    "alert_move": STREAM_MOVES,
    "request_entry": STREAM_REQUESTS,
    "observation": STREAM_OBSERVATIONS,
    "thread_entry": STREAM_THREADS,
}
"""Every table whose rows are each vouched for by one ledger entry, and the statement that streams it."""

FIND_STRAY_CONTENT: Final[LiteralString] = """
SELECT c.employer_id, c.disclosure_id, c.version FROM disclosure_content c
WHERE NOT EXISTS (SELECT FROM disclosure_version v
                  WHERE v.employer_id = c.employer_id AND v.disclosure_id = c.disclosure_id
                    AND v.version = c.version)
ORDER BY c.employer_id, c.disclosure_id, c.version LIMIT 1
"""

FIND_STRAY_PIECE: Final[LiteralString] = """
SELECT c.employer_id, c.evidence_id, c.number FROM evidence_chunk c
WHERE NOT EXISTS (SELECT FROM thread_entry t
                  WHERE t.employer_id = c.employer_id AND t.kind = 'evidence'
                    AND t.document ->> 'evidence_id' = c.evidence_id::text)
ORDER BY c.employer_id, c.evidence_id, c.number LIMIT 1
"""

FIND_STRAY_EMPLOYER: Final[LiteralString] = """
SELECT employer_id FROM employer r
FULL JOIN (SELECT DISTINCT ON (employer_id) employer_id, revision, record, recorded_at
           FROM employer_version ORDER BY employer_id, revision DESC) v USING (employer_id)
WHERE (r.revision, r.record, r.changed_at) IS DISTINCT FROM (v.revision, v.record, v.recorded_at)
ORDER BY employer_id LIMIT 1
"""

FIND_STRAY_PRODUCTION: Final[LiteralString] = """
SELECT employer_id, production_id FROM production r
FULL JOIN (SELECT DISTINCT ON (employer_id, production_id)
                  employer_id, production_id, revision, record, recorded_at
           FROM production_version ORDER BY employer_id, production_id, revision DESC) v
    USING (employer_id, production_id)
WHERE (r.revision, r.record, r.changed_at) IS DISTINCT FROM (v.revision, v.record, v.recorded_at)
ORDER BY employer_id, production_id LIMIT 1
"""

# The period is the newest one said: an amendment may leave it out, a withdrawal says none.
FIND_STRAY_DISCLOSURE: Final[LiteralString] = """
SELECT employer_id, disclosure_id FROM disclosure r
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
    FROM disclosure_version GROUP BY employer_id, disclosure_id) v USING (employer_id, disclosure_id)
WHERE (r.production_id, r.type, r.period_from, r.period_to, r.version, r.state, r.changed_at) IS DISTINCT FROM
      (v.production_id, v.type, v.period_from, v.period_to, v.version,
       CASE v.kind WHEN 'filing' THEN 'filed' WHEN 'amendment' THEN 'amended' ELSE 'withdrawn' END,
       v.filed_at)
ORDER BY employer_id, disclosure_id LIMIT 1
"""

FIND_STRAY_REQUEST: Final[LiteralString] = """
SELECT employer_id, request_id FROM request r
FULL JOIN (SELECT DISTINCT ON (employer_id, request_id)
                  employer_id, request_id, revision, production_id, party, kind, document, recorded_at,
                  min(recorded_at) FILTER (WHERE revision = 1) OVER (PARTITION BY employer_id, request_id)
                      AS first_recorded_at
           FROM request_entry ORDER BY employer_id, request_id, revision DESC) v
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
"""Every table that follows a history table, and the statement that finds the first row that does not."""

STREAM_ALERTS: Final[LiteralString] = """
SELECT employer_id, alert_id, a.production_id, a.fingerprint, a.rule, a.kind, a.severity, a.state, a.revision,
       a.locals, a.unions, a.finding, a.course, a.outcome, a.opened_at, a.changed_at,
       m.revision AS moved_revision, m.to_state, m.outcome AS moved_outcome, m.finding AS moved_finding,
       m.course AS moved_course, m.moved_at, m.first_moved_at,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(h.finding -> 'locals', h.finding -> 'unions')), '[]')
        FROM alert_move h
        WHERE h.employer_id = m.employer_id AND h.alert_id = m.alert_id
          AND jsonb_typeof(h.finding) = 'object') AS concerned,
       coalesce(jsonb_typeof(a.course) = 'null', false) AS says_json_null
FROM alert a
FULL JOIN (SELECT DISTINCT ON (employer_id, alert_id)
                  employer_id, alert_id, revision, to_state, outcome, finding, course, moved_at,
                  min(moved_at) FILTER (WHERE revision = 1) OVER (PARTITION BY employer_id, alert_id)
                      AS first_moved_at
           FROM alert_move ORDER BY employer_id, alert_id, revision DESC) m USING (employer_id, alert_id)
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
   AND v.disclosure_id = substring(encode(i.answer, 'escape') FROM
       '"disclosure_id":"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"')::uuid
   AND v.version = substring(encode(i.answer, 'escape') FROM '"version":([0-9]{1,9})[,}]')::int
LEFT JOIN disclosure_content c
    ON c.employer_id = v.employer_id AND c.disclosure_id = v.disclosure_id AND c.version = v.version
LEFT JOIN ledger_entry e ON e.index = v.ledger_index
LEFT JOIN judgement j
    ON j.employer_id = v.employer_id AND j.production_id = v.production_id
   AND j.disclosure_id = v.disclosure_id AND j.version = v.version
ORDER BY i.employer_id, i.key
"""


async def plan_for_streams(conn: Connection, *, streams: bool) -> None:
    """Have this transaction's statements planned for *streams*, or as usual again."""
    await conn.execute(PLAN_FOR, "off" if streams else "on")


async def stream_history(conn: Connection) -> AsyncIterator[Row]:
    """Every history row of every table, in the order of the ledger entries they name."""
    cursors = [aiter(stream_table(conn, table)) for table in HISTORY]
    waiting = []
    for number, cursor in enumerate(cursors):
        row = await anext(cursor, None)
        if row is not None:
            waiting.append((row.ledger_index, number, row))
    heapq.heapify(waiting)
    while waiting:
        _, number, row = waiting[0]
        yield row
        following = await anext(cursors[number], None)
        if following is None:
            heapq.heappop(waiting)
        else:
            heapq.heapreplace(waiting, (following.ledger_index, number, following))


async def stream_table(conn: Connection, table: str) -> AsyncIterator[Row]:
    """Every row of one history table, in the order of the ledger."""
    async for read in conn.cursor(HISTORY[table], prefetch=AT_ONCE):
        columns: dict[str, Any] = dict(read)
        beside = {name.removesuffix("_beside"): columns.pop(name) for name in BESIDE & columns.keys()}
        yield Row(table, columns["ledger_index"], columns, beside)


async def find_stray(conn: Connection, table: str) -> tuple[Any, ...] | None:
    """The key of the first row of a table that does not follow its history, or None."""
    row = await conn.fetchrow(PROJECTIONS[table])
    return tuple(row) if row else None


async def stream_answers(conn: Connection) -> AsyncIterator[Mapping[str, Any]]:
    """Every kept answer with what it tells of, by employer and key; a version that is not there is NULL."""
    async for row in conn.cursor(STREAM_ANSWERS, prefetch=AT_ONCE):
        yield dict(row)


async def stream_alerts(conn: Connection) -> AsyncIterator[Mapping[str, Any]]:
    """Every alert with its newest move and the time of its first, by key; either side may be missing."""
    async for row in conn.cursor(STREAM_ALERTS, prefetch=AT_ONCE):
        yield dict(row)
