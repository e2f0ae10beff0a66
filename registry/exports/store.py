"""The rows that exports are made of, page by page in the order of the ledger, and the table export.

Every page is of the first `$4` entries alone, so pages read one after the other, on any day, are one reading.
What a caller may see is decided here, too: $1 employers, $2 locals, $3 unions (None: no limit); $7 and $8 are
the employers and productions they asked for. Which locals a production employs is what was on record then.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

import msgspec

from registry.auth.scope import Scope
from registry.db import Connection
from registry.exports.manifest import ExportQuery, Kept
from registry.judging.ruling import concerning, decode

AT_ONCE: Final = 200
"""Rows of the history in a page; a document has at most 1 MiB, and mostly a thousandth of it."""

PAGE_EMPLOYERS: Final[LiteralString] = """
SELECT v.employer_id, v.revision, v.record, v.recorded_at, v.ledger_index
FROM employer_version v
WHERE v.ledger_index > $5 AND v.ledger_index < $4
  AND NOT EXISTS (SELECT FROM employer_version n WHERE n.employer_id = v.employer_id
                  AND n.revision > v.revision AND n.ledger_index < $4)
  AND ($1::text[] IS NULL OR v.employer_id = ANY ($1))
  AND ($7::text[] IS NULL OR v.employer_id = ANY ($7))
  AND ($2::text[] IS NULL AND $8::text[] IS NULL OR EXISTS (
        SELECT FROM production_at($4) p
        WHERE p.employer_id = v.employer_id
          AND ($8 IS NULL OR p.production_id = ANY ($8))
          AND ($2 IS NULL OR p.record -> 'locals' ?| $2 OR EXISTS (
                SELECT FROM jsonb_array_elements_text(p.record -> 'locals') AS l (local)
                WHERE split_part(l.local, ':', 1) = ANY ($3::text[])))))
ORDER BY v.ledger_index
LIMIT $6
"""

PAGE_PRODUCTIONS: Final[LiteralString] = """
SELECT v.employer_id, v.production_id, v.revision, v.record, v.recorded_at, v.ledger_index
FROM production_version v
WHERE v.ledger_index > $5 AND v.ledger_index < $4
  AND NOT EXISTS (SELECT FROM production_version n WHERE n.employer_id = v.employer_id
                  AND n.production_id = v.production_id AND n.revision > v.revision AND n.ledger_index < $4)
  AND ($1::text[] IS NULL OR v.employer_id = ANY ($1))
  AND ($7::text[] IS NULL OR v.employer_id = ANY ($7))
  AND ($8::text[] IS NULL OR v.production_id = ANY ($8))
  AND ($2::text[] IS NULL OR v.record -> 'locals' ?| $2 OR EXISTS (
        SELECT FROM jsonb_array_elements_text(v.record -> 'locals') AS l (local)
        WHERE split_part(l.local, ':', 1) = ANY ($3::text[])))
ORDER BY v.ledger_index
LIMIT $6
"""

# $9: of each disclosure the newest version alone, unless withdrawn; else `later`, whose marks count, too.
PAGE_DISCLOSURES: Final[LiteralString] = """
SELECT v.employer_id, v.production_id, v.disclosure_id, v.version, v.version AS disclosure_version, v.kind,
       d.type, v.document #>> '{filing,period,from}' AS period_from,
       v.document #>> '{filing,period,to}' AS period_to, v.reason, v.explanation, v.schema_version,
       v.filed_at, v.filed_by, v.sha256, v.document, v.ledger_index,
       NOT EXISTS (SELECT FROM disclosure_version n WHERE n.employer_id = v.employer_id
                   AND n.disclosure_id = v.disclosure_id AND n.version > v.version
                   AND n.ledger_index < $4) AS newest,
       (SELECT n.document FROM disclosure_version n
         WHERE NOT $9::bool AND n.employer_id = v.employer_id AND n.disclosure_id = v.disclosure_id
           AND n.version > v.version AND n.kind <> 'withdrawal' AND n.ledger_index < $4
         ORDER BY n.version DESC LIMIT 1) AS later
