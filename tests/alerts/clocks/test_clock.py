"""The clocks of an alert at an instant: which run, which decide, which have ended, and what is left of each."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.alerts.clocks.clock import clock_on, ended, every, running
from registry.alerts.course import Change, Course, Grievance
from registry.obligations.finding import Clock, Later

LA, TOKYO = ZoneInfo("America/Los_Angeles"), ZoneInfo("Asia/Tokyo")
OPENED = dt.datetime(2025, 3, 8, 18, tzinfo=dt.UTC)
KNOWN = Clock(
    "from knowledge",
    dt.date(2025, 5, 2),
    "Within 60 days: 60 days from 3 March 2025 is 2 May 2025.",
    "memory",
    matter="grievance",
    ends_with="grieve",
)
OUTER = Clock(
    "outer limit",
    dt.date(2025, 12, 1),
    "Never later than 365 days.",
    "memory",
    matter="grievance",
    ends_with="grieve",
)
NLRA = Clock("NLRA charge", dt.date(2025, 9, 3), "Within six months.", "memory", fixed=True)
ANSWER = Later(
    "answer",
    "opened",
    "Answered in the alert",
    "inferred",
    days=10,
    calendar="US",
    roll=True,
    runs_for="employer",
    ends_with="answer",
)
CURE = Later("cure", "opened", "Made good", "inferred", days=30, runs_for="employer", ends_with="cure")
REPLY = Later("reply", "answered", "The union says whether it accepts", "inferred", days=14)
SECOND = Later(
    "conciliation",
    "grieved",
    "Conciliation is asked for",
    "inferred",
    days=20,
    step=1,
    matter="grievance",
    ends_with="grieve",
)
THIRD = Later(
    "arbitration",
    "grieved",
    "Arbitration is asked for",
    "inferred",
    days=30,
    step=2,
    matter="grievance",
    ends_with="grieve",
)


def found(*clocks, later=(), due_on=None):
    """What an alert keeps of a finding's clocks."""
    told = {
        "clocks": list(clocks),
        "later": list(later),
        "due_on": due_on,
        "citation": {"confidence": "reported"},
    }
    return msgspec.to_builtins(told)


def change(clock, number=1, **fields):
    kind = "extend" if "until" in fields else "toll"
    agreed = fields.pop("agreed_at", dt.datetime(2025, 4, 10, 18, tzinfo=dt.UTC))
    return Change(
        number=number, clock=clock, kind=kind, agreed_at=agreed, proposed_by="a", consented_by="b", **fields
    )


def filed(step, on):
    return Grievance(step=step, filed_on=on, reference=f"G-{step}")


def at(*when, zone=LA):
    return dt.datetime(*when, tzinfo=zone)


def run(finding, course=None, now=None, zone=LA):
    """The clocks that run, by name; on the first of April unless said."""
    found = running(finding, course or Course(), OPENED, zone, now or at(2025, 4, 1))
    return {clock.name: clock for clock in found}


@pytest.mark.parametrize(
    ("now", "left", "words"),
    [
        (at(2025, 4, 20, 12), 12, "12 days left"),
        (at(2025, 5, 1, 23, 59, 59), 1, "1 day left"),
        (at(2025, 5, 2, 0, 0), 0, "ends today"),
        (at(2025, 5, 2, 23, 59, 59), 0, "ends today"),
        (at(2025, 5, 3, 0, 0), -1, "passed 1 day ago"),
        (at(2025, 5, 5, 9), -3, "passed 3 days ago"),
        # In Tokyo it is the next day already, where the production is not.
        (dt.datetime(2025, 5, 3, 6, 59, tzinfo=dt.UTC), 0, "ends today"),
        (dt.datetime(2025, 5, 3, 7, 0, tzinfo=dt.UTC), -1, "passed 1 day ago"),
    ],
)
def test_what_is_left_is_counted_in_days_where_the_production_is(now, left, words):
    """A clock is kept until the last instant of its last day, by the production's own midnight."""
    clock = run(found(KNOWN), now=now)["from knowledge"]

    assert (clock.days_left, clock.left) == (left, words)


