"""Speaking in a thread: each entry is a row, a ledger entry and a wake-up for those who tell, or nothing.

Locks are taken in one order everywhere: production, alerts, the ledger's head.
"""

import asyncio
import datetime as dt
import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Final
from uuid import UUID

import msgspec
import structlog
from uuid_utils.compat import uuid7

from registry.auth.scope import Principal, permit, scope_of
from registry.db import Connection, Database, UniqueViolation
from registry.disclosures import document
from registry.errors import Conflict, KeyReused, TooLarge
from registry.idempotency import REPLAYED, digest, key_of, required
from registry.ledger import store as ledger
from registry.ledger.moment import Moment, size_at
from registry.outbox import store as outbox
from registry.page import Page, decode, limit_of
from registry.page import page as paged
from registry.productions.version import refuse
from registry.threads import evidence, said, store, view
from registry.threads.entry import (
    Entered,
    Said,
    Thread,
    ThreadKind,
    entered,
    ledger_entry,
    side_of,
    sides_of,
    speaks_for,
)
from registry.threads.evidence import File
from registry.threads.said import Comment
from registry.threads.view import Heard, Spoken

log = structlog.get_logger()

SPEAKERS: Final = {"employer", "representative"}
MOST_FILES: Final = 200
"""How many files one thread takes; together they are a few gigabytes at most."""
Place = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class Sent(msgspec.Struct, frozen=True):
    """A file as it was sent: its bytes, and what was said about them."""

    data: bytes
    name: str
    media_type: str | None
    digest: str | None


class Spoke(msgspec.Struct, frozen=True):
    """An entry that was made now, or by the same request before."""

    shown: Spoken
    location: str
    replayed: bool

    @property
    def headers(self) -> dict[str, str]:
        """Where it is, and whether this is an answer given before."""
        return {"Location": self.location} | (REPLAYED if self.replayed else {})


class Download(msgspec.Struct, frozen=True):
    """A file on its way out: what it leaves with, and its bytes in pieces; none when the caller has them."""

    status: int
    headers: dict[str, str]
    pieces: AsyncIterator[bytes]


async def add(conn: Connection, thread: Thread, what: Said, now: dt.datetime) -> Entered:
    """Enter *what* in *thread*, inside the caller's transaction: number, salt, ledger entry, row, wake-up.

    Takes the row lock of the alert (of the production, for a request) before the ledger's, so that a caller
    who moves the alert in the same transaction may do so before or after.
    """
    await store.hold(conn, thread)
    before = await store.newest(conn, thread)
    number, leaf = (before.number + 1, before.leaf) if before else (1, None)
    row = entered(thread, what, number, secrets.token_urlsafe(16), now)
    (position,) = await ledger.append(conn, [ledger_entry(row, leaf)], now)
    row = msgspec.structs.replace(row, ledger_index=position.index)
    await store.add(conn, row)
    await outbox.wake(conn, position.index)
    return row


async def comment(
    db: Database,
    principal: Principal,
    about: tuple[ThreadKind, UUID],
    body: bytes,
    key: str | None,
    now: dt.datetime,
) -> Spoke:
    """Say something to both parties, or note it for one's own side; settled matters may be spoken about too.

    Sent again with its key it says nothing twice, and gets the answer of the first time.
    """
    permit(principal, SPEAKERS)
    given = required(key_of(key), "comment")
    told = document.decode(body)
    refuse(said.check(told))
    words = msgspec.convert(told, Comment)
    both = words.seen_by == "both"
    what = Said(
        kind="comment" if both else "note",
        side="both" if both else side_of(principal),
        party="",
        document={"text": words.text},
        body=body,
        author=principal.subject,
        role=principal.role,
        key_digest=digest(f"{principal.role} {principal.subject}", given),
    )
    return await once(db, principal, about, what, [], now)


async def show_file(
    db: Database,
    principal: Principal,
    about: tuple[ThreadKind, UUID],
    sent: Sent,
    key: str | None,
    now: dt.datetime,
) -> Spoke:
    """Show a file to both parties: its type is held against its bytes, its SHA-256 goes into the ledger."""
    permit(principal, SPEAKERS)
    given = required(key_of(key), "evidence file")
    if len(sent.data) > evidence.LARGEST:
        raise TooLarge(f"a file of evidence has at most 25 MiB ({evidence.LARGEST} bytes)")
    evidence.check_digest(sent.digest, sent.data)
    file = await asyncio.to_thread(evidence.examined, uuid7(), sent.name, sent.media_type, sent.data)
    what = Said(
        kind="evidence",
        party="",
        document=file.document,
        body=None,
        author=principal.subject,
        role=principal.role,
        key_digest=digest(f"{principal.role} {principal.subject}", given),
    )
    return await once(db, principal, about, what, evidence.pieces(sent.data), now)


