"""What alerts and requests bring to a calendar: clocks, cures, ends of waivers, answers and meetings."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from registry.alerts.clocks import clock
from registry.alerts.clocks.clock import Running
from registry.calendars.duties import CLOSED, Case, Place, extension_of, holds
from registry.calendars.item import TITLES, Item, Status, What, standing
from registry.obligations.moments import day, moment, plain, words

BY_END: Final[dict[str, What]] = {"answer": "answer", "cure": "cure", "consult": "consultation"}
"""What is due at the end of a clock that a move meets; of any other, only that its time is over."""


class Made(msgspec.Struct, frozen=True):
    """A request of a union as a calendar needs it, with the newest answer to it."""

    request_id: UUID
    employer_id: str
    production_id: str
    party: str
    state: str
    asked: dict[str, Any]
    answer: dict[str, Any] | None
    recorded_at: dt.datetime
    changed_at: dt.datetime


def of_alerts(place: Place, cases: Iterable[Case]) -> Iterator[Item]:
    """What runs for the alerts that are not closed; one that is held back asks for nothing yet."""
    for case in cases:
        if case.state in CLOSED or case.course.held_by:
            continue
        yield from of_clocks(place, case)
        yield from of_cures(place, case)
        yield from of_waiver(place, case)


def of_clocks(place: Place, case: Case) -> Iterator[Item]:
    """The clocks of an alert that run and decide; its duty's own day is an item of its own."""
    ends = ends_of(case.finding)
    extended = {change.clock for change in case.course.changes}
    subject = f"{plain(case.finding['subject_kind'])} {case.finding['subject']}"
    for one in clock.running(case.finding, case.course, case.opened_at, place.zone, place.now):
        if one.name == clock.DUE or not one.decides:
            continue
        what = BY_END.get(ends.get(one.name, ""), "clock")
        moved = one.name in extended and one.days_left >= 0
        yield base(
            place,
            case,
            name=f"{case.alert_id}/clock/{one.name}",
            day=one.until,
            what=what,
            title=f"{TITLES[what]}: {plain(one.name)} about {subject}, {one.left}",
            status="extended" if moved else standing(one.until, place.today),
            whose=one.runs_for,
            clock=one.name,
            confidence=one.confidence,
            because=arithmetic(one),
            extension=extension_of(case, one.name),
        )


def ends_of(finding: Mapping[str, Any]) -> dict[str, str]:
    """By its name, the move that meets each clock of a finding."""
    told = [*finding["clocks"], *finding.get("later", [])]
    return {one["name"]: one.get("ends_with", "") for one in told}


def arithmetic(one: Running) -> list[str]:
    """How a clock was counted; the words it has when nothing was agreed about it."""
    return one.steps or [one.says]


def of_cures(place: Place, case: Case) -> Iterator[Item]:
    """What the newest answer promises, each with its day; not certain until the union has accepted it."""
    for number, cure in enumerate(case.course.cures):
        status: Status = "done" if case.course.cured else standing(cure.by, place.today)
        yield base(
            place,
            case,
            name=f"{case.alert_id}/cure/{number}",
            day=cure.by,
            what="cure",
            title=f"{TITLES['cure']}: {cure.what}",
            status=status,
            whose="employer",
            certain=case.course.accepted,
        )


def of_waiver(place: Place, case: Case) -> Iterator[Item]:
    """The last day on which a waiver holds."""
    waiver = case.course.waiver
    if waiver is None or not holds(case, place.today):
        return
    yield base(
        place,
        case,
        name=f"{case.alert_id}/waiver",
        day=waiver.until,
        what="waiver",
        title=f"{TITLES['waiver']}: the alert opens again the day after",
        status=standing(waiver.until, place.today),
        whose="both",
    )


def base(place: Place, case: Case, **more: Any) -> Item:
    """An item about an alert: the facts that all of them share."""
    finding = case.finding
    facts = {
        "days_left": (more["day"] - place.today).days,
        "rule": case.rule,
        "clause": finding["citation"]["clause"],
        "confidence": finding["citation"]["confidence"],
        "subject_kind": finding["subject_kind"],
        "subject": finding["subject"],
        "alert_id": case.alert_id,
        "alert_state": case.state,
        "changed_at": case.changed_at,
    }
    return Item(**(facts | more))


def of_requests(
    place: Place, made: Iterable[Made], judged: Collection[str], answer_days: int | None
) -> Iterator[Item]:
    """Answers that are due and not judged yet, and the meetings that are offered or planned."""
    for request in made:
        if request.state == "open" and str(request.request_id) not in judged and answer_days:
            yield answer_due(place, request, answer_days)
        if request.state != "closed" and request.answer:
            yield from meetings(place, request, request.answer)


def answer_due(place: Place, request: Made, answer_days: int) -> Item:
    """By when a request that no judgement has seen yet is to be answered."""
    asked_on = day(request.recorded_at, place.zone)
    due_on = asked_on + dt.timedelta(days=answer_days)
    return of_request(
        place,
        request,
        name=f"due/{place.employer_id}/{place.production_id}/{ANSWERED}/request/{request.request_id}",
        day=due_on,
        what="answer",
        title=f"{TITLES['answer']}: {request.asked['kind']} asked for by {request.party}",
        status=standing(due_on, place.today),
        whose="employer",
        rule=ANSWERED,
        because=[f"Asked on {words(asked_on)}; to be answered within {answer_days} days."],
    )


ANSWERED: Final = "reg/request-answered"
"""The rule by which requests are answered in time."""


def meetings(place: Place, request: Made, answer: Mapping[str, Any]) -> Iterator[Item]:
    """The days to come on which an employer offers to meet, or has said that it will."""
    held = answer.get("held_on")
    days = {dt.date.fromisoformat(each): False for each in answer.get("offered_on", [])}
    if held:
        days = {day(moment(held), place.zone): True}
    for on, certain in sorted(days.items()):
        if on < place.today:
            continue
        said = TITLES["meeting"] if certain else "Meeting is offered"
        yield of_request(
            place,
            request,
            name=f"{request.request_id}/meeting/{on}",
            day=on,
            what="meeting",
            title=f"{said}: {request.asked['kind']} with {request.party}",
            status=standing(on, place.today),
            whose="both",
            certain=certain,
        )


def of_request(place: Place, request: Made, **more: Any) -> Item:
    """An item about a request."""
    return Item(
        days_left=(more["day"] - place.today).days,
        subject_kind="request",
        subject=str(request.request_id),
        request_id=request.request_id,
        changed_at=request.changed_at,
        **more,
    )
