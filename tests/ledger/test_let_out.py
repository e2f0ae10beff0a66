"""What is shown stands in the mark first: at every door, in every process, and in copies of the database."""

import asyncio
import datetime as dt

import logs
import pytest

from registry.db import Database
from registry.errors import Busy, Corrupt, Invalid
from registry.ledger import store as ledger
from registry.ledger.log import act, store
from registry.ledger.log.act import open_log
from registry.ledger.log.fork import act as fork
from registry.ledger.log.mark import Mark, MarkFile
from registry.ledger.log.owner import act as owner
from registry.ledger.served import act as served
from registry.settings import Settings

NOW, ORIGIN = logs.NOW, "127.0.0.1:8321/ledger"
TOLD = {"now": NOW, "by": "the operator", "why": "the yearly change of keys"}


@pytest.fixture
async def clone(server, dsn):
    """Makes a copy of this test's database, as a backup would hold it."""
    made = []

    async def make():
        made.append(f"let_out_clone_{len(made)}")
        return await logs.copied(server, dsn, made[-1])

    yield make
    for name in made:
        await logs.conftest.execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def grown(dsn, folder, *entries):
    async with logs.sealed(dsn, folder) as (db, _):
        for each in entries:
            await logs.append(db, each)


async def shown(dsn, seal, size):
    """The checkpoint of *size*, as a door shows it."""
    async with Database.open(dsn, size=1, seal=seal) as db, db.snapshot() as conn:
        return await act.let_out(conn, await store.find_checkpoint(conn, size))


@pytest.mark.parametrize("ahead", [False, True])
async def test_a_halted_copy_never_shows_what_it_signed_and_did_not_let_out(dsn, clone, tmp_path, ahead):
    """Two copies sign at one moment; the one that halts shows no checkpoint of its own, however far the mark is."""
    await grown(dsn, tmp_path, b"one")
    other = await clone()
    async with logs.sealed(dsn, tmp_path) as (one, _), logs.sealed(other, tmp_path) as (two, theirs):
        signed = asyncio.Event()

        async def write():
            async with one.transaction() as conn:
                await ledger.append(conn, [b"two"], NOW)
                await signed.wait()

        first = asyncio.create_task(write())
        await asyncio.sleep(0.1)

        async def write_too():
            async with two.transaction() as conn:
                await ledger.append(conn, [b"not two"], NOW)
                signed.set()
                await first

        with pytest.raises(Corrupt, match="another history"):
            await write_too()
        if ahead:
            await logs.append(one, b"three")
            with pytest.raises(Busy, match="rotate"):
                await logs.append(two, b"more")
        for seal in (theirs, act.LogSeal(ORIGIN, theirs.key, 1, MarkFile(tmp_path / "log", ORIGIN), other)):
            with pytest.raises(Corrupt, match=r"another history|older copy"):
                await shown(other, seal, 2)
    assert MarkFile(tmp_path / "log", ORIGIN).read().size == (3 if ahead else 2)


async def test_a_mark_ahead_of_a_snapshot_is_looked_for_in_a_newer_one(dsn, tmp_path):
    """Another process appends while a door reads: what the door found is shown, for the mark is in the tree."""
    async with logs.sealed(dsn, tmp_path) as (db, _):
        await logs.append(db, b"one")
        reader = await open_log(dsn, Settings(data_dir=tmp_path), NOW)
        reader.marks.agreed = (0, b"")
        async with Database.open(dsn, size=1, seal=reader) as door, door.snapshot() as conn:
            found = await store.find_checkpoint(conn)
            await logs.append(db, b"two")
            assert await act.let_out(conn, found) == found
        assert reader.marks.agreed[0] == 2


async def test_the_keys_show_no_checkpoint_before_its_mark(dsn, tmp_path):
    """/ledger/key names the newest checkpoint; for a writer that died before its mark, the door writes it."""
    async with logs.sealed(dsn, tmp_path) as (db, _), logs.sealed(dsn, tmp_path) as (writer, seal):
        await logs.append(db, b"one")
        before = seal.marks.path.read_bytes()
        await logs.append(writer, b"two")
        seal.marks.path.write_bytes(before)
        said = (await served.show_keys(db)).logs[0].last_checkpoint
    assert said.split("\n")[1] == "2"
    assert MarkFile(tmp_path / "log", ORIGIN).read().note == said