def test_days_left_are_calendar_days_across_a_change_of_the_clocks():
    """A day of 23 hours is a day: the count does not jump when the hour does."""
    finding = found(Clock("x", dt.date(2025, 3, 10), "By Monday.", "quoted"))

    assert [run(finding, now=at(2025, 3, day, 0, 30))["x"].days_left for day in (8, 9, 10)] == [2, 1, 0]
    assert [run(finding, now=at(2025, 3, day, 23, 30))["x"].days_left for day in (8, 9, 10)] == [2, 1, 0]


def test_the_earlier_of_one_matter_decides_and_the_other_says_so():
    """From knowledge and the outer limit are one matter: the earlier is what counts, whichever it is."""
    clocks = run(found(OUTER, KNOWN, NLRA))
    assert [name for name, clock in clocks.items() if clock.decides] == ["from knowledge", "NLRA charge"]
    assert (clocks["outer limit"].over, clocks["from knowledge"].over) == ("from knowledge", "")

    late = msgspec.structs.replace(KNOWN, until=dt.date(2025, 12, 2))
    clocks = run(found(OUTER, late))
    assert (clocks["outer limit"].decides, clocks["from knowledge"].over) == (True, "outer limit")


def test_soonest_first_and_what_has_passed_at_the_end():
    """What still runs stands first, soonest first; what has passed behind it, the latest first."""
    gone = [Clock(f"gone {n}", dt.date(2025, 3, n), "Over.", "quoted") for n in (1, 20)]

    assert list(run(found(OUTER, *gone, KNOWN, NLRA))) == [
        "from knowledge",
        "NLRA charge",
        "outer limit",
        "gone 20",
        "gone 1",
    ]


def test_an_agreed_change_counts_and_is_told_in_words():
    """Extensions and standing still are counted in the order they were agreed, each with its day."""
    course = Course(
        changes=[
            change("from knowledge", until=dt.date(2025, 6, 1)),
            change("from knowledge", 2, days=14, agreed_at=dt.datetime(2025, 5, 2, 5, tzinfo=dt.UTC)),
        ]
    )

    clock = run(found(KNOWN, OUTER), course)["from knowledge"]

    assert clock.until == dt.date(2025, 6, 15)
    assert clock.steps == [
        "Within 60 days: 60 days from 3 March 2025 is 2 May 2025.",
        "It was extended by agreement of 10 April 2025 to 1 June 2025.",
        "It stood still for 14 days by agreement of 1 May 2025, and ends on 15 June 2025.",
    ]
    assert run(found(KNOWN, OUTER), course)["outer limit"].until == dt.date(2025, 12, 1)


def test_an_extension_never_makes_a_clock_shorter():
    """When the facts move a clock's own end beyond the agreed one, its own end stands."""
    course = Course(changes=[change("from knowledge", until=dt.date(2025, 4, 20))])

    clock = run(found(KNOWN), course)["from knowledge"]

    assert (clock.until, len(clock.steps)) == (dt.date(2025, 5, 2), 1)


def test_a_change_may_make_another_clock_decide():
    """Sixty days extended beyond the outer limit leave the outer limit to decide."""
    course = Course(changes=[change("from knowledge", until=dt.date(2026, 1, 31))])

    clocks = run(found(KNOWN, OUTER), course)

    assert clocks["outer limit"].decides
    assert clocks["from knowledge"].over == "outer limit"


def test_the_day_of_the_duty_is_a_clock_unless_the_pack_has_its_own_words():
    """What is due has a clock named `due`, that a pack may describe and fix."""
    assert run(found(KNOWN, due_on=dt.date(2025, 4, 9)))["due"].says == "What is owed is due on 9 April 2025."

    own = Clock("due", dt.date(2025, 4, 9), "Notice is owed.", "quoted", counts_from="due", fixed=True)
    clocks = every(found(own, due_on=dt.date(2025, 4, 9)), Course(), OPENED, LA, at(2025, 4, 1))
    assert [(clock.says, clock.fixed) for clock in clocks] == [("Notice is owed.", True)]


