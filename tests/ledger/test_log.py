"""The log: every tree is signed by the statement that makes it, with one key, and by a clock that goes forward."""

import asyncio
import datetime as dt
import shutil

import asyncpg
import logs
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry import keyfile
from registry.db import Database, savepoint
from registry.errors import Busy, Corrupt, Invalid
from registry.ledger import checkpoint, merkle
from registry.ledger import store as ledger
from registry.ledger.log import store
from registry.ledger.log.act import open_log
from registry.settings import Settings

NOW = logs.NOW


async def failing(conn, *entries):
    await ledger.append(conn, entries, NOW)
    raise ZeroDivisionError


async def undone(conn, *entries):
    """Append in a savepoint that is rolled back."""
    with pytest.raises(ZeroDivisionError):
        async with savepoint(conn):
            await failing(conn, *entries)


async def test_each_append_is_signed_and_marked(dsn, tmp_path):
    """The checkpoint of each new tree is stored with it, opens with the log's vkey, and is let out by the mark."""
    async with logs.sealed(dsn, tmp_path) as (db, seal):
        assert seal.marks.read() is None
        for number in range(3):
            done = await logs.append(db, b"entry %d" % number, b"more %d" % number)
            signed = await logs.newest(db)
            said, _ = checkpoint.opened(signed.note.encode(), seal.verifier)

            assert (said.size, said.root) == (done.head.size, done.head.root) == (signed.size, signed.root)
            assert seal.marks.read().head == (signed.size, signed.root)
            assert seal.marks.read().note == signed.note
        async with db.snapshot() as conn:
            first = await store.find_before(conn, 3)
            after = await store.find_after(conn, 3)
            assert (first.size, after.size) == (2, 4)
            assert (await store.find_checkpoint(conn, 4)).size == 4
            assert await store.find_checkpoint(conn, 3) is None
            assert await store.find_at(conn, NOW - dt.timedelta(seconds=1)) is None
            assert (await store.find_at(conn, NOW)).size == 6

    assert await logs.adds_up(dsn) == (6, [2, 4, 6])


async def test_what_is_rolled_back_leaves_no_checkpoint_and_no_mark(dsn, tmp_path):
    """A transaction, or a savepoint in one, that is undone takes its checkpoint with it and moves no mark."""
    async with logs.sealed(dsn, tmp_path) as (db, seal):
        await logs.append(db, b"kept")
        with pytest.raises(ZeroDivisionError):
            async with db.transaction() as conn:
                await failing(conn, b"undone")
        async with db.transaction() as conn:
            await undone(conn, b"undone, too")
        assert seal.marks.read().size == 1
        async with db.transaction() as conn:
            await undone(conn, b"undone", b"again")
            await ledger.append(conn, [b"kept, too"], NOW)
        assert seal.marks.read().size == 2

    assert await logs.adds_up(dsn) == (2, [1, 2])


@pytest.mark.slow
async def test_two_writers_sign_one_history(dsn, tmp_path):
    """Two processes' connections append at once: dense, each tree signed once, and the mark is at the newest."""
    async with (
        logs.sealed(dsn, tmp_path, size=5) as (one, seal),
        logs.sealed(dsn, tmp_path, size=5) as (two, _),
    ):

        async def write(db, number):
            await logs.append(db, *[b"%d.%d" % (number, each) for each in range(number % 3 + 1)])

        await asyncio.gather(*(write((one, two)[number % 2], number) for number in range(30)))
        size, sizes = await logs.adds_up(dsn)
        assert size == sum(number % 3 + 1 for number in range(30))
        assert len(sizes) == 30
        assert seal.marks.read().size == size


async def test_a_program_without_a_seal_signs_nothing_and_the_next_start_does(dsn, tmp_path):
    """What a tool appended is covered by the next checkpoint, and signed as it stands at the next start."""
    async with logs.sealed(dsn, tmp_path) as (db, _):
        await logs.append(db, b"one")
        async with Database.open(dsn) as tool:
            await logs.append(tool, b"two")
        await logs.append(db, b"three")
        async with Database.open(dsn) as tool:
            await logs.append(tool, b"four")
    assert await logs.adds_up(dsn) == (4, [1, 3])
    async with logs.sealed(dsn, tmp_path) as (_, seal):
        assert seal.marks.read().size == 4
    assert await logs.adds_up(dsn) == (4, [1, 3, 4])


async def test_a_ledger_that_stood_before_the_log_is_signed_as_it_stands(dsn, tmp_path):
    """The first start over an older ledger begins the log at its size."""
    async with Database.open(dsn) as tool:
        await logs.append(tool, *[b"%d" % number for number in range(300)])
    async with logs.sealed(dsn, tmp_path) as (db, _), db.snapshot() as conn:
        (first,) = await store.list_logs(conn)
    assert (first.first_size, first.body, first.ledger_index) == (300, None, None)
    assert await logs.adds_up(dsn) == (300, [300])


