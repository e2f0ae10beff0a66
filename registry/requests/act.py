"""Asking and answering: each is a history row, a ledger entry, one more fact and a message, or nothing.

Locks are taken in one order everywhere: production, alerts, the ledger's head.
"""

import datetime as dt
import functools
from uuid import UUID

import msgspec
import structlog
from uuid_utils.compat import uuid7

from registry.agreements import act as agreements
from registry.auth.scope import Principal, permit, scope_of
from registry.db import Connection, Database, UniqueViolation
from registry.disclosures import document
from registry.errors import IllegalMove, KeyReused
from registry.idempotency import REPLAYED, digest, key_of, required
from registry.ledger import store as ledger
from registry.ledger.moment import Moment, size_at
from registry.ledger.store import Position
from registry.outbox import store as outbox
from registry.page import Page, decode, limit_of
from registry.page import page as paged
from registry.productions import store as productions
from registry.productions.version import check_match, refuse
from registry.productions.view import Place, etag
from registry.requests import answered, asked, party, store, view
from registry.requests.answered import Answered
from registry.requests.asked import Asked
from registry.requests.entry import Entered, RequestState, ledger_entry
from registry.requests.party import Codes
from registry.requests.view import RequestLine, RequestPage, RequestRecorded

log = structlog.get_logger()


class Made(msgspec.Struct, frozen=True):
    """A request that was made now, or by the same request before."""

    recorded: RequestRecorded
    replayed: bool

    @property
    def headers(self) -> dict[str, str]:
        """Where it is, its revision, and whether this is an answer given before."""
        shown = self.recorded.request
        address = {"ETag": etag(shown.revision), "Location": f"/v1/requests/{shown.request_id}"}
        return address | (REPLAYED if self.replayed else {})


@functools.cache
def codes() -> Codes:
    """The codes a request is checked against, read once."""
    return Codes(locals=frozenset(agreements.locals_by_key()))


async def ask(db: Database, principal: Principal, body: bytes, key: str | None, now: dt.datetime) -> Made:
    """Put a request on record: its clock starts, the employer is told, the production is judged again.

    Sent again with its key it makes nothing, and gets the answer of the first time.
    """
    permit(principal, {"representative", "administrator"})
    given = required(key_of(key), "request")
    told = document.decode(body)
    refuse(asked.check(told, codes(), now))
    said = msgspec.convert(told, Asked)
    scope, speaks = scope_of(principal), party.party_of(said.union, said.local)
    row = Entered(
        employer_id=said.employer_id,
        request_id=uuid7(),
        revision=1,
        production_id=said.production_id,
        party=speaks,
        kind="request",
        document=asked.said(said),
        body=body,
        key_digest=digest(speaks, given),
        recorded_at=now,
        recorded_by=principal.subject,
        role=principal.role,
    )
    try:
        async with db.transaction() as conn:
            await productions.get_production(conn, said.employer_id, said.production_id, scope)
            stored = await productions.find_production(conn, said.employer_id, said.production_id, lock=True)
            assert stored is not None, "nothing deletes a production"
            refuse([*party.check_standing(said.union, said.local, stored.record, scope)])
            before = await store.find_by_key(conn, said.employer_id, digest(speaks, given))
            if before is not None:
                return await replayed(conn, before, body)
            row, position = await write(conn, row, None)
    except UniqueViolation:
        # The same key came for another production at the same moment, so with another body.
        raise key_reused() from None
    tell(row)
    return Made(RequestRecorded(view.page([row]), place(position)), replayed=False)