@pytest.mark.parametrize(
    ("values", "confidence"), [({}, "reported"), ({"REMEDY_GRACE_DAYS": 30}, "inferred")]
)
def test_a_day_counted_by_the_registrys_own_number_does_not_look_like_its_source(values, confidence):
    """The clause may be quoted; the day that a proposed number makes of it is inferred."""
    finding = found(due_on=dt.date(2025, 4, 9)) | {"values": values}

    assert run(finding)["due"].confidence == confidence


@pytest.mark.parametrize(("zone", "until"), [(LA, dt.date(2025, 3, 18)), (TOKYO, dt.date(2025, 3, 19))])
def test_a_clock_from_the_opening_counts_from_its_day_where_the_production_is(zone, until):
    """The same instant of opening is another day in Tokyo, and the clock ends a day later there."""
    assert run(found(later=[ANSWER]), now=at(2025, 3, 10), zone=zone)["answer"].until == until


def test_a_clock_that_counts_from_the_opening_begins_anew_when_the_alert_opens_again():
    """Reopened, the employer is asked afresh: its time is counted from the reopening."""
    course = Course(reopened=1, reopened_at=at(2025, 7, 21, 9))

    assert run(found(later=[ANSWER]), course, at(2025, 7, 22))["answer"].until == dt.date(2025, 7, 31)


def test_time_that_stood_still_once_is_not_given_again_when_the_alert_opens_again():
    """A toll belongs to the run it was agreed in; a day both parties named stands, and so does a limit's toll."""
    tolled = [change("answer", 1, days=30), change("from knowledge", 2, days=30)]
    course = Course(reopened=1, reopened_at=at(2025, 7, 21, 9), changes=tolled)
    clocks = run(found(KNOWN, later=[ANSWER]), course, at(2025, 7, 22))

    assert (clocks["answer"].until, len(clocks["answer"].steps)) == (dt.date(2025, 7, 31), 1)
    assert clocks["from knowledge"].until == dt.date(2025, 6, 1)

    anew = change("answer", 3, days=5, agreed_at=at(2025, 7, 21, 10))
    named = change("answer", 4, until=dt.date(2025, 9, 2))
    for more, until in ((anew, dt.date(2025, 8, 5)), (named, dt.date(2025, 9, 2))):
        then = msgspec.structs.replace(course, changes=[*tolled, more])
        assert run(found(later=[ANSWER]), then, at(2025, 7, 22))["answer"].until == until


def test_an_end_on_a_day_off_moves_to_the_next_business_day():
    """Ten days from 24 June end on Independence Day, and so on the Monday after."""
    course = Course(reopened_at=at(2025, 6, 24, 9))
    clock = run(found(later=[ANSWER]), course, at(2025, 7, 1))["answer"]

    assert clock.until == dt.date(2025, 7, 7)
    assert "no business day (Independence Day), so it is 7 July 2025" in clock.steps[0]


def test_an_answer_ends_the_employers_clock_and_starts_the_unions():
    """What counts from the answer runs from its day; the clock that asked for it has ended."""
    course = Course(answered_at=at(2025, 3, 20, 23, 30))
    finding = found(later=[ANSWER, REPLY, CURE])

    assert run(finding, course)["reply"].until == dt.date(2025, 4, 3)
    assert "reply" not in run(finding)
    [over] = ended(finding, course, OPENED, LA, at(2025, 4, 1))
    assert (over.name, over.decides, over.ended) == (
        "answer",
        False,
        "The employer answered on 20 March 2025.",
    )


def test_a_cure_ends_the_clock_that_waits_for_it():
    """What was owed has been done: that clock runs no more, the others do."""
    assert set(run(found(KNOWN, later=[CURE]), Course(cured=True))) == {"from knowledge"}


