"""Recording employers and productions: each change is a version, a ledger entry and a new record, or nothing.

A change of what an employer has signed moves the facts of all its productions, so each is judged again.
"""

import contextlib
import functools
import hashlib
import zoneinfo
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
import structlog

from registry import page
from registry.agreements import act as agreements
from registry.auth.scope import Principal, permit, scope_of
from registry.db import Connection, Database, UniqueViolation
from registry.disclosures import document, identifiers
from registry.errors import AlreadyExists, Fault, NotFound
from registry.ledger import entry
from registry.ledger import store as ledger
from registry.ledger.moment import Moment, size_at
from registry.ledger.store import Position
from registry.productions import record as records
from registry.productions import store, version
from registry.productions.history import store as history
from registry.productions.record import EmployerRecord, ProductionRecord, Reference
from registry.productions.store import Stored, StoredEmployer
from registry.productions.view import Recorded, recorded
from registry.search import act as search

log = structlog.get_logger()

Given = bytes | Mapping[str, Any] | msgspec.Struct
"""A record as received, byte for byte; a mapping or struct stands for its own JSON."""


async def create_employer(
    db: Database, principal: Principal, record: Given, now: datetime
) -> Recorded[EmployerRecord]:
    """Put a new employer on record; raises Invalid with every fault, AlreadyExists for a taken key or LEI."""
    permit(principal, {"administrator"})
    body = bytes_of(record)
    new = read_employer(body)
    async with lei_is_free(), db.transaction() as conn:
        await check_parent(conn, new)
        row = version.employer_row(new, 1, body, principal, now)
        if not await store.put_employer(conn, row):
            raise AlreadyExists(f"there is an employer {new.employer_id} already; change it with PUT")
        position = await append(conn, "employer", new.employer_id, row, None, now)
        await history.add_employer_version(conn, row, position.index)
    log.info("employer.recorded", employer=new.employer_id, revision=1, index=position.index)
    return recorded(new, 1, now, position.index, position.leaf)


async def change_employer(
    db: Database, principal: Principal, employer_id: str, record: Given, if_match: str | None, now: datetime
) -> Recorded[EmployerRecord]:
    """Replace an employer's record at the revision *if_match* names; raises Stale when that is an old one."""
    permit(principal, {"administrator"})
    body = bytes_of(record)
    new = read_employer(body)
    version.check_path({"employer_id": (employer_id, new.employer_id)})
    async with lei_is_free(), db.transaction() as conn:
        old = await store.lock_employer(conn, employer_id)
        if old is None:
            raise NotFound(f"there is no employer {employer_id[:80]}")
        version.check_match(if_match, old.revision)
        await check_parent(conn, new)
        version.refuse(records.check_still_signed(new, await store.lock_productions_of(conn, employer_id)))
        row = version.employer_row(new, old.revision + 1, body, principal, now)
        await store.put_employer(conn, row)
        if new.agreements != old.record.agreements:
            await store.judge_again(conn, employer_id, now)
        leaf = await history.employer_leaf(conn, employer_id, old.revision)
        position = await append(conn, "employer", employer_id, row, leaf, now)
        await history.add_employer_version(conn, row, position.index)
    log.info("employer.recorded", employer=employer_id, revision=row["revision"], index=position.index)
    return recorded(new, row["revision"], now, position.index, position.leaf)


async def create_production(
    db: Database, principal: Principal, record: Given, now: datetime
) -> Recorded[ProductionRecord]:
    """Put a new production on record, to be judged at once; raises Invalid, AlreadyExists."""
    permit(principal, {"administrator"})
    body = bytes_of(record)
    new = read_production(body)
    async with db.transaction() as conn:
        warnings = await check_employer_of(conn, new)
        row = version.production_row(new, 1, body, principal, now)
        if not await store.put_production(conn, row):
            key = f"{new.employer_id}/{new.production_id}"
            raise AlreadyExists(f"there is a production {key} already; change it with PUT")
        position = await append(conn, "production", version.production_key(new), row, None, now)
        await history.add_production_version(conn, row, position.index)
    log.info("production.recorded", production=version.production_key(new), revision=1, index=position.index)
    return recorded(new, 1, now, position.index, position.leaf, warnings)


async def change_production(
    db: Database,
    principal: Principal,
    employer_id: str,
    production_id: str,
    record: Given,
    if_match: str | None,
    now: datetime,
) -> Recorded[ProductionRecord]:
    """Replace a production's record at the revision *if_match* names; it is judged again at once."""
    permit(principal, {"administrator"})
    body = bytes_of(record)
    new = read_production(body)
    version.check_path(
        {
            "employer_id": (employer_id, new.employer_id),
            "production_id": (production_id, new.production_id),
        }
    )
    async with db.transaction() as conn:
        warnings = await check_employer_of(conn, new)
        old = await store.find_production(conn, employer_id, production_id, lock=True)
        if old is None:
            raise NotFound(f"there is no production {employer_id[:80]}/{production_id[:80]}")
        version.check_match(if_match, old.revision)
        row = version.production_row(new, old.revision + 1, body, principal, now)
        await store.put_production(conn, row)
        if new.locals != old.record.locals:
            await search.move_production(conn, employer_id, production_id, new.locals)
        leaf = await history.production_leaf(conn, employer_id, production_id, old.revision)
        position = await append(conn, "production", version.production_key(new), row, leaf, now)
        await history.add_production_version(conn, row, position.index)
    revision = row["revision"]
    log.info(
        "production.recorded", production=version.production_key(new), revision=revision, index=position.index
    )
    return recorded(new, revision, now, position.index, position.leaf, warnings)


