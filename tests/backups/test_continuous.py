"""An archive of write-ahead logs, a base backup, and the registry as it was at an instant; on real servers."""

import asyncio
import datetime as dt
import shutil
import tempfile
from pathlib import Path

import msgspec
import papers
import pytest

from registry import db as database
from registry import serving
from registry.agreements import act as agreements
from registry.backups import act, manifest
from registry.backups.continuous import act as continuous
from registry.db import Database
from registry.errors import Corrupt, Invalid
from registry.ledger import store as ledger
from registry.ledger.log import act as logs
from registry.settings import Settings


def silent(_said):
    pass


@pytest.fixture
def place():
    """A folder that the server's own user may pass through."""
    found = Path(tempfile.mkdtemp(prefix="registry-backup-"))
    found.chmod(0o755)
    yield found
    shutil.rmtree(found, ignore_errors=True)


async def archived(dsn):
    """Finish the piece of the log that is written, and wait until it is in the archive."""
    async with Database.open(dsn, size=1, role=False) as db, db.pool.acquire() as conn:
        name = await conn.fetchval("SELECT pg_walfile_name(pg_switch_wal())")
        for _ in range(200):
            if (await conn.fetchval("SELECT last_archived_wal FROM pg_stat_archiver") or "") >= name:
                return
            await asyncio.sleep(0.1)
    raise AssertionError("nothing is archived")


@pytest.mark.slow
async def test_a_registry_is_restored_as_it_was_at_an_instant(place):
    """What was committed by then is there, what came later is not; what was let out since is not contradicted."""
    ours = Settings(data_dir=place / "data", log_origin="registry.example/ledger")
    with pytest.raises(Invalid, match="switch the archive on"):
        await continuous.base(ours, place / "backups", papers.NOW, silent)
    await continuous.archive(ours, place / "wal", silent)
    with serving.database(ours, silent) as found:
        await database.migrated(found.database_url)
        seal = await logs.open_log(found.database_url, found, papers.NOW)
        async with Database.open(found.database_url, seal=seal) as db:
            await agreements.publish_shipped(db, papers.house(), papers.NOW)
            await papers.register(db)
            path = await continuous.base(ours, place / "backups", papers.NOW, silent)
            await papers.file(db, papers.document(**papers.uses()))
            async with db.snapshot() as conn:
                then = await ledger.head(conn)
            await asyncio.sleep(1.1)
            instant = dt.datetime.now(dt.UTC)
            await asyncio.sleep(1.1)
            await papers.file(db, papers.document(key=papers.SECOND, **papers.uses()), key="k-2")
            async with db.snapshot() as conn:
                newest = await ledger.head(conn)
        await archived(found.database_url)
    kept = (await act.check(path)).tree_size
    assert kept < then.size < newest.size

    async def restored(name, until):
        there = msgspec.structs.replace(ours, data_dir=place / name, log_key=str(place / "data" / "log.pem"))
        shutil.copytree(place / "data" / "log", place / name / "log")
        return there, await continuous.restore(path, there, until, papers.NOW, silent)

    _, said = await restored("then", instant)
    assert (said.tree_size, said.root) == (then.size, then.root.hex())
    assert "older copy" in said.problem
    there, said = await restored("end", None)
    assert (said.tree_size, said.root, said.problem) == (newest.size, newest.root.hex(), None)
    with serving.database(there, silent) as found:
        seal = await logs.open_log(found.database_url, there, papers.NOW)
        async with Database.open(found.database_url, seal=seal) as db:
            more = papers.document(kind="nil_return", filing={"nil_statement": "No tool was used."})
            await papers.file(db, more, key="k-3")
            async with db.snapshot() as conn:
                assert (await ledger.recount(conn)).size > newest.size
    with pytest.raises(Invalid, match="there already"):
        await continuous.restore(path, there, None, papers.NOW, silent)
    with pytest.raises(Invalid, match="the archive ends before"):
        await restored("late", dt.datetime.now(dt.UTC) + dt.timedelta(days=1))
    assert not (place / "late" / "postgres").exists()
    packed = path / manifest.BASE / "base.tar.gz"
    packed.write_bytes(packed.read_bytes()[:-1])
    with pytest.raises(Corrupt, match=r"base/base\.tar\.gz is damaged"):
        await restored("damaged", None)


async def test_a_server_of_ones_own_is_not_ours_to_restart(tmp_path):
    """Whose server it is has to archive it; the words say how."""
    theirs = Settings(database_url="postgresql://db.example/registry", data_dir=tmp_path)
    with pytest.raises(Invalid, match="pgBackRest"):
        await continuous.archive(theirs, tmp_path / "wal", silent)


def test_a_folder_with_odd_letters_stays_one_word():
    """Blanks, quotation marks and percent signs in the archive's name are quoted for shell and server."""
    said = continuous.wished(Path("/a b/it's 100%"))["archive_command"]
    assert "100%%" in said
    assert continuous.quoted("it's") == "it''s"
