"""The table calendar_feed; and what is known of productions, as their calendars need it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, LiteralString, TypeVar
from uuid import UUID

import msgspec

from registry.auth.scope import Scope
from registry.calendars.calendar import Known
from registry.calendars.cases import Made
from registry.calendars.duties import Case, newest_asked
from registry.calendars.feed import Kept
from registry.db import Connection, row_to, rows_to
from registry.disclosures.store import load_quarters
from registry.productions.store import Stored, limits

if TYPE_CHECKING:
    from registry.db import Row

T = TypeVar("T", Case, Made)

INSERT_FEED: Final[LiteralString] = """
INSERT INTO calendar_feed (feed_id, subject, principal, title, production, created_at, secret)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""

# Of one person, or of everybody ($1 is NULL).
LIST_FEEDS: Final[LiteralString] = """
SELECT feed_id, subject, principal, title, production, created_at
FROM calendar_feed
WHERE ($1::text IS NULL OR subject = $1) AND revoked_at IS NULL AND ($2::uuid IS NULL OR feed_id < $2)
ORDER BY feed_id DESC
LIMIT $3
"""

# Requests of one person at the same moment are counted one after the other.
HOLD_OWNER: Final[LiteralString] = """
SELECT pg_advisory_xact_lock(hashtextextended('registry.calendar ' || $1::text, 0))
"""

COUNT_FEEDS: Final[LiteralString] = """
SELECT count(*) FROM calendar_feed WHERE subject = $1 AND revoked_at IS NULL
"""

REVOKE_FEED: Final[LiteralString] = """
UPDATE calendar_feed SET revoked_at = $3
WHERE feed_id = $1 AND ($2::text IS NULL OR subject = $2) AND revoked_at IS NULL
RETURNING feed_id, subject, principal, title, production, created_at
"""

FIND_FEED: Final[LiteralString] = """
SELECT feed_id, subject, principal, title, production, created_at
FROM calendar_feed
WHERE secret = $1 AND revoked_at IS NULL
"""

# Those judged last come first: what is asleep has nothing that is due.
FIND_PRODUCTIONS: Final[LiteralString] = """
SELECT p.record, p.revision, p.changed_at, p.facts, p.judged_again_at, count(*) OVER () AS of
FROM production p
LEFT JOIN LATERAL (
    SELECT ledger_index FROM judgement j
    WHERE j.employer_id = p.employer_id AND j.production_id = p.production_id
    ORDER BY j.ledger_index DESC LIMIT 1) newest ON true
WHERE ($1::text[] IS NULL OR p.employer_id = ANY ($1))
  AND ($2::text[] IS NULL OR p.record -> 'locals' ?| $2 OR EXISTS (
        SELECT FROM jsonb_array_elements_text(p.record -> 'locals') AS l (local)
        WHERE split_part(l.local, ':', 1) = ANY ($3::text[])))
ORDER BY newest.ledger_index DESC NULLS LAST, p.employer_id, p.production_id
LIMIT $4
"""

LOAD_JUDGED: Final[LiteralString] = """
SELECT k.employer_id, k.production_id, newest.judged_at, newest.findings
FROM unnest($1::text[], $2::text[]) AS k (employer_id, production_id)
CROSS JOIN LATERAL (
    SELECT j.judged_at, j.findings FROM judgement j
    WHERE j.employer_id = k.employer_id AND j.production_id = k.production_id
    ORDER BY j.ledger_index DESC LIMIT 1) newest
"""

LOAD_ALERTS: Final[LiteralString] = """
SELECT a.alert_id, a.employer_id, a.production_id, a.fingerprint, a.rule, a.state, a.finding,
       coalesce(a.course, '{}') AS course, a.opened_at, a.changed_at
FROM unnest($1::text[], $2::text[]) AS k (employer_id, production_id)
JOIN alert a USING (employer_id, production_id)
WHERE $3::text[] IS NULL OR a.locals && $3 OR a.unions && $4::text[]
ORDER BY a.alert_id
"""

LOAD_EXTENSIONS: Final[LiteralString] = """
SELECT t.thread_id, t.number, t.kind, t.document
FROM unnest($1::text[], $2::uuid[]) AS k (employer_id, thread_id)
JOIN thread_entry t USING (employer_id, thread_id)
WHERE t.kind IN ('extension', 'consent', 'refusal') AND t.side = 'both'
ORDER BY t.thread_id, t.number
"""

