"""Make a draft: look up what it is made from, and keep it."""

import datetime as dt
import hashlib
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import structlog
from uuid_utils.compat import uuid7

from registry.auth.scope import Principal, scope_of
from registry.db import Connection, Database, UniqueViolation
from registry.disclosures import document as documents
from registry.disclosures import store as disclosures
from registry.disclosures import upgrade
from registry.disclosures.version import Filed
from registry.drafts import asked as saved
from registry.drafts import store
from registry.drafts.draft import Draft, Source
from registry.drafts.making import asked, forward, made
from registry.drafts.making.asked import AskedDraft, Origin
from registry.drafts.making.blank import blank
from registry.drafts.making.made import Made
from registry.drafts.making.quarter import Period, next_period
from registry.drafts.order import written
from registry.errors import IllegalMove, KeyReused, NotFound
from registry.filing.prepare import employer_of
from registry.idempotency import digest, key_of
from registry.judging.house import House
from registry.productions import store as productions
from registry.productions.version import refuse
from registry.threads import store as threads
from registry.threads.entry import sides_of

log = structlog.get_logger()


async def make(
    db: Database, house: House, principal: Principal, body: bytes, key: str | None, now: dt.datetime
) -> tuple[Draft, bool]:
    """A new draft; the same again, and True, when it was made with this key before."""
    employer_id = employer_of(principal)
    given = key_of(key)
    told = documents.decode(body, most=saved.LARGEST)
    refuse(asked.check(told))
    wish = msgspec.convert(told, AskedDraft)
    name, request = given and digest(employer_id, given), hashlib.sha256(body).digest()
    try:
        async with db.transaction() as conn:
            before = name and await store.find_by_key(conn, employer_id, name)
            if before:
                return same(before, request), True
            begun = await begin(conn, house, principal, employer_id, wish)
            saved.check_size(written(house.schemas, begun.document))
            draft = row(principal, employer_id, wish.production_id, begun, now)
            draft = msgspec.structs.replace(draft, key_digest=name or None, request_digest=request)
            await store.add(conn, draft)
    except UniqueViolation:
        # The same request came twice at the same moment; the other one made the draft.
        async with db.snapshot() as conn:
            found = await store.find_by_key(conn, employer_id, name or b"")
        assert found is not None, "drafts are never deleted"
        return same(found, request), True
    log.info("draft.made", employer=employer_id, production=draft.production_id, draft=str(draft.draft_id))
    return draft, False


def same(before: Draft, request: bytes) -> Draft:
    """The draft made before, if it was by the same body; KeyReused else."""
    if before.request_digest != request:
        raise KeyReused(
            "this Idempotency-Key came with another body before; a new draft needs a key of its own"
        )
    return before


def row(principal: Principal, employer_id: str, production_id: str, begun: Made, now: dt.datetime) -> Draft:
    """The first revision of a draft."""
    disclosure_id, version = begun.amends or (None, None)
    return Draft(
        employer_id=employer_id,
        draft_id=uuid7(),
        production_id=production_id,
        disclosure_id=disclosure_id,
        base_version=version,
        source=begun.source,
        to_confirm=begun.carried,
        document=begun.document,
        state="open",
        revision=1,
        author=principal.subject,
        editor=principal.subject,
        review=None,
        filed=None,
        key_digest=None,
        request_digest=b"",
        created_at=now,
        changed_at=now,
    )


async def begin(
    conn: Connection, house: House, principal: Principal, employer_id: str, wish: AskedDraft
) -> Made:
    """What the draft begins with; raises NotFound for what is not the employer's own."""
    production = await productions.get_production(conn, employer_id, wish.production_id, scope_of(principal))
    origin = wish.origin
    if origin is None and wish.document is not None:
        return made.given(wish.document)
    if origin is None:
        employer = await productions.find_employer(conn, employer_id)
        assert employer is not None, "a production has an employer"
        return blank(employer.record, production.record, house.schemas.current)
    if origin.alert_id is not None:
        return await proposal(conn, principal, employer_id, wish.production_id, origin)
    assert origin.disclosure_id is not None, "an origin names a disclosure or an answer"
    version = await standing(conn, employer_id, origin.disclosure_id, origin.version)
    made.check_production(wish.production_id, version.production_id)
    document = upgrade.upgrade(version.document)
    if origin.purpose == "amendment":
        return made.restated(document, version.disclosure_id, version.version)
    filed_on = version.filed_at.astimezone(ZoneInfo(production.record.time_zone)).date()
    period = next_period(document, filed_on, await taken(conn, employer_id, wish.production_id))
    source = Source(kind="next_quarter", disclosure_id=version.disclosure_id, version=version.version)
    root = house.schemas.published[house.schemas.current].root
    return forward.forward(root, document, period, source)


async def taken(conn: Connection, employer_id: str, production_id: str) -> set[Period]:
    """The quarters that an update or a nil return in force speaks for."""
    found = await disclosures.load_quarters(conn, [employer_id], [production_id])
    return {(first.isoformat(), last.isoformat()) for days in found.values() for first, last in days}


async def standing(
    conn: Connection,
    employer_id: str,
    disclosure_id: UUID,
    wanted: int | None = None,
    before: int | None = None,
) -> Filed:
    """The version *wanted* of a disclosure in force; else the newest, *before* a place in the ledger."""
    versions = await disclosures.find_versions(conn, employer_id, disclosure_id)
    if not versions:
        raise NotFound("there is no such disclosure among yours")
    newest = versions[-1].version
    if versions[-1].kind == "withdrawal":
        raise IllegalMove("this disclosure is withdrawn and says nothing any more; begin with a blank draft")
    if (wanted or newest) > newest:
        raise NotFound(f"there is no version {wanted}; the disclosure has {newest}, counted from 1")
    if wanted is None and before is not None:
        known = [each for each in versions if each.ledger_index < before]
        return known[-1] if known else versions[0]
    return versions[(wanted or newest) - 1]


async def proposal(
    conn: Connection, principal: Principal, employer_id: str, production_id: str, origin: Origin
) -> Made:
    """The amendment that the employer proposed in an answer about an alert.

    It starts from the version that stood when it was proposed, so that what was filed since is looked at
    before it is filed.
    """
    assert origin.alert_id is not None, "an answer is named with its alert"
    entries = await threads.entries(conn, employer_id, origin.alert_id, sides_of(principal))
    entry = next((each for each in entries if each.number == origin.number), None)
    if entry is None:
        raise NotFound("there is no such entry in the thread of an alert of yours")
    facts = entry.document.get("facts") if entry.kind == "answer" else None
    if not facts:
        raise IllegalMove(f"entry {origin.number} proposes no amendment; only an answer with facts does")
    made.check_production(production_id, entry.production_id)
    disclosure_id = UUID(str(facts["disclosure_id"]))
    version = await standing(conn, employer_id, disclosure_id, before=entry.ledger_index)
    made.check_production(production_id, version.production_id)
    source = Source(
        kind="answer",
        disclosure_id=version.disclosure_id,
        version=version.version,
        alert_id=origin.alert_id,
        number=origin.number,
    )
    return Made(document=facts["document"], source=source, amends=(version.disclosure_id, version.version))