async def once(
    db: Database,
    principal: Principal,
    about: tuple[ThreadKind, UUID],
    what: Said,
    pieces: Sequence[bytes],
    now: dt.datetime,
) -> Spoke:
    """Enter *what*, unless its key has entered it before; with a file's *pieces*, or not at all."""
    assert what.key_digest is not None
    try:
        async with db.transaction() as conn:
            matter = await store.find_matter(conn, scope_of(principal), *about)
            before = await store.find_by_key(conn, matter.employer_id, what.key_digest)
            if before is not None:
                return await replayed(conn, matter.spoken, before, what)
            if pieces:
                # Before the locks: while a file is written nobody else waits.
                evidence_id = UUID(what.document["evidence_id"])
                await store.keep(conn, matter.employer_id, evidence_id, pieces)
                await store.hold(conn, matter.spoken)
                refuse_more(await store.count_files(conn, matter.spoken))
            party = speaks_for(principal, matter.locals, matter.unions)
            row = await add(conn, matter.spoken, msgspec.structs.replace(what, party=party), now)
            shown = await shown_of(conn, matter.spoken, row)
    except UniqueViolation:
        # The same key came twice at the same moment; the other one was first, and its entry stands.
        async with db.snapshot() as conn:
            before = await store.find_by_key(conn, matter.employer_id, what.key_digest)
            if before is None:
                raise
            return await replayed(conn, matter.spoken, before, what)
    tell(row)
    return Spoke(shown, location(row), replayed=False)


async def replayed(conn: Connection, thread: Thread, before: Entered, what: Said) -> Spoke:
    """What was answered when *before* was entered; KeyReused when that was something else."""
    same = before.thread_id == thread.thread_id and before.kind == what.kind and before.body == what.body
    if not same or not evidence.same(before.document, what.document):
        raise KeyReused(
            "this Idempotency-Key came with something else before; what is new needs a key of its own"
        )
    return Spoke(await shown_of(conn, thread, before), location(before), replayed=True)


def refuse_more(count: int) -> None:
    """Refuse a file beyond as many as one thread takes."""
    if count >= MOST_FILES:
        raise Conflict(
            f"{count} files have been shown here, as many as one thread takes; refer to them instead"
        )


def location(row: Entered) -> str:
    """Where what was entered is to be had."""
    if row.kind == "evidence":
        return view.address(row.document["evidence_id"])
    return view.place_of(row.thread, row.thread_id)


async def shown_of(conn: Connection, thread: Thread, row: Entered) -> Spoken:
    """One entry as it is shown, with its files."""
    leaf = await store.leaf_at(conn, row.ledger_index)
    (shown,) = await with_files(conn, thread, [view.heard(row, leaf)])
    return shown


async def with_files(conn: Connection, thread: Thread, rows: Sequence[Heard]) -> list[Spoken]:
    """*rows* as they are shown: each with the files of the thread that it shows or refers to."""
    ids = sorted({name for row in rows for name in view.named(row)})
    found = {str(file.evidence_id): file for file in (await store.files(conn, thread, ids) if ids else [])}
    return [view.spoken(row, found) for row in rows]


def tell(row: Entered) -> None:
    """A line in the log, after the commit, with nothing of what was said; of a note, not even whose it is."""
    log.info(
        "thread.entered",
        thread=str(row.thread_id),
        employer=row.employer_id,
        production=row.production_id,
        number=row.number,
        index=row.ledger_index,
    )


async def read(
    db: Database,
    principal: Principal,
    about: tuple[ThreadKind, UUID],
    cursor: str | None = None,
    limit: int | None = None,
    moment: Moment | None = None,
) -> Page[Spoken]:
    """A page of a thread, oldest first: what the caller's side may read of it, or what was said by then."""
    key, size = decode(cursor, tuple[Place]), limit_of(limit)
    async with db.snapshot() as conn:
        matter = await store.find_matter(conn, scope_of(principal), *about, size_at(moment))
        rows = await store.heard(
            conn,
            matter.spoken,
            sides_of(principal),
            after=key[0] if key else -1,
            limit=size + 1,
            size=size_at(moment),
        )
        shown = await with_files(conn, matter.spoken, rows)
    return paged(shown, size, lambda item: [item.ledger.index])


async def download(
    db: Database,
    principal: Principal,
    evidence_id: UUID,
    if_none_match: str | None,
    moment: Moment | None = None,
) -> Download:
    """A file, in pieces that are read as they leave; NotFound when it is not the caller's to see."""
    async with db.snapshot() as conn:
        employer_id, file = await store.get_file(
            conn, scope_of(principal), sides_of(principal), evidence_id, size_at(moment)
        )
    leaves = evidence.headers(file)
    if evidence.known(file, if_none_match):
        kept = {name: value for name, value in leaves.items() if name != "Content-Length"}
        return Download(304, kept, nothing())
    return Download(200, leaves, bytes_of(db, employer_id, file))


async def bytes_of(db: Database, employer_id: str, file: File) -> AsyncIterator[bytes]:
    """The bytes of *file*, a piece at a time; no connection is held while a slow caller reads."""
    for number in range(1, file.pieces + 1):
        async with db.snapshot() as conn:
            body = await store.piece(conn, employer_id, file.evidence_id, number)
        yield body


async def nothing() -> AsyncIterator[bytes]:
    """No bytes."""
    none: tuple[bytes, ...] = ()
    for piece in none:
        yield piece