def test_each_step_of_a_grievance_ends_the_clock_before_and_starts_the_next():
    """Presenting, conciliation, arbitration: one clock of the matter decides at a time."""
    finding = found(KNOWN, OUTER, later=[SECOND, THIRD])
    one, two, three = (
        filed(1, dt.date(2025, 4, 30)),
        filed(2, dt.date(2025, 5, 15)),
        filed(3, dt.date(2025, 6, 20)),
    )
    first = Course(grievance=one, grievances=[one])
    second = Course(grievance=two, grievances=[one, two])
    third = Course(grievance=three, grievances=[one, two, three])
    now = at(2025, 5, 1)

    assert {name: clock.until for name, clock in run(finding, first, now).items()} == {
        "conciliation": dt.date(2025, 5, 20)
    }
    assert {name: clock.until for name, clock in run(finding, second, now).items()} == {
        "arbitration": dt.date(2025, 6, 14)
    }
    assert run(finding, third, now) == {}
    over = {clock.name: clock.ended for clock in ended(finding, third, OPENED, LA, now)}
    assert (
        over["from knowledge"] == over["outer limit"] == "Step 1 of the grievance was filed on 30 April 2025."
    )
    assert (
        over["arbitration"]
        == "Step 3 of the grievance was filed on 20 June 2025, six days after the last day."
    )


def test_a_step_may_be_skipped():
    """An agreement whose first filed step is the second: the presenting clock has ended all the same."""
    two = filed(2, dt.date(2025, 5, 10))
    course = Course(grievance=two, grievances=[two])

    assert set(run(found(KNOWN, later=[SECOND, THIRD]), course)) == {"arbitration"}
    [over] = ended(found(KNOWN), course, OPENED, LA, at(2025, 5, 11))
    assert over.ended == "Step 2 of the grievance was filed on 10 May 2025, eight days after the last day."


def test_a_grievance_that_stands_no_more_lets_the_clocks_run_again():
    """Opened again, an alert's old grievance is history: the time to present one runs as it did."""
    course = Course(grievance=None, grievances=[filed(1, dt.date(2025, 4, 30))], reopened=1)

    assert set(run(found(KNOWN, later=[SECOND]), course)) == {"from knowledge"}


def test_a_step_of_a_grievance_that_stands_no_more_starts_no_clock():
    """A second grievance that begins with its second step is not late for what the first one's step began."""
    old = [filed(1, dt.date(2025, 4, 30)), filed(2, dt.date(2025, 5, 15))]
    anew = filed(2, dt.date(2026, 2, 2))
    course = Course(grievance=anew, grievances=[*old, anew], reopened=1, reopened_at=at(2026, 1, 5))
    finding, now = found(KNOWN, later=[SECOND, THIRD]), at(2026, 2, 3)

    assert {clock.name for clock in ended(finding, course, OPENED, LA, now)} == {"from knowledge"}
    assert run(finding, course, now)["arbitration"].until == dt.date(2026, 3, 4)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (at(2025, 3, 10), dt.date(2025, 3, 18)),
        (at(2025, 3, 18, 23, 59), dt.date(2025, 3, 18)),
        (at(2025, 3, 19), dt.date(2025, 5, 2)),
        (at(2025, 5, 3), None),
    ],
)
def test_the_soonest_clock_that_runs_and_decides(now, day):
    """What has passed does not count, nor does a limit behind an earlier one; without any there is no day."""
    assert clock_on(found(KNOWN, OUTER, later=[ANSWER]), Course(), OPENED, LA, now) == day


days = st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31))


@settings(deadline=None)
@given(st.lists(days, max_size=6), days, st.lists(st.integers(1, 60), max_size=3))
def test_of_any_clocks_of_a_matter_exactly_the_earliest_decides(ends, today, tolls):
    """However they lie and whatever was agreed, one decides, no other ends before it, and each is there once."""
    finding = found(*(Clock(f"c{n}", end, "Ends.", "quoted", matter="m") for n, end in enumerate(ends)))
    course = Course(changes=[change(f"c{n}", n + 1, days=number) for n, number in enumerate(tolls)])
    now = dt.datetime.combine(today, dt.time(12), LA)

    clocks = running(finding, course, OPENED, LA, now)

    assert sorted(clock.name for clock in clocks) == sorted(f"c{n}" for n in range(len(ends)))
    deciding = [clock for clock in clocks if clock.decides]
    assert len(deciding) == bool(ends)
    assert all(deciding[0].until <= clock.until for clock in clocks)
    assert all(clock.days_left == (clock.until - today).days for clock in clocks)
