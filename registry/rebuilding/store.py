"""The statements that make copies anew. All of them need the tables' owner, and the locks taken first.

Each writes only rows that are not what they should be, and answers how many.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final, LiteralString

from registry.db import Connection, row_to
from registry.judging.ruling import Ruled

AT_ONCE: Final = 100

# Whoever is at work is waited for, whoever comes waits; reading goes on.
LOCK_COPIES: Final[LiteralString] = """
LOCK TABLE employer, production, disclosure, alert, request IN EXCLUSIVE MODE
"""

LOCK_HEAD: Final[LiteralString] = """
SELECT size FROM ledger_head WHERE one FOR UPDATE
"""

# Only for this transaction, and only for the two columns that are copies; both are held to their entries.
OPEN_HISTORY: Final[LiteralString] = """
ALTER TABLE disclosure_version DISABLE TRIGGER disclosure_version_is_append_only;
ALTER TABLE judgement DISABLE TRIGGER judgement_is_append_only;
"""

CLOSE_HISTORY: Final[LiteralString] = """
ALTER TABLE disclosure_version ENABLE TRIGGER disclosure_version_is_append_only;
ALTER TABLE judgement ENABLE TRIGGER judgement_is_append_only;
"""

STREAM_VERSIONS: Final[LiteralString] = """
SELECT v.employer_id, v.disclosure_id, v.version, v.production_id, v.kind, v.reason, v.explanation,
       v.schema_version, v.filed_at, v.filed_by, v.sha256, v.document, v.warnings, v.ledger_index,
       c.body, c.remaining, e.entry
  FROM disclosure_version v
  JOIN ledger_entry e ON e.index = v.ledger_index
  LEFT JOIN disclosure_content c USING (employer_id, disclosure_id, version)
 ORDER BY v.ledger_index
"""

PUT_DOCUMENT: Final[LiteralString] = """
UPDATE disclosure_version SET document = $4 WHERE employer_id = $1 AND disclosure_id = $2 AND version = $3
"""

# Those whose findings have not the digest that their entry says.
STREAM_BROKEN: Final[LiteralString] = """
SELECT j.employer_id, j.judgement_id, j.production_id, j.judged_at, j.cause, j.disclosure_id, j.version,
       j.packs, j.findings, j.known_to, j.ledger_index
  FROM judgement j JOIN ledger_entry e ON e.index = j.ledger_index
 WHERE encode(sha256(j.findings), 'hex') <> convert_from(e.entry, 'UTF8')::jsonb ->> 'sha256'
 ORDER BY j.employer_id, j.production_id, j.ledger_index
"""

GET_ENTRY: Final[LiteralString] = """
SELECT entry FROM ledger_entry WHERE index = $1
"""

PUT_FINDINGS: Final[LiteralString] = """
UPDATE judgement SET findings = $3 WHERE employer_id = $1 AND judgement_id = $2
"""

DROP_STRAYS: Final[Mapping[str, LiteralString]] = {
    "request": """
DELETE FROM request r WHERE NOT EXISTS (
    SELECT FROM request_entry e WHERE (e.employer_id, e.request_id) = (r.employer_id, r.request_id))
""",
    "alert": """
DELETE FROM alert a WHERE NOT EXISTS (
    SELECT FROM alert_move m WHERE (m.employer_id, m.alert_id) = (a.employer_id, a.alert_id))
""",
    "disclosure": """
DELETE FROM disclosure d WHERE NOT EXISTS (
    SELECT FROM disclosure_version v
     WHERE v.employer_id = d.employer_id AND v.disclosure_id = d.disclosure_id)
""",
    "production": """
DELETE FROM production p WHERE NOT EXISTS (
    SELECT FROM production_version v
     WHERE v.employer_id = p.employer_id AND v.production_id = p.production_id)
   AND NOT EXISTS (
    SELECT FROM draft d WHERE d.employer_id = p.employer_id AND d.production_id = p.production_id)
""",
    "employer": """
DELETE FROM employer e WHERE NOT EXISTS (
    SELECT FROM employer_version v WHERE v.employer_id = e.employer_id)
   AND NOT EXISTS (SELECT FROM production p WHERE p.employer_id = e.employer_id)
""",
}
"""Rows of copies that no history stands behind, and that nothing else leans on."""

MAKE_EMPLOYERS: Final[LiteralString] = """
INSERT INTO employer AS r (employer_id, revision, record, changed_at)
SELECT DISTINCT ON (employer_id) employer_id, revision, record, recorded_at
  FROM employer_version ORDER BY employer_id, revision DESC
    ON CONFLICT (employer_id) DO UPDATE
   SET revision = excluded.revision, record = excluded.record, changed_at = excluded.changed_at
 WHERE (r.revision, r.record, r.changed_at) IS DISTINCT FROM
       (excluded.revision, excluded.record, excluded.changed_at)
