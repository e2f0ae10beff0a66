"""The doors of agreements, schemas and locals: what the registry judges by, open to anybody."""

from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from registry.agreements import act, shelf
from registry.agreements.local import Local
from registry.agreements.shelf import Agreement, Rules, SchemaLine, Shelf

PUBLIC = {"public": True}
Name = Annotated[
    str, PathParameter(max_length=64, description="The key of an edition, or the name of a pack.")
]
Version = Annotated[str, PathParameter(max_length=20, description="A schema version, as in 2.0.")]


@get(
    "/v1/agreements",
    operation_id="listAgreements",
    summary="List agreements and packs",
    opt=PUBLIC,
    tags=["agreements"],
)
async def list_agreements(house: NamedDependency[Rules]) -> Shelf:
    """Every edition known here, every pack that is judged by, and every parameter set, with digests."""
    return shelf.shelf(house)


@get(
    "/v1/agreements/{key:str}",
    operation_id="getAgreement",
    summary="Read an agreement's packs",
    opt=PUBLIC,
    tags=["agreements"],
)
async def get_agreement(key: Name, house: NamedDependency[Rules]) -> Agreement:
    """The obligations of one edition (or one pack by name) as JSON, with the digest verdicts name them by."""
    return shelf.agreement(house, key)


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


routes = [list_agreements, get_agreement, list_schemas, get_schema, list_locals]
