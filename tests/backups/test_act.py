"""Real dumps, really restored: the same tree, the same rows, the same answers; and what is refused."""

import datetime as dt
import json
import os
import pwd
import shutil

import msgspec
import papers
import pytest

from registry.access import act as access
from registry.audit import act as audit
from registry.backups import act, manifest
from registry.backups.programs import act as programs
from registry.backups.restoring import act as restoring
from registry.db import Database
from registry.disclosures import act as disclosures
from registry.errors import Busy, Corrupt, Invalid, NotFound
from registry.ledger import note
from registry.ledger import store as ledger
from registry.ledger.log import act as logs
from registry.redactions import act as redactions

LATER = papers.NOW + dt.timedelta(hours=1)


def silent(_said):
    pass


async def dumped(settings, folder, now=papers.NOW):
    return await act.backup(settings, folder, now, silent)


async def restored(path, settings, empty, **more):
    there = msgspec.structs.replace(settings, database_url=empty)
    return there, await restoring.restore(path, there, LATER, silent, **more)


async def every_row(dsn):
    """Every row of every table, as text."""
    async with Database.open(dsn, role=False) as db, db.snapshot() as conn:
        tables = await conn.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return {
            each["tablename"]: [
                row[0] for row in await conn.fetch(f"SELECT t::text FROM {each['tablename']} t ORDER BY 1")
            ]
            for each in tables
        }


async def test_a_backup_restored_is_the_same_registry_and_goes_on(sealed, settings, folder, empty):
    """Every row of every table comes back; the manifest names tree and key; what is filed next is signed."""
    before = await every_row(settings.database_url)
    path = await dumped(settings, folder)
    found = await act.check(path)
    async with sealed.snapshot() as conn:
        head = await ledger.head(conn)
    assert (found.tree_size, found.root) == (head.size, head.root.hex())
    assert found.rows["disclosure_version"] == 1
    assert found.checkpoint.split("\n")[1] == str(head.size)
    assert note.verified(note.read((path / "manifest.note").read_bytes()), [note.read_vkey(found.vkey)])
    there, said = await restored(path, settings, empty)
    assert said.problem is None
    assert (said.tree_size, said.rows_checked > 0) == (head.size, True)
    assert await every_row(empty) == before
    seal = await logs.open_log(empty, there, LATER)
    async with Database.open(empty, seal=seal) as db:
        await papers.file(db, papers.document(key=papers.SECOND, **papers.uses()), key="k-2", now=LATER)
        async with db.snapshot() as conn:
            assert (await ledger.recount(conn)).size > head.size
        page = await disclosures.find(db, papers.OFFICE, None, None, 10)
        assert len(page.items) == 2


async def test_a_backup_is_a_reading_of_everybody_s_data(sealed, settings, folder):
    """Its taker's login name and the command are in the access log before a byte is written; an employer sees it."""
    await dumped(settings, folder)
    (read,) = (await access.find(sealed, papers.OFFICE)).items
    whole = (await access.find(sealed, papers.ADMINISTRATOR)).items[0]

    assert (read.subject, read.role) == (pwd.getpwuid(os.getuid()).pw_name, "operator")
    assert (read.method, read.path, read.read_at) == ("command line", "registry backup", papers.NOW)
    assert (read.employers, read.others) == ([papers.KEY[0]], True)
    assert whole.employers == sorted(["northlight-pictures", "other-films"])


@pytest.mark.slow
async def test_a_backup_older_than_what_was_let_out_is_restored_and_refuses_to_sign(
    sealed, settings, folder, empty
):
    """The restore says so in words, and so does the next start: nothing contradicts what was published."""
    path = await dumped(settings, folder)
    await papers.file(sealed, papers.document(key=papers.SECOND, **papers.uses()), key="k-2", now=LATER)
    there, said = await restored(path, settings, empty)
    assert "older copy" in said.problem
    assert "registry ledger rotate" in said.advice[0]
    with pytest.raises(Corrupt, match="older copy"):
        await logs.open_log(empty, there, LATER)


@pytest.mark.slow
async def test_what_is_filed_while_a_backup_runs_is_not_in_it(monkeypatch, sealed, settings, folder, empty):
    """A backup is of one state of the database, the one its manifest names."""
    real = act.dump

    async def meanwhile(*args):
        await papers.file(sealed, papers.document(key=papers.SECOND, **papers.uses()), key="k-2", now=LATER)
        await real(*args)

    monkeypatch.setattr(act, "dump", meanwhile)
    path = await dumped(settings, folder)
    found = await act.check(path)
    async with sealed.snapshot() as conn:
        assert (await ledger.head(conn)).size > found.tree_size
    _, said = await restored(path, settings, empty)
    assert (said.tree_size, said.root) == (found.tree_size, found.root)


