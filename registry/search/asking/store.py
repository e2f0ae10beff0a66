"""The statements of a search. All have one condition, whose sixteen and more parameters asked.py makes.

A parameter that is NULL asks for nothing and is planned away: the plan is made for the values, each time.
"""

from collections.abc import Sequence
from typing import Any, Final, LiteralString

from registry.db import Connection, rows_to
from registry.search.asking.found import Line, Standing

FEW: Final = 500
"""How many productions are looked up rather than walked to."""

# Made anew for each search, so that what is rare is looked up and what is frequent is walked to. To hold
# terms and words against a row costs more than the planner takes for granted, and to look a row up less: by
# its own measure it walks past forty thousand rows for a tool that three hundred name. Nothing that somebody
# asks keeps a connection for longer.
PREPARE_SEARCH: Final[LiteralString] = """
SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('statement_timeout', '10s', true),
       set_config('cpu_operator_cost', '0.01', true), set_config('random_page_cost', '1.1', true)
"""

# Each word with the weights of what the caller reads, so that no answer, and no lack of one, tells the rest.
# Empty when there is no word in the text.
READ_WORDS: Final[LiteralString] = r"""
SELECT regexp_replace(websearch_to_tsquery('simple', $1::text)::text, '(''(?:[^'']|'''')*'')',
                      '\1:' || $2::text, 'g') AS words
"""

# The productions of a judgement that is asked for, while they are few enough to be looked up; else the
# filings are walked, and the judgement of each looked at. Never are all judgements read.
FIND_JUDGED: Final[LiteralString] = """
SELECT DISTINCT few.production_id
  FROM (SELECT production_id FROM search_judgement
         WHERE terms && $1::text[] AND from_index < $2::bigint AND until_index >= $2
         LIMIT $3) AS few
"""

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

COLUMNS: Final[LiteralString] = """
 f.disclosure_id, f.employer_id, f.production_id, f.version, f.type, f.state, f.period_from, f.period_to,
       f.filed_at, f.from_index AS ledger_index, d.document
"""

# What a withdrawn disclosure says is what was withdrawn.
DOCUMENT: Final[LiteralString] = """
  LEFT JOIN LATERAL (
       SELECT w.document FROM disclosure_version w
        WHERE w.employer_id = f.employer_id AND w.disclosure_id = f.disclosure_id AND w.version <= f.version
          AND w.kind <> 'withdrawal'
        ORDER BY w.version DESC LIMIT 1) AS d ON true
"""

FIND_NEWEST: Final[LiteralString] = f"""
SELECT {COLUMNS}
  FROM (SELECT v.* FROM search_version v
         WHERE {CONDITION} AND ($26::bigint IS NULL OR v.from_index < $26)
         ORDER BY v.from_index DESC LIMIT $27) AS f
{DOCUMENT}
 ORDER BY f.from_index DESC
"""  # noqa: S608  constants alone

FIND_OLDEST: Final[LiteralString] = f"""
SELECT {COLUMNS}
  FROM (SELECT v.* FROM search_version v
         WHERE {CONDITION} AND ($26::bigint IS NULL OR v.from_index > $26)
         ORDER BY v.from_index LIMIT $27) AS f
{DOCUMENT}
 ORDER BY f.from_index
"""  # noqa: S608  constants alone

# Only the facets asked for are counted ($27), and of their terms only those the caller reads ($28 to $30).
COUNT_FACETS: Final[LiteralString] = f"""
WITH found AS MATERIALIZED (
    SELECT v.employer_id, v.disclosure_id, v.production_id, v.type, v.state, v.terms
      FROM search_version v
     WHERE {CONDITION}
     ORDER BY v.from_index DESC LIMIT $26
), productions AS MATERIALIZED (
    SELECT employer_id, production_id, count(*) AS disclosures FROM found GROUP BY 1, 2
)
SELECT 'all' AS facet, '' AS value, count(*) AS disclosures FROM found
UNION ALL SELECT 'whose', employer_id, 0 FROM found GROUP BY 2
UNION ALL SELECT 'employer', employer_id, count(*) FROM found WHERE 'employer' = ANY ($27::text[]) GROUP BY 2
UNION ALL SELECT 'production', production_id, count(*) FROM found
           WHERE 'production' = ANY ($27) GROUP BY 2
UNION ALL SELECT 'type', type, count(*) FROM found WHERE 'type' = ANY ($27) GROUP BY 2
UNION ALL SELECT 'state', state, count(*) FROM found WHERE 'state' = ANY ($27) GROUP BY 2
UNION ALL SELECT substr(term, 2, 1), substr(term, 4), count(*)
            FROM found CROSS JOIN unnest(terms) AS term
           WHERE left(term, 1) = ANY ($28::text[]) AND substr(term, 2, 1) = ANY ($29::text[]) GROUP BY 1, 2
UNION ALL SELECT 'verdict', each.value, sum(each.disclosures)::bigint
            FROM (SELECT DISTINCT p.employer_id, p.production_id, p.disclosures,
                         split_part(substr(term, 3), '@', 1) AS value
                    FROM productions p
                    JOIN search_judgement j USING (employer_id, production_id)
                   CROSS JOIN unnest(j.terms) AS term
                   WHERE 'verdict' = ANY ($27) AND j.from_index < $1 AND j.until_index >= $1
                     AND term = ANY ($30::text[])) AS each
           GROUP BY 2
UNION ALL SELECT 'alert', each.value, sum(each.disclosures)::bigint
            FROM (SELECT DISTINCT p.employer_id, p.production_id, p.disclosures, s.to_state AS value
                    FROM productions p
                    JOIN alert a USING (employer_id, production_id)
                   CROSS JOIN LATERAL (
                         SELECT m.to_state FROM alert_move m
                          WHERE m.employer_id = a.employer_id AND m.alert_id = a.alert_id
                            AND m.ledger_index < $1
                          ORDER BY m.revision DESC LIMIT 1) AS s
                   WHERE 'alert' = ANY ($27)
                     AND ($15 IS NULL OR (a.locals && $15 OR a.unions && $16)
                          AND alert_concerned(a.employer_id, a.alert_id, $1, $15, $16))) AS each
           GROUP BY 2
"""  # noqa: S608  constants alone

