"""Never two histories: older copies, clones, lost answers and kills, at every line where something is written."""

import asyncio
import contextlib
import shutil
import signal
import subprocess
import sys
import textwrap
from urllib.parse import parse_qs, urlsplit

import asyncpg
import logs
import pytest

from registry.db import Database
from registry.errors import Busy, Corrupt
from registry.ledger import store as ledger
from registry.ledger.log import store
from registry.ledger.log.act import open_log
from registry.ledger.log.mark import MarkFile
from registry.ledger.log.owner import act as owner
from registry.settings import Settings

NOW, ORIGIN = logs.NOW, "127.0.0.1:8321/ledger"


@pytest.fixture
async def clone(server, dsn, request):
    """A copy of this test's database, made when it is called, as a backup would hold it."""
    name = f"{urlsplit(dsn).path[1:]}_clone"

    async def make():
        return await logs.copied(server, dsn, name)

    yield make
    await logs.conftest.execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def grown(dsn, folder, *entries):
    """Append entries to *dsn*, each in its own transaction, as a server would; closed afterwards."""
    async with logs.sealed(dsn, folder) as (db, _):
        for each in entries:
            await logs.append(db, each)


async def test_an_older_copy_does_not_start(dsn, clone, tmp_path):
    """A restored backup that lacks what was let out is refused, naming both sizes and what to do."""
    await grown(dsn, tmp_path, b"one", b"two")
    backup = await clone()
    await grown(dsn, tmp_path, b"three")
    with pytest.raises(Corrupt, match=r"has 2 entries, but a checkpoint of 3 .*registry restore.*rotate"):
        await open_log(backup, Settings(data_dir=tmp_path), NOW)
    assert await logs.adds_up(backup) == (2, [1, 2])
    await grown(dsn, tmp_path, b"four")


async def test_an_empty_database_beside_an_old_data_folder_does_not_start(dsn, template, server, tmp_path):
    """The history is gone, the mark is not: nothing begins anew under the old name."""
    await grown(dsn, tmp_path, b"one")
    fresh = urlsplit(dsn).path[1:] + "_fresh"
    await logs.conftest.execute(server, f"CREATE DATABASE {fresh} TEMPLATE {template} STRATEGY FILE_COPY")
    try:
        with pytest.raises(Corrupt, match="has 0 entries, but a checkpoint of 1"):
            await open_log(logs.conftest.at(server, fresh), Settings(data_dir=tmp_path), NOW)
    finally:
        await logs.conftest.execute(server, f"DROP DATABASE {fresh} WITH (FORCE)")


async def test_an_older_copy_put_under_a_running_server_signs_nothing(dsn, clone, tmp_path):
    """The database is exchanged while the process lives: the next append is refused and undone."""
    await grown(dsn, tmp_path, b"one")
    backup = await clone()
    async with logs.sealed(dsn, tmp_path) as (db, seal):
        await logs.append(db, b"two")
        async with Database.open(backup, seal=seal) as other:
            with pytest.raises(Corrupt, match="older copy"):
                await logs.append(other, b"not two")
        await logs.append(db, b"three")
    assert await logs.adds_up(backup) == (1, [1])
    assert await logs.adds_up(dsn) == (3, [1, 2, 3])


async def test_another_history_of_the_same_length_does_not_start(dsn, clone, tmp_path):
    """A copy that went on by itself has other roots, which are named; longer ones are found, too."""
    await grown(dsn, tmp_path, b"one")
    backup = await clone()
    await grown(dsn, tmp_path, b"two")
    async with Database.open(backup) as tool:
        await logs.append(tool, b"not two")
    with pytest.raises(Corrupt, match="another history"):
        await open_log(backup, Settings(data_dir=tmp_path), NOW)
    async with Database.open(backup) as tool:
        await logs.append(tool, b"nor three")
    with pytest.raises(Corrupt, match="another history"):
        await open_log(backup, Settings(data_dir=tmp_path), NOW)


