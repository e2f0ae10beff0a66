"""The folder of tiles: whole at every moment, only ever forward, and evidence of what was let out."""

import asyncio
import hashlib

import msgspec
import pytest
from neighbours import NOW, anew, copied, policy_file, reaching

from registry.db import Database
from registry.errors import Busy
from registry.ledger import checkpoint, merkle, note, tiles
from registry.ledger import store as ledger
from registry.ledger.log import store as logs
from registry.ledger.log.act import open_log
from registry.witnessing import act, store
from registry.witnessing.tiling import act as tiling


class Killed(BaseException):
    """The end of a process, between two files."""


def read_whole(folder, key):
    """The checkpoint in *folder* and every entry of its tree, checked as a stranger would who has the key alone."""
    said, _ = checkpoint.opened((folder / "checkpoint").read_bytes(), key)
    entries, leaves = [], []
    for place in range(-(-said.size // 256)):
        width = min(256, said.size - place * 256)
        bundle = (folder / "tile" / tiles.Tile(None, place, width).path).read_bytes()
        hashes = (folder / "tile" / tiles.Tile(0, place, width).path).read_bytes()
        entries += tiles.unbundled(bundle)
        leaves += [hashes[at : at + 32] for at in range(0, len(hashes), 32)]
    assert leaves == [merkle.leaf_hash(entry) for entry in entries]
    assert merkle.root(leaves) == said.root
    for level in range(1, tiles.HIGHEST):
        count = tiles.hashes_at(level, said.size)
        for place in range(-(-count // 256)):
            width = min(256, count - place * 256)
            hashes = (folder / "tile" / tiles.Tile(level, place, width).path).read_bytes()
            for number in range(width):
                start = (place * 256 + number) * 256**level
                assert hashes[32 * number :][:32] == merkle.root(leaves[start : start + 256**level])
    return said, entries


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "public" / "log"


@pytest.fixture
def settings_of(log, folder):
    """The registry's settings with the folder of tiles, and whatever else."""
    return lambda **more: msgspec.structs.replace(log.settings, tiles_dir=str(folder), **more)


async def test_a_static_server_could_serve_the_folder(log, folder, settings_of):
    """At every size the checkpoint, the tiles and the bundles in the folder make up the tree that was signed."""
    kept = {}
    async with reaching() as client:
        for count in (1, 255, 1, 44, 300):
            head = await log.grow(count)
            assert await act.publish_once(log.db, settings_of(), client, log.now)
            said, entries = read_whole(folder, log.seal.verifier)
            assert (said.size, said.root, len(entries)) == (head.size, head.root, head.size)
            for path in folder.rglob("*/*"):
                if path.is_file():
                    digest = hashlib.sha256(path.read_bytes()).digest()
                    assert kept.setdefault(path, digest) == digest, "a tile never changes"
    names = {path.relative_to(folder).as_posix() for path in kept}
    assert {
        "tile/0/000.p/1",
        "tile/0/000",
        "tile/0/001.p/45",
        "tile/1/000.p/2",
        "tile/entries/002.p/89",
    } <= names
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == [tiling.LOCK]


async def test_what_is_there_already_is_not_written_again(log, folder, settings_of):
    """Growing from 300 to 301 writes the partial tiles of the right edge and nothing else."""
    await log.grow(300)
    async with log.db.snapshot() as conn:
        signed = await logs.find_checkpoint(conn)
    folder.mkdir(parents=True)
    assert await tiling.write_tiles(log.db, folder, signed) == 5
    await log.grow(1)
    async with log.db.snapshot() as conn:
        newer = await logs.find_checkpoint(conn)
    assert await tiling.write_tiles(log.db, folder, newer) == 2
    assert await tiling.write_tiles(log.db, folder, newer) == 0
    assert await tiling.write_tiles(log.db, folder, signed) == 0
    assert read_whole(folder, log.seal.verifier)[0].size == 301


@pytest.mark.slow
async def test_broken_off_anywhere_the_folder_is_whole(log, tmp_path, monkeypatch):
    """Killed between two files, the old checkpoint stands with all its tiles; the next time it is finished."""
    await log.grow(10)
    async with log.db.snapshot() as conn:
        old = await logs.find_checkpoint(conn)
    await log.grow(300)
    async with log.db.snapshot() as conn:
        new = await logs.find_checkpoint(conn)
    original = tiling.put
    for survived in range(6):
        folder, done = tmp_path / f"folder-{survived}", []
        folder.mkdir()
        await tiling.write_tiles(log.db, folder, old)

        def put(path, data, done=done, survived=survived, **options):
            if len(done) == survived:
                raise Killed
            done.append(path)
            original(path, data, **options)

        monkeypatch.setattr(tiling, "put", put)
        with pytest.raises(Killed):
            await tiling.write_tiles(log.db, folder, new)
        assert read_whole(folder, log.seal.verifier)[0].size == 10
        monkeypatch.setattr(tiling, "put", original)
        assert await tiling.write_tiles(log.db, folder, new) == 5
        assert read_whole(folder, log.seal.verifier)[0].size == 310


async def test_two_workers_do_not_write_at_once(log, folder, settings_of):
    """Who finds the folder held leaves it to the one who holds it, and nothing fails."""
    await log.grow(3)
    async with reaching() as client:
        with tiling.held(folder) as mine:
            assert mine
            assert await act.publish_once(log.db, settings_of(), client, log.now)
            assert not (folder / "checkpoint").exists()
        assert await act.publish_once(log.db, settings_of(), client, log.now)
    assert (folder / "checkpoint").exists()


async def test_the_folder_shows_what_enough_witnesses_have_signed(
    log, folder, settings_of, neighbour, tmp_path
):
    """With a quorum the folder waits for it, and carries the cosignature; it never goes back."""
    studio = neighbour("studio")
    settings = settings_of(witness_policy=policy_file(tmp_path / "policy", studio.line, "quorum studio"))
    await log.grow(3)
    async with reaching() as client:
        assert not await act.publish_once(log.db, settings, client, log.now)
    assert not (folder / "checkpoint").exists()
    async with studio.serving() as one, reaching(studio=one) as client:
        assert await act.publish_once(log.db, settings, client, log.now)
    found = note.read((folder / "checkpoint").read_bytes())
    assert len(note.verified(found, [log.seal.verifier, note.read_vkey(studio.vkey)])) == 2
    await log.grow(2)
    async with reaching() as client:
        await act.publish_once(log.db, settings_of(), client, log.now)
        await act.publish_once(log.db, settings, client, log.now)
    assert read_whole(folder, log.seal.verifier)[0].size == 5


async def test_a_folder_that_is_not_ours_is_left_as_it_is(log, folder, settings_of):
    """What another log, or nobody, has put there is not overwritten; the reason is kept, and nothing is halted."""
    await log.grow(3)
    async with log.db.snapshot() as conn:
        signed = (await logs.find_checkpoint(conn)).note.encode()
    folder.mkdir(parents=True)
    for there, said in (
        (b"", "no checkpoint"),
        (b"hello", "no checkpoint"),
        (signed.replace(b"registry.", b"somebody."), "of another log"),
        (signed.replace(b"ledger\n3", b"ledger\n4"), "does not hold"),
    ):
        (folder / "checkpoint").write_bytes(there)
        async with reaching() as client:
            assert not await act.publish_once(log.db, settings_of(), client, log.now)
        async with log.db.snapshot() as conn:
            told = await store.get_told(conn, f"tiles:{folder}", 1)
            assert await logs.find_halt(conn) is None
        assert said in told.error
        assert (folder / "checkpoint").read_bytes() == there


async def test_a_folder_ahead_of_the_database_halts_it(log, folder, settings_of, tmp_path, server):
    """A clone that shares the folder, and went another way, finds the other tree there and appends no more."""
    await log.grow(3)
    elsewhere = anew(settings_of(), tmp_path / "anew")
    async with copied(server, log.db.dsn, "registry_tiled") as dsn:
        await log.db.pool.expire_connections()
        seal = await open_log(dsn, elsewhere, NOW)
        async with Database.open(dsn, seal=seal) as clone, reaching() as client:
            await log.grow(2, "true")
            assert await act.publish_once(log.db, settings_of(), client, log.now)
            async with clone.transaction() as conn:
                await ledger.append(conn, [b"false"] * 4, log.now)
            assert not await act.publish_once(clone, elsewhere, client, log.now)
            with pytest.raises(Busy, match="the first 5 entries"):
                async with clone.transaction() as conn:
                    await ledger.append(conn, [b"after"], log.now)
    assert read_whole(folder, log.seal.verifier)[0].size == 5


async def test_a_full_disk_is_written_down_and_tried_again(log, folder, settings_of, monkeypatch):
    """The checkpoint stays behind, the reason is kept, and the next time all is written."""
    await log.grow(3)
    original = tiling.put
    monkeypatch.setattr(tiling, "put", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "No space left")))
    async with reaching() as client:
        assert not await act.publish_once(log.db, settings_of(), client, log.now)
        monkeypatch.setattr(tiling, "put", original)
        assert await act.publish_once(log.db, settings_of(), client, log.now)
    async with log.db.snapshot() as conn:
        told = await store.get_told(conn, f"tiles:{folder}", 1)
    assert (told.size, told.error) == (3, None)


@pytest.mark.slow
async def test_a_log_of_seventy_thousand_entries(log, folder, settings_of):
    """The folder of a large log is what the standard says: 274 tiles of leaves, two of level 1, one of level 2."""
    head = await log.grow(70_000)
    async with reaching() as client:
        assert await act.publish_once(log.db, settings_of(), client, log.now)
    said, _ = await asyncio.to_thread(read_whole, folder, log.seal.verifier)
    assert said.root == head.root
    assert (folder / "tile" / "0" / "273.p" / "112").stat().st_size == 112 * 32
    assert (folder / "tile" / "1" / "001.p" / "17").stat().st_size == 17 * 32
    assert (folder / "tile" / "2" / "000.p" / "1").stat().st_size == 32
