"""Writes tiles into the folder, then the checkpoint; one process at a time."""

import asyncio
import contextlib
import fcntl
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

from registry.db import Connection, Database
from registry.errors import Corrupt, Invalid
from registry.ledger import checkpoint, note, tiles
from registry.ledger.checkpoint import Checkpoint
from registry.ledger.log import store as logs
from registry.ledger.log.signed import Log, Signed
from registry.ledger.tiles import Tile
from registry.witnessing import store
from registry.witnessing.asking.act import refuted
from registry.witnessing.whole.act import put, settle

CHECKPOINT: Final = "checkpoint"
LOCK: Final = ".lock"
NOTHING: Final = 0

log = structlog.get_logger()


class Fork(Exception):
    """The folder shows a checkpoint that our key has signed and our tree does not contain."""


async def grow(db: Database, folder: Path, signed: Signed, by: Log, now: datetime) -> bool:
    """Have *folder* show the checkpoint *signed*; False when it may not, and why is written down."""
    place = f"tiles:{folder}"
    try:
        with held(folder) as mine:
            if mine:
                await write_tiles(db, folder, signed)
    except Fork as fault:
        async with db.transaction() as conn:
            await logs.halt(conn, str(fault), now)
            await store.fail(conn, place, by.number, str(fault), now)
        log.exception("ledger.halted", reason=str(fault))
        return False
    except (OSError, Corrupt) as fault:
        async with db.transaction() as conn:
            await store.fail(conn, place, by.number, str(fault), now)
        log.warning("tiles.not_written", folder=str(folder), why=str(fault))
        return False
    async with db.transaction() as conn:
        told = await store.get_told(conn, place, by.number)
        if mine and (told is None or told.size != signed.size or told.error is not None):
            await store.tell(conn, place, by.number, signed.size, now)
    return True


@contextlib.contextmanager
def held(folder: Path) -> Iterator[bool]:
    """*folder*, made at need, while no other process writes there; False when one does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


async def write_tiles(db: Database, folder: Path, signed: Signed) -> int:
    """Write what has grown since the checkpoint in *folder*, and *signed* last; how many tiles that were.

    Raises Fork or Corrupt when what lies there is not of this log. A checkpoint that is ahead of *signed*
    stays. The caller holds the folder.
    """
    there = await standing(db, folder)
    size = there.size if there else NOTHING
    if size > signed.size:
        return 0
    touched: set[Path] = set()
    count = 0
    for tile in tiles.grown(size, signed.size):
        path = folder / "tile" / tile.path
        async with db.snapshot() as conn:
            data = await content(conn, tile)
        touched.update(await asyncio.to_thread(placed, folder, path, data))
        count += 1
    async with db.snapshot() as conn:
        text = await logs.cosigned(conn, signed)
    await asyncio.to_thread(finished, folder, touched, text.encode())
    return count


async def standing(db: Database, folder: Path) -> Checkpoint | None:
    """The checkpoint that lies in *folder*, which our tree contains; None in a new folder."""
    path = folder / CHECKPOINT
    if not path.exists():
        return None
    async with db.snapshot() as conn:
        keys = {each.origin: each.verifier for each in await logs.list_logs(conn)}
        try:
            found = note.read(path.read_bytes())
            said = checkpoint.read(found.text)
            ours = said.origin in keys and note.verified(found, [keys[said.origin]])
        except Invalid as fault:
            raise Corrupt(f"{path} is no checkpoint: {fault}; empty the folder, or name another") from None
        if not ours:
            raise Corrupt(f"{path} is of another log, {said.origin[:100]}; name another folder")
        reason = await refuted(conn, f"it lies in {path}", said)
        if reason is not None:
            raise Fork(reason)
    return said


async def content(conn: Connection, tile: Tile) -> bytes:
    """The bytes of one tile or bundle."""
    if tile.level is None:
        return tiles.bundle(await logs.list_entries(conn, tile.start, tile.width))
    return b"".join(await logs.list_hashes(conn, tile.level, tile.start, tile.width))


def placed(top: Path, path: Path, data: bytes) -> set[Path]:
    """Put one file; every folder below *top* whose names have changed by it."""
    new = [each for each in path.parents if each.is_relative_to(top) and not each.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    put(path, data, folder=False)
    return {path.parent, *(each.parent for each in new)}


def finished(folder: Path, touched: set[Path], text: bytes) -> None:
    """Have every name on the disk, and then the checkpoint, unless it says the same already."""
    for each in sorted(touched):
        settle(each)
    path = folder / CHECKPOINT
    if not path.exists() or path.read_bytes() != text:
        put(path, text)