FROM disclosure_version v JOIN disclosure d USING (employer_id, disclosure_id)
WHERE v.ledger_index > $5 AND v.ledger_index < $4
  AND ($1::text[] IS NULL OR v.employer_id = ANY ($1))
  AND ($7::text[] IS NULL OR v.employer_id = ANY ($7))
  AND ($8::text[] IS NULL OR v.production_id = ANY ($8))
  AND ($2::text[] IS NULL OR EXISTS (
        SELECT FROM production_at($4) p
        WHERE p.employer_id = v.employer_id AND p.production_id = v.production_id
          AND (p.record -> 'locals' ?| $2 OR EXISTS (
                SELECT FROM jsonb_array_elements_text(p.record -> 'locals') AS l (local)
                WHERE split_part(l.local, ':', 1) = ANY ($3::text[])))))
  AND (NOT $9::bool OR v.kind <> 'withdrawal' AND NOT EXISTS (
        SELECT FROM disclosure_version n WHERE n.employer_id = v.employer_id
           AND n.disclosure_id = v.disclosure_id AND n.version > v.version AND n.ledger_index < $4))
ORDER BY v.ledger_index
LIMIT $6
"""

PAGE_JUDGEMENTS: Final[LiteralString] = """
SELECT v.employer_id, v.production_id, v.judgement_id, v.judged_at, v.findings, v.ledger_index
FROM judgement v
WHERE v.ledger_index > $5 AND v.ledger_index < $4
  AND NOT EXISTS (SELECT FROM judgement n WHERE n.employer_id = v.employer_id
                  AND n.production_id = v.production_id AND n.ledger_index > v.ledger_index
                  AND n.ledger_index < $4)
  AND ($1::text[] IS NULL OR v.employer_id = ANY ($1))
  AND ($7::text[] IS NULL OR v.employer_id = ANY ($7))
  AND ($8::text[] IS NULL OR v.production_id = ANY ($8))
  AND ($2::text[] IS NULL OR EXISTS (
        SELECT FROM production_at($4) p
        WHERE p.employer_id = v.employer_id AND p.production_id = v.production_id
          AND (p.record -> 'locals' ?| $2 OR EXISTS (
                SELECT FROM jsonb_array_elements_text(p.record -> 'locals') AS l (local)
                WHERE split_part(l.local, ':', 1) = ANY ($3::text[])))))
ORDER BY v.ledger_index
LIMIT $6
"""

PAGE_ALERTS: Final[LiteralString] = """
SELECT a.employer_id, a.production_id, a.alert_id, a.rule, a.kind, a.severity, a.state, a.outcome, a.revision,
       a.locals, a.unions, a.finding, a.course, a.opened_at, a.changed_at, v.ledger_index
FROM alert_move v
CROSS JOIN LATERAL (
    SELECT f.* FROM alert_at($4) f WHERE f.employer_id = v.employer_id AND f.alert_id = v.alert_id
) a
WHERE v.ledger_index > $5 AND v.ledger_index < $4 AND v.revision = a.revision
  AND ($1::text[] IS NULL OR v.employer_id = ANY ($1))
  AND ($7::text[] IS NULL OR v.employer_id = ANY ($7))
  AND ($8::text[] IS NULL OR a.production_id = ANY ($8))
  AND ($2::text[] IS NULL OR a.locals && $2 OR a.unions && $3::text[])
ORDER BY v.ledger_index
LIMIT $6
"""

PAGE_MOVES: Final[LiteralString] = """
SELECT v.employer_id, a.production_id, v.alert_id, v.revision, v.move, v.from_state, v.to_state, v.author,
       v.reason, v.outcome, v.finding ->> 'verdict' AS verdict, v.moved_at, v.ledger_index
