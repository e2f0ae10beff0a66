"""Write each order to redact to a file of its own, whole or not at all, before it is answered."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

from registry.agreements.terms import Edition
from registry.auth.scope import Principal
from registry.db import Database
from registry.errors import Busy
from registry.redactions import act as redactions
from registry.redactions.act import Order
from registry.redactions.apart import store
from registry.redactions.entry import Redaction
from registry.witnessing.whole.act import put

FOLDER: Final = "redactions"
"""What the folder is called, in the data folder and beside backups."""
LOOK_SECONDS: Final = 2.0


async def redact(
    db: Database,
    editions: Mapping[str, Edition],
    folder: Path,
    principal: Principal,
    disclosure_id: UUID,
    body: bytes,
    if_match: str | None,
    key: str | None,
    now: dt.datetime,
) -> Redaction:
    """Redact by order; it is done once the order is in *folder* as well, and only then answered.

    The order is written after the commit, with no lock held: before, it might be of one that never was.
    Killed in between, nobody was told that it is done; the same order sent again, or the worker, writes it.
    Busy, in words, where it cannot be written; what was taken stays taken.
    """
    made = await redactions.redact(db, editions, principal, disclosure_id, body, if_match, key, now)
    await keep(db, folder)
    return made


async def keep(db: Database, folder: Path) -> int:
    """Have every redaction in *folder*, one file each; how many there are.

    Raises Busy, in words, where the folder cannot be written.
    """
    async with db.snapshot() as conn:
        known = await store.list_ids(conn)
    if missing(folder, known):
        for order in await redactions.orders(db):
            write(folder, order)
    return len(known)


def missing(folder: Path, known: Sequence[UUID]) -> bool:
    """Whether one of those *known* is not in *folder*."""
    return any(not (folder / f"{each}.json").exists() for each in known)


def write(folder: Path, order: Order) -> None:
    """Write one order, if it is not there."""
    path = folder / f"{order.redaction_id}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            put(path, msgspec.json.encode(order, order="sorted"))
    except OSError as fault:
        raise Busy(
            f"{folder}, where redactions are kept for restores, cannot be written: {fault.strerror}"
        ) from None


async def keep_up(
    db: Database, folder: Path, stop: asyncio.Event, beat: Callable[[], Awaitable[None]]
) -> None:
    """Keep *folder* up with the database until *stop*; *beat* is done each time, as a sign of life."""
    while not stop.is_set():
        await keep(db, folder)
        await beat()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
