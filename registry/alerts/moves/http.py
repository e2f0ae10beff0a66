"""The doors of the moves people make: representatives' of the unions concerned, and the employer's answer."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, PathParameter, RawBody

from registry.alerts import act as alerts
from registry.alerts import request
from registry.alerts.alert import AlertPage, MoveName
from registry.alerts.moves import act
from registry.alerts.moves.act import Results
from registry.auth.scope import Principal
from registry.db import Database

IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match", description="The ETag of the alert as you read it; required.", max_length=100
    ),
]
AlertId = Annotated[UUID, PathParameter(description="The alert's id.")]
MOVERS = frozenset({"representative"})
OFFICE = frozenset({"employer"})


def door(move: MoveName, summary: str, body: type[request.Asked], roles: frozenset[str] = MOVERS) -> post:
    """The door of one move of one alert, for whoever has one of *roles*."""
    return post(
        f"/v1/alerts/{{alert_id:uuid}}/{move}",
        operation_id=f"{move}Alert",
        summary=summary,
        status_code=200,
        opt={"roles": roles, "record": body},
        tags=["alerts"],
    )


@post(
    "/v1/alerts/moves",
    operation_id="moveAlerts",
    summary="Make one move of many alerts",
    status_code=200,
    opt={"roles": MOVERS, "record": request.MassMove},
    tags=["alerts"],
)
async def move_alerts(
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Results:
    """Acknowledge, assign, resolve, withdraw, reopen or escalate up to 200 alerts, each at its revision.

    The move's own fields stand beside `alerts`. There is one result for each alert, in the order you named
    them: status 200 and the alert as it is now, or the status and the problem that kept it from moving. One
    that cannot be moved keeps no other from it.
    """
    return await act.make_many(db, principal, body, now)


@door("acknowledge", "Acknowledge an alert", request.Acknowledgement)
async def acknowledge_alert(
    alert_id: AlertId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[AlertPage]:
    """Say that your union has seen the alert and takes it up; the note, if any, is read by both parties.

    Acknowledging is not silencing: an alert that nobody moves for a while opens again.
    """
    moved = await act.make(db, principal, alert_id, "acknowledge", body, if_match, now)
    return Response(moved, headers={"ETag": alerts.etag(moved.revision)})


@door("assign", "Assign an alert", request.Assignment)
async def assign_alert(
    alert_id: AlertId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[AlertPage]:
    """Say who follows the alert from now on, by the subject of their token; null for nobody."""
    moved = await act.make(db, principal, alert_id, "assign", body, if_match, now)
    return Response(moved, headers={"ETag": alerts.etag(moved.revision)})


@door("answer", "Answer an alert", request.Answering, OFFICE)
async def answer_alert(
    alert_id: AlertId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[AlertPage]:
    """Answer as the employer: a statement, and what belongs to it.

    `facts` is an amendment you propose, as the document it would be: it can be filed from the thread. `cure`
    is what you undertake, each with its day. `evidence` names files you sent to the alert before. The answer
    stands in the alert's thread, where both parties read it.
    """
    moved = await act.make(db, principal, alert_id, "answer", body, if_match, now)
    return Response(moved, headers={"ETag": alerts.etag(moved.revision)})


@door("accept", "Accept the employer's answer", request.Acceptance)
async def accept_alert(
    alert_id: AlertId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[AlertPage]:
    """Accept what the employer answered; the alert stays until that is done, or until you resolve it."""
    moved = await act.make(db, principal, alert_id, "accept", body, if_match, now)
    return Response(moved, headers={"ETag": alerts.etag(moved.revision)})


@door("dispute", "Dispute the employer's answer", request.Objection)
async def dispute_alert(
    alert_id: AlertId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[AlertPage]:
    """Say why the employer's answer does not do; the alert is acknowledged again, and waits for another."""
    moved = await act.make(db, principal, alert_id, "dispute", body, if_match, now)
    return Response(moved, headers={"ETag": alerts.etag(moved.revision)})


@door("ask", "Ask the employer", request.Question)
async def ask_alert(
    alert_id: AlertId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[AlertPage]:
    """Put a question to the employer, in the alert's thread."""
    moved = await act.make(db, principal, alert_id, "ask", body, if_match, now)
    return Response(moved, headers={"ETag": alerts.etag(moved.revision)})


@door("consult", "Take an alert into consultation", request.Conferring)
async def consult_alert(
    alert_id: AlertId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[AlertPage]:
    """Say that the parties talk about the matter; the note, if any, stands in the alert's thread."""
    moved = await act.make(db, principal, alert_id, "consult", body, if_match, now)
    return Response(moved, headers={"ETag": alerts.etag(moved.revision)})


@door("grieve", "Record a grievance", request.Grieving)
async def grieve_alert(
    alert_id: AlertId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[AlertPage]:
    """Record a step of the grievance procedure: which, on which day, under which reference of the union.

    The clocks that wait for this step end, those counted from it begin. Steps go forward only.
    """
    moved = await act.make(db, principal, alert_id, "grieve", body, if_match, now)
    return Response(moved, headers={"ETag": alerts.etag(moved.revision)})


@door("waive", "Let an alert rest", request.Rest)
async def waive_alert(
    alert_id: AlertId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[AlertPage]:
    """Propose that the alert rests until a day, its last, for a reason; or approve what a colleague proposed.

    It rests only once another representative has approved, and for at most 366 days. The day after the last
    it opens again by itself. Until then the waiver is shown beside the finding.
    """
    moved = await act.make(db, principal, alert_id, "waive", body, if_match, now)
    return Response(moved, headers={"ETag": alerts.etag(moved.revision)})


@door("resolve", "Resolve an alert", request.Resolution)
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
    moved = await act.make(db, principal, alert_id, "resolve", body, if_match, now)
    return Response(moved, headers={"ETag": alerts.etag(moved.revision)})


@door("withdraw", "Withdraw an alert", request.Withdrawing)
async def withdraw_alert(
    alert_id: AlertId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[AlertPage]:
    """Close the alert because the union does not pursue the matter, with the reason in words."""
    moved = await act.make(db, principal, alert_id, "withdraw", body, if_match, now)
    return Response(moved, headers={"ETag": alerts.etag(moved.revision)})


@door("reopen", "Reopen an alert", request.Reopening)
async def reopen_alert(
    alert_id: AlertId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[AlertPage]:
    """Open again what was taken up, waived or closed, for a reason in words."""
    moved = await act.make(db, principal, alert_id, "reopen", body, if_match, now)
    return Response(moved, headers={"ETag": alerts.etag(moved.revision)})


@door("escalate", "Escalate an alert", request.Escalation)
async def escalate_alert(
    alert_id: AlertId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[AlertPage]:
    """Put the alert before one of those it concerns, with a reason: a local, a union, the employer."""
    moved = await act.make(db, principal, alert_id, "escalate", body, if_match, now)
    return Response(moved, headers={"ETag": alerts.etag(moved.revision)})


routes = [
    move_alerts,
    acknowledge_alert,
    assign_alert,
    answer_alert,
    accept_alert,
    dispute_alert,
    ask_alert,
    consult_alert,
    grieve_alert,
    waive_alert,
    resolve_alert,
    withdraw_alert,
    reopen_alert,
    escalate_alert,
]
