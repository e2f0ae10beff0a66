"""Verification: an honest history passes, and a superuser's rewrite of anything is found and named."""

import itertools
import tracemalloc

import asyncpg
import msgspec
import pytest
from walked import in_stretches

from registry.audit import act, check, store, verified
from registry.errors import Corrupt, Invalid
from registry.ledger import store as ledger

LEDGER = ("ledger_entry", "ledger_subtree", "ledger_head")
FOLLOWING = ("employer", "production", "disclosure", "alert", "request")
PIECES, READ, SIGNED = 3, 2, 3
NOT_HISTORY = {("production", name) for name in ("facts", "judged_again_at", "failed_at")}
NOT_HISTORY |= {("alert", name) for name in ("wakes_at", "clock_on")}
NOT_HISTORY |= {("ledger_checkpoint", "signed_at"), ("ledger_cosignature", "received_at")}
SEALS = ("ledger_checkpoint", "ledger_cosignature")
READINGS = ("access_log", "access_subject", "access_batched")
CONTENTS = ("disclosure_content", "evidence_chunk")
TABLES = (*LEDGER, *store.HISTORY, *CONTENTS, *FOLLOWING, *SEALS, *READINGS)
QUICK = {"ledger_subtree", "ledger_head", "employer_version", "disclosure"}
EACH = [pytest.param(table, marks=() if table in QUICK else pytest.mark.slow) for table in TABLES]
"""Every table; those whose columns take seconds to try, only when slow tests are asked for."""
VOUCHED = {"ledger_log": "number > 1"}
"""Of the first log there is no entry: its key is known by its signatures, the rest is not vouched for."""

CHANGES = {
    "text": ["coalesce({0}, '') || 'x'", "''"],
    "uuid": ["gen_random_uuid()"],
    "integer": ["coalesce({0}, 0) + 1000", "-1 - coalesce({0}, 0)"],
    "bigint": ["{0} + 1000", "{0} + 1", "-1 - {0}"],
    "boolean": ["NOT {0}"],
    "date": ["coalesce({0}, current_date) + 1"],
    "timestamp with time zone": ["coalesce({0}, now()) + interval '1 microsecond'"],
    "bytea": ["{0} || '\\x00'", "set_byte({0}, 0, get_byte({0}, 0) # 1)", "''"],
    "jsonb": ["jsonb_build_object('was', {0})", "'null'", "'{{}}'"],
    "ARRAY": ["{0}[2:]", "{0} || {0}"],
}
"""What is written over a column of each type."""

COLUMNS = """
SELECT column_name, data_type, is_nullable FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position
"""
CONSTRAINTS = """
SELECT conrelid::regclass AS name, conname FROM pg_constraint
WHERE contype IN ('c', 'f', 'p', 'u') AND connamespace = 'public'::regnamespace ORDER BY contype <> 'f'
"""
APPEND_ONLY = """
SELECT DISTINCT t.tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE p.proname = 'refuse_rewrite'
"""
VOUCHED_FOR = """
SELECT table_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'ledger_index'
"""


@pytest.fixture
async def superuser(dsn):
    """Somebody who has switched every trigger off and taken every constraint away."""
    conn = await asyncpg.connect(dsn)
    await conn.execute("SET session_replication_role = replica")
    for row in await conn.fetch(CONSTRAINTS):
        await conn.execute(f'ALTER TABLE {row["name"]} DROP CONSTRAINT "{row["conname"]}"')
    for index in ("employer_lei_is_unique", "alert_by_local", "alert_by_union", "alert_by_id"):
        await conn.execute(f"DROP INDEX {index}")
    yield conn
    await conn.close()


CUTS = (4, 256, 270)
"""Where the ledger of `season` is cut: between records, at a full subtree, within a record."""


async def fault_of(db):
    """What verification says, or None when everything adds up: the same of the whole and of its stretches."""
    said = []
    for verification in (act.verify(db), in_stretches(db, CUTS)):
        try:
            await verification
            said.append(None)
        except Corrupt as fault:
            said.append(fault.detail)
    whole, cut = said
    assert named(whole) == named(cut) or sooner(whole, cut), (whole, cut)
    return whole


def named(fault):
    """What a fault names."""
    return fault and fault.partition(":")[0]


def sooner(whole, cut):
    """Whether a walk that ends saw first what the whole sees later, or otherwise: it lies in the lower stretch.

    A checkpoint that says another size leaves what a witness said of it behind, where it stood.
    """
    moved = whole.startswith("ledger_checkpoint") and cut.startswith(
        "ledger_cosignature of ledger_checkpoint"
    )
    return moved or (whole.startswith("ledger_subtree") and "is not one that the tree has" in cut)


