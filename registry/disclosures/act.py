"""Read what was filed, within the caller's limits."""

from uuid import UUID

from registry.auth.scope import Principal, scope_of
from registry.db import Connection, Database
from registry.disclosures import release, store, view
from registry.disclosures.receipt import Proven, receipt_of
from registry.disclosures.version import Filed, Listed
from registry.errors import Forbidden, NotFound
from registry.ledger import store as ledger
from registry.ledger.moment import Moment, size_at
from registry.page import Page, decode, limit_of, page


async def find(
    db: Database,
    principal: Principal,
    production_id: str | None,
    cursor: str | None,
    limit: int | None,
    moment: Moment | None = None,
) -> Page[Listed]:
    """A page of the disclosures the caller may see, newest first; pages never shift when others are filed."""
    key = decode(cursor, tuple[UUID])
    size = limit_of(limit)
    async with db.snapshot() as conn:
        rows = await store.find_page(
            conn, scope_of(principal), production_id, key[0] if key else None, size, size_at(moment)
        )
    return page(rows, size, lambda item: [item.disclosure_id])


async def get_listed(
    conn: Connection, principal: Principal, disclosure_id: UUID, moment: Moment | None = None
) -> Listed:
    """The living record, or as it was; NotFound when there is none or it is not the caller's to see."""
    listed = await store.find(conn, scope_of(principal), disclosure_id, size_at(moment))
    if listed is None:
        raise NotFound("there is no such disclosure")
    return listed


async def show(
    db: Database, principal: Principal, disclosure_id: UUID, moment: Moment | None = None
) -> view.Disclosure:
    """One disclosure as it stands, without what is kept from the caller."""
    async with db.snapshot() as conn:
        listed = await get_listed(conn, principal, disclosure_id, moment)
        versions = await store.find_versions(conn, listed.employer_id, disclosure_id, size=size_at(moment))
        gone = await store.find_tombstones(conn, listed.employer_id, disclosure_id)
    return view.disclosure(listed, versions, principal.role, gone)


async def list_versions(
    db: Database, principal: Principal, disclosure_id: UUID, moment: Moment | None = None
) -> list[view.Version]:
    """Every version of one disclosure, oldest first."""
    async with db.snapshot() as conn:
        listed = await get_listed(conn, principal, disclosure_id, moment)
        versions = await store.find_versions(conn, listed.employer_id, disclosure_id, size=size_at(moment))
    return [view.version(each, versions, principal.role) for each in versions]


async def get_version(
    conn: Connection,
    principal: Principal,
    disclosure_id: UUID,
    version: int | None,
    moment: Moment | None = None,
) -> Filed:
    """One version (None: the newest); NotFound when there is none or it is not the caller's to see."""
    listed = await get_listed(conn, principal, disclosure_id, moment)
    wanted = listed.version if version is None else version
    if not 1 <= wanted <= listed.version:
        raise NotFound(f"there is no version {wanted}; the disclosure has {listed.version}, counted from 1")
    (found,) = await store.find_versions(conn, listed.employer_id, disclosure_id, wanted)
    return found


async def get_bytes(
    db: Database, principal: Principal, disclosure_id: UUID, version: int, moment: Moment | None = None
) -> view.Received:
    """The exact bytes of one version; Forbidden when it, or the newest, keeps any of it from the caller."""
    async with db.snapshot() as conn:
        newest = (await get_listed(conn, principal, disclosure_id, moment)).version
        filed = await get_version(conn, principal, disclosure_id, version, moment)
        versions = await store.find_versions(conn, filed.employer_id, disclosure_id, size=size_at(moment))
        content = await store.find_content(conn, filed.employer_id, disclosure_id, version)
    kept = release.kept(filed.document, view.marking(versions), principal.role)
    if kept:
        raise Forbidden(
            f"its employer, here or in a later version, or the schema keeps {', '.join(kept[:5])} of this "
            "version from callers of your role, so its bytes as a whole cannot be shown to you; "
            f"/v1/disclosures/{disclosure_id} shows the rest"
        )
    if content is None:
        raise NotFound("the content of this version was redacted by order; its digest and its proof remain")
    return view.received(filed, content.body, newest)


async def get_receipt(
    db: Database,
    principal: Principal,
    disclosure_id: UUID,
    version: int | None,
    moment: Moment | None = None,
) -> Proven:
    """The receipt of a version (None: the newest), with the proof that its entry is in the ledger.

    The proof is in the tree of *moment*, or in the tree as it is now.
    """
    async with db.snapshot() as conn:
        filed = await get_version(conn, principal, disclosure_id, version, moment)
        stored = await ledger.get_entry(conn, filed.ledger_index)
        tree = moment or await ledger.head(conn)
        proof = await ledger.inclusion(conn, filed.ledger_index, tree.size)
    return Proven(
        receipt=receipt_of(filed, stored.leaf, tree.size, tree.root),
        entry=stored.entry.decode(),
        proof=[each.hex() for each in proof],
    )
