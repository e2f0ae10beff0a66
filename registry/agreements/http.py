"""The doors of schemas, locals and laws: what the registry judges by, open to anybody."""

from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from registry.agreements import act, shelf
from registry.agreements.law import Law
from registry.agreements.local import Local
from registry.agreements.shelf import Rules, SchemaLine

PUBLIC = {"public": True}
Version = Annotated[str, PathParameter(max_length=20, description="A schema version, as in 2.0.")]


@get(
    "/v1/schemas",
    operation_id="listSchemas",
    summary="List disclosure schema versions",
    opt=PUBLIC,
    tags=["schemas"],
)
async def list_schemas(house: NamedDependency[Rules]) -> list[SchemaLine]:
    """Every version of the disclosure schema: which is current, and until when the older ones are taken."""
    return shelf.schema_lines(house.schemas)


@get(
    "/v1/schemas/{version:str}",
    operation_id="getSchema",
    summary="Read a disclosure schema",
    opt=PUBLIC,
    tags=["schemas"],
    media_type="application/schema+json",
)
async def get_schema(version: Version, house: NamedDependency[Rules]) -> Response[bytes]:
    """The JSON Schema itself (2020-12), byte for byte as published; the ETag is the digest of the bytes."""
    body = shelf.schema_body(house.schemas, version)
    tag = f'"{house.schemas.digest(version).hex()}"'
    return Response(body, media_type="application/schema+json", headers={"ETag": tag})


@get("/v1/locals", operation_id="listLocals", summary="List union locals", opt=PUBLIC, tags=["agreements"])
async def list_locals() -> list[Local]:
    """Every local the registry knows: its key, crafts and region. `IATSE:USA829` is not `IATSE:829`."""
    return list(act.locals_by_key().values())


@get("/v1/laws", operation_id="listLaws", summary="List laws", opt=PUBLIC, tags=["agreements"])
async def list_laws() -> list[Law]:
    """Every law and bill the registry has a pack for: where it is law, since when, and what says so."""
    return list(act.laws().values())


routes = [list_schemas, get_schema, list_locals, list_laws]