FROM alert_move v
CROSS JOIN LATERAL (
    SELECT f.* FROM alert_at($4) f WHERE f.employer_id = v.employer_id AND f.alert_id = v.alert_id
) a
WHERE v.ledger_index > $5 AND v.ledger_index < $4
  AND ($1::text[] IS NULL OR v.employer_id = ANY ($1))
  AND ($7::text[] IS NULL OR v.employer_id = ANY ($7))
  AND ($8::text[] IS NULL OR a.production_id = ANY ($8))
  AND ($2::text[] IS NULL OR a.locals && $2 OR a.unions && $3::text[])
ORDER BY v.ledger_index
LIMIT $6
"""

PAGE_REQUESTS: Final[LiteralString] = """
SELECT v.employer_id, v.production_id, v.request_id, v.document, r.state, r.revision, v.recorded_at,
       r.changed_at, v.ledger_index
FROM request_entry v
CROSS JOIN LATERAL (
    SELECT f.* FROM request_at($4) f WHERE f.employer_id = v.employer_id AND f.request_id = v.request_id
) r
WHERE v.ledger_index > $5 AND v.ledger_index < $4 AND v.revision = 1
  AND ($1::text[] IS NULL OR v.employer_id = ANY ($1))
  AND ($7::text[] IS NULL OR v.employer_id = ANY ($7))
  AND ($8::text[] IS NULL OR v.production_id = ANY ($8))
  AND ($2::text[] IS NULL OR v.party = ANY ($2) OR split_part(v.party, ':', 1) = ANY ($3::text[]))
ORDER BY v.ledger_index
LIMIT $6
"""

PAGE_ANSWERS: Final[LiteralString] = """
SELECT v.employer_id, v.production_id, v.request_id, v.revision, v.document AS said, v.recorded_by,
       v.recorded_at, v.ledger_index
FROM request_entry v
WHERE v.ledger_index > $5 AND v.ledger_index < $4 AND v.kind = 'answer'
  AND ($1::text[] IS NULL OR v.employer_id = ANY ($1))
  AND ($7::text[] IS NULL OR v.employer_id = ANY ($7))
  AND ($8::text[] IS NULL OR v.production_id = ANY ($8))
  AND ($2::text[] IS NULL OR v.party = ANY ($2) OR split_part(v.party, ':', 1) = ANY ($3::text[]))
ORDER BY v.ledger_index
LIMIT $6
"""

PAGE_OBSERVATIONS: Final[LiteralString] = """
SELECT v.employer_id, v.production_id, v.observation_id, v.document, v.recorded_at, v.ledger_index
FROM observation v
WHERE v.ledger_index > $5 AND v.ledger_index < $4
  AND ($1::text[] IS NULL OR v.employer_id = ANY ($1))
  AND ($7::text[] IS NULL OR v.employer_id = ANY ($7))
  AND ($8::text[] IS NULL OR v.production_id = ANY ($8))
  AND ($2::text[] IS NULL OR v.party = ANY ($2) OR split_part(v.party, ':', 1) = ANY ($3::text[]))
ORDER BY v.ledger_index
LIMIT $6
"""

PAGE_AGREEMENTS: Final[LiteralString] = """
SELECT v.kind, v.name, v.digest, convert_from(v.body, 'UTF8') AS body, v.published_at, v.ledger_index
FROM publication v
WHERE v.ledger_index > $2 AND v.ledger_index < $1 AND v.kind IN ('pack', 'params')
ORDER BY v.ledger_index
LIMIT $3
"""

PAGES: Final[Mapping[str, LiteralString]] = {
    "employers": PAGE_EMPLOYERS,
    "productions": PAGE_PRODUCTIONS,
    "findings": PAGE_JUDGEMENTS,
    "alerts": PAGE_ALERTS,
    "alert_moves": PAGE_MOVES,
    "requests": PAGE_REQUESTS,
    "answers": PAGE_ANSWERS,
    "observations": PAGE_OBSERVATIONS,
}

# A redaction since, of something an export told. $8: of any production, as findings rest on all losses.
FIND_REDACTION: Final[LiteralString] = """
SELECT v.ledger_index
FROM redaction r JOIN disclosure_version v USING (employer_id, disclosure_id, version)
WHERE r.ledger_index >= $4 AND v.ledger_index < $5
  AND ($1::text[] IS NULL OR v.employer_id = ANY ($1))
  AND ($6::text[] IS NULL OR v.employer_id = ANY ($6))
  AND ($8::bool OR $7::text[] IS NULL OR v.production_id = ANY ($7))
  AND ($8 OR $2::text[] IS NULL OR EXISTS (
        SELECT FROM production_at($5) p
        WHERE p.employer_id = v.employer_id AND p.production_id = v.production_id
          AND (p.record -> 'locals' ?| $2 OR EXISTS (
                SELECT FROM jsonb_array_elements_text(p.record -> 'locals') AS l (local)
                WHERE split_part(l.local, ':', 1) = ANY ($3::text[])))))
