"""The body of a request, and every fault in one."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

import msgspec

from registry.alerts.request import Reason
from registry.disclosures import moments
from registry.errors import Fault
from registry.productions import record, shape
from registry.productions.record import Code, Key
from registry.requests import party
from registry.requests.party import Codes

UseId = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]
Moment = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
RequestKind = Literal["consultation", "meeting", "information", "bargaining"]
Meeting = Literal["company_quarterly", "industry_semiannual"]
Text = Reason
DAY: Final = len("2026-03-02")
LATEST: Final = dt.timedelta(hours=14)
"""Somewhere on earth it is a day later for this long before it is so at Greenwich."""


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a union asks of an employer about a production, for itself or for an employee it does not name.

    `requested_on` is when it was first asked, as the requester states it; no clock runs from it.
    """

    employer_id: Key
    production_id: Key
    kind: RequestKind
    union: Code
    on_behalf_of: Literal["employee", "union"]
    text: Text
    meeting: Meeting | None = None
    local: Code | None = None
    uses: list[UseId] = []
    requested_on: Moment | None = None


def check(document: Any, codes: Codes, now: dt.datetime) -> list[Fault]:
    """Every fault of the body of a request, before anything that is stored is looked at."""
    if not isinstance(document, dict):
        return shape.check(Asked, document)
    found = party.check(document, codes) + shape.check(Asked, document)
    found += check_meeting(document)
    found += check_twice(document.get("uses"), "/uses")
    found += check_past(document, "requested_on", now)
    return record.fresh(found)


def check_meeting(document: Mapping[str, Any]) -> list[Fault]:
    """The fault of a meeting of no kind, or of a kind of meeting where none is asked for."""
    kind, meeting = document.get("kind"), document.get("meeting")
    if kind == "meeting" and meeting is None:
        detail = "A request for a meeting says which meeting is asked for."
        allowed = ["company_quarterly", "industry_semiannual"]
        return [Fault("/meeting", "missing", detail, fix="Add `meeting`.", allowed=allowed)]
    if kind in ("consultation", "information", "bargaining") and meeting is not None:
        detail = f"A request for {kind} names no meeting."
        return [
            Fault("/meeting", "no-meeting", detail, fix="Leave it out, or make `kind` a meeting.", allowed=[])
        ]
    return []


def check_twice(values: Any, pointer: str) -> list[Fault]:
    """A fault for each text that is there twice."""
    items: Sequence[Any] = values if isinstance(values, list) else []
    return [
        Fault(f"{pointer}/{at}", "twice", f"{shape.said(value)} is there twice.", fix="Name it once.")
        for at, value in enumerate(items[: shape.MANY])
        if isinstance(value, str) and value in items[:at]
    ]


def check_past(document: Mapping[str, Any], name: str, now: dt.datetime) -> list[Fault]:
    """The fault of a text that is no day or moment, or one that has not come yet anywhere."""
    value = document.get(name)
    if not isinstance(value, str):
        return []
    wrong, near = moments.wrong(value), moments.mended(value)
    if wrong:
        fix = "Write a day as 2026-03-02, or a moment with its offset as 2026-03-02T09:00:00-08:00."
        return [Fault(f"/{name}", "wrong-form", wrong, fix=fix, nearest=near)]
    when = moments.parsed(value)
    ahead = when > now if isinstance(when, dt.datetime) else when is not None and when > (now + LATEST).date()
    if not ahead:
        return []
    return [Fault(f"/{name}", "in-the-future", f"{shape.said(value)} has not come yet.", fix="Check it.")]


def check_day(value: Any, pointer: str) -> list[Fault]:
    """The fault of a text that is no day that disclosures can name, between 1900 and 2199."""
    if not isinstance(value, str) or (len(value) == DAY and moments.parsed(value) is not None):
        return []
    fix = "Write a day as 2026-03-02, between 1900 and 2199."
    near = (moments.mended(value) or "")[:DAY] or None
    return [Fault(pointer, "wrong-form", f"{shape.said(value)} is no such day.", fix=fix, nearest=near)]


def said(body: msgspec.Struct) -> dict[str, Any]:
    """*body* as plain JSON, without what it leaves unsaid."""
    told: dict[str, Any] = msgspec.to_builtins(body)
    return {name: value for name, value in told.items() if value is not None}
