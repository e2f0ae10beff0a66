"""A request as it is shown: what was asked, what was answered, and where in the ledger each stands."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

import msgspec

from registry.productions.view import Place
from registry.requests.answered import Answered
from registry.requests.asked import Asked, Meeting, RequestKind
from registry.requests.entry import Entered, RequestState, state_after


class RequestLine(msgspec.Struct, frozen=True, kw_only=True):
    """A request as the list shows it. Clocks run from `recorded_at`; `requested_on` is what was stated."""

    request_id: UUID
    employer_id: str
    production_id: str
    kind: RequestKind
    meeting: Meeting | None
    union: str
    local: str | None
    on_behalf_of: Literal["employee", "union"]
    uses: list[str]
    text: str
    state: RequestState
    revision: int
    requested_on: str | None
    recorded_at: dt.datetime
    changed_at: dt.datetime


class RequestAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of the employer."""

    revision: int
    recorded_at: dt.datetime
    author: str
    ledger_index: int
    said: Answered


class RequestPage(RequestLine, frozen=True, kw_only=True):
    """A request with every answer to it, oldest first."""

    author: str
    ledger_index: int
    answers: list[RequestAnswer]


class RequestRecorded(msgspec.Struct, frozen=True):
    """The answer to a change: the request as it is now, and where the proof of the change is."""

    request: RequestPage
    ledger: Place


def line(first: Entered, state: RequestState, revision: int, changed_at: dt.datetime) -> RequestLine:
    """The request that *first* made, in its present state."""
    return RequestLine(**fields(first, state, revision, changed_at))


def fields(first: Entered, state: RequestState, revision: int, changed_at: dt.datetime) -> dict[str, Any]:
    """What line and page both show."""
    asked = msgspec.convert(first.document, Asked)
    return {
        **{name: getattr(asked, name) for name in asked.__struct_fields__},
        "request_id": first.request_id,
        "state": state,
        "revision": revision,
        "recorded_at": first.recorded_at,
        "changed_at": changed_at,
    }


def page(entries: Sequence[Entered]) -> RequestPage:
    """The request of which *entries* are the whole history, or its beginning: the page as it was then."""
    first, newest = entries[0], entries[-1]
    answers = [
        RequestAnswer(
            revision=each.revision,
            recorded_at=each.recorded_at,
            author=each.recorded_by,
            ledger_index=each.ledger_index,
            said=msgspec.convert(each.document, Answered),
        )
        for each in entries[1:]
    ]
    shown = fields(first, state_after(newest), newest.revision, newest.recorded_at)
    return RequestPage(**shown, author=first.recorded_by, ledger_index=first.ledger_index, answers=answers)
