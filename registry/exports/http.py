"""The doors of exports: one table at once, or several with a manifest that is signed and logged."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, PathParameter, QueryParameter, RawBody
from litestar.response import Stream

from registry.auth.scope import Principal
from registry.db import Database
from registry.exports import act
from registry.exports.asked import AskedExport
from registry.exports.manifest import ExportLine, ExportMade
from registry.judging.house import House
from registry.ledger.moment import Moment
from registry.page import LONGEST, MOST, Page

READERS = {"employer", "representative", "auditor", "administrator"}
ExportId = Annotated[UUID, PathParameter(description="The export's id.")]
Keys = Annotated[
    list[str] | None,
    QueryParameter(description="Only of those with this key; may be said several times.", max_items=500),
]
Entity = Annotated[str, QueryParameter(description="The table, as in `uses` or `alerts`.", max_length=40)]
Key = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="A key of your choosing; sent again with it, the same export is answered, not another.",
    ),
]
Range = Annotated[
    str | None,
    HeaderParameter(
        name="Range",
        description="One range of bytes, as in `bytes=1048576-`, to go on where a download broke.",
    ),
]
IfRange = Annotated[
    str | None, HeaderParameter(name="If-Range", description="The ETag of the file that was begun.")
]
Cursor = Annotated[
    str | None,
    QueryParameter(description="`next` of the page before; absent for the first.", max_length=LONGEST),
]
Limit = Annotated[
    int | None, QueryParameter(ge=1, le=MOST, description="How many items a page has; 50 if not said.")
]


@get(
    "/v1/export",
    operation_id="exportTable",
    summary="Export one table",
    opt={"roles": READERS},
    tags=["exports"],
    media_type="*/*",
)
async def export_table(
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    moment: NamedDependency[Moment | None],
    entity: Entity,
    form: Annotated[str, QueryParameter(name="format", description="ndjson, csv or parquet.")] = "ndjson",
    employer_id: Keys = None,
    production_id: Keys = None,
) -> Stream:
    """Every row of one table that you may see, now or as of a moment, as NDJSON, CSV or Parquet.

    The export is put into the ledger before its first byte leaves; `Link` leads to its manifest, where a
    download that broke off can be taken up again.
    """
    limits = (employer_id, production_id)
    found = await act.send_one(db, house, principal, (entity, form, moment), limits, now)
    return Stream(found.pieces, status_code=found.status, headers=found.headers)


@post(
    "/v1/exports",
    operation_id="makeExport",
    summary="Make an export",
    opt={"roles": READERS, "record": AskedExport},
    tags=["exports"],
)
async def make_export(
    body: RawBody,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    key: Key = None,
) -> Response[ExportMade]:
    """Everything you may see, or some tables of it, with a manifest that the ledger vouches for.

    The manifest names each file with its rows, bytes and SHA-256, and the size of the ledger it was made
    from. Files are made again whenever they are fetched: the same tree gives the same bytes, and a file that
    came out otherwise would not be sent to its end.
    """
    made = await act.ask(db, house, principal, body, key, now)
    return Response(made, headers={"Location": f"/v1/exports/{made.manifest.export_id}"})


@get(
    "/v1/exports",
    operation_id="listExports",
    summary="List exports",
    opt={"roles": READERS},
    tags=["exports"],
)
async def list_exports(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[ExportLine]:
    """Your own exports, newest first."""
    return await act.find(db, principal, cursor, limit)


@get(
    "/v1/exports/{export_id:uuid}",
    operation_id="getExport",
    summary="Read an export's manifest",
    opt={"roles": READERS},
    tags=["exports"],
)
async def get_export(
    export_id: ExportId, db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> ExportMade:
    """What was asked, of which tree, and the files with their digests; for whoever made it."""
    return await act.show(db, principal, export_id)


@get(
    "/v1/exports/{export_id:uuid}/manifest.json",
    operation_id="getExportManifest",
    summary="Read the exact bytes of an export's manifest",
    opt={"roles": READERS},
    tags=["exports"],
    media_type="application/json",
)
async def get_manifest(
    export_id: ExportId, db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> Response[bytes]:
    """The canonical bytes; their SHA-256 is the `sha256` of the ledger's entry, and stands in the note."""
    found = await act.show_manifest(db, principal, export_id)
    return Response(found, media_type="application/json")


@get(
    "/v1/exports/{export_id:uuid}/manifest.note",
    operation_id="getExportNote",
    summary="Read the signed note of an export",
    opt={"roles": READERS},
    tags=["exports"],
    media_type="text/plain",
)
async def get_note(
    export_id: ExportId, db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> Response[bytes]:
    """A C2SP signed note by the log's key: the manifest's digest, and each file's digest, bytes and rows."""
    found = await act.show_note(db, principal, export_id)
    return Response(found, media_type="text/plain; charset=utf-8")


@get(
    "/v1/exports/{export_id:uuid}/{name:str}",
    operation_id="getExportFile",
    summary="Download a file of an export",
    opt={"roles": READERS},
    tags=["exports"],
    media_type="*/*",
)
async def get_file(
    export_id: ExportId,
    name: Annotated[str, PathParameter(description="The file's name in the manifest.", max_length=80)],
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    wanted: Range = None,
    if_range: IfRange = None,
) -> Stream:
    """The file, made again from the tree its manifest names; `Repr-Digest` is the manifest's.

    A Range goes on where a download broke off. When what you may see has changed since, or something in it
    was redacted by order, it is refused, and a new export is asked for.
    """
    found = await act.send(db, house, principal, export_id, name, (wanted, if_range))
    return Stream(found.pieces, status_code=found.status, headers=found.headers)


routes = [export_table, make_export, list_exports, get_export, get_manifest, get_note, get_file]
