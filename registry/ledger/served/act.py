"""Find what a reader of the log asked for, in the tree of the newest signed checkpoint."""

from collections.abc import Awaitable, Callable
from typing import Final

from registry.db import Connection, Database
from registry.errors import NotFound
from registry.ledger import prooffile, tiles
from registry.ledger import store as ledger
from registry.ledger.log import store
from registry.ledger.log.act import let_out
from registry.ledger.log.signed import Signed
from registry.ledger.served import shown
from registry.ledger.served.shown import LogKeys, Served

Choice = Callable[[Connection], Awaitable[Signed | None]]
"""Which checkpoint is the published one: the newest that enough witnesses have signed, if there are any."""
UNSIGNED: Final = "no checkpoint is signed yet: it is with the first entry after `registry serve` was started"


async def newest_signed(conn: Connection) -> Signed | None:
    """The newest signed checkpoint: the published one where no witnesses are configured."""
    return await store.find_checkpoint(conn)


async def show_checkpoint(db: Database, choice: Choice, known: str | None) -> Served:
    """The published checkpoint, with every cosignature known."""
    async with db.snapshot() as conn:
        text = await store.cosigned(conn, await signed_now(conn, choice))
    return shown.served(text.encode(), shown.TEXT, shown.A_MOMENT, known)


async def show_checkpoint_of(db: Database, size: int, known: str | None) -> Served:
    """The checkpoint of exactly *size* entries, with every cosignature known; raises NotFound."""
    async with db.snapshot() as conn:
        text = await store.cosigned(conn, await signed_of(conn, size))
    return shown.served(text.encode(), shown.TEXT, shown.A_MINUTE, known)


async def signed_now(conn: Connection, choice: Choice = newest_signed) -> Signed:
    """The published checkpoint; raises NotFound before the first."""
    found = await choice(conn)
    if found is None:
        raise NotFound(UNSIGNED)
    return await let_out(conn, found)


async def signed_of(conn: Connection, size: int) -> Signed:
    """The checkpoint of exactly *size* entries; raises NotFound, naming the nearest ones."""
    found = await store.find_checkpoint(conn, size)
    if found is not None:
        return await let_out(conn, found)
    near = [await store.find_before(conn, size), await store.find_after(conn, size)]
    sizes = " and ".join(str(each.size) for each in near if each)
    raise NotFound(
        f"no checkpoint of {size} entries was signed; the nearest are of {sizes}" if sizes else UNSIGNED
    )


async def show_tile(db: Database, path: str, known: str | None) -> Served:
    """A tile of hashes or a bundle of entries; raises NotFound for none, and beyond the newest checkpoint."""
    tile = tiles.read_path(path)
    async with db.snapshot() as conn:
        size = (await signed_now(conn)).size
        if not tiles.in_tree(tile, size):
            raise NotFound(f"the log has {size} entries: it has no tile {tile.path}")
        if tile.level is None:
            body = tiles.bundle(await store.list_entries(conn, tile.start, tile.width))
        else:
            body = b"".join(await store.list_hashes(conn, tile.level, tile.start, tile.width))
    return shown.served(body, shown.BYTES, shown.FOR_EVER, known)


async def show_keys(db: Database) -> LogKeys:
    """What checkpoints are verified with; raises NotFound before the log has begun."""
    async with db.snapshot() as conn:
        logs = await store.list_logs(conn)
        if not logs:
            raise NotFound(UNSIGNED)
        ends = [each.first_size - 1 for each in logs[1:]] + [(await ledger.head(conn)).size]
        last = [await store.find_last_of(conn, log, end) for log, end in zip(logs, ends, strict=True)]
        for each in last:
            if each is not None:
                await let_out(conn, each)
    return shown.keys(logs, last)


async def show_proof(db: Database, index: int, size: int | None, known: str | None) -> Served:
    """The proof of one entry as a `.tlog-proof`, against the checkpoint of *size* entries or the newest."""
    async with db.snapshot() as conn:
        signed = await (signed_now(conn) if size is None else signed_of(conn, size))
        if index >= signed.size:
            await ledger.get_entry(conn, index)
        hashes = await ledger.inclusion(conn, index, signed.size)
        text = prooffile.of(index, hashes, await store.cosigned(conn, signed))
    return shown.served(text.encode(), shown.TEXT, shown.A_MOMENT, known, f"entry-{index}.tlog-proof")
