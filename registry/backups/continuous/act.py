"""Any instant, where the server is the embedded one: an archive of write-ahead logs, base backups, a restore.

The archive is kept by the server itself: every finished piece of its write-ahead log is copied, forced to the
disk and only then moved to its name, at least once a minute. A base backup and the pieces behind it give the
database as it was at any instant since.
"""

import asyncio
import contextlib
import datetime as dt
import os
import pwd
import shlex
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from registry import cluster, embedded, serving
from registry.backups import act as backups
from registry.backups import manifest
from registry.backups.act import Say
from registry.backups.manifest import Restored
from registry.backups.places import act as places
from registry.backups.programs import act as programs
from registry.backups.restoring import act as restoring
from registry.db import Connection, Database, explained
from registry.errors import Invalid, RegistryError
from registry.settings import Settings

MOST_LOST: Final = "60s"
"""After how long an unfinished piece of the log is archived nevertheless, if anything is in it."""
TOO_LATE: Final = "recovery ended before configured recovery target"
TOO_EARLY: Final = "requested recovery stop point is before consistent recovery point"
PAUSE: Final = 0.2
MEANT: Final = ("restore_command", "recovery_target_time", "recovery_target_action")


async def archive(settings: Settings, folder: Path, say: Say) -> None:
    """Have the embedded server keep an archive of its write-ahead log in *folder*, from its next start on."""
    home = home_of(settings)
    with serving.database(settings, say) as found:
        place = make_place(folder, cluster.owner_of(home))
        async with Database.open(found.database_url, size=1, role=False) as db, db.pool.acquire() as conn:
            for name, value in wished(place).items():
                await set_for_good(conn, name, value)
    if embedded.pid(home):
        say("the archive begins when the server has been started anew: stop the registry, and start it again")
    else:
        say(f"the archive is kept in {place} from now on; take a base backup next")


def home_of(settings: Settings) -> Path:
    """The folder of the embedded server; Invalid where the server is somebody else's."""
    if settings.database_url:
        raise Invalid(
            "the server that REGISTRY_DATABASE_URL names is not ours to restart: have its operator archive "
            "its write-ahead log (pgBackRest, WAL-G, Barman), and use `registry backup` for dumps"
        )
    return (settings.data_dir / "postgres").resolve()


def make_place(folder: Path, owner: pwd.struct_passwd | None) -> Path:
    """The folder of the archive, made at need, which the server's user can write."""
    place = folder.resolve()
    try:
        place.mkdir(parents=True, exist_ok=True)
        if owner:
            os.chown(place, owner.pw_uid, owner.pw_gid)
            cluster.allow(cluster.binaries(), place, owner)
    except OSError as fault:
        raise Invalid(f"{place} cannot be made the archive: {fault.strerror}") from None
    return place


def wished(place: Path) -> dict[str, str]:
    """What the server is told: copy each piece, force it to the disk, move it to its name, over no other."""
    name, part = shlex.quote(f"{place}/"), shlex.quote(f"{place}/.")
    name, part = name.replace("%", "%%") + "%f", part.replace("%", "%%") + "%f.part"
    copy = f"test ! -e {name} && cp %p {part} && sync {part} && mv {part} {name}"
    return {
        "archive_mode": "on",
        "archive_timeout": MOST_LOST,
        "archive_command": f"cmp -s %p {name} || ({copy})",
    }


async def set_for_good(conn: Connection, name: str, value: str) -> None:
    """Write one setting of the server into its folder."""
    quoted = value.replace("'", "''")
    await conn.execute(f"ALTER SYSTEM SET {name} = '{quoted}'")


async def base(settings: Settings, folder: Path, now: dt.datetime, say: Say) -> Path:
    """Take a base backup, from which the archive goes on; its path."""
    home_of(settings)
    folder = backups.absolute(folder)
    with serving.database(settings, say) as found:
        async with Database.open(found.database_url, size=2, role=False) as db:
            async with db.snapshot() as conn:
                place = await archive_of(conn)
                head = msgspec.structs.replace(await backups.look(conn, now), way="base", archive=place)
                head, seal = await backups.vouched(conn, found.database_url, settings, head, say)
                await backups.note_reading(db, conn, "registry backup --base", now)
                await backups.keep_redactions(db, folder)
            async with backups.fresh(folder, manifest.name_of(head)) as into:
                say("copying the server's folder")
                words = [str(programs.folder_of(head.postgres) / "pg_basebackup"), "--format=tar", "--gzip"]
                words += ["--wal-method=stream", "--checkpoint=fast", "--no-password"]
                await programs.run(
                    [*words, f"--pgdata={into / manifest.BASE}", f"--dbname={found.database_url}"]
                )
                await backups.finish(into, head, seal)
    path = folder / manifest.name_of(head)
    say(f"base backup of {head.tree_size} entries in {path}")
    return path


