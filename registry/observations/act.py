"""Reporting and reading: an observation is a row, a ledger entry and one more fact, or nothing.

Locks are taken in one order everywhere: production, alerts, the ledger's head. Nobody is told of an
observation by itself: it is held against the filings, and what contradicts them becomes an alert.
"""

import datetime as dt
import functools
import hashlib
import secrets
from uuid import UUID

import msgspec
import structlog
from uuid_utils.compat import uuid7

from registry import files
from registry.agreements import act as agreements
from registry.auth.scope import Principal, permit, scope_of
from registry.db import Connection, Database, UniqueViolation
from registry.disclosures import codes as lists
from registry.disclosures import document
from registry.idempotency import REPLAYED, digest, key_of, required
from registry.ledger import store as ledger
from registry.ledger.moment import Moment, size_at
from registry.observations import observed, store, view
from registry.observations.entry import Kept, ledger_entry
from registry.observations.observed import Observed
from registry.observations.view import Observation, ObservationRecorded
from registry.page import Page, decode, limit_of
from registry.page import page as paged
from registry.productions import store as productions
from registry.productions.version import refuse
from registry.requests import act as requests
from registry.requests import party
from registry.requests import store as request_store
from registry.requests.asked import said
from registry.requests.party import Codes

log = structlog.get_logger()


class Reported(msgspec.Struct, frozen=True):
    """An observation that was recorded now, or by the same request before."""

    recorded: ObservationRecorded
    replayed: bool

    @property
    def headers(self) -> dict[str, str]:
        """Where it is, and whether this is an answer given before."""
        address = {"Location": f"/v1/observations/{self.recorded.observation.observation_id}"}
        return address | (REPLAYED if self.replayed else {})


@functools.cache
def codes() -> Codes:
    """The codes an observation is checked against, read once."""
    categories = lists.listed((files.SCHEMAS / "codes" / "tool-categories.json").read_bytes())
    return Codes(locals=frozenset(agreements.locals_by_key()), categories=tuple(categories.values))


async def report(
    db: Database, principal: Principal, body: bytes, key: str | None, now: dt.datetime
) -> Reported:
    """Put an observation on record and have the production judged again; who reported it is not kept.

    Sent again with its key it records nothing, and gets the answer of the first time.
    """
    permit(principal, {"representative"})
    given = required(key_of(key), "observation")
    told = document.decode(body)
    refuse(observed.check(told, codes(), now))
    what = msgspec.convert(told, Observed)
    scope, speaks = scope_of(principal), party.party_of(what.union, what.local)
    row = kept(what, body, digest(speaks, given), now)
    try:
        async with db.transaction() as conn:
            await productions.get_production(conn, row.employer_id, row.production_id, scope)
            stored = await productions.find_production(conn, row.employer_id, row.production_id, lock=True)
            assert stored is not None, "nothing deletes a production"
            refuse([*party.check_standing(what.union, what.local, stored.record, scope)])
            before = await store.find_by_key(conn, row.employer_id, row.key_digest)
            if before is not None and before.fingerprint != row.fingerprint:
                raise requests.key_reused()
            if before is None:
                row = await write(conn, row)
            shown = await answer_of(conn, before or row, principal)
    except UniqueViolation:
        # The same key came for another production at the same moment, so with another body.
        raise requests.key_reused() from None
    if before is None:
        # No word of the caller: what the log says of this request has been kept free of it, too.
        log.info(
            "observation.recorded",
            observation=str(row.observation_id),
            employer=row.employer_id,
            production=row.production_id,
            index=row.ledger_index,
        )
    return Reported(shown, replayed=before is not None)


def kept(what: Observed, body: bytes, key_digest: bytes, now: dt.datetime) -> Kept:
    """The row of a new observation, without its place in the ledger."""
    reporter = what.reporter
    return Kept(
        employer_id=what.employer_id,
        observation_id=uuid7(),
        production_id=what.production_id,
        party=party.party_of(what.union, what.local),
        role="representative",
        document=said(msgspec.structs.replace(what, reporter=None)),
        reporter_name=reporter.name if reporter else None,
        reporter_contact=reporter.contact if reporter else None,
        salt=secrets.token_urlsafe(16),
        key_digest=key_digest,
        fingerprint=hashlib.sha256(body).digest(),
        recorded_at=now,
    )


async def write(conn: Connection, row: Kept) -> Kept:
    """Append an observation; the caller holds the production. The next sweep judges it."""
    (position,) = await ledger.append(conn, [ledger_entry(row)], row.recorded_at)
    row = msgspec.structs.replace(row, ledger_index=position.index)
    await store.add(conn, row)
    await productions.judge_again(conn, row.employer_id, row.recorded_at, row.production_id)
    return row


async def answer_of(conn: Connection, row: Kept, principal: Principal) -> ObservationRecorded:
    """What the report of *row* is answered with, the first time and every time."""
    leaf = await request_store.leaf_at(conn, row.ledger_index)
    shown = view.observation(row, principal.role)
    return ObservationRecorded(shown, requests.place(ledger.Position(row.ledger_index, leaf)))


async def show(
    db: Database, principal: Principal, observation_id: UUID, moment: Moment | None = None
) -> Observation:
    """One observation; NotFound when it is not the caller's to see."""
    async with db.snapshot() as conn:
        row = await store.get(conn, scope_of(principal), observation_id, size_at(moment))
    return view.observation(row, principal.role)


async def find(
    db: Database,
    principal: Principal,
    *,
    production: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
    moment: Moment | None = None,
) -> Page[Observation]:
    """A page of the observations the caller may see, newest first."""
    key, size = decode(cursor, tuple[UUID]), limit_of(limit)
    async with db.snapshot() as conn:
        rows = await store.find_page(
            conn,
            scope_of(principal),
            production_id=production,
            before=key[0] if key else None,
            limit=size + 1,
            size=size_at(moment),
        )
    shown = [view.observation(row, principal.role) for row in rows]
    return paged(shown, size, lambda item: [item.observation_id])
