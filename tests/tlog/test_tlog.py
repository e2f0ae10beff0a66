"""The log checked with tools that nobody here wrote: Go's sumdb/note and sumdb/tlog, aics-tlog, pymerkle."""

import asyncio
import datetime as dt
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
import pytest

from registry.db import Database
from registry.ledger import entry as entries
from registry.ledger import prooffile
from registry.ledger import store as ledger
from registry.ledger.log import act as log
from registry.ledger.log import store as logs
from registry.settings import Settings
from registry.witnessing.tiling import act as tiling

HERE = Path(__file__).parent
GOPATH = Path("/usr/share/gocode")
MANY, SOME = 70_001, 700
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
DIGEST = "0" * 64

without_go = pytest.mark.skipif(
    not shutil.which("go") or not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir(),
    reason="Go or golang.org/x/mod is not here (Debian: golang-go, golang-golang-x-mod-dev)",
)
without_aics = pytest.mark.skipif(
    sys.version_info < (3, 12),
    reason="aics-tlog needs Python 3.12; the suite's run on the newest Python has it",
)


def event(number):
    """An entry as the ledger has them."""
    said = entries.Entry(
        kind="judgement", id=f"{number:08x}", seq=1, sha256=DIGEST, record=DIGEST, at=entries.stamp(NOW)
    )
    return entries.encode(said)


async def grown(dsn, settings, sizes, folder):
    """A log that was appended to up to each of *sizes*, and its tiles in *folder*; the older checkpoints' files."""
    seal = await log.open_log(dsn, settings, NOW)
    kept = []
    async with Database.open(dsn, seal=seal) as db:
        for size in sizes:
            async with db.transaction() as conn:
                first = (await ledger.head(conn)).size
                for start in range(first, size, 5000):
                    events = [event(number) for number in range(start, min(size, start + 5000))]
                    await ledger.extend(conn, events, NOW)
            async with db.snapshot() as conn:
                signed = await logs.find_checkpoint(conn)
            await tiling.write_tiles(db, folder, signed)
            kept.append(folder / f"checkpoint.{size}")
            kept[-1].write_text(signed.note)
        place = sizes[-1] * 2 // 3
        async with db.snapshot() as conn:
            hashes = await ledger.inclusion(conn, place, sizes[-1])
        (folder / "one.tlog-proof").write_text(prooffile.of(place, hashes, signed.note, b"{}"))
        (folder / "one.entry").write_bytes(event(place))
    folder.with_name("vkey").write_text(seal.verifier.vkey)
    return kept