async def archive_of(conn: Connection) -> str:
    """Where the archive is; Invalid when none is kept."""
    command: str = await conn.fetchval("SHOW archive_command")
    if await conn.fetchval("SHOW archive_mode") != "on" or not command.startswith("cmp -s %p "):
        raise Invalid("no write-ahead log is archived here: switch the archive on first, and start anew")
    return str(Path(shlex.split(command)[3].replace("%%", "%")).parent)


async def restore(
    path: Path,
    settings: Settings,
    until: dt.datetime | None,
    now: dt.datetime,
    say: Say,
    archived: Path | None = None,
    vkey: str | None = None,
) -> Restored:
    """Make a new embedded server from the base backup at *path*, as of *until* (None: the archive's end).

    *archived* is where the archive lies now, if not where it lay. Everything is recounted before it serves.
    """
    home = home_of(settings)
    found = await backups.check(path, vkey)
    if found.way != "base":
        raise Invalid(f"{path} is a dump, which is of one instant only; restore it without an instant")
    place = (archived or Path(found.archive or "")).resolve()
    with places.claimed(settings):
        if home.exists() and any(home.iterdir()):
            raise Invalid(f"{home} is there already; a backup is restored into a new data folder only")
        say(f"every file of {path.name} is as it was written")
        await asyncio.to_thread(unpack, path / manifest.BASE, home, place, until)
        with undone(home, until):
            say("playing the archive back")
            with serving.database(settings, say, restoring=True) as there:
                await arrived(there.database_url)
                made = await restoring.examine(found, path.parent, there, now, say)
            places.end(home)
            return made


def unpack(source: Path, home: Path, place: Path, until: dt.datetime | None) -> None:
    """Put the server's folder together at *home*, with what it needs to know to go on from the archive."""
    owner = cluster.owner_of(home)
    home.parent.mkdir(parents=True, exist_ok=True)
    fresh = home.with_name(f"{home.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    for name, into in (("base", fresh), ("pg_wal", fresh / "pg_wal")):
        with tarfile.open(source / f"{name}.tar.gz") as packed:
            packed.extractall(into, filter="tar")
    (fresh / "recovery.signal").touch(mode=0o600)
    (fresh / cluster.UNFINISHED).touch()
    with (fresh / "postgresql.auto.conf").open("a") as told:
        told.writelines(f"{name} = '{quoted(value)}'\n" for name, value in recovery(place, until).items())
    if owner:
        for each in (fresh, *fresh.rglob("*")):
            os.chown(each, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
    fresh.rename(home)


def recovery(place: Path, until: dt.datetime | None) -> dict[str, str]:
    """How the server finds its way: from the archive, until an instant. It archives nothing from here on."""
    source = shlex.quote(f"{place}/").replace("%", "%%")
    told = {
        "archive_mode": "off",
        "restore_command": f"cp {source}%f %p",
        "recovery_target_action": "promote",
    }
    return told | ({"recovery_target_time": until.astimezone(dt.UTC).isoformat(sep=" ")} if until else {})


def quoted(value: str) -> str:
    """*value* as it stands between the quotation marks of a server's settings."""
    return value.replace("\\", "\\\\").replace("'", "''")


@contextlib.contextmanager
def undone(home: Path, until: dt.datetime | None) -> Iterator[None]:
    """When the block fails, the folder it has made is gone, and the reason stands in words."""
    log = cluster.log_of(home)
    before = log.stat().st_size if log.exists() else 0
    try:
        yield
    except RegistryError as fault:
        # Only what this restore said: the log of the one before stands in the same file.
        said = log.read_bytes()[before:].decode(errors="replace") if log.exists() else ""
        if not embedded.pid(home):
            shutil.rmtree(home, ignore_errors=True)
        if TOO_LATE in said:
            raise Invalid(
                f"the archive ends before {until}; ask for an earlier instant, or for its end"
            ) from fault
        if TOO_EARLY in said:
            raise Invalid(f"the base backup is newer than {until}; take the one before it") from fault
        raise


async def arrived(dsn: str) -> None:
    """Wait until the server has played the archive back, and forget how it found its way; Busy if it gave up.

    It answers questions while it plays, so each look is a connection of its own.
    """
    while True:
        async with Database.open(dsn, size=1, role=False) as db, db.pool.acquire() as conn:
            with explained():
                if not await conn.fetchval("SELECT pg_is_in_recovery()"):
                    for name in MEANT:
                        await conn.execute(f"ALTER SYSTEM RESET {name}")
                    return
        await asyncio.sleep(PAUSE)
