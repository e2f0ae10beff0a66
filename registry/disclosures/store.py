"""The searchable copy of what was filed: disclosures, their versions, and the bytes received.

Writing stands inside the filing's transaction, under the production's row lock; the caller holds both.
History rows are only ever added. The living record moves by compare-and-set on its version.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

import msgspec

from registry.auth.reading import showing
from registry.auth.scope import Scope
from registry.db import Connection, row_to, rows_to
from registry.disclosures.version import Content, Filed, Gone, Head, Listed, Quarter, Told

# A representative sees a disclosure when the production, as registered now, employs one of their locals.
LIST_DISCLOSURES: Final[LiteralString] = """
SELECT d.disclosure_id, d.employer_id, d.production_id, d.type, d.period_from, d.period_to, d.version,
       d.state, d.changed_at
  FROM disclosure d JOIN production p USING (employer_id, production_id)
 WHERE ($1::text[] IS NULL OR d.employer_id = ANY ($1))
   AND ($2::text[] IS NULL OR p.record -> 'locals' ?| $2 OR EXISTS (
        SELECT FROM jsonb_array_elements_text(p.record -> 'locals') AS local
         WHERE split_part(local, ':', 1) = ANY ($3::text[])))
   AND ($4::text IS NULL OR d.production_id = $4)
   AND ($5::uuid IS NULL OR d.disclosure_id < $5)
 ORDER BY d.disclosure_id DESC
 LIMIT $6
"""

FIND_DISCLOSURE: Final[LiteralString] = """
SELECT d.disclosure_id, d.employer_id, d.production_id, d.type, d.period_from, d.period_to, d.version,
       d.state, d.changed_at
  FROM disclosure d JOIN production p USING (employer_id, production_id)
 WHERE ($1::text[] IS NULL OR d.employer_id = ANY ($1))
   AND ($2::text[] IS NULL OR p.record -> 'locals' ?| $2 OR EXISTS (
        SELECT FROM jsonb_array_elements_text(p.record -> 'locals') AS local
         WHERE split_part(local, ':', 1) = ANY ($3::text[])))
   AND d.disclosure_id = $4
"""

# For the rest of the snapshot: what is made for any values works out everything that ever was.
PLAN_ANEW: Final[LiteralString] = """
SELECT set_config('plan_cache_mode', 'force_custom_plan', true)
"""

# Down the ledger from there, from first version to first version: from the newest of all it would be far.
LIST_DISCLOSURES_THEN: Final[LiteralString] = (
    LIST_DISCLOSURES.replace(
        "FROM disclosure d JOIN production p USING (employer_id, production_id)",
        "FROM disclosure_version f JOIN disclosure_at($7) d USING (employer_id, disclosure_id)\n"
        "  JOIN production_at($7) p ON p.employer_id = d.employer_id AND p.production_id = d.production_id",
    )
    .replace(" WHERE ", " WHERE f.version = 1 AND f.ledger_index < $7 AND ", 1)
    .replace(
        "d.disclosure_id < $5",
        """f.ledger_index < (
        SELECT min(n.ledger_index)
          FROM disclosure m JOIN disclosure_version n USING (employer_id, disclosure_id)
         WHERE m.disclosure_id = $5 AND n.version = 1)""",
    )
    .replace("ORDER BY d.disclosure_id DESC", "ORDER BY f.ledger_index DESC")
)

FIND_DISCLOSURE_THEN: Final[LiteralString] = FIND_DISCLOSURE.replace(
    "FROM disclosure d JOIN production p", "FROM disclosure_at($5) d JOIN production_at($5) p"
)

LIST_VERSIONS: Final[LiteralString] = """
SELECT v.employer_id, v.disclosure_id, v.version, v.production_id, v.kind, v.reason, v.explanation,
       v.schema_version, v.filed_at, v.filed_by, v.sha256, v.ledger_index, v.document, v.warnings
  FROM disclosure_version v
 WHERE v.employer_id = $1 AND v.disclosure_id = $2 AND ($3::int IS NULL OR v.version = $3)
   AND ($4::bigint IS NULL OR v.ledger_index < $4)
 ORDER BY v.version
"""

GET_CONTENT: Final[LiteralString] = """
SELECT body, salts FROM disclosure_content
 WHERE employer_id = $1 AND disclosure_id = $2 AND version = $3 AND body IS NOT NULL
