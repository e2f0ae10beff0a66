"""Begin a new log, go on after a halt, look at how the log stands."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, LiteralString

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry import keyfile
from registry.db import Connection, Database
from registry.errors import Conflict, Invalid, NotFound, RegistryError
from registry.ledger import store as ledger
from registry.ledger.checkpoint import Seal
from registry.ledger.log import act as logs
from registry.ledger.log import rotation, store
from registry.ledger.log.act import WHOSE, LogSeal
from registry.ledger.log.fork import act as fork
from registry.ledger.log.mark import MarkFile
from registry.ledger.log.owner.status import LogStatus, Rotated
from registry.ledger.log.signed import Log
from registry.settings import Settings

LONGEST_REASON: Final = 2000
# The application's role may halt the log, and not set it going again: this runs as the tables' owner.
END_HALT: Final[LiteralString] = """
DELETE FROM ledger_halt RETURNING reason
"""

log = structlog.get_logger()


async def rotate(
    dsn: str,
    settings: Settings,
    *,
    now: datetime,
    by: str,
    why: str,
    origin: str | None = None,
    key_file: Path | None = None,
    clock_is_right: bool = False,
) -> Rotated:
    """Begin a new log over the same tree: another name, and the key in *key_file*, made if there is none.

    *clock_is_right*: *now* may lie before the newest entry, which a clock that was ahead has put there. The
    old key signs nothing any more, in no process. A halt ends with it. What was let out of the old log
    and is not in this history is named in the entry, for all to see. Needs the rights of the tables' owner.
    """
    for name, value in (("by", by), ("why", why)):
        if not value.strip() or "\0" in value or len(value) > LONGEST_REASON:
            raise Invalid(f"say who begins the new log, and why: `{name}` has 1 to {LONGEST_REASON} letters")
    async with Database.open(dsn, size=1, role=False) as db, db.snapshot() as conn:
        past = await store.list_logs(conn)
    if not past:
        raise NotFound("there is no log to follow: the first one begins when the registry is started")
    named = chosen(origin, past)
    path, key = new_key(settings, key_file, named, past)
    seal = LogSeal(named, key, past[-1].number + 1, MarkFile(settings.data_dir / "log", named), dsn)
    seal.any_time = clock_is_right
    async with Database.open(dsn, size=1, role=False, seal=seal) as db, db.transaction() as conn:
        row, checkpoint = await follow(conn, settings, seal, past, (now, by, why))
    log.info("ledger.rotated", origin=row.origin, vkey=row.vkey, after=past[-1].origin, by=by)
    return Rotated(
        row.number,
        row.origin,
        row.vkey,
        str(path),
        row.first_size - 1,
        checkpoint,
        advice(settings, path),
    )


async def follow(
    conn: Connection, settings: Settings, seal: LogSeal, past: list[Log], told: tuple[datetime, str, str]
) -> tuple[Log, str]:
    """Write the new log's row and entry; its first checkpoint is that entry's."""
    now, by, why = told
    await conn.fetchrow(ledger.LOCK_HEAD)
    if [each.number for each in await store.list_logs(conn)] != [each.number for each in past]:
        raise Conflict("somebody else has begun a new log at this moment; look at `registry ledger status`")
    ended = await end_halt(conn)
    size, before = (await ledger.head(conn)).size, past[-1]
    body = rotation.body_of(
        before,
        await store.find_last_of(conn, before, size),
        await lost(conn, settings, before),
        seal,
        f"{why} (halted before: {ended})" if ended else why,
    )
    row = rotation.row_of(before, seal, body, size, now, by)
    await store.add_log(conn, row)
    await ledger.append(conn, [rotation.entry_of(row)], now)
    conn.once_committed(partial(logs.end_log, conn, settings, before, row))  # type: ignore[union-attr]
    signed = await store.find_checkpoint(conn, row.first_size)
    assert signed is not None, "appending with a seal signs"
    return row, signed.note


async def lost(conn: Connection, settings: Settings, before: Log) -> str | None:
    """The checkpoint of the old log that was let out here and that this history does not contain."""
    found = MarkFile(settings.data_dir / "log", before.origin).read()
    if found is None or await store.contains(conn, *found.head):
        return None
    return found.note


def chosen(origin: str | None, past: list[Log]) -> str:
    """The name of the new log: *origin*, or the first one's with a number; never one that was used."""
    named = logs.check_origin(origin if origin is not None else rotation.next_origin(past))
    if named in {each.origin for each in past}:
        raise Conflict(f"{named} was a log of this ledger already; a new log has a name of its own")
    return named


