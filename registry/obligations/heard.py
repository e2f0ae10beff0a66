"""Requests and answers told to the registry outside filings: as consultations, and as what is judged.

A request is a consultation asked for; its answers say when it was offered, held, and how. A filing may speak
of the same consultation under the request's id: who asked, when and for what is as the request says; of the
rest, what was told later wins.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from registry.obligations.moments import Moment, day, moment, plain, words
from registry.obligations.statement import Heard

ANSWERING: Final = frozenset({"employer", "administrator"})
"""Whose answers are the employer's; what anybody else adds is told of the meeting, and answers nothing."""
NAMES: Final = frozenset(
    {
        "offered_on",
        "held_on",
        "mode",
        "outcome",
        "minutes_ref",
        "info_shared",
        "delay_cause",
        "input_invited",
        "input_received",
        "input_considered",
        "alternative",
    }
)
"""What of an answer speaks of the consultation."""


TYPES: Final = {"consultation": "employee_on_request", "bargaining": "union_impact_bargaining"}


class Request(msgspec.Struct, frozen=True):
    """One request with everything answered to it, oldest first."""

    asked: Heard
    answers: list[Heard]

    @property
    def on(self) -> Moment:
        """When it was made: as it says, else when the registry was told."""
        stated = self.asked.body.get("requested_on")
        return moment(stated) if stated else self.asked.at

    @property
    def answered_at(self) -> dt.datetime | None:
        """When the employer first answered."""
        return next((told.at for told in self.answers if told.by in ANSWERING), None)

    @property
    def type(self) -> str:
        """The kind of consultation that is asked for."""
        kind = self.asked.body.get("kind", "")
        if kind == "meeting":
            return str(self.asked.body.get("meeting") or "company_quarterly")
        return str(TYPES.get(kind, kind))


def requests(heard: list[Heard]) -> Iterator[Request]:
    """Each request, in the order it was told, with its answers."""
    answers: dict[str, list[Heard]] = {}
    for told in heard:
        if told.kind == "answer":
            answers.setdefault(told.body.get("request", ""), []).append(told)
    for told in heard:
        if told.kind == "request":
            yield Request(told, answers.get(told.id, []))


def consultation(request: Request, zone: ZoneInfo) -> dict[str, Any]:
    """What a request itself says of the consultation: it is never overruled by a filing."""
    body = request.asked.body
    fields = {
        "id": request.asked.id,
        "type": request.type,
        "requested_on": request.on.isoformat(),
        "requested_by": body.get("on_behalf_of") or request.asked.by,
        "union": request.asked.union,
        "local": body.get("local"),
        "uses": body.get("uses"),
    }
    if request.answered_at:
        fields["answered_on"] = day(request.answered_at, zone).isoformat()
    return {name: value for name, value in fields.items() if value is not None}


def answered(request: Request) -> Iterator[tuple[dt.datetime, dict[str, Any]]]:
    """What each answer says of the consultation, and when it was told."""
    for told in request.answers:
        yield told.at, {name: value for name, value in told.body.items() if name in NAMES}


def note(request: Request, zone: ZoneInfo) -> str:
    """The request in words."""
    what = plain(request.asked.body.get("kind") or "request")
    union = request.asked.union or "a union"
    return f"Request of {words(day(request.on, zone))} for {union}: {what}."
