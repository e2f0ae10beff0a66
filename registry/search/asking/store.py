"""What a search asks beside its walks: its words, its productions, the lines of a page, the facets."""

from collections.abc import Sequence
from typing import Any, Final, LiteralString

from registry.db import Connection, rows_to
from registry.search.asking.found import Line, Standing

FEW: Final = 500
"""How many productions are looked up rather than walked to."""

# Made anew for each search. To hold terms and words against a row costs more than the planner takes for
# granted, and to look a row up less. Nothing that somebody asks keeps a connection for longer.
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

# The productions with an alert that has ever come into a state that is asked for, while such moves are
# few; those that have one in it are among them.
FIND_ALERTED: Final[LiteralString] = """
WITH few AS MATERIALIZED (
    SELECT employer_id, alert_id FROM alert_move
     WHERE to_state = ANY ($1::text[]) AND ledger_index < $2::bigint
     LIMIT $3
)
SELECT NULL AS production_id WHERE (SELECT count(*) FROM few) = $3
 UNION
SELECT a.production_id FROM few JOIN alert a USING (employer_id, alert_id)
 WHERE (SELECT count(*) FROM few) < $3
"""

# What a withdrawn disclosure says is what was withdrawn.
LOAD_LINES: Final[LiteralString] = """
SELECT f.disclosure_id, f.employer_id, f.production_id, f.version, f.type, f.state, f.period_from,
       f.period_to, f.filed_at, f.from_index AS ledger_index, d.document
  FROM search_version f
  LEFT JOIN LATERAL (
       SELECT w.document FROM disclosure_version w
        WHERE w.employer_id = f.employer_id AND w.disclosure_id = f.disclosure_id AND w.version <= f.version
          AND w.kind <> 'withdrawal'
        ORDER BY w.version DESC LIMIT 1) AS d ON true
 WHERE f.from_index = ANY ($1::bigint[])
"""

# Of what was found ($2), only the facets asked for ($5), and of their terms only what the caller reads.
COUNT_FACETS: Final[LiteralString] = """
WITH found AS MATERIALIZED (
    SELECT v.employer_id, v.disclosure_id, v.production_id, v.type, v.state, v.terms
      FROM unnest($2::bigint[]) AS at (position) JOIN search_version v ON v.from_index = at.position
), productions AS MATERIALIZED (
    SELECT employer_id, production_id, count(*) AS disclosures FROM found GROUP BY 1, 2
)
SELECT 'all' AS facet, '' AS value, count(*) AS disclosures FROM found
UNION ALL SELECT 'whose', employer_id, 0 FROM found GROUP BY 2
UNION ALL SELECT 'employer', employer_id, count(*) FROM found WHERE 'employer' = ANY ($5::text[]) GROUP BY 2
UNION ALL SELECT 'production', production_id, count(*) FROM found
           WHERE 'production' = ANY ($5) GROUP BY 2
UNION ALL SELECT 'type', type, count(*) FROM found WHERE 'type' = ANY ($5) GROUP BY 2
UNION ALL SELECT 'state', state, count(*) FROM found WHERE 'state' = ANY ($5) GROUP BY 2
UNION ALL SELECT substr(term, 2, 1), substr(term, 4), count(*)
            FROM found CROSS JOIN unnest(terms) AS term
           WHERE left(term, 1) = ANY ($6::text[]) AND substr(term, 2, 1) = ANY ($7::text[]) GROUP BY 1, 2
UNION ALL SELECT 'verdict', each.value, sum(each.disclosures)::bigint
            FROM (SELECT DISTINCT p.employer_id, p.production_id, p.disclosures,
                         split_part(substr(term, 3), '@', 1) AS value
                    FROM productions p
                    JOIN search_judgement j USING (employer_id, production_id)
                   CROSS JOIN unnest(j.terms) AS term
                   WHERE 'verdict' = ANY ($5) AND j.from_index < $1::bigint AND j.until_index >= $1
                     AND term = ANY ($8::text[])) AS each
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
                   WHERE 'alert' = ANY ($5)
                     AND ($3::text[] IS NULL OR (a.locals && $3 OR a.unions && $4::text[])
                          AND alert_concerned(a.employer_id, a.alert_id, $1, $3, $4))) AS each
           GROUP BY 2
"""

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


async def find_alerted(conn: Connection, states: Sequence[str], size: int) -> list[str] | None:
    """The productions that may have an alert in one of *states* in the tree of *size*; None when many may."""
    found = [row["production_id"] for row in await conn.fetch(FIND_ALERTED, states, size, FEW)]
    return None if None in found else found


async def load_lines(conn: Connection, positions: Sequence[int]) -> list[Line]:
    """What stands at the *positions*, in their order."""
    rows = {row["ledger_index"]: row for row in await conn.fetch(LOAD_LINES, positions)}
    return rows_to(Line, [rows[each] for each in positions])


async def count_facets(
    conn: Connection,
    size: int,
    positions: Sequence[int],
    limits: tuple[list[str] | None, list[str]],
    facets: Sequence[str],
    levels: Sequence[str],
    letters: Sequence[str],
    verdicts: Sequence[str],
) -> list[Any]:
    """How many of the disclosures at the *positions* have each value of the *facets*, of *size* entries."""
    given = size, positions, *limits, facets, levels, letters, verdicts
    found: list[Any] = await conn.fetch(COUNT_FACETS, *given)
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