@pytest.mark.parametrize(("ours", "theirs"), [(1, 1), (1, 2), (2, 1), (3, 2)])
async def test_of_two_clones_with_one_data_folder_one_goes_on(dsn, clone, tmp_path, ours, theirs):
    """Both append at the very same moment: the second finds the first's mark, lets nothing out and halts."""
    await grown(dsn, tmp_path, b"one")
    other = await clone()
    async with logs.sealed(dsn, tmp_path) as (one, seal), logs.sealed(other, tmp_path) as (two, _):
        both = asyncio.Event()

        async def write():
            async with one.transaction() as conn:
                await ledger.append(conn, [b"ours %d" % each for each in range(ours)], NOW)
                await both.wait()

        first = asyncio.create_task(write())
        await asyncio.sleep(0.1)

        async def write_too():
            async with two.transaction() as conn:
                await ledger.append(conn, [b"theirs %d" % each for each in range(theirs)], NOW)
                both.set()
                await first

        with pytest.raises(Corrupt, match=r"older copy|another history"):
            await write_too()
        with pytest.raises(Busy, match="rotate"):
            await logs.append(two, b"more")
        await logs.append(one, b"more")
        assert seal.marks.read().size == 2 + ours
    await logs.adds_up(dsn)
    with pytest.raises(Corrupt):
        await open_log(other, Settings(data_dir=tmp_path), NOW)


async def test_two_clones_with_two_data_folders_are_told_apart_by_one_folder_of_tiles(dsn, clone, tmp_path):
    """Neither can know of the other; where one has published, the other does not start."""
    await grown(dsn, tmp_path / "a", b"one")
    other = await clone()
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    await grown(dsn, tmp_path / "a", b"two")
    await grown(other, tmp_path / "b", b"not two")
    rows = [(await logs.every(each))[0][-1] for each in (dsn, other)]
    assert [row["size"] for row in rows] == [2, 2]
    assert rows[0]["note"] != rows[1]["note"]
    tiles = tmp_path / "tiles"
    tiles.mkdir()
    (tiles / "checkpoint").write_text(rows[0]["note"])
    with pytest.raises(Corrupt, match=f"another history.*{owner.logs.refusals.PROCEED[:20]}"):
        await open_log(other, Settings(data_dir=tmp_path / "b", tiles_dir=str(tiles)), NOW)
    await open_log(dsn, Settings(data_dir=tmp_path / "a", tiles_dir=str(tiles)), NOW)


async def test_what_a_witness_signed_must_be_in_the_tree(dsn, tmp_path):
    """A tree rewritten under the newest cosigned checkpoint does not start, whatever the mark says."""
    await grown(dsn, tmp_path, b"one", b"two")
    await logs.run(dsn, "INSERT INTO ledger_cosignature VALUES (2, 1, 'w', 'line', now())")
    conn = await asyncpg.connect(dsn)
    await conn.execute("SET session_replication_role = replica")
    await conn.execute("UPDATE ledger_entry SET leaf = sha256('x') WHERE index = 0")
    await conn.close()
    for mark in (tmp_path / "log").iterdir():
        mark.unlink()
    with pytest.raises(Corrupt, match="another history"):
        await open_log(dsn, Settings(data_dir=tmp_path), NOW)


async def test_showing_a_checkpoint_brings_the_mark_up_to_it(dsn, tmp_path):
    """A checkpoint whose writer died before its mark is marked before anybody is shown it."""
    async with logs.sealed(dsn, tmp_path) as (db, seal):
        await logs.append(db, b"one")
        (kept,) = (tmp_path / "log").iterdir()
        before = kept.read_bytes()
        await logs.append(db, b"two")
    kept.write_bytes(before)
    marks = MarkFile(tmp_path / "log", seal.origin)
    seal.marks = marks
    async with Database.open(dsn, seal=seal) as db, db.snapshot() as conn:
        assert marks.read().size == 1
        await owner.logs.let_out(conn, await store.find_checkpoint(conn))
        assert marks.read().size == 2


# ------------------------------------------------------------------------------------- stored, and yet it failed


class Cutting:
    """A proxy before PostgreSQL that cuts the line at a COMMIT, before or after the server had it."""

    def __init__(self, dsn):
        self.parts = urlsplit(dsn)
        self.cut = None
        self.cuts = 0

    async def reach(self):
        """A line to the server itself."""
        host = (parse_qs(self.parts.query).get("host") or [self.parts.hostname])[0]
        port = self.parts.port or 5432
        if host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)

    async def serve(self, reader, writer):
        """One line of a client, until either side ends it or it is cut."""
        up, down = await self.reach()
        answers = asyncio.create_task(self.pass_on(up, writer))
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                if self.cut and b"COMMIT" in data:
                    if self.cut == "after":
                        answers.cancel()
                        await asyncio.wait([answers])
                        down.write(data)
                        await up.read(65536)  # the server's word that it is done
                    self.cuts += 1
                    break
                down.write(data)
        answers.cancel()
        for each in (down, writer):
            each.close()

    async def pass_on(self, up, writer):
        """Hand on what the server says until it has nothing more to say."""
        with contextlib.suppress(ConnectionError, RuntimeError):
            while data := await up.read(65536):
                writer.write(data)
        writer.close()

    @contextlib.asynccontextmanager
    async def address(self):
        """Where clients reach the server through this proxy."""
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        user = self.parts.username or "postgres"
        password = f":{self.parts.password}" if self.parts.password else ""
        try:
            yield f"postgresql://{user}{password}@127.0.0.1:{port}{self.parts.path}?sslmode=disable"
        finally:
            server.close()