"""

# Oldest first. The tombstones are the redactions room's; who reads a disclosure is shown them in its place.
LIST_TOMBSTONES: Final[LiteralString] = """
SELECT redaction_id, version, sections, ground, ordered_by, recorded_at, ledger_index
  FROM redaction WHERE employer_id = $1 AND disclosure_id = $2 ORDER BY ledger_index
"""

# In the order it became known: positions in the ledger, not clocks, say what came first.
LOAD_KNOWN: Final[LiteralString] = """
SELECT v.disclosure_id, v.version, v.kind, d.type, v.filed_at, v.reason, v.explanation, v.document,
       v.ledger_index
  FROM disclosure_version v JOIN disclosure d USING (employer_id, disclosure_id)
 WHERE v.employer_id = $1 AND v.production_id = $2 AND ($3::timestamptz IS NULL OR v.filed_at <= $3)
 ORDER BY v.ledger_index
"""

FIND_HEAD: Final[LiteralString] = """
SELECT d.disclosure_id, d.production_id, d.type, d.version, d.state, e.leaf
  FROM disclosure d
  JOIN disclosure_version v USING (employer_id, disclosure_id, version)
  JOIN ledger_entry e ON e.index = v.ledger_index
 WHERE d.employer_id = $1 AND d.disclosure_id = $2
"""

# Read under the production's row lock, so that two filings for one period cannot both find none.
FIND_SAME_PERIOD: Final[LiteralString] = """
SELECT disclosure_id
  FROM disclosure
 WHERE employer_id = $1 AND production_id = $2 AND type = $3 AND period_from = $4 AND period_to = $5
   AND state <> 'withdrawn' AND disclosure_id <> $6
 ORDER BY disclosure_id
 LIMIT 1
"""

# The quarters that an update or a nil return in force speaks for.
LOAD_QUARTERS: Final[LiteralString] = """
SELECT d.employer_id, d.production_id, d.period_from, d.period_to
  FROM unnest($1::text[], $2::text[]) AS k (employer_id, production_id)
  JOIN disclosure d USING (employer_id, production_id)
 WHERE d.type = ANY ('{quarterly_update,nil_return}') AND d.state <> 'withdrawn'
   AND d.period_from IS NOT NULL AND d.period_to IS NOT NULL
"""

# The living record, its first version and the bytes of it, in one statement: the ledger is locked meanwhile.
ADD_DISCLOSURE: Final[LiteralString] = """
WITH living AS (
    INSERT INTO disclosure (employer_id, disclosure_id, production_id, type, period_from, period_to, version,
                            state, changed_at)
    VALUES ($1, $2, $4, $17, $18, $19, $3, 'filed', $9)
), content AS (
    INSERT INTO disclosure_content (employer_id, disclosure_id, version, body, salts)
    VALUES ($1, $2, $3, $15, $16)
)
INSERT INTO disclosure_version (employer_id, disclosure_id, version, production_id, kind, reason, explanation,
                                schema_version, filed_at, filed_by, sha256, document, warnings, ledger_index)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""

# The same for a later version; nothing at all is written when the living record is not at the one before it.
MOVE_DISCLOSURE: Final[LiteralString] = """
WITH living AS (
    UPDATE disclosure
       SET version = $3, state = $17, changed_at = $9,
           period_from = coalesce($18, period_from), period_to = coalesce($19, period_to)
     WHERE employer_id = $1 AND disclosure_id = $2 AND version = $3 - 1 AND state <> 'withdrawn'
    RETURNING version
), content AS (
    INSERT INTO disclosure_content (employer_id, disclosure_id, version, body, salts)
    SELECT $1, $2, version, $15, $16 FROM living
)
INSERT INTO disclosure_version (employer_id, disclosure_id, version, production_id, kind, reason, explanation,
                                schema_version, filed_at, filed_by, sha256, document, warnings, ledger_index)
SELECT $1, $2, version, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14 FROM living
RETURNING version
"""


async def find_page(
    conn: Connection,
    scope: Scope,
    production_id: str | None,
    after: UUID | None,
    limit: int,
    size: int | None = None,
) -> list[Listed]:
    """Disclosures within *scope*, newest first, behind the one named *after*; one more than *limit*.

    With *size*, as that many entries of the ledger leave them.
    """
    given = (scope.employers, scope.locals, scope.unions, production_id, after, limit + 1)
    if size is None:
        return rows_to(Listed, await conn.fetch(LIST_DISCLOSURES, *given))
    await conn.execute(PLAN_ANEW)
    return rows_to(Listed, await conn.fetch(LIST_DISCLOSURES_THEN, *given, size))


