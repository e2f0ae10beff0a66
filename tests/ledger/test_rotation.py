"""A new log over the same tree: another name and key, the old one named and silenced."""

import asyncio
import datetime as dt
import hashlib

import asyncpg
import logs
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry import doctor, keyfile
from registry.db import Database
from registry.errors import Busy, Conflict, Corrupt, Invalid, NotFound
from registry.ledger import checkpoint, entry
from registry.ledger import store as ledger
from registry.ledger.log import store
from registry.ledger.log.act import open_log
from registry.ledger.log.mark import Mark, MarkFile
from registry.ledger.log.owner import act as owner
from registry.settings import Settings

NOW = logs.NOW
TOLD = {"now": NOW, "by": "the operator", "why": "the yearly change of keys"}


async def grown(dsn, folder, *entries, **settings):
    async with logs.sealed(dsn, folder, **settings) as (db, seal):
        for each in entries:
            await logs.append(db, each)
        return seal


async def test_a_new_log_names_the_old_one_and_goes_on(dsn, tmp_path):
    """One entry tells both names and keys and the last checkpoint; its own checkpoint is the new log's first."""
    before = await grown(dsn, tmp_path, b"one", b"two")
    done = await owner.rotate(dsn, Settings(data_dir=tmp_path), **TOLD)
    after = await grown(dsn, tmp_path, b"four")

    assert (done.number, done.origin, done.index) == (2, f"{before.origin}/2", 2)
    assert (after.origin, after.verifier.vkey) == (done.origin, done.vkey)
    assert await logs.adds_up(dsn) == (4, [1, 2, 3, 4])
    rows, (first, second) = await logs.every(dsn)
    assert [row["log"] for row in rows] == [1, 1, 2, 2]
    assert rows[2]["note"] == done.checkpoint
    body = msgspec.json.decode(second.body)
    assert body["before"] == {
        "origin": before.origin,
        "vkey": before.verifier.vkey,
        "checkpoint": rows[1]["note"],
    }
    assert body["after"] == {"origin": done.origin, "vkey": done.vkey}
    async with Database.open(dsn) as db, db.snapshot() as conn:
        told = entry.decode((await ledger.get_entry(conn, 2)).entry)
        row = await conn.fetchrow("SELECT * FROM ledger_log WHERE number = 2")
    assert (told.kind, told.id, told.seq) == ("log", done.origin, 2)
    assert told.sha256 == hashlib.sha256(second.body).hexdigest()
    assert told.record == entry.row_digest("ledger_log", dict(row))
    assert (first.origin, second.first_size, second.ledger_index) == (before.origin, 3, 2)


async def test_the_old_key_never_signs_again(dsn, tmp_path):
    """A process that runs on with the old key is refused at its next append; a start with it, too."""
    async with logs.sealed(dsn, tmp_path) as (db, seal):
        await logs.append(db, b"one")
        done = await owner.rotate(dsn, Settings(data_dir=tmp_path), **TOLD)
        with pytest.raises(Busy, match="Start the process again"):
            await logs.append(db, b"two")
        async with Database.open(dsn, seal=seal) as more:
            with pytest.raises(Busy, match="rotated"):
                await logs.append(more, b"three")
    with pytest.raises(Invalid, match=done.origin):
        await open_log(dsn, Settings(data_dir=tmp_path, log_key=str(tmp_path / "log.pem")), NOW)
    assert await logs.adds_up(dsn) == (2, [1, 2])