FIND_STANDING: Final[LiteralString] = """
SELECT k.employer_id, k.production_id,
       coalesce((SELECT j.terms FROM search_judgement j
                  WHERE j.employer_id = k.employer_id AND j.production_id = k.production_id
                    AND j.from_index < $1::bigint AND j.until_index >= $1), '{}') AS terms,
       ARRAY(SELECT s.to_state FROM alert a CROSS JOIN LATERAL (
                    SELECT m.to_state FROM alert_move m
                     WHERE m.employer_id = a.employer_id AND m.alert_id = a.alert_id AND m.ledger_index < $1
                     ORDER BY m.revision DESC LIMIT 1) AS s
              WHERE a.employer_id = k.employer_id AND a.production_id = k.production_id
                AND ($4::text[] IS NULL OR (a.locals && $4 OR a.unions && $5::text[])
                     AND alert_concerned(a.employer_id, a.alert_id, $1, $4, $5))) AS alerts
  FROM unnest($2::text[], $3::text[]) AS k (employer_id, production_id)
"""


async def prepare(conn: Connection) -> None:
    """Have each statement of the caller's snapshot planned for its values, and none run for long."""
    await conn.execute(PREPARE_SEARCH)


async def read_words(conn: Connection, text: str, weights: str) -> str:
    """*text* as a query for words of these *weights*; empty when there is no word in it."""
    words: str = await conn.fetchval(READ_WORDS, text, weights)
    return words


async def find_judged(conn: Connection, terms: Sequence[str], size: int) -> list[str] | None:
    """The productions whose judgement has one of *terms* in the tree of *size*; None when they are many."""
    rows = await conn.fetch(FIND_JUDGED, terms, size, FEW)
    return [row["production_id"] for row in rows] if len(rows) < FEW else None


async def find_newest(
    conn: Connection, parameters: Sequence[Any], before: int | None, limit: int
) -> list[Line]:
    """What is found, the newest filing first, in front of the position *before*."""
    return rows_to(Line, await conn.fetch(FIND_NEWEST, *parameters, before, limit))


async def find_oldest(
    conn: Connection, parameters: Sequence[Any], after: int | None, limit: int
) -> list[Line]:
    """What is found, the oldest filing first, behind the position *after*."""
    return rows_to(Line, await conn.fetch(FIND_OLDEST, *parameters, after, limit))


async def count_facets(
    conn: Connection,
    parameters: Sequence[Any],
    most: int,
    facets: Sequence[str],
    levels: Sequence[str],
    letters: Sequence[str],
    verdicts: Sequence[str],
) -> list[Any]:
    """How many disclosures have each value of the *facets*, among the newest *most* that are found."""
    found: list[Any] = await conn.fetch(COUNT_FACETS, *parameters, most, facets, levels, letters, verdicts)
    return found


async def find_standing(
    conn: Connection,
    size: int,
    keys: Sequence[tuple[str, str]],
    limits: tuple[list[str] | None, list[str]],
) -> dict[tuple[str, str], Standing]:
    """What is found about each production, and its alerts within *limits*, in the tree of *size*."""
    employers, productions = [key[0] for key in keys], [key[1] for key in keys]
    rows = await conn.fetch(FIND_STANDING, size, employers, productions, *limits)
    return {(row["employer_id"], row["production_id"]): Standing(row["terms"], row["alerts"]) for row in rows}
