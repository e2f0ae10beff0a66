"""Asking witnesses: what is kept, who holds up whom, and what halts the log."""

import asyncio
import json

import asyncpg
import doors
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from litestar import Litestar, Response, get, post
from litestar.params import FromPath
from neighbours import NOW, Neighbour, anew, copied, policy_file, reaching

from registry.db import Database
from registry.errors import Busy, Corrupt
from registry.ledger import checkpoint, note
from registry.ledger import http as ledger_door
from registry.ledger import store as ledger
from registry.ledger.log import store as logs
from registry.ledger.log.act import open_log
from registry.witnessing import act, policy, store
from registry.witnessing import http as door


def with_policy(log, tmp_path, *lines, **more):
    return msgspec.structs.replace(
        log.settings, witness_policy=policy_file(tmp_path / "policy", *lines), **more
    )


async def shown(log, settings):
    return await act.witnesses(log.db, settings)


async def test_studios_and_unions_cosign_what_is_appended(log, neighbour, tmp_path):
    """Two witnesses sign each new checkpoint; the quorum is met, and the lines verify under their keys."""
    studio, union = neighbour("studio"), neighbour("union")
    settings = with_policy(
        log, tmp_path, studio.line, union.line, "group both all studio union", "quorum both"
    )
    async with studio.serving() as one, union.serving() as other, reaching(studio=one, union=other) as client:
        for count in (1, 4, 300):
            head = await log.grow(count)
            assert await act.publish_once(log.db, settings, client, log.now)
            state = await shown(log, settings)
            assert (state.newest_size, state.published_size) == (head.size, head.size)
            assert state.says == f"quorum `both` met at size {head.size}"
            assert [(each.name, each.size, each.error) for each in state.witnesses] == [
                ("studio", head.size, None),
                ("union", head.size, None),
            ]
        assert state.witnesses[0].signed_at.timestamp() == studio.seconds
    async with log.db.snapshot() as conn:
        signed = await logs.find_checkpoint(conn)
        cosigned = note.read((await logs.cosigned(conn, signed)).encode())
    keys = [log.seal.verifier, note.read_vkey(studio.vkey), note.read_vkey(union.vkey)]
    assert len(note.verified(cosigned, keys)) == 3


async def test_without_witnesses_the_registry_works_and_says_so(log):
    """Nothing is asked, the newest checkpoint is the published one, and the door says who signs alone."""
    head = await log.grow(3)
    async with reaching() as client:
        assert await act.publish_once(log.db, log.settings, client, log.now)
    state = await shown(log, log.settings)

    assert state.published_size == head.size
    assert state.says.startswith("no witnesses are configured")
    assert (state.witnesses, state.policy, state.halted) == ([], None, None)


async def test_a_quorum_lags_behind_while_a_witness_is_gone_and_catches_up(log, neighbour, tmp_path):
    """What is published stays where both have signed; once the other is back, it is the newest again."""
    studio, union = neighbour("studio"), neighbour("union")
    settings = with_policy(
        log, tmp_path, studio.line, union.line, "group both all studio union", "quorum both"
    )
    async with studio.serving() as one:
        async with union.serving() as other, reaching(studio=one, union=other) as client:
            await log.grow(2)
            await act.publish_once(log.db, settings, client, log.now)
        await log.grow(3)
        async with reaching(studio=one) as client:
            assert not await act.publish_once(log.db, settings, client, log.now)
        state = await shown(log, settings)
        assert (state.newest_size, state.published_size) == (5, 2)
        assert [each.size for each in state.witnesses] == [5, 2]
        assert "could not be reached" in state.witnesses[1].error
        async with union.serving() as other, reaching(studio=one, union=other) as client:
            assert await act.publish_once(log.db, settings, client, log.now)
    assert (await shown(log, settings)).published_size == 5


async def test_a_witness_that_stands_elsewhere_is_followed(log, neighbour, tmp_path):
    """Told by another worker, or set back by its own operator: the size it says is where the proof begins."""
    studio = neighbour("studio")
    settings = with_policy(log, tmp_path, studio.line, "quorum studio")
    await log.grow(4)
    async with studio.serving() as one, reaching(studio=one) as client:
        await act.publish_once(log.db, settings, client, log.now)
        await log.grow(4)
        async with log.db.transaction() as conn:
            await store.tell(conn, studio.vkey, 1, 0, NOW)
        assert await act.publish_once(log.db, settings, client, log.now)
    fresh = Neighbour(tmp_path / "fresh", "studio", log.vkey)
    settings = with_policy(log, tmp_path, fresh.line, "quorum studio")
    async with fresh.serving() as one, reaching(studio=one) as client:
        async with log.db.transaction() as conn:
            await store.tell(conn, fresh.vkey, 1, 7, NOW, "it did not answer")
        assert await act.publish_once(log.db, settings, client, log.now)
    assert [each.size for each in (await shown(log, settings)).witnesses] == [8]


