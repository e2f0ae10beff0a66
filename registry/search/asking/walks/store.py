"""The condition of every search, whose sixteen and more parameters asked.py makes, and three walks with it.

A parameter that is NULL asks for nothing and is planned away: the plan is made for the values, each time.
What a walk finds are positions in the ledger, in its order.
"""

from collections.abc import Sequence
from typing import Any, Final, LiteralString

from registry.db import Connection

NEAR: Final = 3_000
"""How many rows from where a page begins are looked at before anything is looked up."""

CONDITION: Final[LiteralString] = """
 v.from_index < $1::bigint AND v.until_index >= $1
   AND ($2::text IS NULL OR v.employer_id = $2)
   AND ($3::text[] IS NULL OR v.employer_id = ANY ($3))
   AND ($4::text[] IS NULL OR v.terms && $4)
   AND ($5::text[] IS NULL OR v.terms && $5)
   AND ($6::text[] IS NULL OR v.type = ANY ($6))
   AND ($7::text[] IS NULL OR v.state = ANY ($7))
   AND ($8::timestamptz IS NULL OR v.filed_at >= $8)
   AND ($9::timestamptz IS NULL OR v.filed_at <= $9)
   AND ($10::date IS NULL OR v.period_to >= $10)
   AND ($11::date IS NULL OR v.period_from <= $11)
   AND ($12::text IS NULL OR v.words @@ $12::text::tsquery)
   AND ($13::text[] IS NULL OR coalesce((
        SELECT j.terms && $13 FROM search_judgement j
         WHERE j.employer_id = v.employer_id AND j.production_id = v.production_id
           AND j.from_index < $1 AND j.until_index >= $1 LIMIT 1), false))
   AND ($14::text[] IS NULL OR coalesce((
        SELECT true FROM alert a CROSS JOIN LATERAL (
               SELECT m.to_state FROM alert_move m
                WHERE m.employer_id = a.employer_id AND m.alert_id = a.alert_id AND m.ledger_index < $1
                ORDER BY m.revision DESC LIMIT 1) AS s
         WHERE a.employer_id = v.employer_id AND a.production_id = v.production_id
           AND s.to_state = ANY ($14)
           AND ($15::text[] IS NULL OR (a.locals && $15 OR a.unions && $16::text[])
                AND alert_concerned(a.employer_id, a.alert_id, $1, $15, $16)) LIMIT 1), false))
   AND ($17::text[] IS NULL OR v.terms && $17)
   AND ($18::text[] IS NULL OR v.terms && $18)
   AND ($19::text[] IS NULL OR v.terms && $19)
   AND ($20::text[] IS NULL OR v.terms && $20)
   AND ($21::text[] IS NULL OR v.terms && $21)
   AND ($22::text[] IS NULL OR v.terms && $22)
   AND ($23::text[] IS NULL OR v.terms && $23)
   AND ($24::text[] IS NULL OR v.terms && $24)
   AND ($25::text[] IS NULL OR v.terms && $25)
   AND ($4 IS NULL OR coalesce((
        SELECT h.record -> 'locals' ?| $15 OR EXISTS (
               SELECT FROM jsonb_array_elements_text(h.record -> 'locals') AS l (local)
                WHERE split_part(l.local, ':', 1) = ANY ($16))
          FROM production_version h
         WHERE h.employer_id = v.employer_id AND h.production_id = v.production_id AND h.ledger_index < $1
         ORDER BY h.revision DESC LIMIT 1), false))
"""

# The same, for rows that the index of keys has led to: no other index is of use then, and what would have the
# planner take one is written so that it does not.
HELD: Final[LiteralString] = (
    CONDITION.replace("v.from_index <", "v.from_index + 0 <")
    .replace("v.terms &&", "v.terms || '{}'::text[] &&")
    .replace("v.words @@ $12::text::tsquery", "(v.words @@ $12::text::tsquery) IS TRUE")
    .replace("v.employer_id = $2", "v.employer_id || '' = $2")
    .replace("v.employer_id = ANY", "v.employer_id || '' = ANY")
)

# Among the next rows alone, of everybody or of one employer: what is frequent fills a page there.
FIND_NEAR: Final[LiteralString] = f"""
SELECT v.from_index
  FROM (SELECT * FROM search_version
         WHERE from_index < least($1::bigint, $26::bigint) AND ($2::text IS NULL OR employer_id = $2)
         ORDER BY from_index DESC LIMIT {NEAR}) AS v
 WHERE {CONDITION}
 ORDER BY v.from_index DESC LIMIT $27
"""  # noqa: S608  constants alone

FIND_NEAR_OLDEST: Final[LiteralString] = f"""
SELECT v.from_index
  FROM (SELECT * FROM search_version
         WHERE from_index > coalesce($26::bigint, -1) AND ($2::text IS NULL OR employer_id = $2)
         ORDER BY from_index LIMIT {NEAR}) AS v
 WHERE {CONDITION}
 ORDER BY v.from_index LIMIT $27
"""  # noqa: S608  constants alone

