"""The doors of observations: representatives report, all concerned read, employers without the reporter."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, PathParameter, QueryParameter, RawBody

from registry.auth.scope import Principal
from registry.db import Database
from registry.ledger.moment import Moment
from registry.observations import act
from registry.observations.observed import Observed
from registry.observations.view import Observation, ObservationRecorded
from registry.page import LONGEST, MOST, Page

ObservationId = Annotated[UUID, PathParameter(description="The observation's id.")]
Key = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="A key of your choosing, quoted or bare; required. It is kept only as a digest.",
    ),
]
Cursor = Annotated[
    str | None,
    QueryParameter(description="`next` of the page before; absent for the first.", max_length=LONGEST),
]
Limit = Annotated[
    int | None, QueryParameter(ge=1, le=MOST, description="How many items a page has; 50 if not said.")
]
OfProduction = Annotated[
    str | None,
    QueryParameter(
        description="Only observations about the production with this key.",
        max_length=63,
        pattern=r"^[a-z0-9-]+$",
    ),
]
READERS = {"employer", "representative", "auditor", "administrator"}


@post(
    "/v1/observations",
    operation_id="reportObservation",
    summary="Report AI use that was observed on a production",
    opt={"roles": {"representative"}, "record": Observed, "unnamed": True},
    tags=["observations"],
)
async def report_observation(
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    key: Key = None,
) -> Response[ObservationRecorded]:
    """Say what was seen; it is held against what was filed, and what contradicts it becomes an alert.

    Nothing is kept that tells who reported it: your local or union and your role stand on record, no more.
    Only when `reporter` is given is somebody named, to the union, auditors and administrators alone.
    """
    reported = await act.report(db, principal, body, key, now)
    return Response(reported.recorded, headers=reported.headers)


@get(
    "/v1/observations",
    operation_id="listObservations",
    summary="List observations",
    opt={"roles": READERS},
    tags=["observations"],
)
async def list_observations(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
    production_id: OfProduction = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[Observation]:
    """The observations you may see, newest first.

    A representative sees those of their locals and unions, an employer those about its productions, an
    auditor those of their mandate.
    """
    return await act.find(db, principal, production=production_id, cursor=cursor, limit=limit, moment=moment)


@get(
    "/v1/observations/{observation_id:uuid}",
    operation_id="getObservation",
    summary="Read an observation",
    opt={"roles": READERS},
    tags=["observations"],
)
async def get_observation(
    observation_id: ObservationId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
) -> Observation:
    """One observation, with its place in the ledger. It never changes."""
    return await act.show(db, principal, observation_id, moment)


routes = [report_observation, list_observations, get_observation]