async def test_a_witness_that_does_not_know_the_log_is_shown_with_its_reason(log, neighbour, tmp_path):
    """404 and 403 are told apart in words, nothing is halted, and the policy's text is public."""
    stranger, misled = neighbour("stranger"), neighbour("misled")
    other = checkpoint.Seal(log.seal.origin, policy_key(9)).verifier.vkey
    stranger.logs = policy.read(f"log {note.verifier('x.example', policy_key(9)).vkey}\nquorum none")
    misled.logs = policy.read(f"log {other}\nquorum none")
    settings = with_policy(log, tmp_path, stranger.line, misled.line, "quorum none")
    await log.grow(1)
    async with (
        stranger.serving() as one,
        misled.serving() as two,
        reaching(stranger=one, misled=two) as client,
    ):
        assert not await act.publish_once(log.db, settings, client, log.now)
    state = await shown(log, settings)

    assert [
        "does not know this log" in state.witnesses[0].error,
        "not the key" in state.witnesses[1].error,
    ] == [
        True,
        True,
    ]
    assert (state.published_size, state.halted) == (1, None)
    assert stranger.vkey in state.policy


def policy_key(number):
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


def app_of(*answers, shows=None):
    """Somebody who answers submissions with *answers* in turn, and shows a checkpoint."""
    told = iter(answers)

    @post("/add-checkpoint", status_code=200)
    async def add() -> Response[bytes]:
        status, media, body = next(told)
        return Response(body, status_code=status, headers={"Content-Type": media})

    @get("/{log:str}/checkpoint")
    async def show(log: FromPath[str]) -> Response[bytes]:
        return Response(shows or b"", status_code=200 if shows else 404)

    return Litestar([add, show], openapi_config=None, logging_config=None)


SIZE = "text/x.tlog.size"


NONSENSE = {
    "hello": ([(200, "text/plain", b"hello\n")], "no signature line"),
    "silence": ([(200, "text/plain", b"")], "no signature line"),
    "flood": ([(200, "text/plain", b"x" * 70_000)], "more than 65536 bytes"),
    "ahead": ([(409, SIZE, b"99\n")], "signed a tree of 99; what it has signed could not be seen"),
    "dancer": ([(409, SIZE, b"1\n"), (409, SIZE, b"2\n"), (409, SIZE, b"1\n")], "keeps saying"),
    "stubborn": ([(409, SIZE, b"1\n"), (409, SIZE, b"1\n")], "could not be seen"),
    "refusing": ([(422, "text/plain", b"no")], "could not be seen: it answered 404"),
    "moved": ([(302, "text/plain", b"")], "refused the checkpoint (302)"),
    "broken": ([(500, "text/html", b"<h1>\xff\x00</h1>")], "refused the checkpoint (500"),
}
"""What witnesses answer that are none, and what is said of each."""


async def test_witnesses_that_talk_nonsense_are_written_down_and_halt_nothing(log, neighbour, tmp_path):
    """No answer without a signature of our own key stops the registry, whatever it claims."""
    lines = [neighbour(name).line for name in NONSENSE]
    settings = with_policy(log, tmp_path, *lines, f"group g any {' '.join(NONSENSE)}", "quorum g")
    await log.grow(3)
    apps = {name: app_of(*answers) for name, (answers, _) in NONSENSE.items()}
    async with reaching(**apps) as client:
        assert not await act.publish_once(log.db, settings, client, log.now)
    state = await shown(log, settings)

    for each in state.witnesses:
        assert NONSENSE[each.name][1] in each.error, each
    assert (state.halted, state.published_size) == (None, None)
    await log.grow(1)


async def test_a_signature_of_another_key_is_not_kept(log, neighbour, tmp_path):
    """A line that is well formed but not the witness's own is refused, and no cosignature is stored."""
    liar = neighbour("liar")
    settings = with_policy(log, tmp_path, liar.line, "quorum liar")
    await log.grow(3)
    async with log.db.snapshot() as conn:
        text = note.read((await logs.find_checkpoint(conn)).note.encode()).text
    forged = note.cosign(text, note.read_vkey(liar.vkey).name, policy_key(3), 1)
    forged = note.Signature(forged.name, note.read_vkey(liar.vkey).key_id, forged.data)
    async with reaching(liar=app_of((200, "text/plain", forged.line.encode()))) as client:
        assert not await act.publish_once(log.db, settings, client, log.now)
    state = await shown(log, settings)

    assert "signature does not hold" in state.witnesses[0].error
    assert state.witnesses[0].size is None


