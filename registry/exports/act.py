"""Make exports and keep what was made: the question, the digests, the signature; never the files."""

import datetime as dt
from typing import Any
from uuid import UUID

import msgspec
import structlog
from uuid_utils.compat import uuid7

from registry.auth.scope import Principal, owner_of, scope_of
from registry.db import Connection, Database, UniqueViolation, seal_of
from registry.disclosures import document
from registry.errors import KeyReused, NotFound
from registry.exports import asked, making, manifest, store
from registry.exports.asked import Wanted
from registry.exports.form import writer_name
from registry.exports.manifest import ExportLine, ExportMade, ExportManifest, Kept
from registry.exports.sending import act as sending
from registry.exports.sending.part import Sending
from registry.idempotency import digest, key_of
from registry.judging.house import House
from registry.ledger import entry, note
from registry.ledger import store as ledger
from registry.ledger.moment import Asked, Moment
from registry.ledger.past import store as past
from registry.page import Page, decode, limit_of
from registry.page import page as paged

log = structlog.get_logger()


async def ask(
    db: Database, house: House, principal: Principal, body: bytes, key: str | None, now: dt.datetime
) -> ExportMade:
    """Make the export that *body* asks for; sent again with its key it is answered with the first one."""
    wanted = asked.read(document.decode(body) if body.strip() else {}, now)
    given = key_of(key)
    key_digest = digest(owner_of(principal), given) if given else None
    if key_digest:
        async with db.snapshot() as conn:
            before = await store.find_by_key(conn, owner_of(principal), key_digest)
        if before:
            return again(before, wanted)
    try:
        return await make(db, house, principal, wanted, key_digest, now)
    except UniqueViolation:
        # The same key came twice at the same moment: whoever was first made it.
        assert key_digest
        async with db.snapshot() as conn:
            before = await store.find_by_key(conn, owner_of(principal), key_digest)
        assert before, "nothing deletes an export"
        return again(before, wanted)


def again(before: Kept, wanted: Wanted) -> ExportMade:
    """The export made before with the same key; KeyReused when another was asked for."""
    made = manifest.shown(before)
    if made.manifest.query != wanted.query or wanted.size not in (None, made.manifest.tree_size):
        raise KeyReused("this Idempotency-Key was sent with another export; choose a new one")
    return made


async def make(
    db: Database,
    house: House,
    principal: Principal,
    wanted: Wanted,
    key_digest: bytes | None,
    now: dt.datetime,
) -> ExportMade:
    """Make every file once to know its digest; sign and log the manifest. The files are not kept."""
    async with db.snapshot() as conn:
        moment = await past.resolve(conn, wanted.at, wanted.size) or await present(conn)
    query, schema = wanted.query, house.schemas.current
    found = ExportManifest(
        export_id=uuid7(),
        query=query,
        tree_size=moment.size,
        root=moment.root.hex(),
        checkpoint=moment.checkpoint,
        role=principal.role,
        scope=scope_of(principal),
        schema=schema,
        writer=writer_name(query.format),
        form=manifest.FORM,
        made_at=now,
        files=[],
    )
    files = []
    for entity, name in manifest.names(query.entities, query.format):
        one = sending.maker(found, house, entity)
        async for _ in sending.pieces(db, found, one, entity, -1):
            pass
        files.append(one.file(name))
    files.append(making.described(sending.dictionary(found, house)))
    return await keep(db, principal, msgspec.structs.replace(found, files=files), key_digest)


async def present(conn: Connection) -> Moment:
    """The ledger as it is."""
    size = (await ledger.head(conn)).size
    found = await past.resolve(conn, None, size)
    assert found, "a size was asked for"
    return found


async def keep(
    db: Database, principal: Principal, found: ExportManifest, key_digest: bytes | None
) -> ExportMade:
    """Put an export into the ledger before it is answered; its manifest is signed by the log's key."""
    body, owner = found.body, owner_of(principal)
    async with db.transaction() as conn:
        seal = seal_of(conn)
        text = manifest.note_text(found, manifest.sha256(body))
        signed = note.Note(text, [note.sign(text, seal.origin, seal.key)]).signed if seal else ""
        row: dict[str, Any] = {
            "export_id": found.export_id,
            "subject": owner,
            "principal": msgspec.to_builtins(principal),
            "query": msgspec.to_builtins(found.query),
            "tree_size": found.tree_size,
            "key_digest": key_digest,
            "body": body,
            "signed": signed,
            "recorded_at": found.made_at,
        }
        said = entry.Entry(
            kind="export",
            id=str(found.export_id),
            seq=1,
            sha256=manifest.sha256(body),
            record=entry.row_digest("export", row),
            at=entry.stamp(found.made_at),
        )
        (position,) = await ledger.append(conn, [entry.encode(said)], found.made_at)
        await store.add(conn, row, position.index)
    log.info("export.made", export=str(found.export_id), files=len(found.files), tree_size=found.tree_size)
    return manifest.shown(
        Kept(export_id=found.export_id, subject=owner, body=body, signed=signed, ledger_index=position.index)
    )


async def show(db: Database, principal: Principal, export_id: UUID) -> ExportMade:
    """One export of the caller's own; NotFound when there is none, or it is somebody else's."""
    return manifest.shown(await get(db, principal, export_id))


async def show_note(db: Database, principal: Principal, export_id: UUID) -> bytes:
    """The signed note of an export."""
    kept = await get(db, principal, export_id)
    if not kept.signed:
        raise NotFound("this export was made where the ledger is not signed; its entry vouches for it")
    return kept.signed.encode()


async def show_manifest(db: Database, principal: Principal, export_id: UUID) -> bytes:
    """The canonical bytes of a manifest: what the ledger's entry and the note have the digest of."""
    return (await get(db, principal, export_id)).body


async def get(db: Database, principal: Principal, export_id: UUID) -> Kept:
    """A row of the caller's own."""
    async with db.snapshot() as conn:
        kept = await store.find(conn, export_id)
    if kept is None or kept.subject != owner_of(principal):
        raise NotFound("there is no such export among your own")
    return kept


async def find(db: Database, principal: Principal, cursor: str | None, limit: int | None) -> Page[ExportLine]:
    """A page of the caller's own exports, newest first."""
    key, size = decode(cursor, tuple[UUID]), limit_of(limit)
    async with db.snapshot() as conn:
        rows = await store.find_page(conn, owner_of(principal), key[0] if key else None, size + 1)
    lines = [msgspec.convert(dict(row), ExportLine) for row in rows]
    return paged(lines, size, lambda item: [item.export_id])


async def send(
    db: Database,
    house: House,
    principal: Principal,
    export_id: UUID,
    name: str,
    part: tuple[str | None, str | None],
) -> Sending:
    """A file of an export, or the *part* of it that Range and If-Range ask for."""
    kept = await get(db, principal, export_id)
    return await sending.prepare(db, house, principal, kept, name, part)


async def send_one(
    db: Database,
    house: House,
    principal: Principal,
    wanted: tuple[str, str, Moment | None],
    limits: tuple[list[str] | None, list[str] | None],
    now: dt.datetime,
) -> Sending:
    """Make an export of one table and send its file at once; the headers say where its manifest is."""
    entity, form, moment = wanted
    at = Asked(size=moment.size) if moment else Asked()
    made = await make(db, house, principal, asked.of([entity], form, at, *limits), None, now)
    kept = await get(db, principal, made.manifest.export_id)
    told = await sending.prepare(db, house, principal, kept, made.manifest.files[0].name, (None, None))
    return msgspec.structs.replace(told, headers=told.headers | manifest.described_by(made))
