"""The door of the ledger: public, because everything in it may be read by anybody."""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter

from registry.db import Database
from registry.ledger import answer
from registry.ledger import store as ledger
from registry.ledger.answer import ConsistencyProof, InclusionProof, LedgerEntry, LedgerHead
from registry.ledger.served import http as served

Index = Annotated[
    int, PathParameter(ge=0, le=2**53 - 1, description="Where the entry stands; the first one is entry 0.")
]
Size = Annotated[
    int | None,
    QueryParameter(
        name="size",
        ge=1,
        le=2**53 - 1,
        description="The size of the tree the proof is for; now, if unsaid.",
    ),
]
From = Annotated[
    int, QueryParameter(name="from", ge=1, le=2**53 - 1, description="The size of the tree known before.")
]
To = Annotated[
    int, QueryParameter(name="to", ge=1, le=2**53 - 1, description="The size of the tree known now.")
]
OPEN = {"public": True}


@get(
    "/ledger/head", operation_id="ledgerHead", summary="The ledger's size and root", opt=OPEN, tags=["ledger"]
)
async def show_head(db: NamedDependency[Database]) -> LedgerHead:
    """The number of entries and the Merkle root over all of them (RFC 6962, SHA-256)."""
    async with db.snapshot() as conn:
        found = await ledger.head(conn)
        return answer.head(found.size, found.root)


@get(
    "/ledger/entries/{index:int}",
    operation_id="ledgerEntry",
    summary="One entry of the ledger",
    opt=OPEN,
    tags=["ledger"],
)
async def show_entry(db: NamedDependency[Database], index: Index) -> LedgerEntry:
    """The entry's exact text, its leaf hash, and when it was appended. Digests only, nothing confidential."""
    async with db.snapshot() as conn:
        return answer.entry(*await ledger.get_entry(conn, index))


@get(
    "/ledger/entries/{index:int}/proof",
    operation_id="ledgerInclusion",
    summary="Proof that an entry is in the ledger",
    opt=OPEN,
    tags=["ledger"],
)
async def show_inclusion(db: NamedDependency[Database], index: Index, size: Size = None) -> InclusionProof:
    """Leads from the entry's leaf hash to the root of the tree of `size` entries."""
    async with db.snapshot() as conn:
        known = await ledger.size_or_now(conn, size)
        return answer.inclusion(index, known, await ledger.inclusion(conn, index, known))


@get(
    "/ledger/consistency",
    operation_id="ledgerConsistency",
    summary="Proof that the ledger only grew",
    opt=OPEN,
    tags=["ledger"],
)
async def show_consistency(db: NamedDependency[Database], old: From, new: To) -> ConsistencyProof:
    """Shows that the tree of `from` entries begins the tree of `to` entries, so nothing was rewritten."""
    async with db.snapshot() as conn:
        return answer.consistency(old, new, await ledger.consistency(conn, old, new))


routes = [show_head, show_entry, show_inclusion, show_consistency, *served.routes]
