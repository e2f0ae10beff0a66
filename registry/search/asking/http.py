"""The door of the search."""

import datetime as dt
from typing import Annotated

import msgspec
from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter

from registry.auth.scope import Principal
from registry.db import Database
from registry.ledger.moment import Moment
from registry.page import LONGEST, MOST
from registry.search.asking import act
from registry.search.asking.asked import Days, Facet, InAlertState, Order, State, Type, Verdict, Wanted
from registry.search.asking.found import SearchPage

ANY = "; several times for any of several."
READERS = {"employer", "representative", "auditor", "administrator"}
Value = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
OfEmployer = Annotated[
    list[Value] | None,
    QueryParameter(
        max_items=50,
        description="Only disclosures filed by this employer, such as `northlight-pictures`" + ANY,
    ),
]
OfProduction = Annotated[
    list[Value] | None,
    QueryParameter(
        max_items=50,
        description="Only disclosures about the production with this key" + ANY,
    ),
]
OfTool = Annotated[
    list[Value] | None,
    QueryParameter(
        max_items=50,
        description="Only disclosures that name this tool, capital letters or not" + ANY,
    ),
]
OfVendor = Annotated[
    list[Value] | None,
    QueryParameter(
        max_items=50,
        description="Only disclosures that name this vendor of a tool or of work" + ANY,
    ),
]
OfModel = Annotated[
    list[Value] | None,
    QueryParameter(
        max_items=50,
        description="Only disclosures that name the model with this id" + ANY,
    ),
]
OfCategory = Annotated[
    list[Value] | None,
    QueryParameter(
        max_items=50,
        description="Only disclosures with a tool of this category, such as `generative_video`" + ANY,
    ),
]
OfCraft = Annotated[
    list[Value] | None,
    QueryParameter(
        max_items=50,
        description="Only disclosures that concern this craft: an occupation such as `27-1027.00`, or a "
        "classification such as `set designer`" + ANY,
    ),
]
OfLocal = Annotated[
    list[Value] | None,
    QueryParameter(
        max_items=50,
        description="Only disclosures with use or losses that concern this local, such as `IATSE:700`" + ANY,
    ),
]
OfUnion = Annotated[
    list[Value] | None,
    QueryParameter(
        max_items=50,
        description="Only disclosures with use or losses that concern this union, such as `IATSE`" + ANY,
    ),
]
OfAgreement = Annotated[
    list[Value] | None,
    QueryParameter(
        max_items=50,
        description="Only disclosures that name this agreement as signed, such as `iatse-ba-2024`" + ANY,
    ),
]
OfRule = Annotated[
    list[Value] | None,
    QueryParameter(
        max_items=50,
        description="Only disclosures with a finding of this rule, such as `reg/quarterly-update`; with "
        "`verdict`, of that verdict" + ANY,
    ),
]
OfType = Annotated[
    list[Type] | None, QueryParameter(name="type", max_items=50, description="Only disclosures of this type.")
]
# The framework keeps the name `state` for itself.
InState = Annotated[
    list[State] | None,
    QueryParameter(name="state", max_items=50, description="Only disclosures in this state."),
]
OfVerdict = Annotated[
    list[Verdict] | None,
    QueryParameter(
        max_items=50,
        description="Only where a finding about the production that you may read has this verdict.",
    ),
]
OfAlert = Annotated[
    list[InAlertState] | None,
    QueryParameter(
        max_items=50, description="Only where an alert of the production that you may see is in this state."
    ),
]
FiledFrom = Annotated[
    dt.date | None,
    QueryParameter(description="Only what was filed, as it stands, on this day (UTC) or later."),
]
FiledTo = Annotated[
    dt.date | None,
    QueryParameter(description="Only what was filed, as it stands, on this day (UTC) or before."),
]
PeriodFrom = Annotated[
    dt.date | None, QueryParameter(description="Only disclosures of a period that ends on this day or later.")
]
PeriodTo = Annotated[
    dt.date | None,
    QueryParameter(description="Only disclosures of a period that begins on this day or before."),
]
Text = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=500,
        pattern=r"^[^\x00]*$",
        description="Only disclosures with these words in what you may read of them: with all; `or` between "
        "words for any, `-word` for none, a phrase in double quotes.",
    ),
]
Counted = Annotated[
    list[Facet] | None,
    QueryParameter(
        max_items=20,
        description="Count, for everything that is found, how many disclosures have each value of this.",
    ),
]
InOrder = Annotated[
    Order, QueryParameter(description="`newest` filing first, or `oldest` first; newest if unsaid.")
]
Cursor = Annotated[
    str | None,
    QueryParameter(
        description="`next` of the page before, of the same search; absent for the first.", max_length=LONGEST
    ),
]
Limit = Annotated[
    int | None, QueryParameter(ge=1, le=MOST, description="How many items a page has; 50 if not said.")
]


async def provide_days(
    moment: NamedDependency[Moment | None],  # noqa: ARG001  looked up first, or a refusal here breaks it off
    filed_from: FiledFrom = None,
    filed_to: FiledTo = None,
    period_from: PeriodFrom = None,
    period_to: PeriodTo = None,
) -> Days:
    """The days between which something was filed, or is about."""
    return Days(filed_from, filed_to, period_from, period_to)


async def provide_wanted(
    days: NamedDependency[Days],
    employer: OfEmployer = None,
    production: OfProduction = None,
    of_type: OfType = None,
    in_state: InState = None,
    tool: OfTool = None,
    vendor: OfVendor = None,
    model: OfModel = None,
    category: OfCategory = None,
    craft: OfCraft = None,
    local: OfLocal = None,
    union: OfUnion = None,
    agreement: OfAgreement = None,
    verdict: OfVerdict = None,
    rule: OfRule = None,
    alert: OfAlert = None,
    text: Text = None,
) -> Wanted:
    """What a search asks for."""
    return Wanted(
        employer=employer,
        production=production,
        type=of_type,
        state=in_state,
        tool=tool,
        vendor=vendor,
        model=model,
        category=category,
        craft=craft,
        local=local,
        union=union,
        agreement=agreement,
        verdict=verdict,
        rule=rule,
        alert=alert,
        days=days,
        text=text,
    )


@get(
    "/v1/search",
    operation_id="searchDisclosures",
    summary="Search disclosures",
    opt={"roles": READERS},
    tags=["search"],
    dependencies={"days": Provide(provide_days), "wanted": Provide(provide_wanted)},
)
async def search_disclosures(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
    wanted: NamedDependency[Wanted],
    facet: Counted = None,
    order: InOrder = "newest",
    cursor: Cursor = None,
    limit: Limit = None,
) -> SearchPage:
    """The disclosures you may see that match everything asked for, each once, at its newest version.

    All pages of a search are of one state of the ledger, that of the first page, whatever is filed meanwhile:
    `tree_size` names it. What you may not read finds nothing and is counted nowhere.
    """
    return await act.find(
        db, principal, wanted, order, facets=facet or [], moment=moment, cursor=cursor, limit=limit
    )


routes = [search_disclosures]