async def test_an_older_copy_of_the_database_is_halted_by_what_a_witness_has_signed(
    log, neighbour, tmp_path, server
):
    """A backup restored elsewhere learns from the witness that more was signed, and appends nothing more."""
    studio = neighbour("studio")
    settings = with_policy(log, tmp_path, studio.line, "quorum studio")
    head = await log.grow(4)
    async with (
        copied(server, log.db.dsn, "registry_older") as dsn,
        studio.serving() as one,
        reaching(studio=one) as client,
    ):
        await log.db.pool.expire_connections()
        await log.grow(4)
        assert await act.publish_once(log.db, settings, client, log.now)
        elsewhere = anew(settings, tmp_path / "anew")
        async with Database.open(dsn, seal=await open_log(dsn, elsewhere, NOW)) as older:
            assert not await act.publish_once(older, elsewhere, client, log.now)
            state = await act.witnesses(older, elsewhere)
            assert "this database has 4 entries, but a checkpoint of 8" in state.halted
            assert "studio" in state.halted
            with pytest.raises(Busy, match="a checkpoint of 8"):
                async with older.transaction() as conn:
                    await ledger.append(conn, [b"after"], NOW)
            async with older.snapshot() as conn:
                assert await ledger.head(conn) == head
            assert await act.publish_once(older, elsewhere, client, log.now), (
                "halted, it asks nobody any more"
            )


async def test_a_clone_that_went_on_by_itself_is_halted(log, neighbour, tmp_path, server):
    """Two copies that both appended: the second to be witnessed sees the first one's tree and halts."""
    studio = neighbour("studio")
    settings = with_policy(log, tmp_path, studio.line, "quorum studio")
    await log.grow(3)
    elsewhere = anew(settings, tmp_path / "anew")
    async with copied(server, log.db.dsn, "registry_clone") as dsn:
        await log.db.pool.expire_connections()
        async with (
            Database.open(dsn, seal=await open_log(dsn, elsewhere, NOW)) as clone,
            studio.serving() as one,
            reaching(studio=one) as client,
        ):
            await log.grow(2, "true")
            assert await act.publish_once(log.db, settings, client, log.now)
            async with clone.transaction() as conn:
                await ledger.append(conn, [b"false"] * 5, log.now)
            assert not await act.publish_once(clone, elsewhere, client, log.now)
            state = await act.witnesses(clone, elsewhere)
            assert "the first 5 entries of this database have the root" in state.halted
            assert (await shown(log, settings)).halted is None


@pytest.mark.slow
async def test_a_slow_witness_holds_up_nobody(log, neighbour, tmp_path):
    """While one witness does not answer, the other signs each new checkpoint as it comes."""
    quick, slow = neighbour("quick"), neighbour("slow")
    settings = with_policy(log, tmp_path, quick.line, slow.line, "group one any quick slow", "quorum one")
    waiting = asyncio.Event()

    @post("/add-checkpoint")
    async def add() -> str:
        await waiting.wait()
        return ""

    stuck = Litestar([add], openapi_config=None, logging_config=None)
    async with quick.serving() as one, reaching(quick=one, slow=stuck) as client:
        publisher = act.Publisher(log.db, settings, client)
        try:
            for size in (1, 2, 3):
                await log.grow(1)
                await publisher.tick(log.now)
                await asyncio.wait_for(publisher.busy[quick.vkey], 5)
                assert list(publisher.busy) == [slow.vkey]
                assert (await shown(log, settings)).published_size == size
        finally:
            await publisher.close()
    waiting.set()


async def test_a_witness_that_fails_is_left_alone_for_a_while(log, neighbour, tmp_path):
    """After a failure the next ticks pass it over; the pause doubles up to five minutes."""
    settings = with_policy(log, tmp_path, neighbour("gone").line, "quorum gone")
    await log.grow(1)
    async with reaching() as client:
        publisher = act.Publisher(log.db, settings, client)
        (place,) = await publisher.errands(log.now)
        for pause in (5, 10, 20, 40, 80, 160, 300, 300):
            publisher.pauses[place] = 0.0, publisher.pauses.get(place, (0, 0))[1]
            await publisher.tick(log.now)
            await asyncio.wait_for(publisher.busy[place], 5)
            assert publisher.pauses[place][1] == pause
            await publisher.tick(log.now)
            assert publisher.busy == {}


async def test_two_workers_ask_at_once_and_neither_fails(log, neighbour, tmp_path):
    """Both have the witness sign: one is sent to where the other has brought it, and both end well."""
    studio = neighbour("studio")
    settings = with_policy(log, tmp_path, studio.line, "quorum studio")
    async with studio.serving() as one, reaching(studio=one) as client:
        for _ in range(3):
            await log.grow(5)
            done = await asyncio.gather(
                *(act.publish_once(log.db, settings, client, log.now) for _ in range(2))
            )
            assert done == [True, True]


