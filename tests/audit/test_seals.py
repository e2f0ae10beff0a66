"""Time stamps of checkpoints: an authority's holds, and whatever is changed about one is found and named."""

import shutil

import asyncpg
import bundled
import pytest
from rfc3161_client import decode_timestamp_response

from registry.audit import act
from registry.errors import Corrupt

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")

NEWEST = "SELECT size, log, note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1"
ADD = "INSERT INTO ledger_stamp (size, log, authority, token, stamped_at) VALUES ($1, $2, $3, $4, $5)"


@pytest.fixture
async def forger(dsn):
    """A superuser whom no trigger and no foreign key stops."""
    conn = await asyncpg.connect(dsn)
    await conn.execute("SET session_replication_role = replica")
    yield conn
    await conn.close()


async def test_a_stamp_holds_and_every_change_of_it_is_named(season, forger, tmp_path):
    """Another token, another checkpoint, another instant: verification stops and names the stamp."""
    size, number, text = await forger.fetchrow(NEWEST)
    token = bundled.stamped(text.encode(), tmp_path)
    at = decode_timestamp_response(token).tst_info.gen_time
    await forger.execute(ADD, size, number, "http://tsa.example", token, at)
    await act.verify(season)
    other = bundled.stamped(b"something else", tmp_path)
    for column, value in [
        ("token", other),
        ("token", token[:-200]),
        ("token", b""),
        ("token", b"\x00" * 40),
        ("stamped_at", at.replace(year=2020)),
        ("size", 4),
        ("size", 5),
        ("log", 1),
    ]:
        await forger.execute(f"UPDATE ledger_stamp SET {column} = $1", value)
        with pytest.raises(Corrupt, match="ledger_stamp"):
            await act.verify(season)
        await forger.execute("DELETE FROM ledger_stamp")
        await forger.execute(ADD, size, number, "http://tsa.example", token, at)
    assert (await act.verify(season)).checkpoints == 3


async def test_the_newest_checkpoint_taken_away_is_found(season, forger):
    """What a witness signed of it stays behind and names it; two roots exchanged are named, too."""
    saved = [tuple(row) for row in await forger.fetch("SELECT * FROM ledger_checkpoint")]
    await forger.execute(
        "DELETE FROM ledger_checkpoint WHERE size = (SELECT max(size) FROM ledger_checkpoint)"
    )
    with pytest.raises(Corrupt, match="ledger_cosignature of ledger_checkpoint"):
        await act.verify(season)
    await forger.execute("DELETE FROM ledger_checkpoint")
    await forger.copy_records_to_table("ledger_checkpoint", records=saved)
    await forger.execute(
        "UPDATE ledger_checkpoint c SET root = o.root, note = o.note FROM ledger_checkpoint o "
        "WHERE c.log = o.log AND c.size <> o.size"
    )
    with pytest.raises(Corrupt, match="ledger_checkpoint of size"):
        await act.verify(season)


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("disclosure_version", "document = o.document, warnings = o.warnings"),
        ("disclosure_version", "ledger_index = o.ledger_index"),
        ("employer_version", "ledger_index = o.ledger_index"),
        ("disclosure_content", "body = o.body, salts = o.salts"),
        ("ledger_entry", "entry = o.entry, leaf = o.leaf"),
        ("access_batched", "place = o.place"),
    ],
)
async def test_two_rows_exchanged_are_found(season, forger, table, columns):
    """What two rows say, exchanged between them, each with its own digest: found, and the table is named."""
    for row in await forger.fetch(
        "SELECT conname FROM pg_constraint WHERE conrelid = $1::regclass AND contype IN ('u', 'p')", table
    ):
        await forger.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{row["conname"]}" CASCADE')
    for row in await forger.fetch(
        "SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indrelid = $1::regclass AND indisunique",
        table,
    ):
        await forger.execute(f"DROP INDEX {row['name']}")
    ends = await forger.fetch(f"SELECT ctid FROM {table} ORDER BY ctid")
    one, other = (f"({ends[at]['ctid'][0]},{ends[at]['ctid'][1]})" for at in (0, -1))
    done = await forger.execute(
        f"UPDATE {table} c SET {columns} FROM {table} o WHERE (c.ctid, o.ctid) IN "
        f"(('{one}'::tid, '{other}'::tid), ('{other}'::tid, '{one}'::tid))"
    )
    assert done == "UPDATE 2"
    with pytest.raises(Corrupt, match="access_" if table == "access_batched" else table):
        await act.verify(season)
