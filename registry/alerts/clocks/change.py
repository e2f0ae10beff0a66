"""What may be asked of a clock, and what the other party's consent makes of it.

A change is asked for in the alert's thread and answered there; nothing changes before the other party has
consented. What is asked is weighed when it is asked and again when it is consented to: a clock may have
ended, or its day may have passed, in between.
"""

import datetime as dt
import difflib
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec

from registry.alerts.clocks.clock import DUE, Running
from registry.alerts.course import Change, Course, Waiver
from registry.auth.scope import Role
from registry.errors import Conflict, Fault, Forbidden, IllegalMove, Invalid, NotFound
from registry.obligations.moments import days as in_days
from registry.obligations.moments import words
from registry.productions import record, shape
from registry.threads.entry import Entered
from registry.threads.said import Text

LONGEST: Final = 366
"""A change moves the last day of a clock at most so many days beyond today, or beyond where it was."""
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")]
Number = Annotated[int, msgspec.Meta(ge=1, le=LONGEST)]
Kind = Literal["extend", "toll"]
State = Literal["asked", "agreed", "refused"]


class Extension(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A change of one clock that a party asks for: to `extend` it `until` a day, or to `toll` it for `days`.

    `clock` is its name as the alert shows it; `due` is the day of the duty itself.
    """

    clock: Name
    kind: Kind
    reason: Text
    until: dt.date | None = None
    days: Number | None = None


class Consent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The other party agrees."""

    reason: Text | None = None


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The other party does not agree, and says why."""

    reason: Text


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a clock as it was asked for, and what became of it.

    `number` is its place in the thread. `ends_on` is the last day of the clock when it was asked,
    `would_end_on` the one that was asked for.
    """

    number: int
    clock: str
    kind: Kind
    until: dt.date | None
    days: int | None
    ends_on: dt.date
    would_end_on: dt.date
    reason: str
    party: str
    role: Role
    asked_by: str
    asked_at: dt.datetime
    state: State = "asked"
    answered_by: str | None = None
    answered_at: dt.datetime | None = None
    answer: str | None = None


def check(document: Any) -> list[Fault]:
    """Every fault of the body that asks for a change of a clock."""
    found = record.fresh(shape.check(Extension, document))
    if not isinstance(document, dict):
        return found
    owed = {"extend": ("until", "days"), "toll": ("days", "until")}.get(str(document.get("kind")))
    if owed is None:
        return found
    name, other = owed
    if document.get(name) is None:
        means = "the new last day" if name == "until" else "for how many days the clock stands still"
        found.append(Fault(f"/{name}", "missing", f"`{name}` is missing: {means}.", fix=f"Add `{name}`."))
    if document.get(other) is not None:
        detail = f"To {document['kind']} a clock says `{name}` and not `{other}`."
        found.append(Fault(f"/{other}", "not-both", detail, fix=f"Leave out `{other}`."))
    return found


def new_end(want: Extension, clocks: Sequence[Running], today: dt.date) -> tuple[Running, dt.date]:
    """The clock that is to be changed and its new last day; Refused, with the reason, when it cannot be."""
    clock = find(want.clock, clocks)
    days = want.days or 0
    end = want.until or clock.until + dt.timedelta(days=days)
    pointer = "/until" if want.until else "/days"
    if end <= clock.until:
        detail = f"{words(end)} is no later than the present last day, {words(clock.until)}."
        raise Invalid(detail, [Fault(pointer, "not-later", detail, fix="Name a later day.")])
    if end < today:
        detail = f"{words(end)} has passed: a clock is changed to a day that is still to come."
        raise Invalid(detail, [Fault(pointer, "passed", detail, fix="Name a day that is still to come.")])
    latest = max(clock.until, today) + dt.timedelta(days=LONGEST)
    if end > latest:
        detail = f"{words(end)} is too far ahead: a change reaches to {words(latest)} at the latest."
        raise Invalid(detail, [Fault(pointer, "too-far", detail, fix="Name an earlier day.")])
    return clock, end


def find(name: str, clocks: Sequence[Running]) -> Running:
    """The clock of that name that runs and may be changed by agreement; Refused when there is none."""
    allowed = [clock.name for clock in clocks if not (clock.ended or clock.fixed)]
    clock = next((clock for clock in clocks if clock.name == name), None)
    if clock is None:
        near = next(iter(difflib.get_close_matches(name, allowed, n=1)), None)
        detail = f"No clock named {shape.said(name)} runs for this alert."
        fix = "Name one of the clocks that run." if allowed else "No clock runs that can be changed."
        raise Invalid(detail, [Fault("/clock", "no-clock", detail, fix=fix, allowed=allowed, nearest=near)])
    if clock.ended:
        raise IllegalMove(f"the clock `{name}` runs no more: {clock.ended}")
    if clock.fixed:
        detail = f"The clock `{name}` is set by statute, and no agreement of the parties moves it."
        fix = "Ask for a change of another clock." if allowed else "No clock runs that can be changed."
        raise Invalid(detail, [Fault("/clock", "fixed", detail, fix=fix, allowed=allowed)])
    return clock


def beside(clock: Running, end: dt.date, clocks: Sequence[Running]) -> str:
    """What to say of another clock of the matter, that ends before *end* and decides all the same."""
    others = [one for one in clocks if one.matter == clock.matter != "" and one.name != clock.name]
    sooner = [one for one in others if not one.ended and one.until < end]
    if not sooner:
        return ""
    first = min(sooner, key=lambda one: one.until)
    return f" The clock `{first.name}` of the same matter ends sooner, on {words(first.until)}, and decides."


def document(want: Extension, clock: Running, end: dt.date) -> dict[str, Any]:
    """What the thread keeps of a change that is asked for."""
    said = {"clock": want.clock, "kind": want.kind, "until": want.until, "days": want.days}
    said |= {"ends_on": clock.until, "would_end_on": end, "reason": want.reason}
    told: dict[str, Any] = msgspec.to_builtins(said)
    return {name: value for name, value in told.items() if value is not None}


def proposals(entries: Sequence[Entered]) -> list[Proposal]:
    """Every change that was asked for in a thread, oldest first, each with its answer."""
    answers = {entry.document["number"]: entry for entry in entries if entry.kind in ("consent", "refusal")}
    return [told(entry, answers.get(entry.number)) for entry in entries if entry.kind == "extension"]


def told(entry: Entered, answer: Entered | None) -> Proposal:
    """One change that was asked for, with its answer when there is one."""
    said = {
        "until": None,
        "days": None,
        **entry.document,
        "number": entry.number,
        "party": entry.party,
        "role": entry.role,
        "asked_by": entry.recorded_by,
        "asked_at": entry.recorded_at,
    }
    if answer:
        said |= {
            "state": "agreed" if answer.kind == "consent" else "refused",
            "answered_by": answer.recorded_by,
            "answered_at": answer.recorded_at,
            "answer": answer.document.get("reason"),
        }
    return msgspec.convert(said, Proposal)


def check_alone(found: Sequence[Proposal], clock: str, role: Role) -> None:
    """Refuse to ask for a change of a clock while one's own side has one waiting for its answer."""
    for each in found:
        if each.clock == clock and each.state == "asked" and each.role == role:
            raise Conflict(
                f"your side has asked for a change of `{clock}` already, in entry {each.number} of the "
                "thread; the other party answers that first"
            )


def to_answer(found: Sequence[Proposal], number: int, role: Role) -> Proposal:
    """The change asked for in entry *number*, if it is the caller's to answer; Refused otherwise."""
    each = next((each for each in found if each.number == number), None)
    if each is None:
        raise NotFound("no change of a clock was asked for in this entry of the thread")
    if each.state != "asked":
        raise Conflict(
            f"this was {each.state} already, by {each.answered_by}; ask for another change instead"
        )
    if each.role == role:
        raise Forbidden("your own side asked for this; the other party answers it")
    return each


def wanted(each: Proposal) -> Extension:
    """What a proposal asked for."""
    return Extension(clock=each.clock, kind=each.kind, reason=each.reason, until=each.until, days=each.days)


def agreed(each: Proposal, consented_by: str, now: dt.datetime) -> Change:
    """What both parties have agreed to."""
    return Change(
        number=each.number,
        clock=each.clock,
        kind=each.kind,
        agreed_at=now,
        proposed_by=each.asked_by,
        consented_by=consented_by,
        until=each.until,
        days=each.days or 0,
    )


def with_change(course: Course, change: Change) -> Course:
    """*course* with a change that both parties have agreed to."""
    return msgspec.structs.replace(course, changes=[*course.changes, change])


def rest(each: Proposal, end: dt.date, consented_by: str) -> Waiver:
    """The waiver that comes with more time for the duty itself: nobody presses for what is not due yet."""
    return Waiver(until=end, reason=each.reason, author=each.asked_by, approver=consented_by)


def rests(course: Course, waiver: Waiver) -> Course:
    """*course* with a waiver, unless it has one that holds longer."""
    longer = course.waiver and course.waiver.until >= waiver.until
    return course if longer else msgspec.structs.replace(course, waiver=waiver)


def says(each: Proposal, end: dt.date, beside: str = "") -> str:
    """The reason of the move that an agreed change makes."""
    what = "What is due" if each.clock == DUE else f"The clock `{each.clock}`"
    how = f"stands still for {in_days(each.days)} and" if each.days else "is extended and"
    return f"{what} {how} ends on {words(end)}, as both parties agreed: {each.reason}{beside}"
