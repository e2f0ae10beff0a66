"""Files of an export, made again from the ledger each time and held against the manifest.

No file is kept. A page of rows is read in a short transaction of its own, so whoever reads slowly holds no
connection, and nothing of a file is in memory but the piece being made.
"""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import structlog

from registry.auth.reading import PENDING, showing
from registry.auth.scope import Principal
from registry.db import Database
from registry.errors import Conflict, Corrupt, Forbidden, NotFound
from registry.exports import making, manifest, store
from registry.exports.form import DICTIONARY, writer_name
from registry.exports.making import Making
from registry.exports.manifest import ExportFile, ExportManifest, Kept
from registry.exports.sending import part as parts
from registry.exports.sending.part import Sending, Span
from registry.exports.tables import OF_DOCUMENTS, OF_LOSSES
from registry.judging.house import House

log = structlog.get_logger()


def maker(found: ExportManifest, house: House, entity: str) -> Making:
    """What makes the file of one table, from its first row on."""
    return Making(entity, found.query.format, schema_of(found, house), found.role)


def schema_of(found: ExportManifest, house: House) -> dict[str, Any]:
    """The disclosure schema whose fields an export has."""
    told: dict[str, Any] = msgspec.json.decode(house.schemas.body(found.schema))
    return told


def dictionary(found: ExportManifest, house: House) -> bytes:
    """The data dictionary of an export."""
    listed = manifest.names(found.query.entities, found.query.format)
    return making.describe(listed, schema_of(found, house))


async def pieces(
    db: Database, found: ExportManifest, one: Making, entity: str, after: int
) -> AsyncIterator[bytes]:
    """A file piece by piece; its beginning and what stands before *after* only when *after* is -1."""
    if after < 0:
        yield one.begin()
    while True:
        async with db.snapshot() as conn:
            rows = await store.page(conn, entity, found.scope, found.query, found.tree_size, after)
        if not rows:
            break
        after = rows[-1]["ledger_index"]
        yield one.add(rows)
    yield one.end()


async def prepare(
    db: Database,
    house: House,
    principal: Principal,
    kept: Kept,
    name: str,
    part: tuple[str | None, str | None],
) -> Sending:
    """What is sent of the file *name*, once nothing speaks against making it again."""
    found = manifest.shown(kept).manifest
    file = next((each for each in found.files if each.name == name), None)
    if file is None:
        raise NotFound(f"this export has no such file; it has {', '.join(each.name for each in found.files)}")
    await check(db, principal, kept, found)
    span = parts.span_of(*part, file)
    if PENDING.get() is not None:
        # It streams, so nobody else sees whose data passes: the access log hears it here.
        showing(*file.employers)
    stream = checked(db, house, found, file, span)
    return Sending(stream, 200 if span.whole else 206, parts.headers(file, found.query.format, span))


async def check(db: Database, principal: Principal, kept: Kept, found: ExportManifest) -> None:
    """Refuse to make files again that would be others, or that their reader may not read any more."""
    if not manifest.same_reader(found, principal):
        raise Forbidden("what you may see has changed since this export was made; make a new one")
    if (found.form, found.writer) != (manifest.FORM, writer_name(found.query.format)):
        raise Conflict(f"this export was written by {found.writer}, which is not here now; make a new one")
    if not OF_DOCUMENTS & set(found.query.entities):
        return
    async with db.snapshot() as conn:
        wide = bool(OF_LOSSES & set(found.query.entities))
        given = (found.scope, found.query, found.tree_size, kept.ledger_index)
        taken = await store.find_redaction(conn, *given, wide=wide)
    if taken is not None:
        raise Conflict(
            f"what this export rests on, of ledger entry {taken}, was redacted by order since; "
            "make a new one. Its manifest, its note and its entry in the ledger stand."
        )


async def checked(
    db: Database, house: House, found: ExportManifest, file: ExportFile, span: Span
) -> AsyncIterator[bytes]:
    """The part *span* of *file*, made again; the last piece only leaves when the whole is what it was."""
    place = making.start_of(file, span.first).bytes
    waiting = b""
    one = maker(found, house, file.entity) if file.entity else None
    async for piece in again_from(db, house, found, file, one, span):
        first, end = max(span.first - place, 0), max(span.end - place, 0)
        place += len(piece)
        if kept := piece[first:end]:
            if waiting:
                yield waiting
            waiting = kept
        if place >= span.end and not span.whole:
            break
    if span.whole and one and (one.bytes, one.hashed.hexdigest()) != (file.bytes, file.sha256):
        log.error("export.differs", export=str(found.export_id), file=file.name)
        raise Corrupt(f"export {found.export_id}: {file.name} is not what its manifest in the ledger says")
    if waiting:
        yield waiting


async def again_from(
    db: Database,
    house: House,
    found: ExportManifest,
    file: ExportFile,
    one: Making | None,
    span: Span,
) -> AsyncIterator[bytes]:
    """The pieces of *file* from the last place before *span* on."""
    if one is None or file.entity is None:
        assert file.name == DICTIONARY
        yield dictionary(found, house)
        return
    async for piece in pieces(db, found, one, file.entity, making.start_of(file, span.first).place):
        yield piece
