"""A restore that is broken off anywhere leaves nothing that would be served; what was taken is really gone."""

import asyncio
import contextlib
import datetime as dt
import json
import shutil

import msgspec
import papers
import pytest
from neighbours import Neighbour, anew, policy_file, reaching

from registry import serving
from registry.backups import act
from registry.backups.places import act as places
from registry.backups.programs import act as programs
from registry.backups.restoring import act as restoring
from registry.db import Database
from registry.errors import Busy, Corrupt
from registry.ledger import store as ledger
from registry.ledger.log import act as logs
from registry.ledger.log import store as log_store
from registry.redactions import act as redactions
from registry.redactions.apart import act as apart
from registry.settings import Settings
from registry.witnessing import act as publishing
from registry.witnessing.calling import act as calling

LATER = papers.NOW + dt.timedelta(hours=1)


class Killed(BaseException):
    """What a kill looks like from inside: no handler of errors runs."""


def silent(_said):
    pass


async def restored(path, settings, empty, **more):
    there = msgspec.structs.replace(settings, database_url=empty)
    return there, await restoring.restore(path, there, LATER, silent, **more)


def killed(*_args, **_more):
    raise Killed


@pytest.mark.parametrize(
    ("where", "what"),
    [
        pytest.param(programs, "run", marks=pytest.mark.slow),
        (restoring, "examine"),
        pytest.param(restoring, "redact", marks=pytest.mark.slow),
        pytest.param(places, "end", marks=pytest.mark.slow),
    ],
)
async def test_a_restore_that_is_killed_leaves_nothing_that_is_served(
    monkeypatch, sealed, settings, folder, empty, where, what
):
    """Before the load, before the recount, before the redactions: the next start refuses, in words."""
    path = await act.backup(settings, folder, papers.NOW, silent)
    with monkeypatch.context() as patched:
        patched.setattr(where, what, killed)
        with pytest.raises(Killed):
            await restored(path, settings, empty)
    there = msgspec.structs.replace(settings, database_url=empty)
    if what == "end":  # the very last line: all of it has been looked at
        await logs.open_log(empty, there, LATER)
        return
    with pytest.raises(Corrupt, match="has not come to its end"):
        await serving.ready(there, papers.house(), silent)
    if what == "run":  # nothing was loaded: it may be done again at once
        assert (await restored(path, settings, empty))[1].problem is None
        await logs.open_log(empty, there, LATER)
        return
    with pytest.raises(Corrupt, match="drop the database"):
        await logs.open_log(empty, there, LATER)
    with pytest.raises(Corrupt, match="drop the database"):
        await restored(path, settings, empty)
    with pytest.raises(Corrupt, match="drop the database"):
        await act.backup(there, folder, LATER, silent)


def test_a_folder_that_a_killed_restore_left_is_refused_and_cleared_by_the_next(tmp_path):
    """No server is started on it; another restore removes it, and two at once do not meet."""
    settings = Settings(data_dir=tmp_path)
    home = tmp_path / "postgres"
    home.mkdir()
    places.begin(home)
    with (
        pytest.raises(Corrupt, match="restore the backup again"),
        serving.database(settings, silent),
    ):
        pass
    with places.claimed(settings) as found:
        assert found == home
        assert not home.exists()
        with pytest.raises(Busy, match="another restore"), places.claimed(settings):
            pass


@pytest.mark.slow
async def test_what_was_taken_is_not_in_the_files_of_a_restored_database(sealed, settings, folder, empty):
    """Dead rows are gone as well: no file of the table that had the bytes has them."""
    word = "TAKENBYORDER"
    said = papers.document(key=papers.SECOND, **papers.uses(purpose_description=word))
    filed = await papers.file(sealed, said, key="k-2")
    path = await act.backup(settings, folder, papers.NOW, silent)
    order = {"version": 1, "sections": ["uses"], "ground": "order", "ordered_by": "A court", "reason": "So."}
    body = json.dumps(order).encode()
    await redactions.redact(
        sealed, {}, papers.ADMINISTRATOR, filed.receipt.disclosure_id, body, '"1"', "r-1", LATER
    )
    await act.keep_redactions(sealed, settings.data_dir)
    assert await holding(settings.database_url, word)
    _, done = await restored(path, settings, empty)
    assert done.redactions_again == 1
    assert await holding(empty, word) == []


