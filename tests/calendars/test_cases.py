"""What alerts and requests put on the calendar: clocks, cures, ends of waivers, answers, meetings."""

import datetime as dt
from uuid import UUID

import msgspec
import papers
import pytest

from registry.alerts.course import Change, Course, Cure, Waiver
from registry.calendars import ahead, cases
from registry.calendars.cases import Made
from registry.calendars.duties import Case
from registry.obligations.finding import Clock, Later
from registry.productions.record import Phase, ProductionRecord

ALERT, REQUEST = UUID(int=7), UUID(int=9)
AT = dt.datetime(2026, 3, 1, 20, tzinfo=dt.UTC)


@pytest.fixture
def case(finding):
    def make(state="open", told=None, **course):
        finding_ = told or finding()
        return Case(
            alert_id=ALERT,
            employer_id=papers.KEY[0],
            production_id=papers.KEY[1],
            fingerprint=b"f",
            rule=finding_.rule,
            state=state,
            finding=msgspec.to_builtins(finding_),
            course=Course(**course),
            opened_at=AT,
            changed_at=AT,
        )

    return make


def shown(place, *given):
    return {item.name.partition("/")[2]: item for item in cases.of_alerts(place, given)}


def made(state="open", answer=None):
    return Made(
        request_id=REQUEST,
        employer_id=papers.KEY[0],
        production_id=papers.KEY[1],
        party="IATSE:700",
        state=state,
        asked={"kind": "consultation", "text": "secret words"},
        answer=answer,
        recorded_at=dt.datetime(2026, 3, 2, 7, 59, tzinfo=dt.UTC),
        changed_at=AT,
    )


def record(*phases):
    days = [
        Phase("post", *(dt.date.fromisoformat(day) if day else None for day in phase)) for phase in phases
    ]
    return ProductionRecord(production_id="p", employer_id="e", title="T", format="hb_svod", phases=days)


def test_a_running_clock_is_an_item_with_its_arithmetic(place, case):
    """Whose time runs, to which day, how it was counted; the duty's own day is not there twice."""
    found = shown(place(), case())

    assert list(found) == ["clock/grievance"]
    item = found["clock/grievance"]
    assert (item.what, item.whose, item.day, item.status) == (
        "clock",
        "union",
        dt.date(2026, 4, 1),
        "upcoming",
    )
    assert item.because[0] == "A grievance is filed by."
    assert item.title == "Time limit ends: grievance about layoff E1, 30 days left"
    assert (item.alert_id, item.clause) == (ALERT, "29 USC 2102(a)")


def test_only_the_clock_that_decides_is_shown(place, case, finding):
    """Of two clocks of one matter the earlier is on the calendar."""
    both = [
        Clock(
            name="from knowledge",
            until=dt.date(2026, 4, 10),
            says="a.",
            confidence="quoted",
            matter="grievance",
        ),
        Clock(
            name="outer limit", until=dt.date(2026, 4, 5), says="b.", confidence="quoted", matter="grievance"
        ),
    ]

    assert list(shown(place(), case(told=finding(clocks=both)))) == ["clock/outer limit"]


def test_an_extended_clock_says_so(place, case):
    """The agreed day is the day of the item."""
    change = Change(
        number=1, clock="grievance", kind="toll", days=10, agreed_at=AT, proposed_by="a", consented_by="b"
    )
    item = shown(place(), case(changes=[change]))["clock/grievance"]

    assert (item.day, item.status, item.extension) == (dt.date(2026, 4, 11), "extended", "granted")


@pytest.mark.parametrize("state", ["resolved", "withdrawn"])
def test_a_closed_alert_has_no_clocks(place, case, state):
    """Nothing runs for what the union has closed."""
    assert shown(place(), case(state, cures=[Cure(what="w", by=dt.date(2026, 3, 9))])) == {}


def test_an_alert_that_is_held_back_asks_for_nothing(place, case):
    """Its clocks come with it, when it is let go."""
    assert shown(place(), case(held_by="reg/initial-filing")) == {}


def test_what_the_employer_owes_at_the_end_of_a_clock_is_named(place, case, finding):
    """A clock that an answer meets is an answer that is due, the employer's to give."""
    later = Later(
        name="answer",
        counts_from="opened",
        says="The answer",
        confidence="inferred",
        days=10,
        runs_for="employer",
        ends_with="answer",
    )
    item = shown(place(), case(told=finding(later=[later])))["clock/answer"]

    assert (item.what, item.whose, item.day) == ("answer", "employer", dt.date(2026, 3, 11))


