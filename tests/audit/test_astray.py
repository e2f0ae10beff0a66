"""What stands at no position, or at one that nobody walks past, is found as well, and vouches for nothing."""

import asyncpg
import pytest
from walked import in_stretches

from registry.audit import act, check, store
from registry.audit.verified import Verified
from registry.audit.walk.store import FIND_UNPLACED
from registry.errors import Corrupt
from registry.ledger import entry as entries
from registry.ledger import store as ledger
from registry.redactions.tombstone import Changed, Tombstone, encode
from registry.search import act as search

COPIED = "CREATE TEMP TABLE forged AS SELECT * FROM {0} ORDER BY ledger_index DESC NULLS LAST LIMIT 1"

QUICK = {"ledger_log", "redaction", "publication"}
EACH = [pytest.param(table, marks=() if table in QUICK else pytest.mark.slow) for table in store.HISTORY]
"""Every table of history; those beside the log and what excuses a rewrite, only when slow tests are asked for."""


@pytest.fixture
async def forger(dsn):
    """A superuser whom no trigger stops, and who has taken the tables' own rules away."""
    conn = await asyncpg.connect(dsn)
    await conn.execute("SET session_replication_role = replica")
    for row in await conn.fetch(
        "SELECT conrelid::regclass AS name, conname FROM pg_constraint WHERE contype IN ('c', 'f', 'p', 'u')"
        " AND connamespace = 'public'::regnamespace ORDER BY contype <> 'f'"
    ):
        await conn.execute(f'ALTER TABLE {row["name"]} DROP CONSTRAINT "{row["conname"]}"')
    await conn.execute("DROP INDEX IF EXISTS thread_entry_by_key")
    yield conn
    await conn.close()


async def faults(db):
    """What is said of the whole, and of its stretches."""
    for verification in (act.verify(db), in_stretches(db, (100, 256))):
        with pytest.raises(Corrupt) as fault:
            await verification
        yield fault.value.detail


@pytest.mark.parametrize("table", EACH)
async def test_a_row_that_names_no_entry_is_found(season, forger, table):
    """A row of history without a position is read by no walk, and is named all the same."""
    await forger.execute(f"ALTER TABLE {table} ALTER COLUMN ledger_index DROP NOT NULL")
    await forger.execute(COPIED.format(table))
    await forger.execute("UPDATE forged SET ledger_index = NULL")
    if table == "ledger_log":
        await forger.execute("UPDATE forged SET number = number + 1, first_size = 100000")
    await forger.execute(f"INSERT INTO {table} SELECT * FROM forged")

    assert [each async for each in faults(season)] == [f"{table}: a row names no ledger entry"] * 2


def test_no_table_is_left_out():
    """Each table of history is asked for rows without a position."""
    assert all(f"SELECT '{table}' FROM {table} WHERE" in FIND_UNPLACED for table in store.HISTORY)


@pytest.mark.parametrize("level", [1, 7])
async def test_a_subtree_before_the_first_entry_is_found(season, forger, level):
    """A stored subtree below position 0 is over no entries, and is named."""
    await forger.execute("INSERT INTO ledger_subtree VALUES ($1, -2, sha256(''))", level)

    async for fault in faults(season):
        assert fault.startswith("ledger_subtree")
        assert f"level {level} number -2" in fault


def digest_of(columns):
    """The digest of a publication as its entry vouches for it."""
    whole = {name: check.sha256(columns[name]) for name in entries.WHOLE if columns.get(name) is not None}
    return entries.row_digest("publication", {**columns, **whole})


@pytest.mark.parametrize(("place", "first"), [(None, 0), (50, 100)])
async def test_a_tombstone_that_nobody_reads_excuses_nothing(season, forger, place, first):
    """A forged redaction, without a position or before what was verified already, makes no rewrite good."""
    columns = dict(await forger.fetchrow("SELECT * FROM publication WHERE name = 'pack-200'"))
    rewritten = columns | {"name": "other"}
    changed = Changed("publication", [columns["kind"], "other"], digest_of(columns), digest_of(rewritten))
    tombstone = Tombstone(disclosure_id="d", version=1, sections=[], rows=[changed])
    await forger.execute("UPDATE publication SET name = 'other' WHERE name = 'pack-200'")
    await forger.execute("ALTER TABLE redaction ALTER COLUMN ledger_index DROP NOT NULL")
    await forger.execute(COPIED.format("redaction"))
    await forger.execute("UPDATE forged SET redaction_id = gen_random_uuid(), ledger_index = $1", place)
    await forger.execute("UPDATE forged SET body = $1", encode(tombstone))
    await forger.execute("INSERT INTO redaction SELECT * FROM forged")
    async with season.snapshot() as conn:
        since = Verified(size=first, root=(await ledger.root_at(conn, first)).hex())

    with pytest.raises(
        Corrupt, match="publication pack/other: the stored row is not the one of ledger entry"
    ):
        await act.verify(season, since)


async def test_a_copy_without_a_key_falls_to_one_share(season, forger):
    """A row of the searchable copy that names no production is found by one of those who share the work."""
    await forger.execute("ALTER TABLE search_judgement ALTER COLUMN production_id DROP NOT NULL")
    await forger.execute("CREATE TEMP TABLE forged AS SELECT * FROM search_judgement LIMIT 1")
    await forger.execute("UPDATE forged SET production_id = NULL")
    await forger.execute("INSERT INTO search_judgement SELECT * FROM forged")
    found = []
    async with season.snapshot() as conn:
        for share in range(3):
            found += [each async for each in search.differences(conn, share, 3)]

    assert len(found) == 1
    assert found[0].startswith("search_judgement")