async def test_starts_at_one_moment_end_with_one_log(dsn, tmp_path):
    """Server and worker start at once: one key, one row."""
    seals = await asyncio.gather(*(open_log(dsn, Settings(data_dir=tmp_path), NOW) for _ in range(4)))
    assert len({seal.verifier for seal in seals}) == 1
    assert len(await logs.run(dsn, "SELECT * FROM ledger_log")) == 1


@pytest.mark.parametrize(
    ("settings", "origin"),
    [
        ({}, "127.0.0.1:8321/ledger"),
        ({"public_url": "https://registry.example/"}, "registry.example/ledger"),
        ({"public_url": "https://registry.example/ai"}, "registry.example/ai/ledger"),
        ({"log_origin": "registry.example/log/2026"}, "registry.example/log/2026"),
    ],
)
async def test_a_log_is_called_by_its_address(dsn, tmp_path, settings, origin):
    """The first log's origin is configured or the ledger's address; it stays when the address changes."""
    assert (await open_log(dsn, Settings(data_dir=tmp_path, **settings), NOW)).origin == origin
    assert (await open_log(dsn, Settings(data_dir=tmp_path, port=9000), NOW)).origin == origin


@pytest.mark.parametrize("origin", ["with space", "a+b", "x" * 201])
async def test_a_name_that_no_key_can_have_is_refused(dsn, tmp_path, origin):
    """Nothing is begun under a name that verifiers would not read."""
    with pytest.raises(Invalid):
        await open_log(dsn, Settings(data_dir=tmp_path, log_origin=origin), NOW)
    assert await logs.run(dsn, "SELECT * FROM ledger_log") == []


async def test_another_key_or_origin_is_refused_at_the_start(dsn, tmp_path):
    """The refusal names the log, both keys, and what to do."""
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    seal = await open_log(dsn, Settings(data_dir=here), NOW)
    with pytest.raises(Invalid, match="REGISTRY_LOG_KEY"):
        await open_log(dsn, Settings(data_dir=elsewhere), NOW)
    assert not elsewhere.exists() or not list(elsewhere.iterdir()), "no key is made beside a log that has one"
    other = tmp_path / "other.pem"
    keyfile.put(other, Ed25519PrivateKey.generate())
    with pytest.raises(Invalid, match="registry ledger rotate") as refused:
        await open_log(dsn, Settings(data_dir=here, log_key=str(other)), NOW)
    assert seal.verifier.vkey in refused.value.detail
    with pytest.raises(Invalid, match="REGISTRY_LOG_ORIGIN"):
        await open_log(dsn, Settings(data_dir=here, log_origin="another.example"), NOW)
    other.write_bytes(b"no key")
    with pytest.raises(Corrupt, match="cannot be read"):
        await open_log(dsn, Settings(data_dir=here, log_key=str(other)), NOW)
    shutil.copy(here / "log.pem", other)
    assert (
        await open_log(dsn, Settings(data_dir=elsewhere, log_key=str(other)), NOW)
    ).verifier == seal.verifier


@pytest.mark.parametrize(("seconds", "taken"), [(-301, False), (-300, True), (0, True), (86_400, True)])
async def test_a_clock_that_was_set_back_writes_nothing(dsn, tmp_path, seconds, taken):
    """Up to five minutes before the newest entry are two machines' difference; more is refused in words."""
    async with logs.sealed(dsn, tmp_path) as (db, _):
        await logs.append(db, b"one")
        later = NOW + dt.timedelta(seconds=seconds)
        if taken:
            await logs.append(db, b"two", now=later)
        else:
            with pytest.raises(Busy, match="set the machine's clock right"):
                await logs.append(db, b"two", now=later)
    assert (await logs.adds_up(dsn))[0] == 1 + taken


async def test_a_halted_ledger_takes_nothing_and_says_why(dsn, tmp_path):
    """With or without a seal: 503 with the reason; the application may halt, and not go on by itself."""
    async with logs.sealed(dsn, tmp_path) as (db, _), Database.open(dsn) as tool:
        await logs.append(db, b"one")
        async with db.transaction() as conn:
            await store.halt(conn, "witness w.example has seen another tree", NOW)
            await store.halt(conn, "and another", NOW)
        for each in (db, tool):
            with pytest.raises(
                Busy, match=r"witness w\.example has seen another tree.*registry ledger resume"
            ):
                await logs.append(each, b"two")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.transaction() as conn:
                await conn.execute("DELETE FROM ledger_halt")
    assert await logs.adds_up(dsn) == (1, [1])


async def test_the_root_at_any_size_is_that_of_the_entries(dsn):
    """Folded from stored subtrees at sizes around every edge of them."""
    entries = [b"%d" % number for number in range(600)]
    async with Database.open(dsn) as db:
        await logs.append(db, *entries)
        leaves = [merkle.leaf_hash(each) for each in entries]
        async with db.snapshot() as conn:
            for size in (0, 1, 2, 3, 255, 256, 257, 511, 512, 599, 600):
                assert await ledger.root_at(conn, size) == merkle.root(leaves[:size])
