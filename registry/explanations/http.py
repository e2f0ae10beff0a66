"""The doors of explanations: why the findings about a disclosure, or that of an alert, say what they say."""

import datetime as dt
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter

from registry.auth.scope import Principal
from registry.db import Database
from registry.explanations import act
from registry.explanations.answer import Content, Explanations, Wanted
from registry.explanations.explanation import Explanation
from registry.judging.house import House
from registry.ledger.moment import Moment

READERS = {"employer", "representative", "auditor", "administrator"}


@get(
    "/v1/disclosures/{disclosure_id:uuid}/explanations",
    operation_id="explainFindings",
    summary="Why the findings say what they say",
    opt={"roles": READERS},
    tags=["disclosures"],
)
async def explain_findings(
    disclosure_id: Annotated[UUID, PathParameter(description="The disclosure's id.")],
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    moment: NamedDependency[Moment | None],
    rule: Annotated[
        str, QueryParameter(description="Only this rule, or rules that begin so.", max_length=120)
    ] = "",
    subject: Annotated[
        str, QueryParameter(description="Only findings about this subject.", max_length=300)
    ] = "",
    on: Annotated[
        str | None,
        QueryParameter(
            format="date-time",
            description="The instant judged for; with it the answer is computed, as of findings.",
        ),
    ] = None,
) -> Response[Explanations]:
    """Each finding taken apart: conditions and answers, facts with who asserted them, numbers, arithmetic.

    With what would change it: for a violation the facts that would have to differ, for insufficient
    information what to ask and what each answer would give. Without `rule`, findings that do not apply are
    left out. A finding is prima facie, for a person to pursue; it is never a legal conclusion.
    """
    wanted = Wanted(rule, subject)
    return reply(
        await act.explain_findings(
            db,
            house,
            principal,
            disclosure_id,
            now,
            wanted,
            moment=moment,
            on=on,
            accept=request.headers.get("accept"),
        )
    )


@get(
    "/v1/alerts/{alert_id:uuid}/explanation",
    operation_id="explainAlert",
    summary="Why an alert's finding says what it says",
    opt={"roles": READERS},
    tags=["alerts"],
)
async def explain_alert(
    alert_id: Annotated[UUID, PathParameter(description="The alert's id.")],
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    moment: NamedDependency[Moment | None],
) -> Response[Explanation]:
    """The alert's finding taken apart: conditions, facts with who asserted them, numbers and arithmetic.

    With what would change it. A finding is prima facie, for a person to pursue; never a legal conclusion.
    """
    accept = request.headers.get("accept")
    return reply(await act.explain_alert(db, house, principal, alert_id, now, accept, moment))


def reply(found: Content) -> Response[Any]:
    """The answer as it was asked for."""
    return Response(content=found.body, media_type=found.media_type)


routes = [explain_findings, explain_alert]
