"""Hold the tree against what was let out; bring the mark up to what is shown."""

from pathlib import Path

from registry.db import Connection, Database
from registry.errors import Busy, Invalid
from registry.ledger import checkpoint
from registry.ledger import store as ledger
from registry.ledger.log import refusals, store
from registry.ledger.log.mark import Mark, MarkFile
from registry.ledger.log.signed import Log, Signed
from registry.settings import Settings


def marks_of(home: Path, signed: Signed) -> MarkFile:
    """The mark in *home* of the log that signed *signed*."""
    return MarkFile(home, signed.note.partition("\n")[0])


async def stand_behind(conn: Connection, dsn: str, marks: MarkFile, signed: Signed) -> None:
    """Bring *marks* up to a committed checkpoint; raises where they contradict, and writes nothing then.

    A mark ahead of it must be in the tree as well: a copy that was halted holds checkpoints that were stored
    and never let out.
    """
    if signed.size < marks.agreed[0] or (signed.size, signed.root) == marks.agreed:
        return
    mark = Mark(marks.origin, signed.size, signed.root.hex(), signed.note)
    found = marks.advance(mark, ())
    while found is not None:
        if found.size <= (await ledger.head(conn)).size:
            await refuse_other(conn, str(marks.path), *found.head)
        else:
            # The caller's snapshot may be from before; what is marked is committed, and seen by a new one.
            async with Database.open(dsn, size=1) as db, db.snapshot() as newer:
                await refuse_other(newer, str(marks.path), *found.head)
        if found.size >= mark.size:
            break
        if found.next:
            raise refusals.ended(str(marks.path), marks.origin, found.next)
        found = marks.advance(mark, [found.head])
    marks.agreed = (found or mark).head


async def refuse_fork(conn: Connection, settings: Settings, marks: MarkFile, logs: list[Log]) -> None:
    """Raise unless the tree contains what was let out: mark, folder of tiles, the cosigned checkpoint.

    A checkpoint of an earlier log counts in the folder, too: the tree went on.
    """
    found = marks.read()
    if found is not None:
        await refuse_other(conn, str(marks.path), *found.head)
        if found.next:
            raise refusals.ended(str(marks.path), marks.origin, found.next)
        marks.agreed = found.head
    for where, signed in [
        ("the newest checkpoint stored", await store.find_checkpoint(conn)),
        ("the newest checkpoint with a cosignature", await store.find_cosigned(conn)),
    ]:
        if signed is not None:
            await refuse_other(conn, where, signed.size, signed.root)
    path = Path(settings.tiles_dir) / "checkpoint"
    if settings.tiles_dir and path.exists():
        said = read_checkpoint(path, logs)
        await refuse_other(conn, str(path), said.size, said.root)


async def refuse_other(conn: Connection, where: str, size: int, root: bytes) -> None:
    """Raise unless the tree begins with the one of *size* and *root*, which *where* knows."""
    known = (await ledger.head(conn)).size
    if size > known:
        raise refusals.older(where, size, known)
    here = await ledger.root_at(conn, size)
    if here != root:
        raise refusals.forked(where, size, root, here)


def read_checkpoint(path: Path, logs: list[Log]) -> checkpoint.Checkpoint:
    """The checkpoint in a file, signed by one of our *logs*."""
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise Busy(f"{path} cannot be read: {fault.strerror}") from None
    origin = data.partition(b"\n")[0].decode(errors="replace")
    for each in logs:
        if each.origin == origin:
            return checkpoint.opened(data, each.verifier)[0]
    raise Invalid(
        f"{path} is the checkpoint of {origin[:120]}, which this ledger never was: name another folder in "
        "REGISTRY_TILES_DIR, or empty this one"
    )