async def restore(superuser, table):
    """Put back every row as it was, at the place where it was."""
    await superuser.execute(f"TRUNCATE {table}")
    await superuser.execute(f"INSERT INTO {table} SELECT * FROM saved")


async def rewrites(superuser, table):
    """Every rewrite to try: each column of a first, a middle and a last row, by each change of its type."""
    statement = f"SELECT ctid FROM {table} WHERE {VOUCHED.get(table, 'true')} ORDER BY ctid"
    rows = [row["ctid"] for row in await superuser.fetch(statement)]
    some = {rows[0], rows[len(rows) // 2], rows[-1]}
    for row, (name, kind, nullable) in itertools.product(some, await superuser.fetch(COLUMNS, table)):
        for change in [*CHANGES[kind], *(["NULL"] if nullable == "YES" else [])]:
            yield name, f"UPDATE {table} SET {name} = {change.format(name)}", f"ctid = '({row[0]},{row[1]})'"


async def test_an_honest_history_adds_up(season, root_of):
    """Verification says the size and the root, and how much it has read."""
    tally = await act.verify(season)

    async with season.snapshot() as conn:
        assert await root_of(conn) == tally.root
    assert tally.size == 281
    assert tally.rows_checked == 2 * 281 + PIECES + READ + SIGNED + 1 + 1 + 1
    assert (tally.checkpoints, tally.redactions, tally.redacted) == (SIGNED, 1, 0)


async def test_an_empty_registry_adds_up(db):
    """Before anything happened there is nothing to find."""
    assert (await act.verify(db)).size == 0


async def test_no_table_is_forgotten(superuser):
    """Each append-only table and each table whose rows name a ledger entry is one that verification reads."""
    append_only = {row[0] for row in await superuser.fetch(APPEND_ONLY)}
    vouched_for = {row[0] for row in await superuser.fetch(VOUCHED_FOR)}

    assert append_only == {*TABLES, "ledger_stamp"} - {"ledger_head", *FOLLOWING}
    assert vouched_for == {*store.HISTORY} == {*check.KEYS}


@pytest.mark.parametrize("table", EACH)
async def test_a_rewrite_of_any_column_is_found_and_named(season, superuser, table):
    """Whatever a superuser writes over any column of any row, verification stops and names the table."""
    await superuser.execute(f"CREATE TABLE saved AS TABLE {table}")
    await restore(superuser, table)
    tried = 0
    async for column, statement, where in rewrites(superuser, table):
        await superuser.execute(f"{statement} WHERE {where}")
        same = await superuser.fetchval(
            f"SELECT NOT EXISTS (SELECT t::text FROM {table} t EXCEPT SELECT s::text FROM saved s)"
        )
        found = await fault_of(season)
        await restore(superuser, table)
        if same or (table, column) in NOT_HISTORY:
            assert found is None, statement
        else:
            assert found is not None, statement
            assert table in found, (statement, found)
        tried += not same

    assert tried > 3
    assert await fault_of(season) is None


@pytest.mark.parametrize("table", [table for table in TABLES if table != "ledger_cosignature"])
async def test_a_row_taken_away_is_found(season, superuser, table):
    """A deleted row of any table leaves something that does not add up."""
    await superuser.execute(f"DELETE FROM {table} WHERE ctid = (SELECT max(ctid) FROM {table})")
    found = await fault_of(season)

    assert found is not None
    assert table in found or table == "ledger_entry", found


@pytest.mark.parametrize("table", [*store.HISTORY, *CONTENTS, *FOLLOWING])
async def test_a_row_put_in_is_found(season, superuser, table):
    """A copy of a row under another key, without an entry of its own, is found and named."""
    first, kind, _ = (await superuser.fetch(COLUMNS, table))[0]
    await superuser.execute(f"CREATE TABLE forged AS SELECT * FROM {table} LIMIT 1")
    await superuser.execute(f"UPDATE forged SET {first} = {CHANGES[kind][0].format(first)}")
    await superuser.execute(f"INSERT INTO {table} SELECT * FROM forged")
    found = await fault_of(season)

    assert found is not None
    assert table in found


async def test_another_first_key_or_a_note_changed_is_found(season, superuser):
    """The first log has no entry; a key that signed nothing, or a note that says another size, is named."""
    for change in (
        "UPDATE ledger_log SET vkey = (SELECT vkey FROM ledger_log WHERE number = 2) WHERE number = 1",
        "UPDATE ledger_checkpoint SET note = replace(note, E'\n4\n', E'\n5\n') WHERE size = 4",
        "UPDATE ledger_checkpoint SET note = (SELECT note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1)",
    ):
        for table in ("ledger_log", "ledger_checkpoint"):
            await superuser.execute(f"CREATE TABLE saved_{table} AS TABLE {table}")
        await superuser.execute(change)
        found = await fault_of(season)
        for table in ("ledger_log", "ledger_checkpoint"):
            await superuser.execute(f"TRUNCATE {table}")
            await superuser.execute(f"INSERT INTO {table} SELECT * FROM saved_{table}")
            await superuser.execute(f"DROP TABLE saved_{table}")

        assert found is not None, change
        assert found.startswith(("ledger_log", "ledger_checkpoint")), found


async def test_what_was_verified_before_is_not_read_again(season, superuser):
    """From the newest tree known, only what is newer is read; an older tree that is not its beginning is named."""
    whole = await act.verify(season)
    assert whole.verified is not None
    again = await act.verify(season, verified.decode(verified.encode(whole.verified)))

    assert (again.first, again.root, again.checkpoints) == (whole.size, whole.root, 0)
    assert again.rows_checked < 10
    other = msgspec.structs.replace(whole.verified, root="00" * 32)
    with pytest.raises(Corrupt, match="when they were verified it was 0000"):
        await act.verify(season, other)
    ahead = msgspec.structs.replace(whole.verified, size=whole.size + 1)
    with pytest.raises(Corrupt, match="this is an older copy"):
        await act.verify(season, ahead)
    with pytest.raises(Invalid, match="how far a history was verified"):
        verified.decode(b'{"size":1,"root":"00"}')


@pytest.mark.parametrize("first", [1, 4, 5, 256, 257, 264, 280])
async def test_from_any_tree_on_what_is_newer_is_verified(season, superuser, first):
    """Whatever size was verified before, the rest gives the same root, and a rewrite in the rest is found."""
    async with season.snapshot() as conn:
        root = await ledger.root_at(conn, first)
    since = verified.Verified(size=first, root=root.hex())
    told = []
    tally = await act.verify(season, since, told.append)

    assert (tally.size, tally.root) == ((await act.verify(season)).size, tally.root)
    assert [each.part for each in told][-1] == "copies"
    assert sum(each.part == "entries" and each.done == each.of for each in told) == 1
    await superuser.execute("UPDATE redaction SET ground = 'another'")
    with pytest.raises(Corrupt, match="redaction"):
        await act.verify(season, since)


async def test_the_fault_of_the_lowest_entry_comes_first(season, superuser):
    """Of two rewrites, the one of the earlier ledger entry is named."""
    await superuser.execute("UPDATE alert_move SET author = 'x' WHERE revision = 1")
    await superuser.execute("UPDATE disclosure_version SET filed_by = 'x' WHERE version = 2")
    found = await fault_of(season)

    assert "disclosure_version" in found
    assert found.partition(":")[0].endswith("/2")


async def test_a_salt_or_a_byte_of_a_body_is_enough(season, superuser):
    """One changed salt no longer opens its commitment; one changed byte is another body."""
    key = "WHERE version = 2"
    await superuser.execute(
        f"UPDATE disclosure_content SET salts = jsonb_set(salts, '{{tools}}', '\"other\"') {key}"
    )
    assert "the salts do not open" in await fault_of(season)
    await superuser.execute(f"UPDATE disclosure_content SET body = body || ' ' {key}")
    assert "the body has another digest" in await fault_of(season)


async def test_the_pieces_of_a_file_are_compared_together(season, superuser):
    """Two pieces exchanged, one piece too many, and a piece of no file are found, each under the file's name."""
    swapped = "UPDATE evidence_chunk SET number = 4 - number"
    for change in (
        swapped,
        "INSERT INTO evidence_chunk SELECT employer_id, evidence_id, 4, body FROM evidence_chunk LIMIT 1",
        "INSERT INTO evidence_chunk SELECT employer_id, gen_random_uuid(), 1, body FROM evidence_chunk LIMIT 1",
    ):
        await superuser.execute("CREATE TABLE saved AS TABLE evidence_chunk")
        await superuser.execute(change)
        found = await fault_of(season)
        await restore(superuser, "evidence_chunk")
        await superuser.execute("DROP TABLE saved")

        assert found is not None, change
        assert "evidence_chunk" in found


async def test_verification_needs_no_more_than_select(season, superuser):
    """The application's role verifies with every right but SELECT taken away."""
    await superuser.execute("REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public FROM registry_app")

    assert await fault_of(season) is None


@pytest.mark.slow
async def test_verification_holds_few_rows_in_memory(db, write_many):
    """The memory it takes does not grow with what is stored."""
    size = 40_000
    await write_many(1000, b"[" + b" " * (size - 2) + b"]")
    tracemalloc.start()
    tally = await act.verify(db)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert tally.size == 1000
    assert peak < 300 * size < 1000 * size