LIMIT 1
"""

ADD_EXPORT: Final[LiteralString] = """
INSERT INTO export (export_id, subject, principal, query, tree_size, key_digest, body, signed, recorded_at,
                    ledger_index)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""

FIND_EXPORT: Final[LiteralString] = """
SELECT export_id, subject, body, signed, ledger_index FROM export WHERE export_id = $1
"""

FIND_BY_KEY: Final[LiteralString] = """
SELECT export_id, subject, body, signed, ledger_index FROM export WHERE subject = $1 AND key_digest = $2
"""

LIST_EXPORTS: Final[LiteralString] = """
SELECT export_id, query, tree_size, recorded_at AS made_at, ledger_index
FROM export
WHERE subject = $1 AND ($2::uuid IS NULL OR export_id < $2)
ORDER BY export_id DESC
LIMIT $3
"""


async def page(
    conn: Connection, entity: str, scope: Scope, query: ExportQuery, size: int, after: int
) -> Sequence[Mapping[str, Any]]:
    """The next rows of the history that a table is made from, behind position *after*."""
    if entity == "agreements":
        return plain(await conn.fetch(PAGE_AGREEMENTS, size, after, AT_ONCE))
    given = (scope.employers, scope.locals, scope.unions, size, after, AT_ONCE)
    limits = (*given, query.employers, query.productions)
    if entity not in PAGES:
        return plain(await conn.fetch(PAGE_DISCLOSURES, *limits, entity != "disclosures"))
    rows = plain(await conn.fetch(PAGES[entity], *limits))
    if entity != "findings":
        return rows
    return [{**row, "findings": concerning(scope, decode(row["findings"]))} for row in rows]


async def find_redaction(
    conn: Connection, scope: Scope, query: ExportQuery, size: int, since: int, *, wide: bool
) -> int | None:
    """Where a version stands that an export of the first *size* entries told and a redaction took *since*."""
    found: int | None = await conn.fetchval(
        FIND_REDACTION,
        *(scope.employers, scope.locals, scope.unions, since, size, query.employers, query.productions, wide),
    )
    return found


async def add(conn: Connection, row: Mapping[str, Any], ledger_index: int) -> None:
    """Keep an export at its place in the ledger."""
    await conn.execute(ADD_EXPORT, *row.values(), ledger_index)


async def find(conn: Connection, export_id: UUID) -> Kept | None:
    """An export, or None."""
    row = await conn.fetchrow(FIND_EXPORT, export_id)
    return msgspec.convert(dict(row), Kept) if row else None


async def find_by_key(conn: Connection, subject: str, key_digest: bytes) -> Kept | None:
    """The export that was asked for with a key before, or None."""
    row = await conn.fetchrow(FIND_BY_KEY, subject, key_digest)
    return msgspec.convert(dict(row), Kept) if row else None


async def find_page(
    conn: Connection, subject: str, before: UUID | None, limit: int
) -> Sequence[Mapping[str, Any]]:
    """The newest exports of one person, at most *limit*, older than *before*."""
    return plain(await conn.fetch(LIST_EXPORTS, subject, before, limit))


def plain(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Each row as a plain one."""
    return [dict(row) for row in rows]