async def holding(dsn, word):
    """Every table whose file on the disk has *word* in it."""
    async with Database.open(dsn, role=False) as db, db.pool.acquire() as conn:
        await conn.execute("CHECKPOINT")
        rows = await conn.fetch(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 't', 'i') AND pg_relation_filepath(oid) "
            "IS NOT NULL AND position($1::bytea IN pg_read_binary_file(pg_relation_filepath(oid))) > 0",
            word.encode(),
        )
    return [row["relname"] for row in rows]


async def test_a_manifest_without_key_and_note_is_not_taken_when_a_key_is_asked_for(sealed, settings, folder):
    """Whoever exchanges a backup cannot have it pass as one of before the ledger was signed."""
    path = await act.backup(settings, folder, papers.NOW, silent)
    told = json.loads((path / "manifest.json").read_bytes())
    vkey = told["vkey"]
    (path / "manifest.json").write_bytes(msgspec.json.encode(told | {"vkey": None}, order="sorted"))
    (path / "manifest.note").unlink()
    assert (await act.check(path)).vkey is None
    with pytest.raises(Corrupt, match="note is missing"):
        await act.check(path, vkey)


async def test_one_backup_at_a_time_and_what_a_killed_one_left_is_removed(
    monkeypatch, sealed, settings, folder
):
    """A second one is refused in words; leavings of one that was killed do not fill the disk for ever."""
    real = act.dump

    async def meanwhile(*args):
        with pytest.raises(Busy, match="another backup"):
            await act.backup(settings, folder, papers.NOW, silent)
        await real(*args)

    left = folder / ".20250101T000000Z-1-dump.x.part"
    left.mkdir(parents=True)
    (left / "registry.dump").write_bytes(b"half")
    monkeypatch.setattr(act, "dump", meanwhile)
    path = await act.backup(settings, folder, papers.NOW, silent)
    assert list(folder.iterdir()) == [path]


async def test_a_full_disk_is_said_in_words_and_leaves_nothing(monkeypatch, sealed, settings, folder):
    """Neither a trace nor half a backup: what went wrong, and that there is none."""

    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(act, "put", full)
    with pytest.raises(Busy, match="No space left on device; no backup was made"):
        await act.backup(settings, folder, papers.NOW, silent)
    assert list(folder.iterdir()) == []


async def test_orders_are_kept_up_outside_the_database(sealed, settings, folder):
    """The worker writes each soon after it was made, and again where it is missing; a full disk has words."""
    filed = await papers.file(sealed, papers.document(key=papers.SECOND, **papers.uses()), key="k-2")
    order = {"version": 1, "sections": ["uses"], "ground": "order", "ordered_by": "A court", "reason": "So."}
    body, disclosure_id = json.dumps(order).encode(), filed.receipt.disclosure_id
    await redactions.redact(sealed, {}, papers.ADMINISTRATOR, disclosure_id, body, '"1"', "r-1", LATER)
    place = settings.data_dir / "redactions"

    async def kept():
        stop = asyncio.Event()

        async def beat():
            stop.set()

        await apart.keep_up(sealed, place, stop, beat)
        return list(place.iterdir())

    (path,) = await kept()
    assert [each.disclosure_id for each in restoring.redactions_in(folder, settings)] == [disclosure_id]
    path.unlink()
    assert await kept() == [path]
    shutil.rmtree(place)
    place.write_bytes(b"in the way")
    with pytest.raises(Busy, match="where redactions are kept for restores, cannot be written"):
        await kept()


