"""Read what was filed, within the caller's limits."""

from uuid import UUID

from registry.auth.scope import Principal, scope_of
from registry.db import Connection, Database
from registry.disclosures import release, store, view
from registry.disclosures.receipt import Proven, receipt_of
from registry.disclosures.version import Filed, Listed
from registry.errors import Forbidden, NotFound
from registry.ledger import store as ledger
from registry.page import Page, decode, limit_of, page


async def find(
    db: Database, principal: Principal, production_id: str | None, cursor: str | None, limit: int | None
) -> Page[Listed]:
    """A page of the disclosures the caller may see, newest first; pages never shift when others are filed."""
    key = decode(cursor, tuple[UUID])
    size = limit_of(limit)
    async with db.snapshot() as conn:
        rows = await store.find_page(conn, scope_of(principal), production_id, key[0] if key else None, size)
    return page(rows, size, lambda item: [item.disclosure_id])


async def get_listed(conn: Connection, principal: Principal, disclosure_id: UUID) -> Listed:
    """The living record; NotFound when there is none or it is not the caller's to see."""
    listed = await store.find(conn, scope_of(principal), disclosure_id)
    if listed is None:
        raise NotFound("there is no such disclosure")
    return listed


async def show(db: Database, principal: Principal, disclosure_id: UUID) -> view.Disclosure:
    """One disclosure as it stands, without the sections its employer keeps from the caller."""
    async with db.snapshot() as conn:
        listed = await get_listed(conn, principal, disclosure_id)
        versions = await store.find_versions(conn, listed.employer_id, disclosure_id)
    return view.disclosure(listed, versions, principal.role)


async def list_versions(db: Database, principal: Principal, disclosure_id: UUID) -> list[view.Version]:
    """Every version of one disclosure, oldest first."""
    async with db.snapshot() as conn:
        listed = await get_listed(conn, principal, disclosure_id)
        versions = await store.find_versions(conn, listed.employer_id, disclosure_id)
    return [view.version(each) for each in versions]


async def get_version(
    conn: Connection, principal: Principal, disclosure_id: UUID, version: int | None
) -> Filed:
    """One version (None: the newest); NotFound when there is none or it is not the caller's to see."""
    listed = await get_listed(conn, principal, disclosure_id)
    wanted = listed.version if version is None else version
    if not 1 <= wanted <= listed.version:
        raise NotFound(f"there is no version {wanted}; the disclosure has {listed.version}, counted from 1")
    (found,) = await store.find_versions(conn, listed.employer_id, disclosure_id, wanted)
    return found


async def get_bytes(db: Database, principal: Principal, disclosure_id: UUID, version: int) -> view.Received:
    """The exact bytes of one version; Forbidden when its employer keeps a section of it from the caller."""
    async with db.snapshot() as conn:
        filed = await get_version(conn, principal, disclosure_id, version)
        content = await store.find_content(conn, filed.employer_id, disclosure_id, version)
    kept = release.withheld(filed.document, principal.role)
    if kept:
        raise Forbidden(
            f"the employer keeps {', '.join(kept[:5])} of this version to itself, so its bytes as a whole "
            f"cannot be shown to a caller of your role; /v1/disclosures/{disclosure_id} shows the rest"
        )
    if content is None:
        raise NotFound("the content of this version was redacted by order; its digest and its proof remain")
    return view.received(filed, content.body)


async def get_receipt(db: Database, principal: Principal, disclosure_id: UUID, version: int | None) -> Proven:
    """The receipt of a version (None: the newest), with the proof that its entry is in the ledger."""
    async with db.snapshot() as conn:
        filed = await get_version(conn, principal, disclosure_id, version)
        stored = await ledger.get_entry(conn, filed.ledger_index)
        head = await ledger.head(conn)
        proof = await ledger.inclusion(conn, filed.ledger_index, head.size)
    return Proven(
        receipt=receipt_of(filed, stored.leaf, head.size, head.root),
        entry=stored.entry.decode(),
        proof=[each.hex() for each in proof],
    )
