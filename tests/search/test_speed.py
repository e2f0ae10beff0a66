"""A search takes as long among very many versions as among few, whether what it asks for is frequent or rare."""

import os
import statistics
import time

import papers
import pytest
from conftest import at, execute

from registry.auth.scope import Principal
from registry.db import Database
from registry.search.asking import act
from registry.search.asking.asked import Wanted

FEW, MANY, AIM = 5_000, 100_000, 1.5
ROUNDS, CALLS = 8, 15
"""A round asks each search of both databases by turns. What this machine does beside only ever adds to a round."""

# Fifty productions for each employer, and every third version is in force. What is rare is as many as a page
# holds among the first thousand, and one in five hundred behind them: pages are full at either size.
GROW = """
INSERT INTO search_version (employer_id, disclosure_id, version, production_id, type, state, period_from,
                            period_to, filed_at, terms, words, from_index, until_index)
SELECT 'employer-' || n % (1 + $2 / 500), gen_random_uuid(), 1, 'p-' || n % 50,
       'quarterly_update', 'filed', '2025-07-01', '2025-09-30', now(),
       ARRAY['n:p-' || n % 50, '0t:tool-' || n % 40, '0t:' || CASE n % CASE WHEN n < 1000 THEN 10 ELSE 500 END WHEN 0 THEN 'rare' ELSE 'common' END,
             '0c:generative_video', '1k:craft-' || n % 20, '1l:IATSE:700', 'p:IATSE:' || 600 + n % 200, 'q:IATSE'],
       setweight(to_tsvector('simple', 'word' || n % CASE WHEN n < 1000 THEN 10 ELSE 997 END || ' frequent note ' || n), 'B'),
       n, CASE n % 3 WHEN 0 THEN 9223372036854775807 ELSE n + 1 END
  FROM generate_series($1::int, $2::int - 1) AS n
"""
REGISTER = """
INSERT INTO production_version (employer_id, production_id, revision, record, body, recorded_at, recorded_by, ledger_index)
SELECT DISTINCT employer_id, production_id, 1, '{"locals": ["IATSE:700"]}'::jsonb, ''::bytea, now(), 'x', 0
  FROM search_version ON CONFLICT DO NOTHING
"""
JUDGE = """
INSERT INTO search_judgement (employer_id, production_id, terms, from_index)
SELECT DISTINCT employer_id, production_id,
       ARRAY['v:satisfied', 'v:satisfied@*', 'r:reg/quarterly-update=satisfied',
             CASE WHEN production_id LIKE 'p-%7' THEN 'v:violation' ELSE 'v:none' END], 0
  FROM search_version ON CONFLICT DO NOTHING
"""
EDITOR = Principal(subject="rep", role="representative", locals=["IATSE:700"])
OFFICE = Principal(subject="office", role="employer", employer_id="employer-0")
SEARCHES = [
    (papers.AUDITOR, {}),
    (papers.AUDITOR, {"tool": ["rare"]}),
    (papers.AUDITOR, {"tool": ["common"], "category": ["generative_video"]}),
    (papers.AUDITOR, {"text": "frequent"}),
    (papers.AUDITOR, {"text": "word7 note"}),
    (papers.AUDITOR, {"verdict": ["satisfied"]}),
    (papers.AUDITOR, {"verdict": ["violation"]}),
    (EDITOR, {"craft": ["craft-0"]}),
    (OFFICE, {"category": ["generative_video"]}),
]


@pytest.fixture
async def larger(server, template):
    """The address of a second migrated database."""
    name = f"registry_larger_{os.getpid()}"
    await execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield at(server, name)
    await execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def grow(dsn, versions):
    """Fill the database *dsn* with so many *versions*."""
    async with Database.open(dsn, role=False) as owner:
        async with owner.transaction() as conn:
            await conn.execute(GROW, 0, versions)
            await conn.execute(REGISTER)
            await conn.execute(JUDGE)
            await conn.execute("UPDATE ledger_head SET size = $1", versions)
        async with owner.pool.acquire() as conn:
            await conn.execute("VACUUM ANALYZE search_version")
            await conn.execute("VACUUM ANALYZE search_judgement")


async def slower(few, many, caller, wanted):
    """How many times as long one search takes in *many* as in *few*, by the middle of each: in the best round."""
    best = float("inf")
    for _ in range(ROUNDS):
        taken = {few: [], many: []}
        for _ in range(CALLS):
            for db, times in taken.items():
                begun = time.perf_counter()
                assert (await act.find(db, caller, wanted, limit=25)).items
                times.append(time.perf_counter() - begun)
        best = min(best, statistics.median(taken[many]) / statistics.median(taken[few]))
        if best <= AIM:
            break
    return best


@pytest.mark.slow
async def test_a_page_takes_no_longer_among_twenty_times_as_many(dsn, larger):
    """At 100 000 versions a page takes 1.5 times what it takes at 5 000 at most, be it rare or frequent."""
    await grow(dsn, FEW)
    await grow(larger, MANY)
    found = {}
    async with Database.open(dsn) as few, Database.open(larger) as many:
        for caller, wanted in SEARCHES:
            name = f"{caller.role} {wanted}"
            found[name] = await slower(few, many, caller, Wanted(**wanted))
            print(f"{name:80} {found[name]:.2f}")

    assert {name: times for name, times in found.items() if times > AIM} == {}
