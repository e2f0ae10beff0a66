"""Verification in parts: cut anywhere it says the same, and processes that end end nothing but themselves."""

import asyncio
import io
import itertools
import json
import sys

import asyncpg
import msgspec
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from walked import in_stretches

from registry import cli
from registry.audit import act
from registry.audit.parts import act as parts
from registry.audit.parts import part, worker
from registry.audit.parts.part import TURNS, Begin, Stretch
from registry.audit.verified import Verified
from registry.audit.walk import act as walk
from registry.db import Database
from registry.errors import Busy, Corrupt, Invalid
from registry.ledger import store as ledger
from registry.ledger.merkle import Frontier

LEAST = 40
"""Entries of a stretch, so that the 281 of `season` make several."""

WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database
WHERE NOT granted AND d.datname = current_database()
"""
PATIENCE = 120
"""Seconds after which something hangs, on any machine."""


@pytest.fixture
async def forger(dsn):
    """A superuser whom no trigger and no foreign key stops."""
    conn = await asyncpg.connect(dsn)
    await conn.execute("SET session_replication_role = replica")
    yield conn
    await conn.close()


@pytest.fixture
async def held(forger):
    """A table that nobody can read, so that whoever verifies waits; returns when somebody does, if called."""
    async with forger.transaction():
        await forger.execute("LOCK TABLE publication IN ACCESS EXCLUSIVE MODE")

        async def somebody_waits():
            async with asyncio.timeout(PATIENCE):
                while not await forger.fetchval(WAITING):  # noqa: ASYNC110  another process is waited for
                    await asyncio.sleep(0.01)

        yield somebody_waits


def processes():
    """The processes that verify parts for this one."""
    children = psutil.Process().children(recursive=True)
    return [each for each in children if any("registry.audit.parts" in word for word in each.cmdline())]


async def until(ready):
    """Wait until something is *ready*."""
    async with asyncio.timeout(PATIENCE):
        while not ready():  # noqa: ASYNC110  other processes are waited for
            await asyncio.sleep(0.01)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 64), st.integers(-1, 10**5))
def test_stretches_meet_and_none_is_too_short(first, length, jobs, least):
    """The ledger is cut into stretches that follow each other, long enough, and not too many."""
    stretches = part.cut(first, first + length, jobs, least)
    places = [each.first for each in stretches]

    assert [each.until for each in stretches] == [*places[1:], None]
    assert places[0] == first
    assert len(places) <= max(1, jobs * TURNS * (jobs > 1))
    assert all(
        after - here >= least for here, after in itertools.pairwise([*places, first + length]) if places[1:]
    )


@pytest.mark.parametrize(
    "places", [[*range(1, 6), *range(255, 281)], pytest.param([*range(1, 281)], marks=pytest.mark.slow)]
)
async def test_cut_at_any_position_the_same_is_said(season, places):
    """Cut at each position by itself, and at all at once, the tally is the one of the whole."""
    whole = await act.verify(season)

    assert await in_stretches(season, places) == whole
    for place in places[:: 1 if len(places) > 200 else 6]:
        assert await in_stretches(season, [place]) == whole


async def test_stretches_that_do_not_meet_are_named(season):
    """A walk that begins with another tree than the one before it ended with is no part of the same history."""
    async with season.snapshot() as conn:
        first = await walk.Walk(conn, Frontier(), lambda *_: None, until=20).through()
        second = await walk.Walk(conn, await walk.edge(conn, 20), lambda *_: None).through()
    other = msgspec.structs.replace(second, begun=[b"\x01" * 32, *second.begun[1:]])

    part.joined([], [first, second], 0)
    with pytest.raises(Corrupt, match="ledger_subtree: the first 20 entries"):
        part.joined([], [first, other], 0)
    with pytest.raises(Corrupt, match="ledger_subtree: the first 20 entries"):
        part.joined([], [second], 0)


async def test_several_processes_say_what_one_says(season):
    """Two processes give the same tally as one, and what is told of it on the way only grows."""
    told = []
    tally = await act.verify(season, None, told.append, jobs=2, least=LEAST)

    assert tally == await act.verify(season)
    for name in ("entries", "copies"):
        done = [each.done for each in told if each.part == name]
        assert done == sorted(done)
        assert [(each.done, each.of) for each in told if each.part == name][-1] == (done[-1], done[-1])
    assert max(each.done for each in told if each.part == "entries") == tally.size
    assert processes() == []


@pytest.mark.parametrize(("words", "count"), [(["--jobs", "2"], 2), (["--jobs", "1"], 0), ([], 3)])
async def test_the_command_shares_the_work(season, dsn, monkeypatch, capsys, words, count):
    """`registry verify --jobs` says how many processes share it; unsaid, there is one for each core."""
    starting = []

    def counted(begin, start=parts.started):
        starting.append(begin.dsn)
        return start(begin)

    monkeypatch.setenv("REGISTRY_DATABASE_URL", dsn)
    monkeypatch.setitem(act.verify.__kwdefaults__, "least", LEAST)
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    monkeypatch.setattr(parts, "started", counted)
    with pytest.raises(SystemExit) as left:
        await asyncio.to_thread(cli.main, ["verify", *words, "--json"])

    assert left.value.code in (0, None)
    assert json.loads(capsys.readouterr().out)["size"] == 281
    assert len(starting) == count


async def test_a_short_history_stays_in_one_process(season, monkeypatch):
    """Below some thousands of entries for each of two, no process is started."""
    monkeypatch.setattr(parts, "started", None)

    assert (await act.verify(season, jobs=8)).size == 281


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "found"),
    [
        (
            ["UPDATE redaction SET ground = 'x'", "UPDATE publication SET name = 'x' WHERE name = 'pack-3'"],
            "x",
        ),
        (["UPDATE redaction SET ground = 'x'", "UPDATE alert SET severity = 'minor'"], "redaction"),
        (["UPDATE alert SET severity = 'minor'", "UPDATE search_version SET type = 'x'"], "alert"),
        (["UPDATE search_version SET type = 'x' WHERE version = 2"], "search_version"),
        (["UPDATE ledger_head SET size = size + 500"], "ledger_head"),
        (["DELETE FROM ledger_entry WHERE index >= 200"], "publication"),
        (["UPDATE ledger_entry SET index = index + 3000 WHERE index = 280"], "ledger_entry 280"),
        (["DELETE FROM ledger_subtree"], "ledger_subtree"),
        (["DELETE FROM ledger_entry WHERE index = 39"], "ledger_entry 39"),
    ],
)
async def test_of_several_faults_the_lowest_is_named(season, forger, changes, found):
    """Whichever process comes upon a fault first, the one of the lowest stretch is named; then the copies'."""
    for change in changes:
        await forger.execute(change)
    with pytest.raises(Corrupt) as fault:
        await act.verify(season, jobs=3, least=LEAST)
    with pytest.raises(Corrupt) as alone:
        await act.verify(season)

    assert found in fault.value.detail
    assert fault.value.detail == alone.value.detail


