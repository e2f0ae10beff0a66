"""Write each order to redact to a file of its own, whole or not at all; now and then, or before a backup."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

from registry.db import Database
from registry.errors import Busy
from registry.redactions import act as redactions
from registry.redactions.act import Order
from registry.redactions.apart import store
from registry.witnessing.whole.act import put

LOOK_SECONDS: Final = 2.0


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
