"""The doors of the log: public, at the addresses that mirrors and verifiers expect (C2SP tlog-tiles)."""

from typing import Annotated

from litestar import Response, get
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, PathParameter, QueryParameter

from registry.db import Database
from registry.ledger.served import act
from registry.ledger.served.act import Choice
from registry.ledger.served.shown import LogKeys, Served

OPEN = {"public": True}
KNOWN = {304: ResponseSpec(None, description="You have it already.", generate_examples=False)}
TAGGED = [
    ResponseHeader(name="ETag", description="The SHA-256 of the bytes.", documentation_only=True),
    ResponseHeader(name="Cache-Control", description="How long it may be kept.", documentation_only=True),
]
IfNoneMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-None-Match", max_length=1000, description="ETags you have the bytes of; answered with 304."
    ),
]
Size = Annotated[int, PathParameter(ge=1, le=2**53 - 1, description="How many entries the tree has.")]
OfSize = Annotated[
    int | None,
    QueryParameter(
        name="size",
        ge=1,
        le=2**53 - 1,
        description="The size of the signed checkpoint it is for; the newest, if unsaid.",
    ),
]
Index = Annotated[
    int, PathParameter(ge=0, le=2**53 - 1, description="Where the entry stands; the first one is entry 0.")
]
TilePath = Annotated[
    str,
    PathParameter(
        description="`<level>/<number>`, or `entries/<number>`: the number in groups of three digits, all "
        "but the last with an `x` before them; `.p/<width>` behind it for a partial tile.",
    ),
]


@get(
    "/ledger/checkpoint",
    operation_id="ledgerCheckpoint",
    summary="The newest signed checkpoint",
    opt=OPEN,
    tags=["ledger"],
    media_type="text/plain",
    responses=KNOWN,
    response_headers=TAGGED,
)
async def show_checkpoint(
    db: NamedDependency[Database], published: NamedDependency[Choice], if_none_match: IfNoneMatch = None
) -> Response[bytes]:
    """Size and root of the ledger as a signed note (C2SP tlog-checkpoint), with its cosignatures."""
    return reply(await act.show_checkpoint(db, published, if_none_match))


@get(
    "/ledger/checkpoint/{size:int}",
    operation_id="ledgerCheckpointOfSize",
    summary="The signed checkpoint of one size",
    opt=OPEN,
    tags=["ledger"],
    media_type="text/plain",
    responses=KNOWN,
    response_headers=TAGGED,
)
async def show_checkpoint_of(
    size: Size, db: NamedDependency[Database], if_none_match: IfNoneMatch = None
) -> Response[bytes]:
    """The checkpoint that was signed when the ledger had so many entries, with every cosignature known."""
    return reply(await act.show_checkpoint_of(db, size, if_none_match))


@get(
    "/ledger/tile/{tile_path:path}",
    operation_id="ledgerTile",
    summary="One tile of the ledger",
    opt=OPEN,
    tags=["ledger"],
    media_type="application/octet-stream",
    responses=KNOWN,
    response_headers=TAGGED,
)
async def show_tile(
    tile_path: TilePath, db: NamedDependency[Database], if_none_match: IfNoneMatch = None
) -> Response[bytes]:
    """Up to 256 hashes of the tree, or the entries of one tile (C2SP tlog-tiles): enough to mirror it whole.

    What stands at an address never changes. What the newest checkpoint does not cover is not there yet.
    """
    return reply(await act.show_tile(db, tile_path.removeprefix("/"), if_none_match))


@get(
    "/ledger/key",
    operation_id="ledgerKey",
    summary="The keys that sign checkpoints",
    opt=OPEN,
    tags=["ledger"],
)
async def show_keys(db: NamedDependency[Database]) -> LogKeys:
    """The log's name and key as verifiers take them (`vkey`), and every earlier one with where it ended."""
    return await act.show_keys(db)


@get(
    "/ledger/entries/{index:int}/proof.tlog-proof",
    operation_id="ledgerProofFile",
    summary="Proof of an entry as a file",
    opt=OPEN,
    tags=["ledger"],
    media_type="text/plain",
    responses=KNOWN,
    response_headers=TAGGED,
)
async def show_proof_file(
    index: Index, db: NamedDependency[Database], size: OfSize = None, if_none_match: IfNoneMatch = None
) -> Response[bytes]:
    """Place, proof and signed checkpoint in one file that other programs verify (C2SP tlog-proof)."""
    return reply(await act.show_proof(db, index, size, if_none_match))


def reply(served: Served) -> Response[bytes]:
    """What was found, as an answer."""
    return Response(
        served.body,
        status_code=served.status,
        media_type=served.media,
        headers=dict(served.headers),
    )


routes = [show_checkpoint, show_checkpoint_of, show_tile, show_keys, show_proof_file]
