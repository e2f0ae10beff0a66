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

DisclosureId = Annotated[UUID, PathParameter(description="The disclosure's id.")]


@get(
    "/v1/disclosures/{disclosure_id:uuid}/findings",
    operation_id="getFindings",
    summary="The findings about a disclosure's production",
    opt={"roles": {"employer", "representative", "auditor", "administrator"}},
    tags=["disclosures"],
)
async def get_findings(
    disclosure_id: DisclosureId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    as_of: Annotated[
        dt.datetime | None,
        QueryParameter(
            description="The newest judgement made until this instant; absent: the newest of all."
        ),
    ] = None,
) -> act.Published:
    """Every finding of the newest judgement, with clause, facts, arithmetic and clocks.

    A finding is prima facie, for a person to pursue; it is never a legal conclusion.
    """
    return await act.find_findings(db, principal, disclosure_id, as_of)


routes = [get_findings]
