"""Back up a registry: a dump of one state of its database, and the name of the tree it is of.

A backup is written to a folder beside its place and moved there when it is whole, so one that was broken off
is never taken for one. The keys are not in it: who holds the backups alone cannot sign.
"""

import asyncio
import contextlib
import datetime as dt
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec
import structlog

from registry import serving
from registry.access import act as access
from registry.auth.scope import Scope
from registry.backups import manifest, store
from registry.backups.manifest import BackupFile
from registry.backups.programs import act as programs
from registry.db import Connection, Database
from registry.errors import Busy, Corrupt, Invalid, NotFound, RegistryError
from registry.ledger import note
from registry.ledger import store as ledger
from registry.ledger.checkpoint import Seal
from registry.ledger.log import act as logs
from registry.ledger.log import refusals
from registry.ledger.log import store as log_store
from registry.redactions.apart import act as apart
from registry.settings import Settings
from registry.witnessing.whole.act import put, settle

Say = Callable[[str], None]
log = structlog.get_logger()
PIECE: Final = 1 << 20


async def backup(settings: Settings, folder: Path, now: dt.datetime, say: Say) -> Path:
    """Write a dump of the whole database to a folder of its own in *folder*; its path.

    It runs beside a registry that serves, and is of one state of the database, whose tree it names exactly.
    """
    folder = absolute(folder)
    with serving.database(settings, say) as found:
        async with Database.open(found.database_url, size=2, role=False) as db, db.snapshot() as conn:
            head = await look(conn, now)
            await note_reading(db, conn, "registry backup", now)
            await keep_redactions(db, folder)
            async with fresh(folder, manifest.name_of(head)) as into:
                head, seal = await vouched(conn, found.database_url, settings, head, say)
                say(f"dumping {head.tree_size} entries")
                await dump(conn, found.database_url, head.postgres, into / manifest.DUMP)
                await finish(into, head, seal)
    path = folder / manifest.name_of(head)
    say(f"backup of {head.tree_size} entries in {path}")
    return path


async def note_reading(db: Database, conn: Connection, words: str, now: dt.datetime) -> None:
    """Add to the access log that a backup reads everybody's data, before a byte of it is written."""
    async with access.by_operator(db, words, now):
        await access.show_within(conn, Scope())


def absolute(folder: Path) -> Path:
    """*folder* as PostgreSQL's programs find it, which are run in a folder of their own."""
    return folder.resolve()


async def look(conn: Connection, now: dt.datetime) -> manifest.Backup:
    """What is said of the database as *conn* sees it; Invalid when there is no registry in it."""
    if await store.is_empty(conn):
        raise Invalid("there is no registry in this database yet; `registry migrate` prepares it")
    if await log_store.is_half_restored(conn):
        raise refusals.half_restored()
    head, past = await ledger.head(conn), await log_store.list_logs(conn)
    newest = await log_store.find_checkpoint(conn)
    return manifest.Backup(
        way="dump",
        made_at=now,
        tree_size=head.size,
        root=head.root.hex(),
        checkpoint=newest.note if newest else None,
        origin=past[-1].origin if past else None,
        vkey=past[-1].vkey if past else None,
        rows=await store.count_rows(conn),
        postgres=conn.get_server_version().major,
        migration=await store.find_migration(conn),
    )


async def dump(conn: Connection, dsn: str, major: int, into: Path) -> None:
    """Dump exactly what *conn* sees."""
    bare, secret = programs.address(dsn)
    snapshot = await store.share_snapshot(conn)
    words = [str(programs.folder_of(major) / "pg_dump"), "--format=custom", "--no-owner", "--no-password"]
    await programs.run([*words, f"--snapshot={snapshot}", f"--file={into}", f"--dbname={bare}"], secret)


async def seal_of(conn: Connection, settings: Settings) -> Seal | None:
    """The log's key, when it is here: a manifest is signed with it."""
    past = await log_store.list_logs(conn)
    try:
        return Seal(past[-1].origin, logs.find_key(settings, past[-1])) if past else None
    except RegistryError as fault:
        raise Invalid(f"the manifest of a backup is signed with the log's key: {fault.detail}") from None