@pytest.mark.parametrize(("cut", "stored"), [("before", 0), ("after", 1)])
async def test_an_append_whose_commit_was_lost(dsn, tmp_path, cut, stored):
    """Not stored, or stored and the answer lost: no mark, no answer; the next start goes on from what stands."""
    line = Cutting(dsn)
    async with line.address() as address, logs.sealed(address, tmp_path, size=1) as (db, seal):
        await logs.append(db, b"one")
        line.cut = cut
        with pytest.raises((OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
            await logs.append(db, b"two")
        line.cut = None
        assert line.cuts == 1
        assert seal.marks.read().size == 1
        assert await logs.adds_up(dsn) == (1 + stored, [1, 2][: 1 + stored])
        # The same process, on a new connection.
        await logs.append(db, b"three")
        assert seal.marks.read().size == 2 + stored
    await grown(dsn, tmp_path, b"four")
    assert await logs.adds_up(dsn) == (3 + stored, list(range(1, 4 + stored)))


async def test_an_append_whose_connection_the_server_ends_is_undone(dsn, tmp_path):
    """The backend is terminated between the append and the commit: nothing stands, and the next goes on."""
    async with logs.sealed(dsn, tmp_path) as (db, seal):
        await logs.append(db, b"one")

        async def ended():
            async with db.transaction() as conn:
                await ledger.append(conn, [b"two"], NOW)
                await logs.run(dsn, "SELECT pg_terminate_backend($1)", conn.get_server_pid())
                await conn.execute("SELECT 1")

        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await ended()
        assert seal.marks.read().size == 1
        await logs.append(db, b"three")
    assert await logs.adds_up(dsn) == (2, [1, 2])


VICTIM = textwrap.dedent("""
    import asyncio, datetime as dt, os, signal, sys
    from pathlib import Path
    from registry.db import Database
    from registry.ledger import store as ledger
    from registry.ledger.log import mark
    from registry.ledger.log.act import open_log
    from registry.settings import Settings

    dsn, folder, point = sys.argv[1:]
    now = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)

    def die(*_, **__):
        os.kill(os.getpid(), signal.SIGKILL)

    def torn(handle, data, at):
        whole(handle, data[:300], at)
        die()

    async def main():
        global whole
        seal = await open_log(dsn, Settings(data_dir=Path(folder)), now)
        async with Database.open(dsn, size=1, seal=seal) as db:
            for number in range(3):
                async with db.transaction() as conn:
                    await ledger.append(conn, [b"entry %d" % number], now)
            if point == "between commit and mark":
                seal.marks.advance = die
            elif point == "within the mark":
                whole, os.pwrite = os.pwrite, torn
            async with db.transaction() as conn:
                await ledger.append(conn, [b"the last one"], now)
                if point == "before the commit":
                    die()
            print("answered", flush=True)
            die()

    asyncio.run(main())
""")


@pytest.fixture
def own(server, template):
    """A database of this test's own, for a test that is no coroutine."""
    name = f"{template}_victims"
    asyncio.run(
        logs.conftest.execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    )
    yield logs.conftest.at(server, name)
    asyncio.run(logs.conftest.execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("point", "stored", "marked"),
    [
        ("before the commit", 3, 3),
        ("between commit and mark", 4, 3),
        ("within the mark", 4, 3),
        ("between mark and answer", 4, 4),
    ],
)
def test_a_process_killed_at_any_line_leaves_one_history(own, tmp_path, point, stored, marked):
    """After kill -9 the database recounts, the mark is whole, and the next start goes on from what stands."""
    done = subprocess.run(
        [sys.executable, "-c", VICTIM, own, str(tmp_path), point], capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert ("answered" in done.stdout) == (point == "between mark and answer")
    (kept,) = (tmp_path / "log").iterdir()
    assert MarkFile(tmp_path / "log", ORIGIN).read().size == marked

    async def after():
        assert (await logs.adds_up(own))[0] == stored
        seal = await open_log(own, Settings(data_dir=tmp_path), NOW)
        assert seal.marks.read().size == stored
        await grown(own, tmp_path, b"after it")
        assert await logs.adds_up(own) == (stored + 1, list(range(1, stored + 2)))

    asyncio.run(after())
    assert list((tmp_path / "log").iterdir()) == [kept]