async def answer(
    db: Database, principal: Principal, request_id: UUID, body: bytes, if_match: str | None, now: dt.datetime
) -> RequestRecorded:
    """Put an employer's answer on record; the union is told, the production is judged again.

    Of two answers to the same revision at once, one is taken and the other gets Stale.
    """
    permit(principal, {"employer"})
    told = document.decode(body)
    refuse(answered.check(told, now))
    said = msgspec.convert(told, Answered)
    scope = scope_of(principal)
    async with db.transaction() as conn:
        found = await store.get(conn, scope, request_id)
        await productions.find_production(conn, found.employer_id, found.production_id, lock=True)
        found = await store.get(conn, scope, request_id)
        check_match(if_match, found.revision)
        if found.state == "closed":
            raise IllegalMove("cannot answer a request that is closed; its last answer closed it")
        before = await store.entries(conn, found.employer_id, request_id)
        row = Entered(
            employer_id=found.employer_id,
            request_id=request_id,
            revision=found.revision + 1,
            production_id=found.production_id,
            party=found.party,
            kind="answer",
            document=asked.said(said),
            body=body,
            key_digest=None,
            recorded_at=now,
            recorded_by=principal.subject,
            role=principal.role,
        )
        leaf = await store.leaf_at(conn, before[-1].ledger_index)
        row, position = await write(conn, row, leaf)
    tell(row)
    return RequestRecorded(view.page([*before, row]), place(position))


async def write(conn: Connection, row: Entered, leaf: bytes | None) -> tuple[Entered, Position]:
    """Append an entry with all it brings about. The caller holds the production."""
    (position,) = await ledger.append(conn, [ledger_entry(row, leaf)], row.recorded_at)
    row = msgspec.structs.replace(row, ledger_index=position.index)
    moved = await store.add(conn, row)
    assert moved, "the production's lock orders the answers to its requests"
    await productions.judge_again(conn, row.employer_id, row.recorded_at, row.production_id)
    await outbox.wake(conn, position.index)
    return row, position


async def replayed(conn: Connection, before: Entered, body: bytes) -> Made:
    """What was answered when *before* was made; KeyReused when that was to another body."""
    if before.body != body:
        raise key_reused()
    leaf = await store.leaf_at(conn, before.ledger_index)
    recorded = RequestRecorded(view.page([before]), place(Position(before.ledger_index, leaf)))
    return Made(recorded, replayed=True)


def key_reused() -> KeyReused:
    """The refusal of a key that has been used for something else."""
    return KeyReused(
        "this Idempotency-Key came with another body before; a new request needs a key of its own"
    )


def place(position: Position) -> Place:
    """Where in the ledger an entry stands, as callers are told."""
    return Place(position.index, position.leaf.hex())


def tell(row: Entered) -> None:
    """A line in the log, after the commit: a promise that the entry exists."""
    log.info(
        "request.made" if row.kind == "request" else "request.replied",
        request=str(row.request_id),
        employer=row.employer_id,
        production=row.production_id,
        revision=row.revision,
        index=row.ledger_index,
    )


async def show(
    db: Database, principal: Principal, request_id: UUID, moment: Moment | None = None
) -> RequestPage:
    """One request with its answers; NotFound when it is not the caller's to see."""
    async with db.snapshot() as conn:
        found = await store.get(conn, scope_of(principal), request_id, size_at(moment))
        return view.page(await store.entries(conn, found.employer_id, request_id, size_at(moment)))


async def find(
    db: Database,
    principal: Principal,
    *,
    production: str | None = None,
    state: RequestState | None = None,
    cursor: str | None = None,
    limit: int | None = None,
    moment: Moment | None = None,
) -> Page[RequestLine]:
    """A page of the requests the caller may see, newest first; pages never shift when requests are added."""
    key, size = decode(cursor, tuple[UUID]), limit_of(limit)
    async with db.snapshot() as conn:
        rows = await store.find_page(
            conn,
            scope_of(principal),
            production_id=production,
            state=state,
            before=key[0] if key else None,
            limit=size + 1,
            size=size_at(moment),
        )
    lines = [view.line(row.first, row.state, row.revision, row.changed_at) for row in rows]
    return paged(lines, size, lambda item: [item.request_id])
