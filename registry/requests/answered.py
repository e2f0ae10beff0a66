"""The body of an employer's answer to a request, and every fault in one."""

import datetime as dt
from typing import Annotated, Any, Final, Literal

import msgspec

from registry.errors import Fault
from registry.productions import record, shape
from registry.productions.record import Name
from registry.requests import asked
from registry.requests.asked import Moment, Text

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
MOST_DAYS: Final = 50


class Alternative(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another tool that was proposed, and what was decided."""

    tool: Name | None = None
    decision: Name | None = None
    reason: Words | None = None


class Answered(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an employer says or does about a request, in the words a filing's consultation uses.

    `closes` says that nothing more is to come; what was due stays for the packs to judge.
    """

    text: Text | None = None
    offered_on: list[dt.date] = []
    held_on: Moment | None = None
    mode: Literal["meeting", "call", "video", "written_exchange", "written_notice_only"] | None = None
    outcome: Literal["agreed", "proceeded_over_objection", "changed", "withdrawn", "ongoing"] | None = None
    minutes_ref: Name | None = None
    info_shared: list[Literal["use", "intended_use"]] = []
    delay_cause: Literal["employer", "union", "mutual", "force_majeure"] | None = None
    input_invited: bool | None = None
    input_received: bool | None = None
    input_considered: bool | None = None
    alternative: Alternative | None = None
    declined: bool | None = None
    closes: bool = False


def check(document: Any, now: dt.datetime) -> list[Fault]:
    """Every fault of the body of an answer, before anything that is stored is looked at."""
    if not isinstance(document, dict):
        return shape.check(Answered, document)
    offered = document.get("offered_on")
    days = offered if isinstance(offered, list) else []
    found = [
        fault
        for at, day in enumerate(days[: MOST_DAYS + 1])
        for fault in asked.check_day(day, f"/offered_on/{at}")
    ]
    found += shape.check(Answered, document)
    found += asked.check_past(document, "held_on", now)
    found += asked.check_twice(document.get("info_shared"), "/info_shared")
    if len(days) > MOST_DAYS:
        detail = f"{len(days)} days are too many."
        found.append(Fault("/offered_on", "too-long", detail, fix=f"Give at most {MOST_DAYS}."))
    if not any(value not in (None, [], {}) for name, value in document.items() if name != "closes"):
        detail = "The answer says nothing."
        found.append(Fault("/text", "missing", detail, fix="Say in `text` what you answer."))
    return record.fresh(found)
