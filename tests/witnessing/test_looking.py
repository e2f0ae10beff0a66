"""Before anything is signed, witnesses are asked what of ours they have signed; what they show decides."""

import asyncio
import contextlib
import socket
import threading

import conftest
import msgspec
import papers
import pytest
from neighbours import NOW, anew, copied, policy_file, reaching

from registry import serving
from registry.db import Database
from registry.errors import Corrupt
from registry.ledger import store as ledger
from registry.ledger.log.act import open_log
from registry.ledger.log.owner import act as owner
from registry.witnessing import act as publishing
from registry.witnessing.calling import act as calling
from registry.witnessing.looking import act


@contextlib.asynccontextmanager
async def witnessed(log, neighbour, path, *names):
    """Witnesses that have signed the log as it is; the client that reaches them, and settings that name them."""
    found = [neighbour(name) for name in names]
    rule = policy_file(path, *(each.line for each in found), "quorum none")
    settings = msgspec.structs.replace(log.settings, witness_policy=rule)
    async with contextlib.AsyncExitStack() as stack:
        apps = {each.name: await stack.enter_async_context(each.serving()) for each in found}
        client = await stack.enter_async_context(reaching(**apps))
        assert await publishing.publish_once(log.db, settings, client, NOW)
        yield settings, client


@pytest.fixture
def heard():
    return []


async def test_what_a_witness_has_signed_and_we_hold_lets_us_begin(log, neighbour, tmp_path, heard, dsn):
    """The same tree, or a smaller one that ours contains: nothing is said, nothing refused."""
    await log.grow(5)
    async with witnessed(log, neighbour, tmp_path / "policy", "one", "two") as (settings, client):
        await act.look(dsn, settings, heard.append, client)
        await log.grow(3)
        await act.look(dsn, settings, heard.append, client)

    assert heard == []


async def test_an_older_copy_is_refused_in_the_words_of_the_mark(
    server, log, neighbour, tmp_path, heard, dsn
):
    """Mark and folder lost, the database older: one witness that is reached is enough to know it."""
    await log.grow(5)
    async with copied(server, dsn, "registry_looked_older") as older:
        await log.grow(4)
        async with witnessed(log, neighbour, tmp_path / "policy", "one") as (settings, client):
            there = anew(settings, tmp_path / "anew", database_url=older)
            with pytest.raises(Corrupt) as refusal:
                await act.look(older, there, heard.append, client)

    assert refusal.value.detail.startswith("this database has 5 entries, but a checkpoint of 9 was signed")
    assert "the witness one has signed it" in refusal.value.detail
    assert "registry ledger rotate" in refusal.value.detail


async def test_a_new_log_is_the_way_on(server, log, neighbour, tmp_path, heard, dsn):
    """What was let out is lost for good: with a new log begun, no witness shows anything that our tree lacks."""
    await log.grow(5)
    async with copied(server, dsn, "registry_looked_lost") as older:
        await log.grow(4)
        async with witnessed(log, neighbour, tmp_path / "policy", "one") as (settings, client):
            there = anew(settings, tmp_path / "anew", database_url=older, log_origin="")
            await owner.rotate(older, there, now=NOW, by="j.doe", why="The newer copy is lost.")
            await act.look(older, there, heard.append, client)

    assert heard == []


async def test_another_history_is_refused(server, log, neighbour, tmp_path, heard, dsn):
    """A copy that has gone on by itself to the same size and beyond is found by its root."""
    await log.grow(5)
    async with copied(server, dsn, "registry_looked_other") as other:
        await log.grow(4)
        async with witnessed(log, neighbour, tmp_path / "policy", "one") as (settings, client):
            there = anew(settings, tmp_path / "anew", database_url=other)
            seal = await open_log(other, msgspec.structs.replace(there, witness_policy=""), NOW)
            async with Database.open(other, seal=seal) as db, db.transaction() as conn:
                await ledger.extend(conn, [b"another"] * 6, NOW)
            with pytest.raises(Corrupt, match="the first 9 entries of this database have the root"):
                await act.look(other, there, heard.append, client)