@pytest.mark.parametrize(
    ("where", "what", "done", "kept"),
    [
        (redactions, "shown", False, 0),
        (apart.store, "list_ids", True, 0),
        (apart, "write", True, 0),
        (apart, "put", True, 0),
        (None, "", True, 1),
    ],
    ids=["before the commit", "after it", "before the order is kept", "in between", "not at all"],
)
async def test_an_order_that_was_answered_is_kept_outside_the_database(
    monkeypatch, sealed, settings, folder, where, what, done, kept
):
    """Killed at any line before the answer, the order was not answered; sent again, it is kept and answered once."""
    filed = await papers.file(sealed, papers.document(key=papers.SECOND, **papers.uses()), key="k-2")
    order = {"version": 1, "sections": ["uses"], "ground": "order", "ordered_by": "A court", "reason": "So."}
    place, disclosure_id = settings.data_dir / apart.FOLDER, filed.receipt.disclosure_id
    given = papers.ADMINISTRATOR, disclosure_id, json.dumps(order).encode(), '"1"', "r-1", LATER
    with monkeypatch.context() as patched:
        if where:
            patched.setattr(where, what, killed)
        with pytest.raises(Killed) if where else contextlib.nullcontext():
            await apart.redact(sealed, {}, place, *given)
    async with sealed.snapshot() as conn:
        known = await conn.fetchval("SELECT count(*) FROM redaction")
    there = len(list(place.glob("*"))) if place.is_dir() else 0
    again = await apart.redact(sealed, {}, place, *given)
    orders = restoring.redactions_in(folder, settings)

    assert (known, there) == (int(done), kept)
    assert [each.redaction_id for each in orders] == [again.redaction_id]


async def test_an_order_that_cannot_be_kept_is_not_answered(sealed, settings, folder):
    """The folder is in the way: refused in words, and the same order sent again is answered once it is mended."""
    filed = await papers.file(sealed, papers.document(key=papers.SECOND, **papers.uses()), key="k-2")
    order = {"version": 1, "sections": ["uses"], "ground": "order", "ordered_by": "A court", "reason": "So."}
    place, disclosure_id = settings.data_dir / apart.FOLDER, filed.receipt.disclosure_id
    given = papers.ADMINISTRATOR, disclosure_id, json.dumps(order).encode(), '"1"', "r-1", LATER
    place.write_bytes(b"in the way")
    with pytest.raises(Busy, match="where redactions are kept for restores, cannot be written"):
        await apart.redact(sealed, {}, place, *given)
    place.unlink()
    made = await apart.redact(sealed, {}, place, *given)

    assert [path.stem for path in place.iterdir()] == [str(made.redaction_id)]


async def test_a_restore_asks_the_witnesses(monkeypatch, sealed, settings, folder, empty, tmp_path):
    """Mark and tiles are lost with the machine: what a witness has signed since the backup is told, in words."""
    path = await act.backup(settings, folder, papers.NOW, silent)
    await papers.file(sealed, papers.document(key=papers.SECOND, **papers.uses()), key="k-2", now=LATER)
    async with sealed.snapshot() as conn:
        (first, *_), size = await log_store.list_logs(conn), (await ledger.head(conn)).size
    witness = Neighbour(tmp_path / "one", "one", first.vkey)
    rule = policy_file(tmp_path / "policy", witness.line, "quorum none")
    settings = msgspec.structs.replace(settings, witness_policy=rule)
    async with witness.serving() as app, reaching(one=app) as client:
        assert await publishing.publish_once(sealed, settings, client, LATER)
        monkeypatch.setattr(calling, "client", lambda: contextlib.nullcontext(client))
        _, made = await restored(path, anew(settings, tmp_path / "anew"), empty)

    assert f"a checkpoint of {size} was signed and let out (the witness one has signed it)" in made.problem
    assert any("will refuse to start here" in each for each in made.advice)