def new_key(
    settings: Settings, path: Path | None, origin: str, past: list[Log]
) -> tuple[Path, Ed25519PrivateKey]:
    """The new log's key and its file: the one named, or one beside the old key that carries its id."""
    if path is not None:
        key = keyfile.kept(path, WHOSE)
    else:
        key = Ed25519PrivateKey.generate()
        folder = Path(settings.log_key).parent if settings.log_key else settings.data_dir
        path = folder / f"log-{Seal(origin, key).verifier.key_id.hex()}.pem"
        keyfile.put(path, key)
    public = Seal(origin, key).verifier.public
    if public in {each.verifier.public for each in past}:
        raise Conflict(f"{path} holds a key this ledger was signed with already; a new log has a new key")
    return path, key


def advice(settings: Settings, path: Path) -> str:
    """What the operator has to do now."""
    found = path.parent == settings.data_dir and not settings.log_key
    key = "" if found else f"Set REGISTRY_LOG_KEY to {path}. "
    origin = "Take REGISTRY_LOG_ORIGIN out of the settings, or set it anew. " if settings.log_origin else ""
    return (
        f"{key}{origin}Start server and worker again. Give witnesses and mirrors the new vkey, and put the "
        "old key away where nobody signs with it"
    )


async def resume(dsn: str, by: str) -> str | None:
    """Let the ledger go on with this history; the reason it was halted for. Needs the owner's rights."""
    async with Database.open(dsn, size=1, role=False) as db, db.transaction() as conn:
        reason = await end_halt(conn)
    if reason is not None:
        log.warning("ledger.resumed", by=by, reason=reason)
    return reason


async def end_halt(conn: Connection) -> str | None:
    """Let the ledger go on; the reason it was halted for, if it was."""
    reason: str | None = await conn.fetchval(END_HALT)
    return reason


async def status(dsn: str, settings: Settings) -> LogStatus:
    """How the log stands, and whether a start would be refused; changes nothing. NotFound without a log."""
    async with Database.open(dsn, size=1) as db, db.snapshot() as conn:
        past = await store.list_logs(conn)
        if not past:
            raise NotFound("there is no log yet: the first one begins when the registry is started")
        head, signed = await ledger.head(conn), await store.find_checkpoint(conn)
        halted = await store.find_halt(conn)
        problem = await looked(conn, settings, past)
    marks = MarkFile(settings.data_dir / "log", past[-1].origin)
    try:
        mark = marks.read()
    except RegistryError:
        mark = None
    return LogStatus(
        past[-1].origin,
        past[-1].vkey,
        str(next((p for p in logs.key_paths(settings, past[-1]) if p.exists()), "nowhere")),
        head.size,
        head.root.hex(),
        signed.note if signed and mark and not problem and signed.size <= mark.size else None,
        signed.signed_at if signed else None,
        mark.size if mark else None,
        halted[0] if halted else None,
        halted[1] if halted else None,
        problem,
    )


async def looked(conn: Connection, settings: Settings, past: list[Log]) -> str | None:
    """Why a start would be refused, if it would."""
    try:
        logs.find_key(settings, past[-1])
        marks = MarkFile(settings.data_dir / "log", past[-1].origin)
        await fork.refuse_fork(conn, settings, marks, past)
    except RegistryError as fault:
        return fault.detail
    return None