async def find(conn: Connection, scope: Scope, disclosure_id: UUID, size: int | None = None) -> Listed | None:
    """The living record within *scope*; None when there is none or it is not the caller's to see.

    With *size*, as that many entries of the ledger leave it.
    """
    given = (scope.employers, scope.locals, scope.unions, disclosure_id)
    if size is None:
        row = await conn.fetchrow(FIND_DISCLOSURE, *given)
    else:
        row = await conn.fetchrow(FIND_DISCLOSURE_THEN, *given, size)
    if row:
        showing(row["employer_id"])
    return row_to(Listed, row) if row else None


async def find_versions(
    conn: Connection,
    employer_id: str,
    disclosure_id: UUID,
    version: int | None = None,
    size: int | None = None,
) -> list[Filed]:
    """Every version of one disclosure, oldest first, or the one asked for; *size*: among so many entries."""
    return rows_to(Filed, await conn.fetch(LIST_VERSIONS, employer_id, disclosure_id, version, size))


async def find_content(
    conn: Connection, employer_id: str, disclosure_id: UUID, version: int
) -> Content | None:
    """The exact bytes received; None when a redaction has taken them."""
    row = await conn.fetchrow(GET_CONTENT, employer_id, disclosure_id, version)
    return row_to(Content, row) if row else None


async def find_tombstones(conn: Connection, employer_id: str, disclosure_id: UUID) -> list[Gone]:
    """What was taken out of a disclosure by order, oldest first; of whatever instant it is read."""
    return rows_to(Gone, await conn.fetch(LIST_TOMBSTONES, employer_id, disclosure_id))


async def load_known(
    conn: Connection, employer_id: str, production_id: str, as_of: dt.datetime | None = None
) -> list[Told]:
    """Everything filed about a production until *as_of*, in the order it became known."""
    return rows_to(Told, await conn.fetch(LOAD_KNOWN, employer_id, production_id, as_of))


async def find_head(conn: Connection, employer_id: str, disclosure_id: UUID) -> Head | None:
    """Where a disclosure stands: version, state, and the leaf its next entry points back to."""
    row = await conn.fetchrow(FIND_HEAD, employer_id, disclosure_id)
    return row_to(Head, row) if row else None


async def find_same_period(
    conn: Connection,
    employer_id: str,
    production_id: str,
    disclosure_id: UUID,
    kind: str,
    period: tuple[dt.date, dt.date],
) -> UUID | None:
    """Another disclosure than *disclosure_id*, in force, for the same production, type and period."""
    found: UUID | None = await conn.fetchval(
        FIND_SAME_PERIOD, employer_id, production_id, kind, *period, disclosure_id
    )
    return found


async def load_quarters(
    conn: Connection, employers: Sequence[str], productions: Sequence[str]
) -> dict[tuple[str, str], set[Quarter]]:
    """By production, the first and last days that updates and nil returns in force speak for."""
    found: dict[tuple[str, str], set[Quarter]] = {}
    for row in await conn.fetch(LOAD_QUARTERS, list(employers), list(productions)):
        key = row["employer_id"], row["production_id"]
        found.setdefault(key, set()).add((row["period_from"], row["period_to"]))
    return found


class Added(msgspec.Struct, frozen=True):
    """A version about to be written: its row, its bytes, and the type and period of its disclosure."""

    filed: Filed
    content: Content
    type: str
    period: Sequence[dt.date | None]

    def at(self, index: int) -> "Added":
        """The same with its place in the ledger."""
        return msgspec.structs.replace(self, filed=msgspec.structs.replace(self.filed, ledger_index=index))


async def add(conn: Connection, versions: Sequence[Added]) -> None:
    """Write versions and the living records' moves to them; AssertionError when another writer was first."""
    filings = [values(each) for each in versions if each.filed.kind == "filing"]
    if filings:
        await conn.executemany(ADD_DISCLOSURE, filings)
    for each in versions:
        if each.filed.kind != "filing":
            moved = await conn.fetchval(MOVE_DISCLOSURE, *values(each))
            assert moved == each.filed.version, "the production's lock orders its filings"


def values(each: Added) -> tuple[Any, ...]:
    """The parameters of the statement that writes one version."""
    version: dict[str, Any] = msgspec.structs.asdict(each.filed)
    state = {"filing": each.type, "amendment": "amended", "withdrawal": "withdrawn"}[each.filed.kind]
    return (*version.values(), each.content.body, each.content.salts, state, *each.period)
