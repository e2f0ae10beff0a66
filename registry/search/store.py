"""The tables of the copy: written beside the history, made anew when asked, held against their source.

Writing stands inside the transaction that writes the history, behind the append: positions are known then.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

import msgspec

from registry.db import Connection, row_to
from registry.disclosures.version import Filed
from registry.search.copied import Copied, values

# Both copies of one filing at once, because everybody's filings wait for the ledger meanwhile. A judgement
# that finds what the one before it found goes on being the one in force.
ADD_FILED: Final[LiteralString] = """
WITH earlier AS (
    UPDATE search_version SET until_index = $16
     WHERE employer_id = $1 AND disclosure_id = $2 AND version = $3 - 1
    RETURNING period_from, period_to, terms, words
), ended AS (
    UPDATE search_judgement SET until_index = $18
     WHERE employer_id = $1 AND production_id = $4 AND terms <> $17::text[]
       AND from_index = (SELECT max(from_index) FROM search_judgement
                          WHERE employer_id = $1 AND production_id = $4)
), judged AS (
    INSERT INTO search_judgement (employer_id, production_id, terms, from_index)
    SELECT $1, $4, $17::text[], $18::bigint
     WHERE NOT EXISTS (SELECT FROM search_judgement
                        WHERE employer_id = $1 AND production_id = $4 AND terms = $17::text[]
                          AND until_index = 9223372036854775807)
)
INSERT INTO search_version (employer_id, disclosure_id, version, production_id, type, state, period_from,
                            period_to, filed_at, terms, words, from_index)
SELECT $1::text, $2::uuid, $3::int, $4::text, $5::text, $6::text, coalesce($7::date, e.period_from),
       coalesce($8::date, e.period_to), $9::timestamptz,
       CASE WHEN $10::text[] IS NULL THEN e.terms ELSE $10::text[] || $11::text[] END,
       coalesce(setweight(to_tsvector('simple', $12::text), 'A')
             || setweight(to_tsvector('simple', $13::text), 'B')
             || setweight(to_tsvector('simple', $14::text), 'C')
             || setweight(to_tsvector('simple', $15::text), 'D'), e.words),
       $16::bigint
  FROM (SELECT) AS one LEFT JOIN earlier e ON true
"""

ADD_VERSION: Final[LiteralString] = """
WITH earlier AS (
    UPDATE search_version SET until_index = $16
     WHERE employer_id = $1 AND disclosure_id = $2 AND version = $3 - 1
    RETURNING period_from, period_to, terms, words
)
INSERT INTO search_version (employer_id, disclosure_id, version, production_id, type, state, period_from,
                            period_to, filed_at, terms, words, from_index)
SELECT $1::text, $2::uuid, $3::int, $4::text, $5::text, $6::text, coalesce($7::date, e.period_from),
       coalesce($8::date, e.period_to), $9::timestamptz,
       CASE WHEN $10::text[] IS NULL THEN e.terms ELSE $10::text[] || $11::text[] END,
       coalesce(setweight(to_tsvector('simple', $12::text), 'A')
             || setweight(to_tsvector('simple', $13::text), 'B')
             || setweight(to_tsvector('simple', $14::text), 'C')
             || setweight(to_tsvector('simple', $15::text), 'D'), e.words),
       $16::bigint
  FROM (SELECT) AS one LEFT JOIN earlier e ON true
"""

ADD_JUDGED: Final[LiteralString] = """
WITH ended AS (
    UPDATE search_judgement SET until_index = $4
     WHERE employer_id = $1 AND production_id = $2 AND terms <> $3::text[]
       AND from_index = (SELECT max(from_index) FROM search_judgement
                          WHERE employer_id = $1 AND production_id = $2)
)
INSERT INTO search_judgement (employer_id, production_id, terms, from_index)
SELECT $1, $2, $3::text[], $4::bigint
 WHERE NOT EXISTS (SELECT FROM search_judgement
                    WHERE employer_id = $1 AND production_id = $2 AND terms = $3::text[]
                      AND until_index = 9223372036854775807)
"""

# Parties come and none goes: who has left still sees what was theirs then. Who sees it in one tree is looked
# up among the production's revisions.
MOVE_PRODUCTION: Final[LiteralString] = """
UPDATE search_version
   SET terms = ARRAY(SELECT term FROM unnest(terms) WITH ORDINALITY AS t (term, place)
                      WHERE left(term, 1) NOT IN ('p', 'q') ORDER BY place)
            || ARRAY(SELECT DISTINCT term COLLATE "C" FROM unnest(terms || $3::text[]) AS term
                      WHERE left(term, 1) IN ('p', 'q') ORDER BY 1)
 WHERE employer_id = $1 AND production_id = $2