async def show_employer(
    db: Database, principal: Principal, employer_id: str, moment: Moment | None = None
) -> StoredEmployer:
    """An employer the caller may see; raises NotFound for any other."""
    async with db.snapshot() as conn:
        return await store.get_employer(conn, employer_id, scope_of(principal), size_at(moment))


async def show_production(
    db: Database, principal: Principal, employer_id: str, production_id: str, moment: Moment | None = None
) -> Stored:
    """A production the caller may see; raises NotFound for any other."""
    async with db.snapshot() as conn:
        return await store.get_production(
            conn, employer_id, production_id, scope_of(principal), size_at(moment)
        )


async def list_employers(
    db: Database,
    principal: Principal,
    cursor: str | None,
    limit: int | None,
    moment: Moment | None = None,
) -> page.Page[StoredEmployer]:
    """A page of the employers the caller may see, by id."""
    (after,) = page.decode(cursor, tuple[str]) or ("",)
    most = page.limit_of(limit)
    async with db.snapshot() as conn:
        rows = await store.list_employers(
            conn, scope_of(principal), after=after, most=most + 1, size=size_at(moment)
        )
    return page.page(rows, most, lambda row: [row.record.employer_id])


async def list_productions(
    db: Database,
    principal: Principal,
    employer_id: str | None,
    cursor: str | None,
    limit: int | None,
    moment: Moment | None = None,
) -> page.Page[Stored]:
    """A page of the productions the caller may see, by employer and id."""
    after = page.decode(cursor, tuple[str, str]) or ("", "")
    most = page.limit_of(limit)
    async with db.snapshot() as conn:
        rows = await store.list_productions(
            conn,
            scope_of(principal),
            after=after,
            most=most + 1,
            employer_id=employer_id,
            size=size_at(moment),
        )
    return page.page(rows, most, lambda row: [row.record.employer_id, row.record.production_id])


@functools.cache
def reference() -> Reference:
    """What records are checked against, read once: the code lists that ship with the program."""
    return Reference(
        editions=agreements.editions(),
        locals=frozenset(agreements.locals_by_key()),
        zones=frozenset(zoneinfo.available_timezones()),
        lei=identifiers.lei,
        eidr=identifiers.eidr,
        isan=identifiers.isan,
        country=identifiers.country,
        subdivision=identifiers.subdivision,
    )


def bytes_of(record: Given) -> bytes:
    """The bytes that are kept: those received, or the JSON of a record made by a program."""
    return record if isinstance(record, bytes) else msgspec.json.encode(record)


def read_employer(body: bytes) -> EmployerRecord:
    """The employer record in *body*; raises Malformed, or Invalid with every fault."""
    value = document.decode(body)
    version.refuse(records.check_employer(value, reference()))
    return msgspec.convert(value, EmployerRecord)


def read_production(body: bytes) -> ProductionRecord:
    """The production record in *body*; raises Malformed, or Invalid with every fault."""
    value = document.decode(body)
    version.refuse(records.check_production(value, reference()))
    return msgspec.convert(value, ProductionRecord)


async def check_parent(conn: Connection, new: EmployerRecord) -> None:
    """Raise Invalid when the parent is no employer on record."""
    if new.parent_id is not None and await store.find_employer(conn, new.parent_id) is None:
        detail = f"There is no employer `{new.parent_id}`."
        version.refuse(
            [Fault("/parent_id", "unknown-employer", detail, fix="Put the parent on record first.")]
        )


async def check_employer_of(conn: Connection, new: ProductionRecord) -> list[Fault]:
    """The doubts about a production beside its employer's record, which is held; faults raise Invalid."""
    employer = await store.find_employer(conn, new.employer_id, hold=True)
    if employer is None:
        detail = f"There is no employer `{new.employer_id}`."
        version.refuse(
            [Fault("/employer_id", "unknown-employer", detail, fix="Put the employer on record first.")]
        )
        return []
    version.refuse(records.check_signed(new, employer.record))
    return records.doubts(new, employer.record, reference().editions)


@contextlib.asynccontextmanager
async def lei_is_free() -> AsyncIterator[None]:
    """Say in words what the one unique index beside the key refuses."""
    try:
        yield
    except UniqueViolation:
        raise AlreadyExists("another employer has this LEI already; one company is one employer") from None


async def append(
    conn: Connection, kind: entry.Kind, key: str, row: Mapping[str, Any], leaf: bytes | None, now: datetime
) -> Position:
    """Append the entry of one version; *leaf* is the entry's predecessor's."""
    made = entry.Entry(
        kind=kind,
        id=version.entry_id(kind, key),
        seq=row["revision"],
        prev=leaf.hex() if leaf else None,
        sha256=hashlib.sha256(row["body"]).hexdigest(),
        record=entry.row_digest(f"{kind}_version", row),
        at=entry.stamp(now),
    )
    (position,) = await ledger.append(conn, [entry.encode(made)], now)
    return position
