"""What the newest judgement says is due, with what the alert about it has become."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from registry.alerts.clocks import clock
from registry.alerts.course import Course
from registry.calendars.item import TITLES, Extension, Item, Status, What, Whose, standing
from registry.obligations.finding import Finding, fingerprint
from registry.obligations.moments import plain

BY_NAME: Final[tuple[tuple[str, What], ...]] = (
    ("meeting", "meeting"),
    ("consult", "consultation"),
    ("consent", "consent"),
    ("icdr", "consent"),
    ("alteration", "consent"),
    ("feature", "consent"),
    ("notice", "notice"),
    ("notif", "notice"),
    ("disclos", "notice"),
    ("48h", "notice"),
    ("policies", "notice"),
    ("-first", "notice"),
    ("s54", "notice"),
    ("ai-box", "notice"),
)
"""Words in the name of a rule that say what is due under it."""
BY_SUBJECT: Final[dict[str, What]] = {
    "quarter": "quarterly_update",
    "change": "amendment",
    "request": "answer",
}
"""What is due for what is judged, whatever the rule is called."""
CLOSED: Final = frozenset({"resolved", "withdrawn"})
"""States of an alert in which the union asks for nothing more."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """An alert as a calendar needs it; `asked` is how the newest request to extend each clock stands."""

    alert_id: UUID
    employer_id: str
    production_id: str
    fingerprint: bytes
    rule: str
    state: str
    finding: dict[str, Any]
    course: Course
    opened_at: dt.datetime
    changed_at: dt.datetime
    asked: dict[str, Extension] = {}


class Place(msgspec.Struct, frozen=True):
    """The production that a calendar is of, its zone, and the instant it is drawn for."""

    employer_id: str
    production_id: str
    title: str
    zone: ZoneInfo
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        """The day it is where the production is."""
        return self.now.astimezone(self.zone).date()


def items(
    place: Place,
    findings: Iterable[Finding],
    cases: Collection[Case],
    requests: Collection[str],
    judged_at: dt.datetime,
) -> Iterator[Item]:
    """Everything *findings* name a day for, and whatever alerts not among them still ask for."""
    by_print = {case.fingerprint: case for case in cases}
    told = set()
    for finding in findings:
        mark = fingerprint(finding, place.employer_id, place.production_id)
        told.add(mark)
        yield from item(place, finding, by_print.get(mark), requests, judged_at)
    for case in cases:
        if case.fingerprint not in told and case.state not in CLOSED:
            finding = msgspec.convert(case.finding, Finding)
            yield from item(place, finding, case, requests, case.changed_at)


def item(
    place: Place, finding: Finding, case: Case | None, requests: Collection[str], at: dt.datetime
) -> Iterator[Item]:
    """*finding* as an item, if it has a day that counts."""
    if finding.due_on is None or not counts(finding):
        return
    agreed = [change for change in case.course.changes if change.clock == clock.DUE] if case else []
    day, _ = clock.changed(finding.due_on, agreed, place.zone)
    what = what_of(finding)
    about = finding.subject
    yield Item(
        name=f"due/{place.employer_id}/{place.production_id}/{finding.rule}/{finding.subject_kind}/{about}",
        day=day,
        what=what,
        title=f"{TITLES[what]}: {plain(finding.subject_kind)} {about}",
        status=status_of(finding, case, day, place.today),
        days_left=(day - place.today).days,
        whose=whose_of(finding),
        clock=clock.DUE if case else None,
        rule=finding.rule,
        clause=finding.citation.clause,
        confidence=finding.citation.confidence,
        subject_kind=finding.subject_kind,
        subject=about,
        because=finding.because,
        alert_id=case.alert_id if case else None,
        alert_state=case.state if case else None,
        request_id=UUID(about) if about in requests else None,
        extension=extension_of(case, clock.DUE),
        was_due_on=finding.due_on if day != finding.due_on else None,
        changed_at=case.changed_at if case else at,
    )


def counts(finding: Finding) -> bool:
    """Whether the day of *finding* is one: no day of a rule that does not apply, or is no law, is."""
    return finding.verdict != "not_applicable" or finding.reason == "not-yet-due"


def status_of(finding: Finding, case: Case | None, day: dt.date, today: dt.date) -> Status:
    """How a duty stands: as judged, then as the parties have left it, then by the day."""
    if finding.verdict == "satisfied":
        return "done"
    if finding.reason == "late":
        return "late"
    if case and case.state in CLOSED:
        return "settled"
    if day != finding.due_on and day >= today:
        return "extended"
    if case and holds(case, today):
        return "waived"
    if finding.verdict == "insufficient_information" and day < today:
        return "unknown"
    return standing(day, today, soon=finding.due_soon)


def holds(case: Case, today: dt.date) -> bool:
    """Whether the union's waiver holds; its last day counts, whenever the registry opens the alert again."""
    waiver = case.course.waiver
    return case.state == "waived" and (waiver is None or waiver.until >= today)


def extension_of(case: Case | None, name: str) -> Extension | None:
    """How the newest request to extend the clock *name* stands; what was agreed before stays granted."""
    if case is None:
        return None
    agreed = any(change.clock == name for change in case.course.changes)
    newest = case.asked.get(name)
    return newest or ("granted" if agreed else None)


def what_of(finding: Finding) -> What:
    """What is due, as an office calls it."""
    if finding.subject_kind in BY_SUBJECT:
        return BY_SUBJECT[finding.subject_kind]
    name = finding.rule.partition("/")[2]
    if finding.rule == "reg/initial-filing":
        return "filing"
    return next((what for word, what in BY_NAME if word in name), "duty")


def whose_of(finding: Finding) -> Whose:
    """Who has to do it: nearly every duty is the employer's."""
    return "union" if finding.owed_to in {"the employer", "the company"} else "employer"


def newest_asked(entries: Iterable[Mapping[str, Any]]) -> dict[UUID, dict[str, Extension]]:
    """By alert and clock, how the newest request for an extension stands; *entries* are the oldest first.

    Each is of kind `extension`, `consent` or `refusal`; the latter two name in `number` what they answer.
    """
    newest: dict[tuple[UUID, str], int] = {}
    found: dict[UUID, dict[str, Extension]] = {}
    for entry in entries:
        about, document = entry["thread_id"], entry["document"]
        if entry["kind"] == "extension":
            newest[about, document["clock"]] = entry["number"]
            found.setdefault(about, {})[document["clock"]] = "asked"
            continue
        named = found.get(about, {})
        for name in named:
            # Each side may have asked; an answer to the earlier request leaves the newer one open.
            if newest[about, name] == document.get("number"):
                named[name] = "granted" if entry["kind"] == "consent" else "refused"
    return found
