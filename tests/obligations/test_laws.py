"""The laws of three values, on every obligation of every pack."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import house
from registry.obligations.conditions import activated, holds
from registry.obligations.verdict import decide
from tests.obligations import drawn

SHIPPED = house.shipped().packs
DUTIES = [duty for _, pack in sorted(SHIPPED.packs.items()) for duty in pack.obligations]
ZONE = ZoneInfo("America/Los_Angeles")
AS_OF = dt.datetime(2028, 12, 31, 12, tzinfo=dt.UTC)
VALUES = {
    name: number for params in SHIPPED.params.values() for name, number in params.on(AS_OF.date()).items()
}
DECIDED = {"violation", "satisfied", "not_applicable"}


def decision(duty, facts, as_of=AS_OF):
    return decide(duty, facts, activated(duty.written.about, facts), VALUES, ZONE, as_of)


def settled(found):
    """Whether no more facts are asked for: a duty whose day has not come is still open."""
    return found.verdict in DECIDED and found.reason != "not-yet-due"


@st.composite
def known_and_whole(draw):
    """A duty, facts for it, and some of those facts."""
    duty = draw(st.sampled_from(DUTIES))
    whole = draw(drawn.facts(duty, whole=draw(st.booleans())))
    dropped = draw(st.integers(0, 2 ** len(whole) - 1))
    kept = {name for place, name in enumerate(sorted(whole)) if not dropped >> place & 1}
    due = duty.written.due
    if due and due.absent == "not_done" and due.done in whole:
        kept.add(due.done)  # its absence is a statement too: nothing was done
    return duty, {name: whole[name] for name in kept}, whole


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(known_and_whole())
def test_more_facts_never_turn_one_decided_verdict_into_another(drawn_facts):
    """A decided verdict stays, or opens again; it never becomes the other one while no fact changed."""
    duty, known, whole = drawn_facts
    before, after = decision(duty, known), decision(duty, whole)

    assert before.verdict == after.verdict or not (settled(before) and settled(after))


@settings(max_examples=300, deadline=None)
@given(known_and_whole())
def test_an_unknown_trigger_never_gives_a_violation(drawn_facts):
    """Who does not know whether a duty applies does not know that it was broken."""
    duty, known, _ = drawn_facts
    answers = [holds(condition, activated(duty.written.about, known)) for condition, _ in duty.when]

    assert None not in answers or decision(duty, known).verdict in {
        "insufficient_information",
        "not_applicable",
    }


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(known_and_whole())
def test_what_is_open_asks_for_something(drawn_facts):
    """Insufficient information always names a fact that is missing, or a question no filing answers."""
    duty, known, _ = drawn_facts
    found = decision(duty, known)
    if found.verdict == "insufficient_information":
        assert found.asks or found.questions or found.reason in {"breach", "not-met", "late", "overdue"}
        assert not set(found.asks) & set(known) or duty.written.due


@settings(max_examples=300, deadline=None)
@given(known_and_whole(), st.integers(0, 400))
def test_a_breach_is_never_undone_by_time(drawn_facts, days):
    """What was a violation one day is one on any later day, when nothing else became known."""
    duty, known, _ = drawn_facts
    then = AS_OF - dt.timedelta(days=days)

    if decision(duty, known, then).verdict == "violation":
        assert decision(duty, known).verdict == "violation"