async def test_an_append_that_waits_for_the_rotation_is_not_signed_with_the_old_key(dsn, tmp_path):
    """Who waits for the head while the rotation commits sees the new log's row afterwards."""
    async with logs.sealed(dsn, tmp_path) as (db, _):
        await logs.append(db, b"one")
        async with Database.open(dsn, size=1) as other:
            async with other.transaction() as conn:
                await conn.fetchrow(ledger.LOCK_HEAD)
                turning = asyncio.create_task(owner.rotate(dsn, Settings(data_dir=tmp_path), **TOLD))
                await asyncio.sleep(0.3)
                late = asyncio.create_task(logs.append(db, b"two"))
                await asyncio.sleep(0.1)
            done = await turning
        with pytest.raises(Busy, match="rotated"):
            await late
    assert done.index == 1
    assert await logs.adds_up(dsn) == (2, [1, 2])


async def test_a_lost_history_goes_on_under_a_new_name_that_tells_it(server, dsn, tmp_path):
    """An older copy does not start; after the rotation it does, and the entry holds what it contradicts."""
    await grown(dsn, tmp_path, b"one")
    backup = await logs.copied(server, dsn, "rotation_backup")
    try:
        before = await grown(dsn, tmp_path, b"two")
        published = (await logs.every(dsn))[0][-1]["note"]
        with pytest.raises(Corrupt, match="registry ledger rotate"):
            await open_log(backup, Settings(data_dir=tmp_path), NOW)
        await owner.rotate(backup, Settings(data_dir=tmp_path), **TOLD)
        await grown(backup, tmp_path, b"another two")
        assert await logs.adds_up(backup) == (3, [1, 2, 3])
        _, (_, second) = await logs.every(backup)
        told = msgspec.json.decode(second.body)["before"]
        assert told["contradicts"] == published
        said, _ = checkpoint.opened(told["checkpoint"].encode(), before.verifier)
        assert said.size == 1
    finally:
        await logs.conftest.execute(server, "DROP DATABASE rotation_backup WITH (FORCE)")


async def test_a_halt_ends_with_a_rotation_or_with_a_resumption(dsn, tmp_path):
    """Both are the owner's; the reason is in the entry of the change, and what was halted goes on."""
    async with logs.sealed(dsn, tmp_path) as (db, _):
        await logs.append(db, b"one")
        async with db.transaction() as conn:
            await store.halt(conn, "a witness saw a fork", NOW)
        assert (await owner.status(dsn, Settings(data_dir=tmp_path))).halted == "a witness saw a fork"
        assert await owner.resume(dsn, "the operator") == "a witness saw a fork"
        assert await owner.resume(dsn, "the operator") is None
        await logs.append(db, b"two")
        async with db.transaction() as conn:
            await store.halt(conn, "a witness saw another", NOW)
    await owner.rotate(dsn, Settings(data_dir=tmp_path), **TOLD)
    _, (_, second) = await logs.every(dsn)
    assert "a witness saw another" in msgspec.json.decode(second.body)["why"]
    await grown(dsn, tmp_path, b"four")
    assert (await logs.adds_up(dsn))[0] == 4


async def test_a_key_file_of_ones_own(dsn, tmp_path):
    """With REGISTRY_LOG_KEY the new key lies beside the old one, or where it is named; the advice says so."""
    old, new = tmp_path / "keys" / "a.pem", tmp_path / "keys" / "b.pem"
    settings = Settings(data_dir=tmp_path, log_key=str(old), log_origin="log.example/1")
    await open_log(dsn, settings, NOW)
    keyfile.put(new, Ed25519PrivateKey.generate())
    done = await owner.rotate(dsn, settings, **TOLD, origin="log.example/2027", key_file=new)
    assert done.origin == "log.example/2027"
    assert f"REGISTRY_LOG_KEY to {new}" in done.advice
    assert "REGISTRY_LOG_ORIGIN" in done.advice
    with pytest.raises(Invalid, match="REGISTRY_LOG_ORIGIN"):
        await open_log(dsn, settings, NOW)
    seal = await open_log(dsn, Settings(data_dir=tmp_path, log_key=str(new)), NOW)
    assert seal.verifier.vkey == done.vkey
    third = await owner.rotate(dsn, Settings(data_dir=tmp_path, log_key=str(new)), **TOLD)
    assert third.key_file.startswith(str(tmp_path / "keys" / "log-"))


