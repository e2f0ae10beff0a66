"""The doors of calendars: what is due for a production, and feeds that people's own programs read."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import HeaderParameter, PathParameter, QueryParameter, RawBody

from registry.auth.scope import Principal
from registry.calendars import act
from registry.calendars.asked import AskedFeed
from registry.calendars.calendar import Calendar
from registry.calendars.feed import FeedMade, FeedShown
from registry.db import Database
from registry.judging.house import House
from registry.page import LONGEST, MOST, Page
from registry.settings import Settings

Key = Annotated[str, PathParameter(pattern="^[a-z0-9][a-z0-9-]{0,62}$", description="A key.", max_length=63)]
FeedId = Annotated[UUID, PathParameter(description="The calendar's id.")]
Name = Annotated[
    str, PathParameter(description="The secret that was told when the calendar was made, and .ics")
]
IfNoneMatch = Annotated[
    str | None,
    HeaderParameter(name="If-None-Match", description="The ETag of the file you have.", max_length=1000),
]
From = Annotated[
    str | None,
    QueryParameter(
        name="from",
        format="date",
        description="The first day; absent: thirty days ago, and before that whatever is still to be done.",
        max_length=40,
    ),
]
Until = Annotated[
    str | None,
    QueryParameter(format="date", description="The last day; absent: a year from today.", max_length=40),
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
    "/v1/productions/{employer_id:str}/{production_id:str}/calendar",
    operation_id="getCalendar",
    summary="What is due for a production, and when",
    opt={"roles": READERS},
    tags=["calendars"],
)
async def get_calendar(
    employer_id: Key,
    production_id: Key,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    first_day: From = None,
    until: Until = None,
) -> Calendar:
    """Filings, quarterly updates, answers, consultations, notices, promised cures and time limits, by day.

    Each with how it stands: upcoming, due soon, overdue, done, late, extended, waived, settled, or unknown
    where its day has passed and nobody has said whether it was done. What the registry is not sure will fall
    due is marked. You see what concerns you: an employer everything of its production, a representative what
    concerns their locals.
    """
    return await act.show(db, house, principal, (employer_id, production_id), first_day, until, now)


@post(
    "/v1/calendars",
    operation_id="makeCalendar",
    summary="Make a calendar that your own program reads",
    opt={"roles": set(act.OWNERS), "record": AskedFeed},
    tags=["calendars"],
)
async def make_calendar(
    body: RawBody,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
) -> FeedMade:
    """Get a secret address at which a calendar program reads what is due, without a token.

    The address is told this once, and is not kept: whoever knows it reads the calendar. Sent again, the
    request makes another one; revoke the one whose address you do not have. It shows clause, rule and the
    titles of productions, nothing that was filed or written.
    """
    return await act.make(db, settings, principal, body, now)


@get(
    "/v1/calendars",
    operation_id="listCalendars",
    summary="List your calendars",
    opt={"roles": {*act.OWNERS, "administrator"}},
    tags=["calendars"],
)
async def list_calendars(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[FeedShown]:
    """The calendars you made and did not revoke, newest first; an administrator sees everybody's."""
    return await act.find(db, principal, cursor, limit)


@delete(
    "/v1/calendars/{feed_id:uuid}",
    operation_id="revokeCalendar",
    summary="Revoke a calendar",
    opt={"roles": {*act.OWNERS, "administrator"}},
    tags=["calendars"],
)
async def revoke_calendar(
    feed_id: FeedId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
) -> None:
    """End a calendar: from now on its address leads nowhere. An administrator may end anybody's."""
    await act.revoke(db, principal, feed_id, now)


@get(
    "/calendar/{name:str}",
    operation_id="readCalendar",
    summary="Read a calendar at its secret address",
    opt={"public": True},
    tags=["calendars"],
    media_type="text/calendar",
    responses={304: ResponseSpec(None, description="You have this file already.")},
)
async def read_calendar(
    name: Name,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    now: NamedDependency[dt.datetime],
    if_none_match: IfNoneMatch = None,
) -> Response[bytes]:
    """The calendar as a file for calendar programs (iCalendar, RFC 5545), whoever asks with the secret.

    Its owner's name is in the access log with each reading. A revoked calendar answers like one that never
    was.
    """
    found = await act.read(db, house, name, if_none_match, now)
    return Response(found.body, status_code=found.status, headers=found.headers, media_type="text/calendar")


routes = [get_calendar, make_calendar, list_calendars, revoke_calendar, read_calendar]