# Whether there are more rows than those.
GOES_ON: Final[LiteralString] = f"""
SELECT EXISTS (SELECT FROM search_version
                WHERE from_index < least($1::bigint, $3::bigint) AND ($2::text IS NULL OR employer_id = $2)
                ORDER BY from_index DESC OFFSET {NEAR} LIMIT 1)
"""  # noqa: S608  constants alone

GOES_ON_OLDEST: Final[LiteralString] = f"""
SELECT EXISTS (SELECT FROM search_version
                WHERE from_index > coalesce($3::bigint, -1) AND from_index < $1::bigint
                  AND ($2::text IS NULL OR employer_id = $2)
                ORDER BY from_index OFFSET {NEAR} LIMIT 1)
"""  # noqa: S608  constants alone

# Of each group of keys one has to be there, in this stretch of the ledger.
LED_TO: Final[LiteralString] = " AND ".join(
    f"({group}::text IS NULL OR search_keys(v.from_index, v.employer_id, v.type, v.state, v.terms, v.words)"
    f" && string_to_array(replace({group}, E'\\x1e', w.stretch || ' '), E'\\x1f'))"
    for group in ("$28", "$29", "$30", "$31", "$32", "$33")
)

# Stretch by stretch until the page is full: how far one has to go for it matters, not how many there are.
FIND_FAR: Final[LiteralString] = f"""
WITH RECURSIVE walked (stretch, found) AS (
    SELECT least($1::bigint, $26::bigint) >> 15, '{{}}'::bigint[]
     UNION ALL
    SELECT w.stretch - 1, w.found || ARRAY(
           SELECT v.from_index FROM search_version v
            WHERE {LED_TO} AND {HELD} AND v.from_index + 0 < least($1, $26)
            ORDER BY v.from_index + 0 DESC LIMIT $27::bigint - cardinality(w.found))
      FROM walked w
     WHERE w.stretch >= 0 AND cardinality(w.found) < $27
)
SELECT unnest(last.found) AS from_index
  FROM (SELECT found FROM walked ORDER BY stretch LIMIT 1) AS last
"""  # noqa: S608  constants alone

FIND_FAR_OLDEST: Final[LiteralString] = f"""
WITH RECURSIVE walked (stretch, found) AS (
    SELECT coalesce($26::bigint, 0) >> 15, '{{}}'::bigint[]
     UNION ALL
    SELECT w.stretch + 1, w.found || ARRAY(
           SELECT v.from_index FROM search_version v
            WHERE {LED_TO} AND {HELD} AND v.from_index + 0 > coalesce($26, -1)
            ORDER BY v.from_index + 0 LIMIT $27::bigint - cardinality(w.found))
      FROM walked w
     WHERE w.stretch <= $1::bigint >> 15 AND cardinality(w.found) < $27
)
SELECT unnest(last.found) AS from_index
  FROM (SELECT found FROM walked ORDER BY stretch DESC LIMIT 1) AS last
"""  # noqa: S608  constants alone

FIND_ALL: Final[LiteralString] = f"""
SELECT v.from_index FROM search_version v
 WHERE {CONDITION} AND v.from_index < least($1, $26::bigint)
 ORDER BY v.from_index DESC LIMIT $27
"""  # noqa: S608  constants alone

FIND_ALL_OLDEST: Final[LiteralString] = f"""
SELECT v.from_index FROM search_version v
 WHERE {CONDITION} AND v.from_index > coalesce($26::bigint, -1)
 ORDER BY v.from_index LIMIT $27
"""  # noqa: S608  constants alone


async def near(
    conn: Connection, parameters: Sequence[Any], after: int | None, limit: int, *, oldest: bool
) -> tuple[list[int], bool]:
    """What is found among the next rows behind *after*, and whether that is all there is for a page."""
    statement = FIND_NEAR_OLDEST if oldest else FIND_NEAR
    found = [row[0] for row in await conn.fetch(statement, *parameters, after, limit)]
    if len(found) == limit:
        return found, True
    statement = GOES_ON_OLDEST if oldest else GOES_ON
    return found, not await conn.fetchval(statement, parameters[0], parameters[1], after)


async def far(
    conn: Connection,
    parameters: Sequence[Any],
    after: int | None,
    limit: int,
    groups: Sequence[str | None],
    *,
    oldest: bool,
) -> list[int]:
    """What is found behind *after* with a key of each of the *groups*."""
    statement = FIND_FAR_OLDEST if oldest else FIND_FAR
    return [row[0] for row in await conn.fetch(statement, *parameters, after, limit, *groups)]


async def whole(
    conn: Connection, parameters: Sequence[Any], after: int | None, limit: int, *, oldest: bool
) -> list[int]:
    """What is found behind *after*, each row held against the condition until the page is full."""
    statement = FIND_ALL_OLDEST if oldest else FIND_ALL
    return [row[0] for row in await conn.fetch(statement, *parameters, after, limit)]
