"""The doors of witnesses and time stamps: public, as everything is that vouches for the ledger."""

from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter

from registry.db import Database
from registry.settings import Settings
from registry.witnessing import act
from registry.witnessing.view import Stamped, Witnesses

Size = Annotated[
    int, PathParameter(ge=0, le=2**53 - 1, description="How many entries the checkpoint covers.")
]
Authority = Annotated[
    str | None,
    QueryParameter(
        description="Whose stamp, as the list names it; the first one, if unsaid.", max_length=1000
    ),
]
OPEN = {"public": True}


@get(
    "/ledger/witnesses",
    operation_id="ledgerWitnesses",
    summary="Who vouches for the ledger beside the registry",
    opt=OPEN,
    tags=["ledger"],
)
async def show_witnesses(
    db: NamedDependency[Database], settings: NamedDependency[Settings]
) -> Response[Witnesses]:
    """Each witness with its key and how far it has signed, the rule for how many must, and the newest stamp.

    A witness is run by somebody else, a union or a studio. It signs a checkpoint only when it contains every
    one it has signed before, so nobody can be shown another history than you.
    """
    return Response(await act.witnesses(db, settings), headers={"Cache-Control": "public, max-age=2"})


@get(
    "/ledger/checkpoint/{size:int}/stamps",
    operation_id="ledgerStamps",
    summary="The time stamps of a checkpoint",
    opt=OPEN,
    tags=["ledger"],
)
async def show_stamps(db: NamedDependency[Database], size: Size) -> Response[Stamped]:
    """Which authorities have stamped the checkpoint, when, and the exact text they stamped (RFC 3161)."""
    return Response(await act.stamps(db, size), headers={"Cache-Control": "public, max-age=60"})


@get(
    "/ledger/checkpoint/{size:int}/stamp",
    operation_id="ledgerStamp",
    summary="One time stamp of a checkpoint",
    opt=OPEN,
    tags=["ledger"],
    media_type="application/timestamp-reply",
)
async def show_stamp(
    db: NamedDependency[Database], size: Size, authority: Authority = None
) -> Response[bytes]:
    """The authority's reply, as `openssl ts -verify` reads it; what it stamped is `note` of the list."""
    immutable = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(
        await act.stamp(db, size, authority), headers=immutable, media_type="application/timestamp-reply"
    )


routes = [show_witnesses, show_stamps, show_stamp]
