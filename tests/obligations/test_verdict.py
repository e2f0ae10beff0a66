"""One obligation on one subject: what more knowledge, and time, may do to a verdict."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.obligations.conditions import activated, holds
from registry.obligations.due import Before
from registry.obligations.facts import ABOUT
from registry.obligations.verdict import decide
from tests.obligations.cases import PACKS
from tests.obligations.drawn import names, value

LA = ZoneInfo("America/Los_Angeles")
DUTIES = {duty.rule: duty for pack in PACKS.packs.values() for duty in pack.obligations}
AS_OF = dt.datetime(2026, 6, 1, 12, tzinfo=LA)
ALWAYS_KNOWN = {
    "consult.recorded",
    "consultation.delay_by_union",
    "consent.performer",
    "retraining.placed",
    "quarter.nil",
}
"""Facts the filings always settle: nothing filed is itself the answer."""
DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2025, 12, 31))


@st.composite
def worlds(draw):
    """A duty, everything there is to know, and two states of knowledge, the first within the second."""
    duty = DUTIES[draw(st.sampled_from(sorted(DUTIES)))]
    about = ABOUT[duty.written.about]
    world = {}
    for name in names(duty):
        world[name] = draw(DAYS if about[name].type == "moment" else value(duty, about[name]))
    due = duty.written.due
    settled = set(ALWAYS_KNOWN)
    if due and duty.not_done and holds(duty.not_done, activated(duty.written.about, world)):
        world.pop(due.done)
    if due and due.absent == "not_done":
        settled.add(due.done)
    more = {n: v for n, v in world.items() if n in settled or draw(st.booleans())}
    less = {n: v for n, v in more.items() if n in settled or draw(st.booleans())}
    return duty, less, more


def decision(duty, facts, as_of=AS_OF):
    """The decision with the shipped parameters."""
    values = PACKS.params["params-2026.1"].on(as_of.date())
    return decide(duty, facts, activated(duty.written.about, facts), values, LA, as_of)


def test_a_fact_more_only_settles_what_was_open():
    """Every shipped obligation: filling in an unknown fact never changes a verdict that was already given."""
    on_worlds(500)


@pytest.mark.slow
def test_a_fact_more_only_settles_what_was_open_in_many_worlds():
    """The same, in 5,000 worlds."""
    on_worlds(5_000)


def on_worlds(number):
    settings(max_examples=number, deadline=None)(given(worlds())(settled))()


def settled(world):
    duty, less, more = world
    before, after = decision(duty, less), decision(duty, more)

    if before.verdict != "insufficient_information":
        assert (after.verdict, duty.rule) == (before.verdict, duty.rule), (less, more)
    else:
        assert before.asks or before.questions or duty.written.breach_verdict != "violation"


@given(worlds())
@settings(max_examples=500, deadline=None)
def test_what_is_asked_for_is_what_is_missing(world):
    """No finding asks for a fact that was given, unless for the time of a day on which only times decide."""
    duty, less, _ = world
    due = duty.written.due
    done = less.get(due.done) if due else None
    by_day = {due.done} if done and not isinstance(done, dt.datetime) else set()

    assert not set(decision(duty, less).asks) & (less.keys() - by_day)


@given(worlds(), DAYS)
@settings(max_examples=500, deadline=None)
def test_nothing_is_a_breach_before_its_day(world, today):
    """A use, an event or a limit that lies ahead is at most not yet due."""
    duty, _, more = world
    at = dt.datetime.combine(today, dt.time(12), LA)
    found = decision(duty, more, at)
    occurs = more.get(duty.written.occurred)
    if isinstance(duty.written.due, Before):
        occurs = more.get(duty.written.due.event, occurs) if not duty.written.due.days else occurs

    if occurs and occurs > today:
        assert found.verdict != "violation", found


@pytest.mark.parametrize(
    ("facts", "verdict", "reason"),
    [
        ({"consultation.held_on": dt.date(2026, 6, 9)}, "not_applicable", "not-yet-due"),
        ({"consultation.held_on": dt.date(2026, 6, 20)}, "not_applicable", "not-yet-due"),
        ({"consultation.held_on": dt.date(2026, 5, 31)}, "satisfied", "met"),
        ({}, "not_applicable", "not-yet-due"),
        ({"consultation.requested_on": dt.date(2026, 5, 1)}, "violation", "overdue"),
        (
            {"consultation.requested_on": dt.date(2026, 5, 1), "consultation.delay_by_union": True},
            "insufficient_information",
            "missing-facts",
        ),
    ],
)
def test_a_plan_is_not_a_deed(facts, verdict, reason):
    """A meeting planned is not a meeting held; a delay by the union excuses the day, not the meeting."""
    asked = {
        "consultation.type": "employee_on_request",
        "consultation.requested": True,
        "consultation.requested_on": dt.date(2026, 5, 25),
        "consultation.delay_by_union": False,
    }
    found = decision(DUTIES["iatse-ba-2024/consultation-on-request"], asked | facts)

    assert (found.verdict, found.reason) == (verdict, reason)


def test_a_plan_that_comes_too_late_is_judged_again_on_its_day():
    """What is planned for later changes the sentence on that day, and the day is known beforehand."""
    facts = {
        "event.on": dt.date(2026, 4, 1),
        "event.displacement": True,
        "event.definition_met": True,
        "event.permanent": True,
        "retraining.placed": False,
        "severance.paid": True,
        "severance.paid_on": dt.date(2026, 7, 1),
        "severance.amount_known": True,
    }
    found = decision(DUTIES["iatse-tech/severance"], facts)

    assert (found.verdict, found.reason) == ("violation", "overdue")
    assert found.timing.planned == dt.datetime(2026, 7, 1, tzinfo=LA)