async def test_a_copy_from_before_a_rotation_does_not_sign_with_the_old_key(dsn, clone, tmp_path):
    """The old log has ended, and its mark says so: such a copy neither starts nor goes on where it runs."""
    await grown(dsn, tmp_path, b"one")
    other = await clone()
    async with logs.sealed(other, tmp_path) as (running, _):
        done = await owner.rotate(dsn, Settings(data_dir=tmp_path), **TOLD)
        with pytest.raises(Corrupt, match=f"ended when {done.origin} was begun.*rotate"):
            await logs.append(running, b"not two")
    with pytest.raises(Corrupt, match="copy from before"):
        await open_log(other, Settings(data_dir=tmp_path), NOW)
    assert "copy from before" in (await owner.status(other, Settings(data_dir=tmp_path))).problem
    assert await logs.adds_up(other) == (1, [1])
    await grown(dsn, tmp_path, b"three")
    # Its operator may go on with it, under a name of its own.
    with pytest.raises(Corrupt, match=r"older copy|another history"):
        await owner.rotate(other, Settings(data_dir=tmp_path), **TOLD)
    await owner.rotate(other, Settings(data_dir=tmp_path), **TOLD, origin="other.example")
    await grown(other, tmp_path, b"another three")


@pytest.mark.slow
async def test_what_is_signed_while_the_log_ends_elsewhere_is_not_let_out(dsn, clone, tmp_path):
    """A copy that is between its statement and its commit when the log ends halts, and says why."""
    await grown(dsn, tmp_path, b"one")
    other = await clone()
    async with logs.sealed(other, tmp_path) as (running, theirs):

        async def write():
            async with running.transaction() as conn:
                await ledger.append(conn, [b"not two"], NOW)
                await owner.rotate(dsn, Settings(data_dir=tmp_path), **TOLD)

        with pytest.raises(Corrupt, match="copy from before"):
            await write()
        with pytest.raises(Corrupt, match="copy from before"):
            await shown(other, theirs, 2)
        assert theirs.marks.read().size == 1
    async with Database.open(other, size=1) as db, db.snapshot() as conn:
        assert await store.find_halt(conn) is not None


async def test_a_rotation_killed_before_the_old_mark_ended_is_made_up_for(dsn, tmp_path):
    """The next start writes into the mark of every earlier log that it has ended, and up to where."""
    async with logs.sealed(dsn, tmp_path) as (db, seal):
        await logs.append(db, b"one")
        before = seal.marks.path.read_bytes()
        await logs.append(db, b"two")
    done = await owner.rotate(dsn, Settings(data_dir=tmp_path), **TOLD)
    assert (seal.marks.read().size, seal.marks.read().next) == (2, done.origin)
    seal.marks.path.write_bytes(before)
    await open_log(dsn, Settings(data_dir=tmp_path), NOW)
    assert (seal.marks.read().size, seal.marks.read().next) == (2, done.origin)
    seal.marks.path.unlink()
    await open_log(dsn, Settings(data_dir=tmp_path), NOW)
    assert seal.marks.read().next == done.origin


async def test_a_process_from_before_a_rotation_marks_what_it_shows_of_the_new_log(dsn, tmp_path):
    """It runs on and serves; the new log's checkpoint has a mark of its own."""
    old = await open_log(dsn, Settings(data_dir=tmp_path), NOW)
    await grown(dsn, tmp_path, b"one")
    done = await owner.rotate(dsn, Settings(data_dir=tmp_path), **TOLD)
    new = MarkFile(tmp_path / "log", done.origin)
    new.path.unlink()
    assert (await shown(dsn, old, 2)).note == done.checkpoint
    assert new.read().note == done.checkpoint


