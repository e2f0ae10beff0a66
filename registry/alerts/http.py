"""The doors of alerts: everybody concerned reads them, representatives of the unions concerned move them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, PathParameter, QueryParameter, RawBody

from registry.alerts import act
from registry.alerts.alert import AlertLine, AlertPage, State
from registry.alerts.request import Acknowledgement, Reopening, Resolution, read
from registry.auth.scope import Principal
from registry.db import Database
from registry.obligations.finding import AlertKind
from registry.page import LONGEST, MOST, Page

IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match", description="The ETag of the alert as you read it; required.", max_length=100
    ),
]
Cursor = Annotated[
    str | None,
    QueryParameter(description="`next` of the page before; absent for the first.", max_length=LONGEST),
]
Limit = Annotated[
    int | None, QueryParameter(ge=1, le=MOST, description="How many items a page has; 50 if not said.")
]
# The framework keeps the name `state` for itself.
InState = Annotated[State | None, QueryParameter(name="state", description="Only alerts in this state.")]
OfKind = Annotated[AlertKind | None, QueryParameter(description="Only alerts of this kind.")]
OfProduction = Annotated[
    str | None,
    QueryParameter(
        description="Only alerts of the production with this key.", max_length=63, pattern=r"^[a-z0-9-]+$"
    ),
]
OfLocal = Annotated[
    str | None,
    QueryParameter(
        description="Only alerts that concern this local, such as `IATSE:700`.",
        max_length=64,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9:._-]*$",
    ),
]
AlertId = Annotated[UUID, PathParameter(description="The alert's id.")]
READERS = {"employer", "representative", "auditor", "administrator"}
MOVERS = {"representative"}


@get("/v1/alerts", operation_id="listAlerts", summary="List alerts", opt={"roles": READERS}, tags=["alerts"])
async def list_alerts(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    in_state: InState = None,
    kind: OfKind = None,
    production: OfProduction = None,
    local: OfLocal = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[AlertLine]:
    """The alerts you may see, newest first.

    An employer sees its own, a representative those of their locals and unions, an auditor those of their
    mandate. Every alert is *prima facie*, for a person to pursue.
    """
    return await act.find(
        db,
        principal,
        now,
        state=in_state,
        kind=kind,
        production=production,
        local=local,
        cursor=cursor,
        limit=limit,
    )


@get(
    "/v1/alerts/{alert_id:uuid}",
    operation_id="getAlert",
    summary="Read an alert",
    opt={"roles": READERS},
    tags=["alerts"],
)
async def get_alert(
    alert_id: AlertId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[AlertPage]:
    """One alert, with everything a person needs to pursue it. The ETag is its revision.

    It shows the clause and how sure we are of it, the facts, the questions that are open, the time limits
    with the days left, and every move the alert made, each with its place in the ledger.
    """
    found = await act.show(db, principal, alert_id, now)
    return Response(found, headers={"ETag": act.etag(found.revision)})


@post(
    "/v1/alerts/{alert_id:uuid}/acknowledge",
    operation_id="acknowledgeAlert",
    summary="Acknowledge an alert",
    status_code=200,
    opt={"roles": MOVERS, "record": Acknowledgement},
    tags=["alerts"],
)
async def acknowledge_alert(
    alert_id: AlertId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[AlertPage]:
    """Say that your union has seen the alert and takes it up; the note, if any, is read by both parties."""
    asked = read(body, Acknowledgement)
    moved = await act.acknowledge(db, principal, alert_id, asked.note, if_match, now)
    return Response(moved, headers={"ETag": act.etag(moved.revision)})


@post(
    "/v1/alerts/{alert_id:uuid}/resolve",
    operation_id="resolveAlert",
    summary="Resolve an alert",
    status_code=200,
    opt={"roles": MOVERS, "record": Resolution},
    tags=["alerts"],
)
async def resolve_alert(
    alert_id: AlertId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[AlertPage]:
    """Close the alert with one of the outcomes and a reason in words.

    It stays closed while the verdict stays the same; a changed verdict opens it again.
    """
    asked = read(body, Resolution)
    moved = await act.resolve(db, principal, alert_id, asked.outcome, asked.reason, if_match, now)
    return Response(moved, headers={"ETag": act.etag(moved.revision)})


@post(
    "/v1/alerts/{alert_id:uuid}/reopen",
    operation_id="reopenAlert",
    summary="Reopen an alert",
    status_code=200,
    opt={"roles": MOVERS, "record": Reopening},
    tags=["alerts"],
)
async def reopen_alert(
    alert_id: AlertId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[AlertPage]:
    """Open again what was acknowledged or resolved, for a reason in words."""
    asked = read(body, Reopening)
    moved = await act.reopen(db, principal, alert_id, asked.reason, if_match, now)
    return Response(moved, headers={"ETag": act.etag(moved.revision)})


routes = [list_alerts, get_alert, acknowledge_alert, resolve_alert, reopen_alert]