# The request itself, and the newest answer to it where there is one.
LOAD_REQUESTS: Final[LiteralString] = """
SELECT r.request_id, r.employer_id, r.production_id, r.party, r.state, r.recorded_at, r.changed_at,
       asked.document AS asked, said.document AS answer
FROM unnest($1::text[], $2::text[]) AS k (employer_id, production_id)
JOIN request r USING (employer_id, production_id)
JOIN request_entry asked
    ON asked.employer_id = r.employer_id AND asked.request_id = r.request_id AND asked.revision = 1
LEFT JOIN request_entry said
    ON said.employer_id = r.employer_id AND said.request_id = r.request_id AND said.revision = r.revision
       AND said.kind = 'answer'
WHERE $3::text[] IS NULL OR r.party = ANY ($3) OR split_part(r.party, ':', 1) = ANY ($4::text[])
ORDER BY r.request_id
"""


class Found(msgspec.Struct, frozen=True):
    """Productions, those judged last first, and how many more there are."""

    productions: list[Stored]
    left_out: int


async def add(conn: Connection, kept: Kept, secret: bytes) -> None:
    """Keep a feed with the digest of its *secret*."""
    production = msgspec.to_builtins(kept.production) if kept.production else None
    principal = msgspec.to_builtins(kept.principal)
    values = (kept.feed_id, kept.subject, principal, kept.title, production, kept.created_at, secret)
    await conn.execute(INSERT_FEED, *values)


async def count(conn: Connection, subject: str) -> int:
    """How many feeds a person has; nobody makes another for them until the transaction ends."""
    await conn.execute(HOLD_OWNER, subject)
    found: int = await conn.fetchval(COUNT_FEEDS, subject)
    return found


async def find_page(conn: Connection, subject: str | None, before: UUID | None, limit: int) -> list[Kept]:
    """The newest feeds of a person, or of everybody, at most *limit*, older than *before*."""
    return rows_to(Kept, await conn.fetch(LIST_FEEDS, subject, before, limit))


async def revoke(conn: Connection, feed_id: UUID, subject: str | None, now: dt.datetime) -> Kept | None:
    """End a feed, of *subject* if one is given; None when there is none that could be ended."""
    row = await conn.fetchrow(REVOKE_FEED, feed_id, subject, now)
    return row_to(Kept, row) if row else None


async def find_by_secret(conn: Connection, secret: bytes) -> Kept | None:
    """The feed with the digest of this secret, unless it was revoked."""
    row = await conn.fetchrow(FIND_FEED, secret)
    return row_to(Kept, row) if row else None


async def find_productions(conn: Connection, scope: Scope, most: int) -> Found:
    """At most *most* of the productions inside *scope*."""
    rows = await conn.fetch(FIND_PRODUCTIONS, *limits(scope), most)
    found = rows_to(Stored, rows)
    return Found(found, rows[0]["of"] - len(found) if rows else 0)


async def load(conn: Connection, scope: Scope, productions: Sequence[Stored]) -> list[Known]:
    """What is known of each of *productions*, which are inside *scope*, as far as it reaches."""
    records = [each.record for each in productions]
    keys = [each.employer_id for each in records], [each.production_id for each in records]
    judged = {key_of(row): row for row in await conn.fetch(LOAD_JUDGED, *keys)}
    cases = by_key(await load_cases(conn, scope, keys))
    quarters = await load_quarters(conn, *keys)
    requests = by_key(rows_to(Made, await conn.fetch(LOAD_REQUESTS, *keys, scope.locals, scope.unions)))
    return [
        Known(
            record=each.record,
            changed_at=each.changed_at,
            judged_at=judged[key]["judged_at"] if key in judged else None,
            findings=judged[key]["findings"] if key in judged else b"",
            cases=cases.get(key, []),
            requests=requests.get(key, []),
            quarters=quarters.get(key, set()),
        )
        for each in productions
        for key in [(each.record.employer_id, each.record.production_id)]
    ]


async def load_cases(conn: Connection, scope: Scope, keys: tuple[list[str], list[str]]) -> list[Case]:
    """The alerts of productions inside *scope*, each with how its requests for an extension stand."""
    rows = await conn.fetch(LOAD_ALERTS, *keys, scope.locals, scope.unions)
    named = [row["employer_id"] for row in rows], [row["alert_id"] for row in rows]
    asked = newest_asked(dict(row) for row in await conn.fetch(LOAD_EXTENSIONS, *named))
    return [row_to(Case, {**row, "asked": asked.get(row["alert_id"], {})}) for row in rows]


def key_of(row: "Row") -> tuple[str, str]:
    """The keys of the production a row is about."""
    return row["employer_id"], row["production_id"]


def by_key(found: Iterable[T]) -> dict[tuple[str, str], list[T]]:
    """What is about each production."""
    grouped: dict[tuple[str, str], list[T]] = {}
    for each in found:
        grouped.setdefault((each.employer_id, each.production_id), []).append(each)
    return grouped