def made(server, template, sizes):
    """A folder of tiles over a real database, and its older checkpoints; both gone at the end."""
    name = f"registry_tlog_{os.getpid()}_{sizes[-1]}"
    from conftest import at, execute  # noqa: PLC0415  the fixtures' own ways

    place = Path(tempfile.mkdtemp(prefix="registry-tlog-"))
    asyncio.run(execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    try:
        settings = Settings(data_dir=place / "data", log_origin="registry.example/ledger")
        kept = asyncio.run(grown(at(server, name), settings, sizes, place / "tiles"))
        yield place / "tiles", kept
    finally:
        asyncio.run(execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="module")
def small(server, template):
    yield from made(server, template, [1, 2, 255, 256, 257, SOME - 1, SOME])


@pytest.fixture(scope="module")
def large(server, template):
    yield from made(server, template, [1, 35_000, 65_536, MANY - 1, MANY])


@pytest.fixture(scope="module")
def go(tmp_path_factory):
    """The Go program, built once; every test that asks for it is skipped where Go is not."""
    place = tmp_path_factory.mktemp("go")
    env = {
        **os.environ,
        "GO111MODULE": "off",
        "GOPATH": str(GOPATH),
        "GOCACHE": str(place / "cache"),
        "GOFLAGS": "",
    }
    built = subprocess.run(
        ["go", "build", "-o", str(place / "verify"), str(HERE / "verify.go")],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return place / "verify"


def told(program, *words):
    """Exit status, and what the program said."""
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
@without_go
def test_go_verifies_every_entry_tile_and_older_size(go, small):
    """Signature, inclusion of every entry, every tile, consistency with every older checkpoint."""
    folder, older = small
    status, said = told(go, "log", "-vkey", folder.with_name("vkey"), folder, *older)

    assert status == 0, said
    assert f"{SOME} entries included" in said
    assert f"consistent with {5 + len(older)} older sizes" in said


@pytest.mark.slow
@without_go
def test_go_verifies_a_receipt_and_refuses_another_entry(go, small):
    """A `.tlog-proof` proves its entry; the same proof beside another entry is refused."""
    folder, _ = small
    proof, entry = folder / "one.tlog-proof", folder / "one.entry"
    status, said = told(go, "proof", "-vkey", folder.with_name("vkey"), proof, entry)

    assert (status, f"entry {SOME * 2 // 3} is in the signed tree of {SOME} entries" in said) == (0, True)
    entry.with_name("other").write_bytes(event(0))
    assert told(go, "proof", "-vkey", folder.with_name("vkey"), proof, entry.with_name("other"))[0] == 1


@pytest.mark.slow
@without_go
def test_go_finds_any_byte_that_was_changed(go, small, tmp_path):
    """A byte of the checkpoint, of a tile or of a bundle: each is found."""
    folder, _ = small
    chance = random.Random(5)
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (path.name == "checkpoint" or current(path, folder))
    ]
    assert len(files) >= 7
    for path in files:
        copy = tmp_path / path.name / "log"
        shutil.copytree(folder, copy)
        data = bytearray(path.read_bytes())
        data[chance.randrange(len(data))] ^= 1
        (copy / path.relative_to(folder)).write_bytes(data)

        status, said = told(go, "log", "-vkey", folder.with_name("vkey"), copy)
        assert (status, "NOT VERIFIED" in said) == (1, True), path
        shutil.rmtree(copy)


def current(path, folder):
    """Whether the tile at *path* is one of the newest tree: not a partial one that has grown since."""
    parts = path.relative_to(folder).as_posix()
    widths = {"tile/entries/002.p/188", "tile/0/002.p/188", "tile/1/000.p/2"}
    return parts in widths or (parts.startswith("tile/") and ".p/" not in parts)


@without_go
@pytest.mark.slow
def test_go_verifies_a_log_of_seventy_thousand(go, large):
    """The same for more than seventy thousand entries, three levels of tiles."""
    folder, older = large
    status, said = told(go, "log", "-vkey", folder.with_name("vkey"), folder, *older)

    assert status == 0, said
    assert f"{MANY} entries included" in said


@without_aics
def test_aics_tlog_agrees(small):
    """Another program opens the checkpoint and finds the tiles to be its tree's."""
    aics_agrees(small, SOME)


@without_aics
@pytest.mark.slow
def test_aics_tlog_agrees_about_seventy_thousand(large):
    """The same for more than seventy thousand entries."""
    aics_agrees(large, MANY)


def aics_agrees(made, size):
    folder, _ = made
    words = ["verify-checkpoint", "--tiles", folder, "--vkey-file", folder.with_name("vkey")]
    status, said = told(Path(sys.executable).with_name("aics-tlog"), *words)
    assert status == 0, said
    found = msgspec.json.decode(said[said.index("{") :])
    assert found["tiles_ok"] is True
    assert str(size) in said


def test_pymerkle_agrees_on_the_root(small):
    """A tree made by another library over the same entries has the root that was signed."""
    pymerkle = pytest.importorskip("pymerkle")
    folder, _ = small
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(SOME):
        tree.append_entry(event(number))

    root = (folder / "checkpoint").read_text().split("\n")[2]
    assert prooffile.b64(tree.get_root()) == root
