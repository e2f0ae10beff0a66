"""Compare versions and moments, within the caller's limits."""

import datetime as dt
from typing import Final
from uuid import UUID

import msgspec

from registry.auth.scope import Principal, Scope, scope_of
from registry.db import Connection, Database
from registry.diffs import asked, between, store
from registry.diffs.asked import JSON, PATCH, Bound
from registry.diffs.between import Between, RecordDiff, VerdictDiff
from registry.diffs.versions import compared
from registry.disclosures import act as disclosures
from registry.disclosures import store as filings
from registry.disclosures.schemas import SchemaSet
from registry.errors import Fault, Invalid, NotFound
from registry.judging import store as judging
from registry.judging.ruling import concerning, decode
from registry.ledger import store as ledger
from registry.ledger.moment import Moment
from registry.ledger.past import store as past
from registry.productions import store as productions

MOST: Final = 200
"""So many productions of an employer are compared at once."""


class Compared(msgspec.Struct, frozen=True):
    """An answer in the form it was asked for."""

    body: bytes
    media_type: str


async def versions(
    db: Database,
    schemas: SchemaSet,
    principal: Principal,
    disclosure_id: UUID,
    pair: tuple[str | None, str | None],
    accept: str | None,
) -> Compared:
    """Two versions beside each other; the newest beside the one before it, where they are not said."""
    async with db.snapshot() as conn:
        listed = await disclosures.get_listed(conn, principal, disclosure_id)
        every = await filings.find_versions(conn, listed.employer_id, disclosure_id)
    first, last = asked.versions(*pair, listed.version)
    found = compared(schemas.published[schemas.current].root, every, (first, last), principal.role)
    if asked.wants_patch(accept):
        return Compared(msgspec.json.encode(found.patch), PATCH)
    return Compared(msgspec.json.encode(found), JSON)


async def of_production(
    db: Database,
    principal: Principal,
    key: tuple[str, str],
    bounds: tuple[str | None, str | None],
    now: dt.datetime,
) -> Between:
    """What changed about one production; NotFound when it is not the caller's to see at the later moment."""
    scope = scope_of(principal)
    async with db.snapshot() as conn:
        span = await moments(conn, bounds, now)
        await productions.get_production(conn, *key, scope, span[1].size)
        return await collect(conn, scope, key[0], [key[1]], span, whole=False)


async def of_employer(
    db: Database,
    principal: Principal,
    employer_id: str,
    bounds: tuple[str | None, str | None],
    now: dt.datetime,
) -> Between:
    """What changed about an employer and its productions, as far as they are the caller's to see."""
    scope = scope_of(principal)
    async with db.snapshot() as conn:
        span = await moments(conn, bounds, now)
        await productions.get_employer(conn, employer_id, scope, span[1].size)
        keys = await store.touched(conn, employer_id, (span[0].size, span[1].size), MOST + 1)
        if len(keys) > MOST:
            detail = f"more than {MOST} productions changed in this time"
            raise Invalid(
                detail, [Fault("", "from", detail, "Name a later moment, or ask for one production.")]
            )
        seen = [each for each in keys if await sees(conn, scope, (employer_id, each), span[1])]
        return await collect(conn, scope, employer_id, seen, span, whole=True)


async def moments(
    conn: Connection, bounds: tuple[str | None, str | None], now: dt.datetime
) -> tuple[Moment, Moment]:
    """Both ends as moments of the ledger; the later one is the whole of it, where none is said."""
    first, last = asked.bounds(*bounds, now)
    known = (await ledger.head(conn)).size
    asked.within(first, last, known)
    since, to = await resolved(conn, first, known), await resolved(conn, last, known)
    if since.size > to.size:
        raise asked.backwards()
    return since, to


async def resolved(conn: Connection, bound: Bound, known: int) -> Moment:
    """One end as a moment; the ledger of *known* entries, where none is said."""
    size = known if bound == Bound() else bound.size
    found = await past.resolve(conn, bound.at, size)
    assert found is not None, "one of the two is said"
    return found


async def sees(conn: Connection, scope: Scope, key: tuple[str, str], moment: Moment) -> bool:
    """Whether a production lies inside *scope* at *moment*."""
    try:
        await productions.get_production(conn, *key, scope, moment.size)
    except NotFound:
        return False
    return True


async def collect(
    conn: Connection,
    scope: Scope,
    employer_id: str,
    names: list[str],
    span: tuple[Moment, Moment],
    *,
    whole: bool,
) -> Between:
    """Everything that changed about the productions *names*; with *whole*, about their employer, too."""
    sizes = span[0].size, span[1].size
    records = await employer_diff(conn, scope, employer_id, sizes) if whole else []
    verdicts: list[VerdictDiff] = []
    for name in names:
        records += await production_diff(conn, scope, (employer_id, name), sizes)
        verdicts += await verdict_diff(conn, scope, (employer_id, name), sizes)
    return Between(
        employer_id=employer_id,
        production_id=None if whole else names[0],
        since=between.moment_shown(span[0]),
        to=between.moment_shown(span[1]),
        records=records,
        filings=between.filed(await store.filed(conn, employer_id, names, sizes)),
        verdicts=verdicts,
        alerts=await store.alerts(conn, scope, employer_id, names, sizes),
    )


async def employer_diff(
    conn: Connection, scope: Scope, employer_id: str, sizes: tuple[int, int]
) -> list[RecordDiff]:
    """How an employer's record changed."""
    now = await productions.get_employer(conn, employer_id, scope, sizes[1])
    try:
        was = await productions.get_employer(conn, employer_id, scope, sizes[0])
        before = msgspec.to_builtins(was.record), was.revision
    except NotFound:
        before = None
    told = msgspec.to_builtins(now.record), now.revision
    return list(between.record("employer", employer_id, before, told))


async def production_diff(
    conn: Connection, scope: Scope, key: tuple[str, str], sizes: tuple[int, int]
) -> list[RecordDiff]:
    """How a production's record changed; what was not the caller's to see then is new to them."""
    now = await productions.get_production(conn, *key, scope, sizes[1])
    try:
        was = await productions.get_production(conn, *key, scope, sizes[0])
        before = msgspec.to_builtins(was.record), was.revision
    except NotFound:
        before = None
    told = msgspec.to_builtins(now.record), now.revision
    return list(between.record("production", key[1], before, told))


async def verdict_diff(
    conn: Connection, scope: Scope, key: tuple[str, str], sizes: tuple[int, int]
) -> list[VerdictDiff]:
    """The findings about a production within *scope* whose verdicts changed."""
    was, now = [await judging.find_latest(conn, key, size) for size in sizes]
    if now is None or (was and was.ledger_index == now.ledger_index):
        return []
    old, new = [concerning(scope, decode(each.findings)) if each else [] for each in (was, now)]
    return between.verdicts(key[1], old, new)
