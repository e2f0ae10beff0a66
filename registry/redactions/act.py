"""Redact by order; do redactions again in a copy of the database that is older than they are."""

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
import structlog
from uuid_utils.compat import uuid7

from registry.agreements.terms import Edition
from registry.auth.scope import Principal, permit, scope_of
from registry.db import Connection, Database
from registry.disclosures import document
from registry.disclosures import store as disclosures
from registry.disclosures.version import Filed
from registry.errors import KeyReused, NotFound
from registry.idempotency import digest, key_of, required
from registry.judging import store as judging
from registry.ledger import store as ledger
from registry.productions.version import check_match, refuse
from registry.redactions import asked, store, tombstone
from registry.redactions.asked import RedactionOrder
from registry.redactions.entry import Redacted, Redaction, ledger_entry, shown
from registry.redactions.reach import act as reach
from registry.redactions.tombstone import Tombstone
from registry.search import act as search

log = structlog.get_logger()

LOSSES = frozenset({"workforce", "uses", "tools"})
"""Sections that losses, which other productions are judged by, are made from."""


async def redact(
    db: Database,
    editions: Mapping[str, Edition],
    principal: Principal,
    disclosure_id: UUID,
    body: bytes,
    if_match: str | None,
    key: str | None,
    now: dt.datetime,
) -> Redaction:
    """Take sections out of one version by order; the same order sent again with its key changes nothing."""
    permit(principal, {"administrator"})
    given = required(key_of(key), "redaction")
    told = document.decode(body)
    refuse(asked.check(told))
    order = msgspec.convert(told, RedactionOrder)
    key_digest = digest(principal.subject, given)
    async with db.transaction() as conn:
        listed = await disclosures.find(conn, scope_of(principal), disclosure_id)
        if listed is None:
            raise NotFound("there is no such disclosure")
        await judging.hold(conn, await store.list_productions(conn, listed.employer_id))
        before = await store.find_by_key(conn, listed.employer_id, key_digest)
        if before is not None:
            return repeated(before, disclosure_id, order)
        listed = await disclosures.find(conn, scope_of(principal), disclosure_id)
        assert listed is not None, "nothing deletes a disclosure"
        check_match(if_match, listed.version)
        row = Redacted(
            employer_id=listed.employer_id,
            redaction_id=uuid7(),
            disclosure_id=disclosure_id,
            version=order.version,
            sections=sorted(order.sections),
            ground=order.ground,
            ordered_by=order.ordered_by,
            body=b"",
            recorded_at=now,
            recorded_by=principal.subject,
            key_digest=key_digest,
        )
        made = await take(conn, editions, row, order)
    log.warning(
        "disclosure.redacted", disclosure=str(disclosure_id), version=order.version, rows=made.rows_changed
    )
    return made


async def take(
    conn: Connection, editions: Mapping[str, Edition], row: Redacted, order: RedactionOrder
) -> Redaction:
    """Write the tombstone *row* of *order* with its list and its entry, and take out what it names."""
    versions = await disclosures.find_versions(conn, row.employer_id, row.disclosure_id)
    earlier = [tombstone.read(e.employer_id, e.body) for e in await find_earlier(conn, row)]
    filed = next((each for each in versions if each.version == order.version), None)
    refuse(asked.check_standing(order, filed, tombstone.sections_gone(earlier, order.version)))
    assert filed is not None, "an order about no version has been refused"
    changed, changes = await reach.gather(conn, editions, filed, row.sections)
    told = Tombstone(
        disclosure_id=str(row.disclosure_id),
        version=row.version,
        sections=row.sections,
        ground=row.ground,
        ordered_by=row.ordered_by,
        reason=order.reason,
        rows=changed,
    )
    row = msgspec.structs.replace(row, body=tombstone.encode(told))
    (position,) = await ledger.append(conn, [ledger_entry(row)], row.recorded_at)
    row = msgspec.structs.replace(row, ledger_index=position.index)
    await store.redact(conn, row, changes)
    losses = not LOSSES.isdisjoint(row.sections)
    key = filed.employer_id, filed.production_id
    await store.move_facts(conn, key, position.index, row.recorded_at, losses=losses)
    await search.remake(conn, row.employer_id, row.disclosure_id)
    return shown(row, told, still_in(versions, filed, row.sections))


async def find_earlier(conn: Connection, row: Redacted) -> list[Redacted]:
    """What was taken out of the same disclosure before."""
    return await store.find_of(conn, row.employer_id, row.disclosure_id)


def repeated(before: Redacted, disclosure_id: UUID, order: RedactionOrder) -> Redaction:
    """The answer to an order given before with the same key; KeyReused when it was another order."""
    told = tombstone.read(before.employer_id, before.body)
    same = (
        disclosure_id,
        order.version,
        sorted(order.sections),
        order.ground,
        order.ordered_by,
        order.reason,
    )
    if same != (
        before.disclosure_id,
        before.version,
        before.sections,
        before.ground,
        before.ordered_by,
        told.reason,
    ):
        raise KeyReused("this Idempotency-Key was sent with another order; choose a new one")
    return shown(before, told, [])


def still_in(versions: Sequence[Filed], filed: Filed, sections: Sequence[str]) -> list[int]:
    """The other versions of the disclosure that say the same in one of *sections*."""
    return [
        each.version
        for each in versions
        if each.version != filed.version
        and any(
            name in each.document and each.document[name] == filed.document.get(name) for name in sections
        )
    ]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A redaction as it is kept outside the database, to be done again in an older copy of it."""

    redaction_id: UUID
    employer_id: str
    disclosure_id: UUID
    version: int
    sections: list[str]
    ground: str
    ordered_by: str
    reason: str
    recorded_by: str


async def orders(db: Database) -> list[Order]:
    """Every redaction there was, for a list kept outside the database."""
    async with db.snapshot() as conn:
        rows = await store.list_all(conn)
    return [
        Order(
            **{name: getattr(row, name) for name in Order.__struct_fields__ if name != "reason"},
            reason=tombstone.read(row.employer_id, row.body).reason,
        )
        for row in rows
    ]


async def reapply(
    db: Database, editions: Mapping[str, Edition], given: Sequence[Order], now: dt.datetime
) -> int:
    """Do each of *given* that this copy of the database does not know yet; how many there were.

    Each gets a new entry, under its old id. A version that this copy does not hold is passed over: what is
    not here need not be taken out.
    """
    done = 0
    for order in given:
        async with db.transaction() as conn:
            await judging.hold(conn, await store.list_productions(conn, order.employer_id))
            known = {each.redaction_id for each in await store.list_all(conn)}
            versions = await disclosures.find_versions(
                conn, order.employer_id, order.disclosure_id, order.version
            )
            if order.redaction_id in known or not versions:
                continue
            row = Redacted(
                employer_id=order.employer_id,
                redaction_id=order.redaction_id,
                disclosure_id=order.disclosure_id,
                version=order.version,
                sections=order.sections,
                ground=order.ground,
                ordered_by=order.ordered_by,
                body=b"",
                recorded_at=now,
                recorded_by=order.recorded_by,
                key_digest=None,
            )
            asked_for = RedactionOrder(
                version=order.version,
                sections=order.sections,
                ground=order.ground,
                ordered_by=order.ordered_by,
                reason=order.reason,
            )
            await take(conn, editions, row, asked_for)
            done += 1
    return done
