"""The bodies that ask for a replay or disable a subscription, and every fault in one."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from registry.disclosures import moments
from registry.errors import Fault
from registry.productions import record, shape

Moment = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Which = Literal["failed", "delivered", "all"]


class Replaying(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"from_": "from"}
):
    """What is to be sent again: what of one subscription was made from one moment to before another."""

    subscription_id: Id
    from_: Moment
    until: Moment
    state: Which = "failed"


class Disabling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a subscription is disabled; its owner reads it."""

    reason: Reason


class Span(msgspec.Struct, frozen=True):
    """A replay that was asked for, understood."""

    subscription_id: UUID
    first: dt.datetime
    end: dt.datetime
    states: list[str]


def check_replay(document: Any) -> list[Fault]:
    """Every fault of the body of a replay."""
    found = shape.check(Replaying, document)
    if not isinstance(document, dict):
        return found
    if isinstance(given := document.get("subscription_id"), str) and not is_id(given):
        detail = f"{shape.said(given)} is no id."
        found.append(Fault("/subscription_id", "wrong-form", detail, fix="Copy it from the subscription."))
    for name in ("from", "until"):
        found += check_moment(document.get(name), f"/{name}")
    if not found and moment(document["until"]) <= moment(document["from"]):
        detail = "`until` does not come after `from`."
        found.append(Fault("/until", "ends-before-it-starts", detail, fix="Make `until` the later one."))
    return record.fresh(found)


def check_disabling(document: Any) -> list[Fault]:
    """Every fault of the body that disables a subscription."""
    return shape.check(Disabling, document)


def is_id(text: str) -> bool:
    """Whether *text* is an id."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def check_moment(value: Any, pointer: str) -> list[Fault]:
    """The fault of a text that is no moment with its offset."""
    if not isinstance(value, str) or isinstance(moments.parsed(value), dt.datetime):
        return []
    fix = "Write a moment with its offset as 2026-03-02T09:00:00-08:00."
    near = moments.mended(value)
    return [Fault(pointer, "wrong-form", f"{shape.said(value)} is no moment.", fix=fix, nearest=near)]


def moment(text: str) -> dt.datetime:
    """The moment that *text* is."""
    found = moments.parsed(text)
    assert isinstance(found, dt.datetime)
    return found


def span(said: Replaying) -> Span:
    """A replay without faults, understood."""
    states: list[str] = ["failed", "delivered"] if said.state == "all" else [said.state]
    return Span(UUID(said.subscription_id), moment(said.from_), moment(said.until), states)