"""

# What the copy is made from, in the order of the ledger; NULL: of every disclosure; and one part of several
# ($3 of $4), by position. The locals are those the production has had since the version was filed.
STREAM_FILED: Final[LiteralString] = """
SELECT v.employer_id, v.disclosure_id, v.version, v.production_id, v.kind, v.reason, v.explanation,
       v.schema_version, v.filed_at, v.filed_by, v.sha256, v.document, v.warnings, v.ledger_index, d.type,
       ARRAY(SELECT DISTINCT jsonb_array_elements_text(h.record -> 'locals')
               FROM production_version h
              WHERE h.employer_id = v.employer_id AND h.production_id = v.production_id
                AND h.revision >= coalesce((
                    SELECT max(o.revision) FROM production_version o
                     WHERE o.employer_id = v.employer_id AND o.production_id = v.production_id
                       AND o.ledger_index < v.ledger_index), 1)) AS locals,
       (SELECT n.ledger_index FROM disclosure_version n
         WHERE n.employer_id = v.employer_id AND n.disclosure_id = v.disclosure_id
           AND n.version = v.version + 1) AS until_index
  FROM disclosure_version v
  JOIN disclosure d USING (employer_id, disclosure_id)
 WHERE ($1::text IS NULL OR v.employer_id = $1) AND ($2::uuid IS NULL OR v.disclosure_id = $2)
   AND ($4::int = 1 OR v.ledger_index % $4 = $3::int)
 ORDER BY v.ledger_index
"""

STREAM_JUDGED: Final[LiteralString] = """
SELECT employer_id, production_id, findings, ledger_index FROM judgement ORDER BY ledger_index
"""

FORGET_VERSIONS: Final[LiteralString] = """
DELETE FROM search_version
 WHERE ($1::text IS NULL OR employer_id = $1) AND ($2::uuid IS NULL OR disclosure_id = $2)
"""

FORGET_JUDGEMENTS: Final[LiteralString] = """
DELETE FROM search_judgement
"""

# Nobody files, and nobody changes a production, while the copy is made anew; everybody goes on reading.
HOLD_COPY: Final[LiteralString] = """
LOCK TABLE search_version, search_judgement IN SHARE ROW EXCLUSIVE MODE
"""

# Which of the versions that should be in the copy ($1) are missing there, or different.
FIND_DIFFERENT: Final[LiteralString] = """
SELECT e.employer_id, e.disclosure_id, e.version
  FROM jsonb_to_recordset($1::jsonb)
       AS e (employer_id text, disclosure_id uuid, version int, production_id text, type text, state text,
             period_from date, period_to date, filed_at timestamptz, terms text[], parties text[],
             texts text[], from_index bigint, until_index bigint)
  LEFT JOIN search_version v USING (employer_id, disclosure_id, version)
  LEFT JOIN search_version b ON b.employer_id = e.employer_id AND b.disclosure_id = e.disclosure_id
                            AND b.version = e.version - 1
 WHERE (v.production_id, v.type, v.state, v.period_from, v.period_to, v.filed_at, v.terms, v.words,
        v.from_index, v.until_index)
       IS DISTINCT FROM
       (e.production_id, e.type, e.state, coalesce(e.period_from, b.period_from),
        coalesce(e.period_to, b.period_to), e.filed_at,
        CASE WHEN e.terms IS NULL THEN b.terms ELSE e.terms || e.parties END,
        coalesce(setweight(to_tsvector('simple', e.texts[1]), 'A')
              || setweight(to_tsvector('simple', e.texts[2]), 'B')
              || setweight(to_tsvector('simple', e.texts[3]), 'C')
              || setweight(to_tsvector('simple', e.texts[4]), 'D'), b.words),
        e.from_index, e.until_index)
 ORDER BY e.from_index
"""

COUNT_COPY: Final[LiteralString] = """
SELECT (SELECT count(*) FROM search_version) AS versions, (SELECT count(*) FROM disclosure_version) AS filed
"""

STREAM_STRETCHES: Final[LiteralString] = """
SELECT coalesce(s.employer_id, '') AS employer_id, coalesce(s.production_id, '') AS production_id, s.terms,
       s.from_index, s.until_index
  FROM search_judgement s
 WHERE $2::int = 1
    OR abs(coalesce(hashtext(s.employer_id || ' ' || s.production_id), 0)::bigint) % $2 = $1::int
 ORDER BY s.employer_id, s.production_id, s.from_index