RETURNING employer_id
"""

# A production that was lost is judged again at once.
MAKE_PRODUCTIONS: Final[LiteralString] = """
INSERT INTO production AS r (employer_id, production_id, revision, record, changed_at, facts, judged_again_at)
SELECT DISTINCT ON (employer_id, production_id)
       employer_id, production_id, revision, record, recorded_at, 1, recorded_at
  FROM production_version ORDER BY employer_id, production_id, revision DESC
    ON CONFLICT (employer_id, production_id) DO UPDATE
   SET revision = excluded.revision, record = excluded.record, changed_at = excluded.changed_at,
       facts = r.facts + 1
 WHERE (r.revision, r.record, r.changed_at) IS DISTINCT FROM
       (excluded.revision, excluded.record, excluded.changed_at)
RETURNING employer_id
"""

# The period is the newest one said: an amendment may leave it out, a withdrawal says none.
MAKE_DISCLOSURES: Final[LiteralString] = """
INSERT INTO disclosure AS r (employer_id, disclosure_id, production_id, type, period_from, period_to, version,
                             state, changed_at)
SELECT employer_id, disclosure_id,
       (array_agg(production_id ORDER BY version DESC))[1],
       (array_agg(document #>> '{filing,type}' ORDER BY version))[1],
       (array_agg(document #>> '{filing,period,from}' ORDER BY version DESC)
            FILTER (WHERE document #>> '{filing,period,from}' IS NOT NULL))[1]::date,
       (array_agg(document #>> '{filing,period,to}' ORDER BY version DESC)
            FILTER (WHERE document #>> '{filing,period,to}' IS NOT NULL))[1]::date,
       max(version),
       CASE (array_agg(kind ORDER BY version DESC))[1]
            WHEN 'filing' THEN 'filed' WHEN 'amendment' THEN 'amended' ELSE 'withdrawn' END,
       (array_agg(filed_at ORDER BY version DESC))[1]
  FROM disclosure_version GROUP BY employer_id, disclosure_id
    ON CONFLICT (employer_id, disclosure_id) DO UPDATE
   SET production_id = excluded.production_id, type = excluded.type, period_from = excluded.period_from,
       period_to = excluded.period_to, version = excluded.version, state = excluded.state,
       changed_at = excluded.changed_at
 WHERE (r.production_id, r.type, r.period_from, r.period_to, r.version, r.state, r.changed_at)
       IS DISTINCT FROM
       (excluded.production_id, excluded.type, excluded.period_from, excluded.period_to, excluded.version,
        excluded.state, excluded.changed_at)
RETURNING employer_id
"""

MAKE_REQUESTS: Final[LiteralString] = """
INSERT INTO request AS r (employer_id, request_id, production_id, party, state, revision, recorded_at,
                          changed_at)
SELECT DISTINCT ON (employer_id, request_id) employer_id, request_id, production_id, party,
       CASE WHEN kind = 'request' THEN 'open' WHEN (document ->> 'closes')::boolean THEN 'closed'
            ELSE 'answered' END,
       revision,
       min(recorded_at) FILTER (WHERE revision = 1) OVER (PARTITION BY employer_id, request_id),
       recorded_at
  FROM request_entry ORDER BY employer_id, request_id, revision DESC
    ON CONFLICT (employer_id, request_id) DO UPDATE
   SET production_id = excluded.production_id, party = excluded.party, state = excluded.state,
       revision = excluded.revision, recorded_at = excluded.recorded_at, changed_at = excluded.changed_at
 WHERE (r.production_id, r.party, r.state, r.revision, r.recorded_at, r.changed_at) IS DISTINCT FROM
       (excluded.production_id, excluded.party, excluded.state, excluded.revision, excluded.recorded_at,
        excluded.changed_at)
RETURNING employer_id
"""

# The judgement that opened an alert stands right before the moves it brought.
STREAM_MOVES: Final[LiteralString] = """
SELECT m.employer_id, m.alert_id, m.revision, m.to_state, m.outcome, m.finding, m.course, m.moved_at,
       o.production_id, o.employer_id AS opened_of,
       coalesce(p.record ->> 'time_zone', 'America/Los_Angeles') AS time_zone
  FROM alert_move m
  LEFT JOIN LATERAL (
       SELECT j.employer_id, j.production_id
         FROM alert_move f, judgement j
        WHERE f.employer_id = m.employer_id AND f.alert_id = m.alert_id AND f.revision = 1
          AND j.ledger_index < f.ledger_index
        ORDER BY j.ledger_index DESC
        LIMIT 1) AS o ON true
  LEFT JOIN production p ON p.employer_id = o.employer_id AND p.production_id = o.production_id
 ORDER BY m.employer_id, m.alert_id, m.revision
"""

# When to look at an alert next is work in progress: it stays where the alert is as it should be.
MAKE_ALERTS: Final[LiteralString] = """
INSERT INTO alert AS a (employer_id, alert_id, production_id, fingerprint, rule, kind, severity, state,
                        revision, locals, unions, finding, course, outcome, opened_at, changed_at, wakes_at,
                        clock_on)
SELECT employer_id, alert_id, production_id, decode(fingerprint, 'hex'), rule, kind, severity, state,
       revision, locals, unions, finding, course, outcome, opened_at, changed_at, wakes_at, clock_on
  FROM jsonb_to_recordset($1::jsonb)
       AS r (employer_id text, alert_id uuid, production_id text, fingerprint text, rule text, kind text,
             severity text, state text, revision int, locals text[], unions text[], finding jsonb,
             course jsonb, outcome text, opened_at timestamptz, changed_at timestamptz,
             wakes_at timestamptz, clock_on date)
    ON CONFLICT (employer_id, alert_id) DO UPDATE
   SET production_id = excluded.production_id, fingerprint = excluded.fingerprint, rule = excluded.rule,
       kind = excluded.kind, severity = excluded.severity, state = excluded.state,
       revision = excluded.revision, locals = excluded.locals, unions = excluded.unions,
       finding = excluded.finding,
       course = excluded.course, outcome = excluded.outcome, opened_at = excluded.opened_at,
       changed_at = excluded.changed_at, wakes_at = excluded.wakes_at, clock_on = excluded.clock_on
 WHERE (a.production_id, a.fingerprint, a.rule, a.kind, a.severity, a.state, a.revision, a.locals, a.unions,
        a.finding, a.course, a.outcome, a.opened_at, a.changed_at) IS DISTINCT FROM
       (excluded.production_id, excluded.fingerprint, excluded.rule, excluded.kind, excluded.severity,
        excluded.state, excluded.revision, excluded.locals, excluded.unions, excluded.finding,
        excluded.course, excluded.outcome, excluded.opened_at, excluded.changed_at)
RETURNING alert_id
"""

SIMPLE: Final[Mapping[str, LiteralString]] = {
    "employer": MAKE_EMPLOYERS,
    "production": MAKE_PRODUCTIONS,
    "disclosure": MAKE_DISCLOSURES,
    "request": MAKE_REQUESTS,
}
"""The copies that one statement makes, in the order in which they rest on each other."""


async def lock(conn: Connection) -> None:
    """Wait for everybody who writes, and have everybody wait who comes; open the columns that are copies."""
    await conn.execute(LOCK_COPIES)
    await conn.execute(LOCK_HEAD)
    await conn.execute(OPEN_HISTORY)


async def close(conn: Connection) -> None:
    """History is closed again before anything is committed."""
    await conn.execute(CLOSE_HISTORY)


async def stream_versions(conn: Connection) -> AsyncIterator[Mapping[str, Any]]:
    """Every version with its bytes and its entry."""
    async for row in conn.cursor(STREAM_VERSIONS, prefetch=AT_ONCE):
        yield dict(row)


async def put_document(conn: Connection, key: Sequence[Any], document: Mapping[str, Any]) -> None:
    """Write the document of one version."""
    await conn.execute(PUT_DOCUMENT, *key, document)


async def list_broken(conn: Connection) -> list[Ruled]:
    """The judgements whose findings are not those of their entries, production by production."""
    return [row_to(Ruled, row) for row in await conn.fetch(STREAM_BROKEN)]


async def get_entry(conn: Connection, index: int) -> bytes:
    """The bytes of one ledger entry."""
    found: bytes = await conn.fetchval(GET_ENTRY, index)
    return found


async def put_findings(conn: Connection, row: Ruled) -> None:
    """Write the findings of one judgement."""
    await conn.execute(PUT_FINDINGS, row.employer_id, row.judgement_id, row.findings)


async def drop_strays(conn: Connection) -> int:
    """Take away rows that no history stands behind; how many there were."""
    dropped = 0
    for statement in DROP_STRAYS.values():
        done: str = await conn.execute(statement)
        dropped += int(done.rpartition(" ")[2])
    return dropped


async def make(conn: Connection, table: str) -> int:
    """Make one of the simple copies; how many rows were written."""
    return len(await conn.fetch(SIMPLE[table]))


async def stream_moves(conn: Connection) -> AsyncIterator[list[Mapping[str, Any]]]:
    """The moves of every alert, an alert at a time, with the production it was opened about."""
    waiting: list[Mapping[str, Any]] = []
    async for row in conn.cursor(STREAM_MOVES, prefetch=AT_ONCE):
        if waiting and waiting[0]["alert_id"] != row["alert_id"]:
            yield waiting
            waiting = []
        waiting.append(dict(row))
    if waiting:
        yield waiting


async def make_alerts(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
    """Write those of *rows* that are not there so; how many."""
    return len(await conn.fetch(MAKE_ALERTS, list(rows)))