async def test_damage_is_found_and_named_before_anything_is_restored(
    sealed, settings, folder, empty, tmp_path
):
    """A byte changed, a file gone, a file added, a manifest or note changed: each is named; nothing is loaded."""
    path = await dumped(settings, folder)

    def flipped(name, at):
        def damage(copy):
            data = bytearray((copy / name).read_bytes())
            data[at] ^= 1
            (copy / name).write_bytes(data)

        return damage

    def forged(copy):
        told = json.loads((copy / "manifest.json").read_bytes())
        told["tree_size"] -= 1
        (copy / "manifest.json").write_bytes(msgspec.json.encode(told, order="sorted"))

    size = (path / "registry.dump").stat().st_size
    damages = [
        *((flipped("registry.dump", at), "registry.dump is damaged") for at in (0, size // 2, size - 1)),
        (lambda copy: (copy / "registry.dump").unlink(), "registry.dump is missing"),
        (lambda copy: (copy / "more").write_bytes(b""), "more does not belong to it"),
        (flipped("manifest.json", 5), "manifest"),
        (forged, "manifest.note does not sign"),
        (flipped("manifest.note", 30), "manifest.note"),
        (lambda copy: (copy / "manifest.note").unlink(), "manifest.note is missing"),
    ]
    for number, (damage, named) in enumerate(damages):
        copy = tmp_path / f"copy-{number}" / path.name
        shutil.copytree(path, copy)
        damage(copy)
        with pytest.raises((Corrupt, Invalid), match=named):
            await restored(copy, settings, empty)
    with pytest.raises(NotFound):
        await restored(tmp_path, settings, empty)
    assert await every_row(empty) == {}


async def test_a_manifest_signed_by_another_key_is_refused(sealed, settings, folder):
    """Whoever knows the log's key gives it; a backup signed by another is not taken."""
    path = await dumped(settings, folder)
    other = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    with pytest.raises(Corrupt, match="does not sign"):
        await act.check(path, other)


async def test_a_database_that_is_not_empty_is_left_alone(sealed, settings, folder):
    """A restore never stands beside what is there."""
    path = await dumped(settings, folder)
    before = await every_row(settings.database_url)
    with pytest.raises(Invalid, match="empty database"):
        await restoring.restore(path, settings, LATER, silent)
    assert await every_row(settings.database_url) == before


async def test_a_database_without_a_registry_is_not_backed_up(settings, folder, empty):
    """The words say what is missing."""
    with pytest.raises(Invalid, match="no registry in this database"):
        await dumped(msgspec.structs.replace(settings, database_url=empty), folder)


async def test_a_backup_that_breaks_off_leaves_nothing_to_mistake(monkeypatch, sealed, settings, folder):
    """No folder without a manifest stays behind, and the next backup goes through."""

    async def broken(*_args):
        raise Busy("pg_dump failed: no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(programs, "run", broken)
        with pytest.raises(Busy, match="no space"):
            await dumped(settings, folder)
    assert list(folder.iterdir()) == []
    assert (await act.check(await dumped(settings, folder))).way == "dump"


async def test_the_password_is_no_argument():
    """Everybody on a machine sees arguments; the environment is its owner's."""
    bare, secret = programs.address("postgresql://me:s%40cret@db.example:5433/registry?sslmode=require")
    assert bare == "postgresql://me@db.example:5433/registry?sslmode=require"
    assert secret == {"PGPASSWORD": "s@cret"}


async def test_a_redaction_after_the_backup_is_done_again(sealed, settings, folder, empty):
    """What was taken by order does not come back with an older backup, and the ledger says that it was taken."""
    said = papers.document(key=papers.SECOND, **papers.uses(purpose_description="TAKEN"))
    filed = await papers.file(sealed, said, key="k-2")
    path = await dumped(settings, folder)
    order = {
        "version": 1,
        "sections": ["uses"],
        "ground": "court_order",
        "ordered_by": "A court",
        "reason": "By order.",
    }
    await redacted(sealed, filed.receipt.disclosure_id, order)
    await dumped(settings, folder, LATER)
    _, said = await restored(path, settings, empty)
    assert said.redactions_again == 1
    rows = await every_row(empty)
    assert "TAKEN" not in str(rows)
    assert b"TAKEN".hex() not in str(rows)
    assert len(rows["redaction"]) == 1
    async with Database.open(empty) as db:
        assert (await audit.verify(db)).redactions == 1


@pytest.mark.slow
async def test_a_redaction_that_cannot_be_done_again_halts_the_ledger(
    monkeypatch, sealed, settings, folder, empty
):
    """Nothing goes on over a copy that holds what must not be there."""
    filed = await papers.file(sealed, papers.document(key=papers.SECOND, **papers.uses()), key="k-2")
    path = await dumped(settings, folder)
    order = {
        "version": 1,
        "sections": ["uses"],
        "ground": "court_order",
        "ordered_by": "A court",
        "reason": "By order.",
    }
    await redacted(sealed, filed.receipt.disclosure_id, order)
    await act.keep_redactions(sealed, folder)

    async def broken(*_args):
        raise Busy("the disk is full")

    monkeypatch.setattr(redactions, "reapply", broken)
    with pytest.raises(Busy, match="the disk is full"):
        await restored(path, settings, empty)
    async with Database.open(empty) as db, db.snapshot() as conn:
        assert "not redacted again" in await conn.fetchval("SELECT reason FROM ledger_halt")
    (kept,) = (folder / "redactions").iterdir()
    kept.write_bytes(b"{}")
    with pytest.raises(Corrupt, match="must not come back"):
        restoring.redactions_in(folder, settings)


async def redacted(db, disclosure_id, order):
    body = json.dumps(order).encode()
    await redactions.redact(db, {}, papers.ADMINISTRATOR, disclosure_id, body, '"1"', "r-1", LATER)


def test_a_manifest_says_what_to_do():
    """Words for a person: what will be refused, what is missing."""
    found = manifest.Backup(
        way="dump",
        made_at=papers.NOW,
        tree_size=1,
        root="00" * 32,
        checkpoint=None,
        origin=None,
        vkey=None,
        rows={},
        postgres=18,
        migration="1",
    )
    assert manifest.name_of(found) == "20251015T173000Z-1-dump"
    said = " ".join(manifest.advice(found, "it is older", archived=True))
    assert "refuse to start" in said
    assert "not signed" in said