async def test_what_no_new_log_can_be_is_refused(dsn, tmp_path):
    """A name or key that was used, a name no key can have, no author, no reason, no log at all."""
    settings = Settings(data_dir=tmp_path)
    with pytest.raises(NotFound):
        await owner.rotate(dsn, settings, **TOLD)
    with pytest.raises(NotFound):
        await owner.status(dsn, settings)
    seal = await grown(dsn, tmp_path, b"one")
    with pytest.raises(Conflict, match="a name of its own"):
        await owner.rotate(dsn, settings, **TOLD, origin=seal.origin)
    with pytest.raises(Conflict, match="a new key"):
        await owner.rotate(dsn, settings, **TOLD, key_file=tmp_path / "log.pem")
    for origin in ("", "a b", "x+y", "x" * 201):
        with pytest.raises(Invalid):
            await owner.rotate(dsn, settings, **TOLD, origin=origin)
    for wrong in ({"by": " "}, {"why": ""}, {"why": "\0"}, {"why": "x" * 2001}):
        with pytest.raises(Invalid):
            await owner.rotate(dsn, settings, **(TOLD | wrong))
    with pytest.raises(Busy, match="clock"):
        await owner.rotate(dsn, settings, **(TOLD | {"now": NOW - dt.timedelta(hours=1)}))
    assert await logs.adds_up(dsn) == (1, [1])


async def test_two_rotations_at_once_make_one_log(dsn, tmp_path):
    """The second finds the log it wanted to follow followed already."""
    await grown(dsn, tmp_path, b"one")
    settings = Settings(data_dir=tmp_path)
    done = await asyncio.gather(
        *(owner.rotate(dsn, settings, **TOLD) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in done) == ["Conflict", "Rotated"]
    assert len((await logs.every(dsn))[1]) == 2


async def test_the_history_of_keys_cannot_be_rewritten(dsn, tmp_path):
    """Neither the application nor the owner changes a log or a checkpoint."""
    await grown(dsn, tmp_path, b"one")
    for table in ("ledger_log", "ledger_checkpoint"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await logs.run(dsn, f"DELETE FROM {table}")
        async with Database.open(dsn) as db, db.transaction() as conn:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await conn.execute(f"DELETE FROM {table}")


async def test_the_status_says_what_a_start_would_be_refused_for(dsn, tmp_path):
    """It changes nothing and shows log, tree, mark, and the problem in the words of the refusal."""
    seal = await grown(dsn, tmp_path, b"one")
    settings = Settings(data_dir=tmp_path)
    found = await owner.status(dsn, settings)
    assert (found.origin, found.vkey, found.size, found.let_out) == (seal.origin, seal.verifier.vkey, 1, 1)
    assert (found.problem, found.halted) == (None, None)
    MarkFile(tmp_path / "log", seal.origin).advance(
        Mark(seal.origin, 9, "00" * 32, "note"), [seal.marks.read().head]
    )
    assert "has 1 entries, but a checkpoint of 9" in (await owner.status(dsn, settings)).problem
    (tmp_path / "log.pem").unlink()
    assert "REGISTRY_LOG_KEY" in (await owner.status(dsn, settings)).problem


async def test_the_doctor_looks_at_the_log(dsn, tmp_path):
    """No log yet, a log that is well, one whose key is gone, and no database at all."""
    settings = Settings(data_dir=tmp_path, database_url=dsn)
    assert "no log yet" in (await doctor.signing(settings)).says
    await grown(dsn, tmp_path, b"one")
    found = await doctor.signing(settings)
    assert (found.state, "1 entries" in found.says) == ("well", True)
    (tmp_path / "log.pem").unlink()
    assert (await doctor.signing(settings)).state == "wrong"
    assert (await doctor.signing(Settings(data_dir=tmp_path / "empty"))).state == "well"
