"""The doors of the log: what mirrors fetch is what the entries give, cacheable, and never beyond a checkpoint."""

import hashlib

import doors
import httpx
import logs
import pytest

from registry.db import Database
from registry.ledger import checkpoint, http, merkle, note, prooffile, tiles
from registry.ledger.log.act import open_log
from registry.ledger.log.owner import act as owner
from registry.settings import Settings

ENTRIES = [b'{"n":%d}' % number for number in range(300)]
LEAVES = [merkle.leaf_hash(each) for each in ENTRIES]


@pytest.fixture
async def opened(dsn, tmp_path):
    """The whole application over a ledger of 300 entries, signed at 299 and 300; a client, its seal."""
    await open_log(dsn, Settings(data_dir=tmp_path), logs.NOW)
    async with logs.sealed(dsn, tmp_path) as (db, seal):
        await logs.append(db, *ENTRIES[:299])
        await logs.append(db, ENTRIES[299])
    async with doors.opened(dsn, tmp_path, http.routes) as (_, client):
        yield client, seal


async def test_the_checkpoint_is_a_signed_note_that_is_kept_a_moment(opened):
    """It opens with the served key, and is answered with 304 to who has it already."""
    client, seal = opened
    answer = await client.get("/ledger/checkpoint")
    keys = (await client.get("/ledger/key")).json()
    said, _ = checkpoint.opened(answer.content, note.read_vkey(keys["vkey"]))

    assert (said.origin, said.size, said.root) == (seal.origin, 300, merkle.root(LEAVES))
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=2"
    tag = answer.headers["etag"]
    assert tag == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await client.get("/ledger/checkpoint", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = await client.get("/ledger/checkpoint", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


async def test_a_checkpoint_of_a_size_comes_with_its_cosignatures(opened, dsn):
    """Lines of witnesses stand behind the log's own; sizes that were not signed name the nearest."""
    client, _ = opened
    plain = (await client.get("/ledger/checkpoint/299")).text
    line = note.Signature("w.example", b"abcd", b"x" * 72).line
    await logs.run(dsn, "INSERT INTO ledger_cosignature VALUES (299, 1, 'w', $1, now())", line)
    answer = await client.get("/ledger/checkpoint/299")
    assert answer.text == plain + line
    missing = await client.get("/ledger/checkpoint/12")
    assert missing.status_code == 404
    assert "the nearest are of 299" in missing.json()["detail"]
    assert (await client.get("/ledger/checkpoint/301")).status_code == 404
    assert (await client.get("/ledger/checkpoint/0")).status_code in (400, 404)


@pytest.mark.slow
async def test_every_tile_holds_what_the_entries_give(opened):
    """All tiles of the tree, full and partial, hashes and bundles, with headers that say: for ever."""
    client, _ = opened
    for tile in tiles.grown(0, 300):
        answer = await client.get(f"/ledger/tile/{tile.path}")
        assert answer.status_code == 200, tile.path
        last = tile.start + tile.width
        if tile.level is None:
            assert tiles.unbundled(answer.content) == ENTRIES[tile.start : last]
        elif tile.level == 0:
            assert answer.content == b"".join(LEAVES[tile.start : last])
        else:
            assert answer.content == merkle.root(LEAVES[:256])
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == "application/octet-stream"
        known = {"If-None-Match": answer.headers["etag"]}
        assert (await client.get(f"/ledger/tile/{tile.path}", headers=known)).status_code == 304
    narrower = await client.get("/ledger/tile/0/001.p/3")
    assert narrower.content == b"".join(LEAVES[256:259])


NO_TILES = [
    "0/001",
    "0/001.p/45",
    "0/002.p/1",
    "1/000",
    "1/000.p/2",
    "2/000.p/1",
    "entries/001.p/45",
    "0/000.p/0",
    "0/000.p/256",
    "0/0",
    "0/x000/000",
    "-1/000",
    "64/000.p/1",
    "8/000.p/1",
    "63/x999/x999/x999/x999/x999/999",
    "entries/x999/x999/x999/x999/x999/999.p/1",
    "00/000",
    "%00",
    "%ED%A0%80",
    "0/000%0A",
    "٠/000",
    "0/٠٠٠",
    "x" * 5000,
    "0",
]


async def test_what_is_no_tile_or_beyond_the_checkpoint_is_not_there(opened):
    """404 in words, whatever is asked."""
    client, _ = opened
    for path in NO_TILES:
        answer = await client.get(f"/ledger/tile/{path}")
        assert answer.status_code in (400, 404), path
        assert answer.headers["content-type"] == "application/problem+json"


async def test_what_is_not_signed_is_not_served(opened, dsn):
    """Entries that a program without a seal appended are no tile until a checkpoint covers them."""
    client, _ = opened
    async with Database.open(dsn) as tool:
        await logs.append(tool, b"unsigned")
    assert (await client.get("/ledger/tile/0/001.p/45")).status_code == 404
    assert (await client.get("/ledger/tile/0/001.p/44")).status_code == 200


async def test_a_proof_file_proves_the_entry(opened):
    """Against the newest checkpoint or one of a size that was signed; it is downloaded under a name."""
    client, seal = opened
    for address, size in (
        ("/ledger/entries/123/proof.tlog-proof", 300),
        ("/ledger/entries/123/proof.tlog-proof?size=299", 299),
    ):
        answer = await client.get(address)
        said = prooffile.check(prooffile.read(answer.text), ENTRIES[123], seal.verifier)
        assert (said.size, said.root) == (size, merkle.root(LEAVES[:size]))
        assert answer.headers["content-disposition"] == 'attachment; filename="entry-123.tlog-proof"'
    for address, status in (
        ("/ledger/entries/300/proof.tlog-proof", 404),
        ("/ledger/entries/299/proof.tlog-proof?size=299", 422),
        ("/ledger/entries/1/proof.tlog-proof?size=12", 404),
        ("/ledger/entries/1/proof.tlog-proof?size=0", 400),
    ):
        assert (await client.get(address)).status_code == status, address


async def test_the_keys_name_every_log_with_its_end(opened, dsn, tmp_path):
    """After a rotation the old log stands with its last checkpoint, and old checkpoints stay served."""
    client, seal = opened
    done = await owner.rotate(dsn, Settings(data_dir=tmp_path), now=logs.NOW, by="operator", why="yearly")
    keys = (await client.get("/ledger/key")).json()
    assert (keys["origin"], keys["vkey"]) == (done.origin, done.vkey)
    assert [each["origin"] for each in keys["logs"]] == [seal.origin, done.origin]
    first, second = keys["logs"]
    assert first["last_checkpoint"] == (await client.get("/ledger/checkpoint/300")).text
    assert second["last_checkpoint"] == (await client.get("/ledger/checkpoint")).text == done.checkpoint


async def test_before_the_first_checkpoint_there_is_none(dsn, tmp_path):
    """An empty ledger has a key, and says that it has no checkpoint yet."""
    async with doors.opened(dsn, tmp_path, http.routes) as (_, client):
        for address in ("/ledger/checkpoint", "/ledger/checkpoint/1", "/ledger/tile/0/000.p/1"):
            answer: httpx.Response = await client.get(address)
            assert answer.status_code == 404
            assert "no checkpoint is signed yet" in answer.json()["detail"]
        assert (await client.get("/ledger/key")).json()["logs"][0]["last_checkpoint"] is None