async def vouched(
    conn: Connection, dsn: str, settings: Settings, head: manifest.Backup, say: Say
) -> tuple[manifest.Backup, Seal | None]:
    """*head*, and the key that signs it: once the mark outside the database stands behind its checkpoint.

    A copy that contradicts what was let out is backed up, too; nothing that the log signed leaves with it.
    """
    seal, newest = await seal_of(conn, settings), await log_store.find_checkpoint(conn)
    try:
        if newest is not None:
            await logs.let_out_of(conn, dsn, settings, newest)
    except Corrupt as fault:
        say(f"the backup carries no checkpoint and no signature of the log: {fault.detail}")
        return msgspec.structs.replace(head, checkpoint=None, origin=None, vkey=None), None
    return head, seal


@contextlib.asynccontextmanager
async def fresh(folder: Path, name: str) -> AsyncIterator[Path]:
    """A folder to write in, which becomes *name* in *folder* when the block ends well, and else is gone."""
    with alone_in(folder), written(folder):
        part = prepared(folder, name)
        try:
            yield part
            settle(part)
            part.rename(folder / name)
            settle(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Nobody else writes a backup to *folder* meanwhile; what one left that was killed is removed."""
    with written(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"another backup is being written to {folder}; wait for it") from None
        except OSError:
            pass  # no locks on this kind of disk: every backup has a folder of its own nevertheless
        else:
            for left in folder.glob(".*.part"):
                shutil.rmtree(left, ignore_errors=True)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def written(folder: Path) -> Iterator[None]:
    """What goes wrong while *folder* is written, in words."""
    try:
        yield
    except OSError as fault:
        raise Busy(f"{folder} cannot be written: {fault.strerror}; no backup was made") from None


def prepared(folder: Path, name: str) -> Path:
    """An empty folder to write *name* of *folder* in."""
    if (folder / name).exists():
        raise Busy(f"{folder / name} is there already; wait a second")
    return Path(tempfile.mkdtemp(prefix=f".{name}.", suffix=".part", dir=folder))


async def finish(into: Path, head: manifest.Backup, seal: Seal | None) -> None:
    """Write the manifest and its note, behind everything they name."""
    there = await asyncio.to_thread(digests, into)
    files = [BackupFile(name, *said) for name, said in sorted(there.items())]
    whole = msgspec.structs.replace(head, files=files)
    put(into / manifest.MANIFEST, whole.body)
    signed = manifest.signed(whole, seal)
    if signed:
        put(into / manifest.NOTE, signed)


def digests(folder: Path) -> dict[str, tuple[int, str]]:
    """Every file of a backup but its manifest and note: its length and SHA-256."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in (manifest.MANIFEST, manifest.NOTE):
            hashed = hashlib.sha256()
            with path.open("rb") as file:
                while piece := file.read(PIECE):
                    hashed.update(piece)
            found[name] = (path.stat().st_size, hashed.hexdigest())
    return found


async def keep_redactions(db: Database, folder: Path) -> int:
    """Keep every redaction outside the database, in *folder*, one file each; how many there are.

    A restore of a backup from before a redaction does it again from there. Only what was ordered is kept,
    nothing of what was taken.
    """
    return await apart.keep(db, folder / manifest.REDACTIONS)


async def check(path: Path, vkey: str | None = None) -> manifest.Backup:
    """The manifest of the backup at *path*, when every byte of it is as it was written; Corrupt otherwise."""
    try:
        body = (path / manifest.MANIFEST).read_bytes()
    except OSError:
        raise NotFound(f"{path} is no backup: it has no {manifest.MANIFEST}") from None
    signed = path / manifest.NOTE
    said = signed.read_bytes() if signed.exists() else None
    found = manifest.read(path.name, body, said, note.read_vkey(vkey) if vkey else None)
    manifest.check_files(path.name, found, await asyncio.to_thread(digests, path))
    return found
