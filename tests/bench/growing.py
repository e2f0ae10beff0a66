"""A history of as many versions as are asked for, by SQL: the rows that searches, as-of reads and inboxes touch.

One filing is made as any other, and its finding, course, record and document are what every row is made from.
Of each version n: a filing, a judgement and a move have three places in the ledger, one behind the other. Every
fourth amends what was filed 1,003 before it, every hundredth of the amended was withdrawn by that; a tenth is of
one studio, the rest of employers with 500 versions each; a production has 50. Every fifth version opens an alert,
and half of these have moved on 701 versions later. Leaves and subtrees are no tree: nothing here verifies.
"""

import asyncpg
import verifying

FILLED = (
    "production_version",
    "production",
    "employer_version",
    "employer",
    "disclosure_version",
    "disclosure",
    "judgement",
    "alert",
    "alert_move",
    "ledger_entry",
    "ledger_subtree",
    "search_version",
    "search_judgement",
)
BEFORE = """
SET synchronous_commit = off;
SET session_replication_role = replica;
SET maintenance_work_mem = '512MB'
"""

# What every other row is made from: m is n, or the version that n amends.
GROW = """
CREATE UNLOGGED TABLE grown AS
SELECT n, m, n <> m AS amends, employer_id, employer_id || '-p' || CASE WHEN m % 10 = 0 THEN m / 10 % ($1 / 500)
       ELSE m / ($1 / 500) % 10 END AS production_id, ($2 + 3 * n)::bigint AS position,
       ('01a3' || lpad(to_hex(m), 12, '0') || substr(md5(m::text), 1, 16))::uuid AS disclosure_id,
       '2026-03-01T00:00:00Z'::timestamptz + n * interval '3 seconds' AS filed_at
  FROM (SELECT n, m, CASE WHEN m % 10 = 0 THEN 'e0' ELSE 'e' || 1 + m % ($1 / 500) END AS employer_id
          FROM (SELECT n, CASE WHEN n % 4 = 3 AND n >= 1003 THEN n - 1003 ELSE n END AS m
                  FROM generate_series(0, $1::int - 1) AS n) AS each) AS whose
"""
EMPLOYERS = """
INSERT INTO employer (employer_id, revision, record, changed_at)
SELECT g.employer_id, 1, e.record || jsonb_build_object('employer_id', g.employer_id), e.changed_at
  FROM (SELECT DISTINCT employer_id FROM grown) AS g, (SELECT * FROM employer LIMIT 1) AS e
"""
# Each production has one of forty locals, one of a hundred the rare one beside it.
PRODUCTIONS = """
INSERT INTO production (employer_id, production_id, revision, record, changed_at)
SELECT g.employer_id, g.production_id, 1, p.record || jsonb_build_object('production_id', g.production_id,
       'employer_id', g.employer_id, 'locals', jsonb_build_array('IATSE:' || 600 + h % 40)
       || CASE WHEN h % 100 = 7 THEN '["IATSE:998"]' ELSE '[]'::jsonb END), p.changed_at
  FROM (SELECT employer_id, production_id, abs(hashtext(production_id)::bigint) AS h
          FROM grown GROUP BY 1, 2) AS g, (SELECT * FROM production LIMIT 1) AS p
"""
PRODUCTION_VERSIONS = """
INSERT INTO production_version (employer_id, production_id, revision, record, body, recorded_at, recorded_by,
                                ledger_index)
SELECT employer_id, production_id, 1, record, ''::bytea, changed_at, 'bench', 0 FROM production
ON CONFLICT DO NOTHING
"""
DISCLOSURES = """
INSERT INTO disclosure (employer_id, disclosure_id, production_id, type, period_from, period_to, version, state,
                        changed_at)
SELECT employer_id, disclosure_id, production_id, CASE WHEN m % 200 = 5 THEN 'nil_return' ELSE 'initial' END,
       '2025-07-01', '2025-09-30', max(CASE WHEN amends THEN 2 ELSE 1 END),
       CASE WHEN NOT bool_or(amends) THEN 'filed' WHEN m % 100 = 0 THEN 'withdrawn' ELSE 'amended' END,
       max(filed_at)
  FROM grown GROUP BY employer_id, disclosure_id, production_id, m ORDER BY m
"""
VERSIONS = """
INSERT INTO disclosure_version (employer_id, disclosure_id, version, production_id, kind, schema_version, filed_at,
                                filed_by, sha256, ledger_index, document, warnings)
SELECT g.employer_id, g.disclosure_id, CASE WHEN amends THEN 2 ELSE 1 END, g.production_id,
       CASE WHEN NOT amends THEN 'filing' WHEN m % 100 = 0 THEN 'withdrawal' ELSE 'amendment' END, '2.0',
       g.filed_at, 'bench', sha256(g.n::text::bytea), g.position,
       CASE WHEN amends AND m % 100 = 0 THEN '{}'::jsonb ELSE t.document || jsonb_build_object('tools',
            jsonb_build_array(t.tool || jsonb_build_object('name', 'tool-' || m % 40))) END, '[]'
  FROM grown AS g, (SELECT document - ARRAY['workforce', 'uses'] AS document, document #> '{tools,0}' AS tool
                      FROM disclosure_version LIMIT 1) AS t
"""
# One word in 997, one in 89, one that all have, one that twenty have; and a dozen of five thousand.
COPIES = r"""
INSERT INTO search_version (employer_id, disclosure_id, version, production_id, type, state, period_from, period_to,
                            filed_at, terms, words, from_index, until_index)
SELECT employer_id, disclosure_id, CASE WHEN amends THEN 2 ELSE 1 END, production_id,
       CASE WHEN m % 200 = 5 THEN 'nil_return' ELSE 'initial' END,
       CASE WHEN NOT amends THEN 'filed' WHEN m % 100 = 0 THEN 'withdrawn' ELSE 'amended' END,
       '2025-07-01', '2025-09-30', filed_at,
       ARRAY['n:' || production_id, '0t:tool-' || m % 40, '0t:' || CASE WHEN m % 3 = 0 THEN 'third' ELSE 'others' END,
             '0c:generative_video', '0v:vendor-' || m % 300, '1m:model-' || m % 1000, '1k:craft-' || m % 20,
             '0m:twenty-' || m % ($1 / 20), '1l:IATSE:700', 'p:IATSE:' || 600 + h % 40]
       || CASE WHEN h % 100 = 7 THEN '{p:IATSE:998}' ELSE '{}'::text[] END || '{q:IATSE}'::text[],
       ('frequent:1B ' || 'rare' || m % 997 || ':2B some' || m % 89 || ':3B twenty' || m % ($1 / 20) || ':4B v'
        || m * 7 % 5003 || ':5B v' || m * 11 % 5009 || ':6B v' || m * 13 % 5011 || ':7B v' || m * 17 % 5021
        || ':8B v' || m * 19 % 5023 || ':9B v' || m * 23 % 5039 || ':10B v' || m * 29 % 5051 || ':11B v'
        || m * 31 % 5059 || ':12B v' || m * 37 % 5077 || ':13B v' || m * 41 % 5081 || ':14B')::tsvector,
       position,
       CASE WHEN n = m AND n % 4 = 0 AND n + 1003 < $1 THEN position + 3009 ELSE 9223372036854775807 END
  FROM (SELECT *, abs(hashtext(production_id)::bigint) AS h FROM grown) AS g
"""
# One production in ten has a violation, ten have what no other has.
JUDGED = """
INSERT INTO search_judgement (employer_id, production_id, terms, from_index)
SELECT employer_id, production_id, ARRAY['r:reg/quarterly-update=satisfied', 'r:reg/quarterly-update=satisfied@*',
       'v:satisfied', 'v:satisfied@*'] || CASE WHEN h % 10 = 3 THEN '{v:violation,v:violation@*}' ELSE '{}'::text[] END
       || CASE WHEN h % ($1::int / 500) = 1 THEN '{r:rare/rule=violation,r:rare/rule=violation@*}'
               ELSE '{}'::text[] END, 0
  FROM (SELECT employer_id, production_id, abs(hashtext(production_id)::bigint) AS h
          FROM grown GROUP BY 1, 2) AS g
"""
JUDGEMENTS = """
INSERT INTO judgement (employer_id, judgement_id, production_id, judged_at, cause, disclosure_id, version, packs,
                       findings, ledger_index, known_to)
SELECT employer_id, gen_random_uuid(), production_id, filed_at, 'filing', disclosure_id, 1, '{}',
       convert_to('[' || f.finding::text || ']', 'UTF8'), position + 1, position
  FROM grown, (SELECT finding FROM alert WHERE rule LIKE 'wga%' LIMIT 1) AS f WHERE n % 3 = 0
"""
ALERTS = """
CREATE UNLOGGED TABLE raised AS
SELECT g.*, ('01a4' || lpad(to_hex(n), 12, '0') || substr(md5(n::text), 1, 16))::uuid AS alert_id,
       CASE WHEN n % 10 <> 0 OR n + 701 >= $1::int THEN 'open' WHEN n % 5000 = 0 THEN 'grieved'
            WHEN n % 20 = 0 THEN 'acknowledged' ELSE 'resolved' END AS state,
       CASE WHEN n / 5 % 1000 = 7 THEN 'IATSE:998' ELSE 'IATSE:' || 600 + n / 5 % 40 END AS local
  FROM grown AS g WHERE n % 5 = 0
"""
ALERT_ROWS = """
INSERT INTO alert (employer_id, alert_id, production_id, fingerprint, rule, kind, severity, state, revision, locals,
                   unions, finding, outcome, opened_at, changed_at, course, clock_on)
SELECT r.employer_id, r.alert_id, r.production_id, sha256(r.n::text::bytea), t.rule,
       CASE WHEN r.n % 3 = 0 THEN 'violation' ELSE 'insufficient_information' END, t.severity, r.state,
       CASE WHEN r.n % 10 = 0 AND r.n + 701 < $1::int THEN 2 ELSE 1 END, ARRAY[r.local], '{IATSE}',
       t.finding || jsonb_build_object('locals', jsonb_build_array(r.local), 'unions', '["IATSE"]'::jsonb,
       'verdict', CASE WHEN r.n % 3 = 0 THEN 'violation' ELSE 'insufficient_information' END),
       CASE WHEN r.state = 'resolved' THEN 'cured' END, r.filed_at, r.filed_at, t.course,
       CASE WHEN r.state <> 'resolved' THEN r.filed_at::date + 10 + (r.n % 7)::int END
  FROM raised AS r, (SELECT * FROM alert WHERE rule LIKE 'wga%' LIMIT 1) AS t
"""
MOVES = """
INSERT INTO alert_move (employer_id, alert_id, revision, move, from_state, to_state, author, outcome, finding,
                        course, moved_at, ledger_index)
SELECT r.employer_id, r.alert_id, turn, CASE turn WHEN 1 THEN 'open' ELSE 'acknowledge' END,
       CASE turn WHEN 2 THEN 'open' END, CASE turn WHEN 1 THEN 'open' ELSE r.state END, 'bench',
       CASE turn WHEN 2 THEN a.outcome END, a.finding, a.course, r.filed_at,
       r.position + 2 + CASE turn WHEN 2 THEN 2103 ELSE 0 END
  FROM raised AS r JOIN alert AS a USING (employer_id, alert_id)
  JOIN generate_series(1, 2) AS turn ON turn <= a.revision
"""
ENTRIES = """
INSERT INTO ledger_entry (index, entry, leaf, appended_at)
SELECT i, '\\x7b7d', sha256(i::text::bytea), '2026-03-01T00:00:00Z'::timestamptz + (i - $2) * interval '1 second'
  FROM generate_series($2::bigint, $2 + 3 * $1::bigint - 1) AS i
"""
SUBTREES = """
INSERT INTO ledger_subtree (level, index, hash)
SELECT level, i, sha256((level || '/' || i)::bytea) FROM generate_series(1, 2) AS level, generate_series(0, ($2 + 3 * $1::bigint) / (256 ^ level)::bigint - 1) AS i
"""
# What every row was made from goes; the registry's own role may look into what was made from numbers.
LEFT = """
DELETE FROM search_version WHERE employer_id = 'bench-pictures';
DELETE FROM search_judgement WHERE employer_id = 'bench-pictures';
DELETE FROM disclosure_version WHERE employer_id = 'bench-pictures';
DELETE FROM disclosure WHERE employer_id = 'bench-pictures';
DELETE FROM alert_move WHERE employer_id = 'bench-pictures';
DELETE FROM alert WHERE employer_id = 'bench-pictures';
GRANT SELECT ON grown, raised TO registry_app
"""
HEAD = "UPDATE ledger_head SET size = $2 + 3 * $1::bigint, root = sha256('bench')"
GROWTH = (
    GROW,
    EMPLOYERS,
    PRODUCTIONS,
    PRODUCTION_VERSIONS,
    DISCLOSURES,
    VERSIONS,
    COPIES,
    JUDGED,
    JUDGEMENTS,
)
GROWTH += (ALERTS, ALERT_ROWS, MOVES, ENTRIES, SUBTREES, LEFT, HEAD)
INDEXES = """
SELECT i.indexname AS name, i.indexdef AS made FROM pg_indexes i LEFT JOIN pg_constraint c ON c.conname = i.indexname
 WHERE i.schemaname = 'public' AND i.tablename = ANY ($1::text[]) AND c.conname IS NULL ORDER BY 1
"""


async def grow(dsn, versions):
    """Fill the migrated database *dsn* with *versions*; the position of the first of them."""
    await verifying.file_all(dsn, 1, 1)
    conn = await asyncpg.connect(dsn)
    try:
        base = await conn.fetchval("SELECT size FROM ledger_head")
        await conn.execute(BEFORE)
        indexes = await conn.fetch(INDEXES, FILLED)
        for index in indexes:
            await conn.execute(f"DROP INDEX {index['name']}")
        for statement in GROWTH:
            # What makes a table takes no parameters.
            await conn.execute(statement.replace("$1", str(versions)).replace("$2", str(base)))
        for index in indexes:
            await conn.execute(index["made"])
        await conn.execute("VACUUM (ANALYZE)")
    finally:
        await conn.close()
    return base
