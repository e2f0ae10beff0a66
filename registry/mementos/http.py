"""The doors of timemaps: all moments at which a record said something else."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from registry.auth.scope import Principal
from registry.db import Database
from registry.judging.house import House
from registry.ledger.moment import LINK_FORMAT, Moment
from registry.mementos import act
from registry.settings import Settings

DisclosureId = Annotated[UUID, PathParameter(description="The disclosure's id.")]
AlertId = Annotated[UUID, PathParameter(description="The alert's id.")]
Name = Annotated[
    str, PathParameter(max_length=64, description="The key of an agreement, or the name of a pack.")
]
READERS = {"employer", "representative", "auditor", "administrator"}


@get(
    "/v1/disclosures/{disclosure_id:uuid}/timemap",
    operation_id="disclosureTimemap",
    summary="When a disclosure was changed",
    opt={"roles": READERS},
    tags=["disclosures"],
    media_type=LINK_FORMAT,
)
async def disclosure_timemap(
    disclosure_id: DisclosureId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    settings: NamedDependency[Settings],
    moment: NamedDependency[Moment | None],
) -> Response[bytes]:
    """Each version with its day and the address that shows the disclosure as it was then (RFC 7089)."""
    return reply(await act.of_disclosure(db, settings.address, principal, disclosure_id, moment))


@get(
    "/v1/disclosures/{disclosure_id:uuid}/findings/timemap",
    operation_id="findingsTimemap",
    summary="When the findings about a disclosure were made",
    opt={"roles": READERS},
    tags=["disclosures"],
    media_type=LINK_FORMAT,
)
async def findings_timemap(
    disclosure_id: DisclosureId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    settings: NamedDependency[Settings],
    moment: NamedDependency[Moment | None],
) -> Response[bytes]:
    """Each judgement of its production since, with the address that shows the findings then (RFC 7089)."""
    return reply(await act.of_findings(db, settings.address, principal, disclosure_id, moment))


@get(
    "/v1/alerts/{alert_id:uuid}/timemap",
    operation_id="alertTimemap",
    summary="When an alert moved",
    opt={"roles": READERS},
    tags=["alerts"],
    media_type=LINK_FORMAT,
)
async def alert_timemap(
    alert_id: AlertId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    settings: NamedDependency[Settings],
    moment: NamedDependency[Moment | None],
) -> Response[bytes]:
    """Each move with its day and the address that shows the alert as it left it (RFC 7089)."""
    return reply(await act.of_alert(db, settings.address, principal, alert_id, moment))


@get(
    "/v1/agreements/{key:str}/timemap",
    operation_id="agreementTimemap",
    summary="When the rules of an agreement were published",
    opt={"public": True},
    tags=["agreements"],
    media_type=LINK_FORMAT,
)
async def agreement_timemap(
    key: Name,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    settings: NamedDependency[Settings],
    moment: NamedDependency[Moment | None],
) -> Response[bytes]:
    """Each publication of its packs and their parameters, with the address that shows it then (RFC 7089)."""
    return reply(await act.of_agreement(db, settings.address, house, key, moment))


def reply(listed: str) -> Response[bytes]:
    """The list as it is read by programs."""
    return Response(listed.encode(), media_type=LINK_FORMAT)


routes = [disclosure_timemap, findings_timemap, alert_timemap, agreement_timemap]