@pytest.mark.slow
async def test_the_last_quorum_is_remembered_however_long_ago_it_was(log, neighbour, tmp_path, monkeypatch):
    """With more single signatures since than are looked through, the published checkpoint is still found."""
    monkeypatch.setattr(store, "MOST", 2)
    studio, union = neighbour("studio"), neighbour("union")
    lines = studio.line, union.line, "group both all studio union"
    settings = with_policy(log, tmp_path, *lines, "quorum both")
    async with studio.serving() as one:
        async with union.serving() as other, reaching(studio=one, union=other) as client:
            await log.grow(2)
            await act.publish_once(log.db, settings, client, log.now)
        async with reaching(studio=one) as client:
            for _ in range(4):
                await log.grow(1)
                await act.publish_once(log.db, settings, client, log.now)
    assert (await shown(log, settings)).published_size == 2
    alone = with_policy(log, tmp_path, studio.line, "quorum studio")
    assert (await shown(log, alone)).published_size == 6
    stranger = with_policy(log, tmp_path, neighbour("stranger").line, "quorum stranger")
    assert (await shown(log, stranger)).published_size is None


async def test_the_checkpoint_that_is_served_has_its_quorum(log, neighbour, tmp_path):
    """Before enough have signed the door says whose signature is wanted; then it serves theirs, and no newer one."""
    studio = neighbour("studio")
    settings = with_policy(log, tmp_path, studio.line, "quorum studio")
    await log.grow(1)
    more = {"witness_policy": settings.witness_policy, "log_origin": settings.log_origin}
    async with (
        doors.opened(log.db.dsn, settings.data_dir, ledger_door.routes, **more) as (_, reader),
        studio.serving() as one,
        reaching(studio=one) as client,
    ):
        early = await reader.get("/ledger/checkpoint")
        await act.publish_once(log.db, settings, client, log.now)
        async with log.db.snapshot() as conn:
            head = await ledger.head(conn)
        await log.grow(2)
        answer = await reader.get("/ledger/checkpoint")
    assert (early.status_code, "no checkpoint has the quorum `studio` yet" in early.text) == (404, True)
    said, found = checkpoint.opened(answer.content, log.seal.verifier)
    assert said.size == head.size
    assert len(note.verified(found, [note.read_vkey(studio.vkey)])) == 1


async def test_a_policy_that_names_other_logs_is_told_so(log, tmp_path):
    """A policy copied from another registry works, and the door says what is missing in it."""
    other = note.verifier("other.example/ledger", policy_key(4)).vkey
    await log.grow(1)
    told = await shown(log, with_policy(log, tmp_path, f"log {other}", "quorum none"))
    assert f"add `log {log.vkey}`" in told.says
    told = await shown(log, with_policy(log, tmp_path, f"log {log.vkey}", "quorum none"))
    assert "names logs" not in told.says


async def test_a_policy_with_faults_keeps_the_program_from_starting(log, tmp_path):
    """The message names the setting, the file, and every fault with its remedy."""
    settings = with_policy(log, tmp_path, "quorum both", "witness x", "wood")

    with pytest.raises(Corrupt, match=r"REGISTRY_WITNESS_POLICY: .*line 1.*line 2.*line 3"):
        act.policy_of(settings)
    (tmp_path / "policy").unlink()
    with pytest.raises(Corrupt, match="cannot be read"):
        act.policy_of(settings)


async def test_what_is_kept_cannot_be_rewritten(log, neighbour, tmp_path):
    """A cosignature is history: the database refuses to change or delete it, and a second one changes nothing."""
    studio = neighbour("studio")
    settings = with_policy(log, tmp_path, studio.line, "quorum studio")
    await log.grow(1)
    async with studio.serving() as one, reaching(studio=one) as client:
        await act.publish_once(log.db, settings, client, log.now)
    async with log.db.pool.acquire() as conn:
        before = await conn.fetch("SELECT * FROM ledger_cosignature")
        for statement in ("UPDATE ledger_cosignature SET line = ''", "DELETE FROM ledger_cosignature"):
            with pytest.raises(asyncpg.PostgresError):
                await conn.execute(statement)
        signed = await logs.find_checkpoint(conn)
        await store.add_cosignature(conn, signed, studio.vkey, "another\n", NOW)
        assert await conn.fetch("SELECT * FROM ledger_cosignature") == before


async def test_the_door_of_witnesses_is_everybodys(dsn, tmp_path):
    """It answers 200 to nobody in particular, before anything is signed and after it."""
    async with doors.opened(dsn, tmp_path, door.routes) as (_, client):
        answer = await client.get("/ledger/witnesses")

    assert answer.status_code == 200
    assert json.loads(answer.content)["says"].startswith("no witnesses are configured")