def test_promised_cures_are_due_on_their_days(place, case):
    """Each cure has its day; not certain until the union accepts; done when what was owed was done."""
    cures = [Cure(what="give notice", by=dt.date(2026, 3, 1)), Cure(what="pay", by=dt.date(2026, 3, 9))]
    asked = shown(place(), case("answered", cures=cures))
    taken = shown(place(), case("answered", cures=cures, accepted=True))
    done = shown(place(), case("in_consultation", cures=cures, cured=True))

    assert [asked[f"cure/{n}"].status for n in (0, 1)] == ["overdue", "due_soon"]
    assert [asked["cure/0"].certain, taken["cure/0"].certain] == [False, True]
    assert done["cure/1"].status == "done"


def test_the_end_of_a_waiver_is_on_the_calendar(place, case):
    """Its last day is shown while it holds, not while it is only proposed."""
    waiver = Waiver(until=dt.date(2026, 3, 30), reason="r", author="a", approver="b")

    assert shown(place(), case("waived", waiver=waiver))["waiver"].day == dt.date(2026, 3, 30)
    assert "waiver" not in shown(place(), case("open", proposed=waiver))
    assert "waiver" not in shown(place(), case("open", waiver=waiver))


def test_a_request_nobody_has_judged_yet_is_due_all_the_same(place):
    """It counts from the day it was recorded where the production is; once judged, the judgement says it."""
    (item,) = cases.of_requests(place(), [made()], set(), 10)

    assert (item.what, item.day, item.request_id) == ("answer", dt.date(2026, 3, 11), REQUEST)
    assert "secret" not in str(msgspec.to_builtins(item))
    assert list(cases.of_requests(place(), [made()], {str(REQUEST)}, 10)) == []
    assert list(cases.of_requests(place(), [made()], set(), None)) == []
    assert list(cases.of_requests(place(), [made("closed")], set(), 10)) == []


def test_meetings_offered_and_planned_are_shown_from_today(place):
    """Offered days are not certain; a day that is set takes their place; days that are over are left out."""
    offered = {"offered_on": ["2026-03-01", "2026-03-02", "2026-03-10"], "held_on": None}
    planned = offered | {"held_on": "2026-03-10T23:30:00-08:00"}
    found = list(cases.of_requests(place(), [made("answered", offered)], set(), 10))
    (item,) = cases.of_requests(place(), [made("answered", planned)], set(), 10)

    assert [(each.day.day, each.certain, each.status) for each in found] == [
        (2, False, "due_soon"),
        (10, False, "upcoming"),
    ]
    assert (item.day, item.certain) == (dt.date(2026, 3, 11), True)
    assert list(cases.of_requests(place(), [made("closed", planned)], set(), 10)) == []


@pytest.mark.parametrize(
    ("phases", "quarters"),
    [
        ([], ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2027-Q1"]),
        ([("2026-02-02", "2026-05-29")], ["2026-Q1", "2026-Q2"]),
        ([("2026-02-02", "2026-03-31")], ["2026-Q1"]),
        ([("2026-02-02", "2026-03-01")], ["2026-Q1"]),
        ([("2025-02-02", "2025-12-31")], []),
        ([("2026-07-01", "2026-09-30")], ["2026-Q3"]),
        (
            [("2026-02-02", "2026-05-29"), ("2026-06-01", None)],
            ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2027-Q1"],
        ),
        ([("2026-02-02", "2030-01-01")], ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2027-Q1"]),
    ],
)
def test_quarters_to_come_end_with_the_production(place, phases, quarters):
    """From this quarter to that of the last day, a year ahead at most; a phase without an end goes on."""
    found = list(ahead.items(place(), record(*phases), set(), 30, AT))

    assert [item.subject for item in found] == quarters
    assert all(not item.certain for item in found)


def test_a_quarter_that_was_judged_is_not_there_twice(place):
    """What a judgement speaks of is left to it; the day is thirty days after the quarter's end."""
    first, *_ = ahead.items(place(), record(), {"2026-Q1"}, 30, AT)

    assert (first.subject, first.day) == ("2026-Q2", dt.date(2026, 7, 30))
