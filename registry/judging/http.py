"""The findings about a disclosure, as they are now or as they were on any day."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter

from registry.auth.scope import Principal
from registry.db import Database
from registry.judging import act
from registry.judging.house import House
from registry.judging.said import Published
from registry.ledger.moment import Moment

DisclosureId = Annotated[UUID, PathParameter(description="The disclosure's id.")]


@get(
    "/v1/disclosures/{disclosure_id:uuid}/findings",
    operation_id="getFindings",
    summary="The findings about a disclosure's production",
    opt={"roles": {"employer", "representative", "auditor", "administrator"}, "memento": True},
    tags=["disclosures"],
)
async def get_findings(
    disclosure_id: DisclosureId,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    moment: NamedDependency[Moment | None],
    on: Annotated[
        str | None,
        QueryParameter(
            format="date-time",
            description="The instant judged for. With it the answer is computed from what was known at "
            "`as_of` (absent: now) by the packs of the judgement that stood then, and nothing is stored.",
        ),
    ] = None,
) -> Published:
    """Every finding of the newest judgement, with clause, facts, arithmetic and clocks.

    As of a moment: of the newest judgement that stood in the ledger then.

    With `on`: what would have been said of that instant. A finding is prima facie, for a person to pursue; it
    is never a legal conclusion.
    """
    return await act.find_findings(db, house, principal, disclosure_id, now, moment, on)


routes = [get_findings]
