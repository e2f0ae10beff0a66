"""The doors of retention: the rules, and what is due for disposal."""

import datetime as dt
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from registry.auth.scope import Principal
from registry.db import Database
from registry.page import LONGEST, MOST, Page
from registry.retention import act
from registry.retention.due import DueLine
from registry.retention.rule import Rule

On = Annotated[
    str | None,
    QueryParameter(format="date", description="The day asked about; absent: today.", max_length=40),
]
Cursor = Annotated[
    str | None,
    QueryParameter(description="`next` of the page before; absent for the first.", max_length=LONGEST),
]
Limit = Annotated[
    int | None, QueryParameter(ge=1, le=MOST, description="How many items a page has; 50 if not said.")
]
READERS = {"employer", "representative", "auditor", "administrator"}


@get(
    "/v1/retention",
    operation_id="listRetentionRules",
    summary="How long what is filed is kept, and by which law",
    opt={"public": True},
    tags=["retention"],
)
async def list_rules() -> list[Rule]:
    """Every rule: its law and clause, what is kept how long, counted from what, and what says so."""
    return act.rules()


@get(
    "/v1/retention/due",
    operation_id="listDueForDisposal",
    summary="What is due for disposal",
    opt={"roles": READERS},
    tags=["retention"],
)
async def list_due(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    on: On = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[DueLine]:
    """Versions you may see whose rules have all run out on that day: since when, and which rule held longest.

    What an open alert, an open request or a phase without its last day holds is listed too, and says so.
    Nothing is ever deleted by itself: a section is taken out by order, with a redaction. A page may have few
    items, or none, and still a next one.
    """
    return await act.find_due(db, principal, on, now, cursor, limit)


routes = [list_rules, list_due]