@pytest.mark.slow
@pytest.mark.parametrize("first", [1, 5, 100, 256])
async def test_what_is_newer_is_shared_too(season, forger, first):
    """From any tree that was verified before on, the rest is cut, and the older part is not read."""
    await forger.execute("REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public FROM registry_app")
    async with season.snapshot() as conn:
        root = await ledger.root_at(conn, first)
    since = Verified(size=first, root=root.hex())

    assert await act.verify(season, since, jobs=2, least=10) == await act.verify(season, since)


async def test_a_killed_process_is_an_error_that_says_so(season, held, dsn):
    """A process that is killed leaves an error that says so; nothing hangs, and no other process is left."""
    verifying = asyncio.create_task(act.verify(season, jobs=2, least=LEAST))
    await until(lambda: len(processes()) == 2)
    running = processes()
    assert not [each for each in running if any(dsn in word for word in each.cmdline())]
    running[0].kill()
    with pytest.raises(Busy, match="was killed by signal 9"):
        await asyncio.wait_for(verifying, PATIENCE)

    assert processes() == []


@pytest.mark.slow
async def test_whoever_gives_up_leaves_no_process_behind(season, held):
    """A verification that is called off ends its processes, whatever they wait for."""
    verifying = asyncio.create_task(act.verify(season, jobs=2, least=LEAST))
    await until(lambda: len(processes()) == 2)
    verifying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(verifying, PATIENCE)

    assert processes() == []


async def test_a_process_ends_with_whoever_started_it(season, held, dsn):
    """When the other end of its standard input is gone, a process ends, whatever it waits for."""
    async with season.snapshot() as conn:
        snapshot = await conn.fetchval("SELECT pg_export_snapshot()")
        async with parts.started(Begin(dsn, snapshot)) as process:
            await process.tell(Stretch(0))
            await held()
            process.to.close()
            assert await asyncio.wait_for(process.process.wait(), PATIENCE) == 0


@pytest.mark.slow
async def test_a_process_that_cannot_connect_says_why(season, dsn):
    """An address that leads nowhere from a process of its own is the same refusal as anywhere."""
    elsewhere = Database(season.pool, dsn.replace("/registry_test", "/no_such"))
    with pytest.raises(Invalid, match="leads to no database"):
        await act.verify(elsewhere, jobs=2, least=LEAST)

    assert processes() == []


async def answer_of(words):
    """What is made of a process that says these *words* and ends."""
    pipe = asyncio.subprocess.PIPE
    said = [sys.executable, "-c", "import sys; sys.stdout.write(sys.argv[1])", words]
    process = await asyncio.create_subprocess_exec(*said, stdin=pipe, stdout=pipe)
    held = parts.Process(process)
    try:
        return await held.done(Stretch(0), lambda _: None)
    finally:
        await parts.end(held)


@pytest.mark.parametrize(
    "words", ["", '{"type":"compared","cou', '{"type":"compared","count":1}', "Killed\n"]
)
async def test_half_an_answer_is_none(words):
    """A process that ends before its answer, within it, or says something else, has verified nothing."""
    with pytest.raises(Busy, match="nothing is known of its part"):
        await answer_of(words)


async def test_fewer_jobs_are_advised_where_they_help(db, dsn):
    """Of a server that does not answer it is said that fewer jobs need fewer connections; of no other fault."""
    gone = Begin("postgresql://127.0.0.1:9/nothing", "none")
    with pytest.raises(Busy, match=r"does not answer.*fewer jobs need fewer"):
        async with worker.opened(gone):
            pass
    said = io.StringIO()
    await worker.answer(Begin(dsn, "00000000-0000FFFF-1"), Stretch(0), said)

    assert "the state of the database that all processes see is gone" in said.getvalue()
    assert "fewer" not in said.getvalue()