async def test_an_empty_database_beside_the_old_key_is_refused(
    server, log, neighbour, tmp_path, heard, template
):
    """Database and mark are lost, the key is not: what a witness shows under it is still ours."""
    await log.grow(5)
    async with (
        witnessed(log, neighbour, tmp_path / "policy", "one") as (settings, client),
        copied(server, conftest.at(server, template), "registry_looked_empty") as empty,
    ):
        there = anew(settings, tmp_path / "anew", database_url=empty)
        with pytest.raises(Corrupt, match="has 0 entries, but a checkpoint of 5 was signed"):
            await act.look(empty, there, heard.append, client)


async def test_who_cannot_be_asked_is_said_and_holds_up_nobody(
    log, neighbour, tmp_path, heard, dsn, monkeypatch
):
    """Gone, slow, or showing something else: each is named with why; one that has signed nothing is no news."""
    monkeypatch.setattr(act, "SECONDS", 0.3)
    await log.grow(2)
    found = {name: neighbour(name) for name in ("fresh", "slow", "wrong")}

    async def slow(_scope, _receive, _send):
        await asyncio.sleep(60)

    async def wrong(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"no note"})

    gone = f"witness gone {neighbour('gone').vkey} http://127.0.0.1:9"
    rule = policy_file(tmp_path / "policy", *(each.line for each in found.values()), gone, "quorum none")
    settings = msgspec.structs.replace(log.settings, witness_policy=rule)
    async with found["fresh"].serving() as fresh, reaching(fresh=fresh, slow=slow, wrong=wrong) as client:
        async with asyncio.timeout(20):
            await act.look(dsn, settings, heard.append, client)

    assert [each.partition(" could not")[0] for each in heard] == [
        "the witness slow",
        "the witness wrong",
        "the witness gone",
    ]
    assert "did not answer" in heard[0]
    assert "cannot be used" in heard[1]
    assert "could not be reached" in heard[2]


async def test_a_name_that_nobody_looks_up_holds_up_no_start(
    log, neighbour, tmp_path, heard, dsn, monkeypatch
):
    """A look-up of a witness's name that hangs is not waited for, not even at the end of the loop."""
    monkeypatch.setattr(act, "SECONDS", 0.3)
    await log.grow(1)
    let_go = threading.Event()

    def hangs(host, *given, found=socket.getaddrinfo, **named):
        if host in ("hangs.example", b"hangs.example"):
            let_go.wait(60)
            raise socket.gaierror
        return found(host, *given, **named)

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    line = f"witness hangs {neighbour('hangs').vkey} https://hangs.example"
    rule = policy_file(tmp_path / "policy", line, "quorum none")
    settings = msgspec.structs.replace(log.settings, witness_policy=rule)
    looking = asyncio.to_thread(lambda: asyncio.run(act.look(dsn, settings, heard.append)))
    try:
        await asyncio.wait_for(looking, 30)
    finally:
        let_go.set()

    assert "did not answer" in heard[0]


async def test_without_witnesses_nobody_is_asked(log, heard, dsn):
    """No policy: no question, and the database is not even opened for it."""
    await act.look("postgresql://127.0.0.1:9/nothing", log.settings, heard.append)

    assert heard == []


async def test_nothing_starts_over_what_a_witness_shows(
    server, log, neighbour, tmp_path, heard, dsn, monkeypatch
):
    """A start on an older copy without mark or tiles is refused before a new entry or checkpoint is made."""
    await log.grow(5)
    async with copied(server, dsn, "registry_looked_start") as older:
        await log.grow(4)
        async with witnessed(log, neighbour, tmp_path / "policy", "one") as (settings, client):
            there = anew(settings, tmp_path / "anew", database_url=older)
            monkeypatch.setattr(calling, "client", lambda: contextlib.nullcontext(client))
            with pytest.raises(Corrupt, match="the witness one has signed it"):
                await serving.ready(there, papers.house(), heard.append)
        async with Database.open(older) as db, db.snapshot() as conn:
            size = (await ledger.head(conn)).size

    assert size == 5
    assert not (there.data_dir / "log").exists()
