"""The doors of the alerts somebody has before them: the list, and the groups by production and local."""

from datetime import datetime
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from registry.alerts.alert import AlertLine, State, Tally
from registry.alerts.inbox import act
from registry.alerts.inbox.act import Order
from registry.alerts.inbox.store import Wanted
from registry.auth.scope import Principal
from registry.db import Database
from registry.ledger.moment import Moment
from registry.obligations.finding import AlertKind, Severity
from registry.page import LONGEST, MOST, Page

PARTY = r"^[A-Za-z0-9][A-Za-z0-9:._-]*$"
Cursor = Annotated[
    str | None,
    QueryParameter(
        description="`next` of the page before, in the same order; absent for the first.", max_length=LONGEST
    ),
]
Limit = Annotated[
    int | None, QueryParameter(ge=1, le=MOST, description="How many items a page has; 50 if not said.")
]
# The framework keeps the name `state` for itself.
InState = Annotated[State | None, QueryParameter(name="state", description="Only alerts in this state.")]
OfKind = Annotated[AlertKind | None, QueryParameter(description="Only alerts of this kind.")]
OfSeverity = Annotated[Severity | None, QueryParameter(description="Only alerts of this severity.")]
OfProduction = Annotated[
    str | None,
    QueryParameter(
        description="Only alerts of the production with this key.", max_length=63, pattern=r"^[a-z0-9-]+$"
    ),
]
OfRule = Annotated[
    str | None,
    QueryParameter(
        description="Only alerts of this rule, such as `reg/quarterly-update`.",
        max_length=200,
        pattern=r"^[a-z0-9./_-]+$",
    ),
]
OfLocal = Annotated[
    str | None,
    QueryParameter(
        description="Only alerts that concern this local, such as `IATSE:700`.", max_length=64, pattern=PARTY
    ),
]
OfUnion = Annotated[
    str | None,
    QueryParameter(
        description="Only alerts that concern this union, such as `IATSE`.", max_length=64, pattern=PARTY
    ),
]
OfAssignee = Annotated[
    str | None,
    QueryParameter(
        description="Only alerts assigned to the person with this subject.",
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00]*$",
    ),
]
DueWithin = Annotated[
    int | None,
    QueryParameter(ge=0, le=3660, description="Only alerts with a time limit that ends within so many days."),
]
Held = Annotated[
    bool,
    QueryParameter(
        description="Also those held back while a disclosure that is due is missing; not if unsaid."
    ),
]
InOrder = Annotated[
    Order, QueryParameter(description="`newest` first, or the `soonest` time limit first; newest if unsaid.")
]
READERS = {"employer", "representative", "auditor", "administrator"}


@get("/v1/alerts", operation_id="listAlerts", summary="List alerts", opt={"roles": READERS}, tags=["alerts"])
async def list_alerts(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    moment: NamedDependency[Moment | None],
    in_state: InState = None,
    kind: OfKind = None,
    severity: OfSeverity = None,
    production: OfProduction = None,
    rule: OfRule = None,
    local: OfLocal = None,
    union: OfUnion = None,
    assignee: OfAssignee = None,
    due_within: DueWithin = None,
    held: Held = False,
    order: InOrder = "newest",
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[AlertLine]:
    """The alerts you may see, newest first, or soonest time limit first.

    An employer sees its own, a representative those of their locals and unions, an auditor those of their
    mandate. Every alert is *prima facie*, for a person to pursue.
    """
    wanted = Wanted(
        state=in_state,
        kind=kind,
        severity=severity,
        production=production,
        rule=rule,
        local=local,
        union=union,
        assignee=assignee,
        held=held,
    )
    return await act.find(
        db,
        principal,
        now,
        wanted,
        due_within=due_within,
        order=order,
        cursor=cursor,
        limit=limit,
        moment=moment,
    )


@get(
    "/v1/alerts/groups",
    operation_id="listAlertGroups",
    summary="Count alerts by production and local",
    opt={"roles": READERS},
    tags=["alerts"],
)
async def list_groups(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    moment: NamedDependency[Moment | None],
    production: OfProduction = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[Tally]:
    """The alerts you may see that are not resolved or withdrawn, counted for each production and local.

    Each group says how many there are of each kind and in each state, how many are held back, the gravest
    severity, and the soonest day on which a time limit ends. An alert of two locals counts in both groups.
    """
    return await act.find_groups(
        db, principal, now, production=production, cursor=cursor, limit=limit, moment=moment
    )


routes = [list_alerts, list_groups]
