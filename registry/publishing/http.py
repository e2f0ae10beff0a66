"""The doors of agreements: what is judged by, now and on any day; publishing; and trying a draft out."""

import datetime as dt
from typing import Annotated

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter, RawBody

from registry.agreements.shelf import Agreement, Shelf
from registry.auth.scope import Principal
from registry.db import Database
from registry.judging.house import House
from registry.ledger.moment import Moment
from registry.publishing import act, shown
from registry.publishing.flips import Backtest
from registry.publishing.shown import Accepted, Line, PublicationShown

PUBLIC = {"public": True}
TOML = "application/toml"
PACK = {"type": "string", "contentMediaType": TOML, "description": "A pack or a parameter set, in TOML."}
Name = Annotated[
    str, PathParameter(max_length=64, description="The key of an agreement, or the name of a pack.")
]
Digest = Annotated[
    str,
    PathParameter(pattern="^[0-9a-f]{64}$", description="The digest of a publication, in hexadecimal."),
]
AsOf = Annotated[
    str | None,
    QueryParameter(
        format="date-time", description="As it was believed to be at this instant; absent: as it is now."
    ),
]


@get(
    "/v1/agreements",
    operation_id="listAgreements",
    summary="List agreements and packs",
    opt=PUBLIC,
    tags=["agreements"],
)
async def list_agreements(
    db: NamedDependency[Database],
    house: NamedDependency[House],
    moment: NamedDependency[Moment | None],
) -> Shelf:
    """Every edition known here, every pack that is judged by, and every parameter set, with digests."""
    return await act.list_agreements(db, house, moment)


@get(
    "/v1/agreements/{key:str}",
    operation_id="getAgreement",
    summary="Read an agreement's packs",
    opt={"public": True, "memento": True},
    tags=["agreements"],
)
async def get_agreement(
    key: Name,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    moment: NamedDependency[Moment | None],
) -> Response[Agreement]:
    """The obligations of one edition (or one pack by name) as JSON, with the digest verdicts name them by.

    A pack on its way out says since when (`Deprecation`, RFC 9745) and what follows it (`Link`).
    """
    found = await act.show_agreement(db, house, key, moment)
    return Response(found, headers=shown.passing(found))


@post(
    "/v1/agreements",
    operation_id="publishAgreement",
    summary="Publish a pack or a parameter set",
    opt={"roles": {"administrator"}, "body": PACK},
    tags=["agreements"],
)
async def publish_agreement(
    body: RawBody,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
) -> Response[Accepted]:
    """Bring a pack or a parameter set into force: TOML, kept byte for byte under its digest.

    It is linted and its own examples are run first; every fault is listed with its line. What is filed from
    then on is judged by it, and each production it may concern is judged again in the background. The bytes
    that are in force already answer 200 and change nothing.
    """
    done = await act.publish(db, house, principal, body, now)
    return Response(done, status_code=shown.status(done), headers=shown.place(done))


@get(
    "/v1/agreements/{key:str}/publications",
    operation_id="listPublications",
    summary="List the publications of a pack",
    opt=PUBLIC,
    tags=["agreements"],
)
async def list_publications(
    key: Name,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    moment: NamedDependency[Moment | None],
) -> list[Line]:
    """Every edition of a pack or parameter set that was ever in force here, newest first."""
    return await act.list_publications(db, house, key, moment)


@get(
    "/v1/agreements/{key:str}/publications/{digest:str}",
    operation_id="getPublication",
    summary="Read a publication and its progress",
    opt=PUBLIC,
    tags=["agreements"],
)
async def get_publication(
    key: Name,
    digest: Digest,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    moment: NamedDependency[Moment | None],
) -> PublicationShown:
    """One publication, however old, and how many of the productions it concerns were judged since."""
    return await act.show_publication(db, house, key, digest, moment)


@get(
    "/v1/agreements/{key:str}/publications/{digest:str}/body",
    operation_id="getPublicationBody",
    summary="Read a publication byte for byte",
    opt=PUBLIC,
    tags=["agreements"],
    media_type=TOML,
)
async def get_publication_body(
    key: Name,
    digest: Digest,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    moment: NamedDependency[Moment | None],
) -> Response[bytes]:
    """The TOML itself, byte for byte as published; the ETag is the digest of the bytes."""
    body = await act.show_body(db, house, key, digest, moment)
    return Response(body, media_type=TOML, headers={"ETag": f'"{digest}"'})


@post(
    "/v1/agreements/{key:str}/backtest",
    operation_id="backtestAgreement",
    summary="Try a draft pack out against history",
    opt={"roles": {"administrator", "auditor"}, "body": PACK},
    tags=["agreements"],
    status_code=200,
)
async def backtest_agreement(
    key: Name,
    body: RawBody,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    as_of: AsOf = None,
) -> Backtest:
    """Judge every production the draft would bind with it and with the edition in force; nothing is stored.

    The answer counts the findings that would flip, by rule, employer, production and local, with examples.
    An auditor with a mandate sees the employers of the mandate.
    """
    return await act.backtest(db, house, principal, body, now, as_of, key)


routes = [
    list_agreements,
    get_agreement,
    publish_agreement,
    list_publications,
    get_publication,
    get_publication_body,
    backtest_agreement,
]