"""

STREAM_JUDGED_OF_EACH: Final[LiteralString] = """
SELECT employer_id, production_id, findings, ledger_index
  FROM judgement
 WHERE $2::int = 1 OR abs(coalesce(hashtext(employer_id || ' ' || production_id), 0)::bigint) % $2 = $1::int
 ORDER BY employer_id, production_id, ledger_index
"""

DIGEST_COPY: Final[LiteralString] = """
SELECT encode(sha256(coalesce(string_agg(row, E'\\n' ORDER BY row), '')::bytea), 'hex') AS digest
  FROM (SELECT md5(v::text) AS row FROM search_version v
        UNION ALL
        SELECT md5(j::text) FROM search_judgement j) AS copy
"""


class Source(msgspec.Struct, frozen=True):
    """A version as history has it, with what its place in the copy depends on beside."""

    filed: Filed
    type: str
    locals: list[str]
    until_index: int | None


async def add(conn: Connection, row: Copied, found: Sequence[str], filed_at: int, judged_at: int) -> None:
    """Copy a version and the judgement that came with it, each at its position in the ledger."""
    await conn.execute(ADD_FILED, *values(row), filed_at, found, judged_at)


async def add_version(conn: Connection, row: Copied, from_index: int) -> None:
    """Copy a version at its place in the ledger."""
    await conn.execute(ADD_VERSION, *values(row), from_index)


async def add_judged(conn: Connection, key: tuple[str, str], found: Sequence[str], from_index: int) -> None:
    """Copy a judgement that came without a filing."""
    await conn.execute(ADD_JUDGED, *key, found, from_index)


async def move_production(
    conn: Connection, employer_id: str, production_id: str, parties: Sequence[str]
) -> None:
    """Have everything filed about a production found by those who may see it now, too."""
    await conn.execute(MOVE_PRODUCTION, employer_id, production_id, parties)


async def hold(conn: Connection) -> None:
    """Keep everybody from writing the copy until the caller's transaction ends."""
    await conn.execute(HOLD_COPY)


async def forget(conn: Connection, employer_id: str | None = None, disclosure_id: UUID | None = None) -> None:
    """Empty the copy, or take one disclosure out of it."""
    await conn.execute(FORGET_VERSIONS, employer_id, disclosure_id)
    if disclosure_id is None:
        await conn.execute(FORGET_JUDGEMENTS)


async def stream_filed(
    conn: Connection,
    employer_id: str | None = None,
    disclosure_id: UUID | None = None,
    *,
    part: int = 0,
    of: int = 1,
) -> AsyncIterator[Source]:
    """Every version, or those of one disclosure or *part*, in the ledger's order; needs a transaction."""
    async for row in conn.cursor(STREAM_FILED, employer_id, disclosure_id, part, of, prefetch=100):
        yield Source(row_to(Filed, row), row["type"], row["locals"], row["until_index"])


async def stream_judged(conn: Connection) -> AsyncIterator[tuple[str, str, bytes, int]]:
    """Employer, production, findings and place of every judgement, in the order of the ledger."""
    async for row in conn.cursor(STREAM_JUDGED, prefetch=50):
        yield row["employer_id"], row["production_id"], row["findings"], row["ledger_index"]


async def digest(conn: Connection) -> str:
    """One digest over the whole copy: the same history makes the same one."""
    found: str = await conn.fetchval(DIGEST_COPY)
    return found


class Stretch(msgspec.Struct, frozen=True):
    """A stretch of the ledger in which the judgements of a production found the same."""

    employer_id: str
    production_id: str
    terms: list[str]
    from_index: int
    until_index: int


async def find_different(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, UUID, int]]:
    """Those of the versions *rows*, as they should be in the copy, that are not in it so."""
    return [tuple(row) for row in await conn.fetch(FIND_DIFFERENT, list(rows))]


async def count(conn: Connection) -> tuple[int, int]:
    """How many versions are in the copy, and how many were filed."""
    row = await conn.fetchrow(COUNT_COPY)
    assert row is not None
    return row["versions"], row["filed"]


async def stream_stretches(conn: Connection, part: int, of: int) -> AsyncIterator[Stretch]:
    """The copy of the judgements of one *part*, production by production; needs a transaction."""
    async for row in conn.cursor(STREAM_STRETCHES, part, of, prefetch=200):
        yield row_to(Stretch, row)


async def stream_judged_of_each(
    conn: Connection, part: int, of: int
) -> AsyncIterator[tuple[str, str, bytes, int]]:
    """The judgements of one *part*, production by production; needs a transaction."""
    async for row in conn.cursor(STREAM_JUDGED_OF_EACH, part, of, prefetch=50):
        yield row["employer_id"], row["production_id"], row["findings"], row["ledger_index"]
