"""What a move that a person asks for makes of an alert: its name, its reason, its marks, its words.

An alert cannot be waived for ever, nor by one person alone; a grievance goes forward, never back.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from registry.alerts import waking
from registry.alerts.alert import Alert, MoveName, Outcome
from registry.alerts.course import EMPLOYER, Course, Cure, Grievance, Waiver
from registry.alerts.request import (
    Acceptance,
    Acknowledgement,
    Answering,
    Asked,
    Assignment,
    Conferring,
    Escalation,
    Grieving,
    Objection,
    Question,
    Reopening,
    Resolution,
    Rest,
    Withdrawing,
)
from registry.errors import Fault, IllegalMove, Invalid
from registry.threads.entry import EntryKind

LONGEST_REST: Final = 366
"""Days from today on which a waiver may end."""


class Making(msgspec.Struct, frozen=True, kw_only=True):
    """A move as it will be made. `kind` and `said` are its entry in the thread, where it leaves one."""

    move: MoveName
    reason: str | None = None
    outcome: Outcome | None = None
    marks: dict[str, Any] = {}
    kind: EntryKind | None = None
    said: dict[str, Any] = {}

    @property
    def changed(self) -> Callable[[Course], Course]:
        """The course with the move's marks."""
        return lambda course: msgspec.structs.replace(course, **self.marks)


def making(alert: Alert, asked: Asked, author: str, now: dt.datetime) -> Making:
    """What *author* asks for, as it is made of *alert* at *now*."""
    match asked:
        case Assignment():
            return Making(move="assign", reason=asked.note, marks={"assignee": asked.assignee})
        case Answering():
            return answered(asked)
        case Grieving():
            return grieved(alert, asked)
        case Rest():
            return waived(alert, asked, author, now)
        case Escalation():
            return escalated(alert, asked)
        case Resolution():
            return Making(move="resolve", reason=asked.reason, outcome=asked.outcome)
        case Acceptance() | Objection() | Question() | Conferring():
            return spoken(asked)
        case _:
            return told(asked)


def told(asked: Acknowledgement | Withdrawing | Reopening) -> Making:
    """A move that leaves nothing but its reason."""
    if isinstance(asked, Acknowledgement):
        return Making(move="acknowledge", reason=asked.note or None)
    return Making(move="withdraw" if isinstance(asked, Withdrawing) else "reopen", reason=asked.reason)


def spoken(asked: Acceptance | Objection | Question | Conferring) -> Making:
    """A move whose words stand in the thread as well; an acceptance stands there even without a word."""
    if isinstance(asked, Objection):
        return Making(move="dispute", reason=asked.reason, kind="dispute", said={"text": asked.reason})
    if isinstance(asked, Question):
        return Making(move="ask", reason=asked.question, kind="ask", said={"text": asked.question})
    said = {"text": asked.note} if asked.note else {}
    if isinstance(asked, Acceptance):
        return Making(move="accept", reason=asked.note or None, kind="accept", said=said)
    return Making(move="consult", reason=asked.note or None, kind="comment" if said else None, said=said)


def answered(asked: Answering) -> Making:
    """An employer's answer; what it undertakes is kept on the alert with its days."""
    said: dict[str, Any] = {"statement": asked.statement}
    if asked.facts:
        said |= {"facts": msgspec.to_builtins(asked.facts)}
    if asked.cure:
        said |= {"cure": msgspec.to_builtins(asked.cure)}
    if asked.evidence:
        said |= {"evidence": [str(each) for each in asked.evidence]}
    cures = [Cure(what=each.what, by=each.by) for each in asked.cure]
    return Making(move="answer", marks={"cures": cures}, kind="answer", said=said)


def grieved(alert: Alert, asked: Grieving) -> Making:
    """A step of the grievance procedure, later than the one before it."""
    before = alert.course.grievance
    if before and asked.step <= before.step:
        detail = f"Step {before.step} was filed on {before.filed_on}; the next one has a higher number."
        fault = Fault("/step", "not-later", detail, fix=f"Give a step from {before.step + 1} on.")
        raise Invalid("a grievance goes forward", [fault])
    if before and asked.filed_on < before.filed_on:
        detail = f"Step {before.step} was filed on {before.filed_on}, which is later."
        fault = Fault("/filed_on", "not-later", detail, fix="Give the day this step was filed.")
        raise Invalid("a grievance goes forward", [fault])
    step = Grievance(step=asked.step, filed_on=asked.filed_on, reference=asked.reference)
    marks = {"grievance": step, "grievances": [*alert.course.grievances, step]}
    reason = f"Step {asked.step} was filed on {asked.filed_on}, {asked.reference}."
    return Making(move="grieve", reason=" ".join([reason, asked.note or ""]).strip(), marks=marks)


def waived(alert: Alert, asked: Rest, author: str, now: dt.datetime) -> Making:
    """The proposal of a waiver, or its approval by somebody else."""
    today = now.astimezone(ZoneInfo(alert.time_zone)).date()
    if not asked.approve:
        assert asked.until is not None
        assert asked.reason is not None
        check_end(asked.until, today)
        proposed = Waiver(until=asked.until, reason=asked.reason, author=author)
        return Making(move="propose_waiver", reason=asked.reason, marks={"proposed": proposed})
    stands = alert.course.proposed
    if stands is None:
        raise IllegalMove("nobody has proposed to waive this alert; propose it with `until` and `reason`")
    if stands.author == author:
        raise IllegalMove(
            "a waiver is approved by another person than the one who proposed it; ask a colleague"
        )
    if stands.until <= today:
        raise IllegalMove(f"the waiver was proposed until {stands.until}, which is over; propose another")
    waiver = msgspec.structs.replace(stands, approver=author)
    return Making(move="waive", reason=stands.reason, marks={"waiver": waiver})


def check_end(until: dt.date, today: dt.date) -> None:
    """Refuse an end that has come, or one too far away, where the production is."""
    last = today + dt.timedelta(days=LONGEST_REST)
    if not today < until <= last:
        detail = f"A waiver ends after today, {today}, and at the latest on {last}."
        fault = Fault("/until", "out-of-range", detail, fix="Name such a day, its last.")
        raise Invalid("an alert rests for a while, not for ever", [fault])


def escalated(alert: Alert, asked: Escalation) -> Making:
    """The alert put before somebody who is concerned: its locals, its unions, the employer."""
    known = sorted({*alert.locals, *alert.unions})
    if asked.to not in {"local", "union", EMPLOYER, *known}:
        detail = f"This alert does not concern {asked.to[:64]}."
        allowed = ["local", "union", EMPLOYER, *known]
        fault = Fault("/to", "not-concerned", detail, fix="Name one of those it concerns.", allowed=allowed)
        raise Invalid("an alert is put before those it concerns", [fault])
    return Making(move="escalate", reason=asked.reason, marks={"to": waking.targets(alert, asked.to)})