async def test_a_program_that_signs_nothing_brings_the_mark_forward_as_well(dsn, clone, tmp_path):
    """What it shows is held against the mark in the data folder, as a server would."""
    await grown(dsn, tmp_path, b"one")
    other = await clone()
    async with Database.open(other) as tool:
        await logs.append(tool, b"not two")
    await grown(dsn, tmp_path, b"two")
    settings = Settings(data_dir=tmp_path)
    marks = MarkFile(tmp_path / "log", ORIGIN)
    for address, size in ((dsn, 2), (other, 1)):
        async with Database.open(address, size=1) as db, db.snapshot() as conn:
            found = await store.find_checkpoint(conn)
            assert found.size == size
            if address == dsn:
                marks.path.unlink()
                await act.let_out_of(conn, address, settings, found)
                assert marks.read().size == 2
            else:
                with pytest.raises(Corrupt, match="another history"):
                    await act.let_out_of(conn, address, settings, found)


def test_a_mark_that_has_ended_stays(tmp_path):
    """Nothing is written over it, neither a larger checkpoint nor another end; a broken writing loses nothing."""
    marks = MarkFile(tmp_path, "a.example")
    mark = Mark("a.example", 4, "11" * 32, "note")
    assert marks.advance(mark, ()) is None
    marks.end(Mark("a.example", 3, "22" * 32, "older"), "b.example")
    ended = marks.read()
    assert (ended.head, ended.next) == (mark.head, "b.example")
    assert marks.advance(Mark("a.example", 9, "33" * 32, "note"), [mark.head]) == ended
    marks.end(None, "c.example")
    assert MarkFile(tmp_path, "a.example").read() == ended
    marks.end(None, "d.example")
    assert fork.marks_of(tmp_path, store.Signed(1, 1, b"", "a.example\n1\n", NOW)).read() == ended


@pytest.mark.parametrize("origin", ["ö" * 101, "a\udc80", "\U0001f600" * 51])
def test_a_name_too_long_for_a_mark_or_not_to_be_written_is_refused(origin, tmp_path):
    """In bytes, as it lies in the mark: an append would be committed before its mark fails."""
    with pytest.raises(Invalid):
        act.origin_of(Settings(data_dir=tmp_path, log_origin=origin))


def test_the_longest_name_has_a_mark(tmp_path):
    """A name at the limit, of letters that take most room in JSON, fits into a line."""
    marks = MarkFile(tmp_path, '"' * 200)
    note = f"{marks.origin}\n{2**53}\n{'A' * 44}\n\n— {marks.origin} {'A' * 92}\n"
    assert marks.advance(Mark(marks.origin, 2**53, "11" * 32, note, '"' * 200), ()) is None
    assert marks.read().note == note


@pytest.mark.slow
async def test_after_a_clock_that_was_ahead_the_log_goes_on_with_a_rotation(dsn, tmp_path):
    """An entry of next year would stop everything until then; who vouches for the clock ends that, and tells it."""
    ahead = NOW + dt.timedelta(days=365)
    async with logs.sealed(dsn, tmp_path) as (db, _):
        await logs.append(db, b"one", now=ahead)
        with pytest.raises(Busy, match="--clock-is-right"):
            await logs.append(db, b"two")
    settings = Settings(data_dir=tmp_path)
    with pytest.raises(Busy, match="clock"):
        await owner.rotate(dsn, settings, **TOLD)
    await owner.rotate(dsn, settings, **TOLD, clock_is_right=True)
    await grown(dsn, tmp_path, b"three")
    assert await logs.adds_up(dsn) == (3, [1, 2, 3])


async def test_the_status_shows_no_checkpoint_that_was_not_let_out(dsn, tmp_path):
    """It changes nothing, so it cannot bring the mark forward."""
    await grown(dsn, tmp_path, b"one")
    settings = Settings(data_dir=tmp_path)
    assert (await owner.status(dsn, settings)).checkpoint is not None
    marks = MarkFile(tmp_path / "log", ORIGIN)
    marks.path.unlink()
    assert (await owner.status(dsn, settings)).checkpoint is None
    assert marks.read() is None
