"""Whose plans an alert is followed by, and what a plan may say."""

import json

import pytest

from registry.alerts.course import DEFAULT, Plan, Step
from registry.alerts.plans import asked, plan

GOOD = {
    "remind_hours": 24,
    "unacknowledge_hours": 96,
    "distances": [1, 14, 3],
    "steps": [{"after_hours": 72, "to": "IATSE"}, {"after_hours": 24, "to": "local"}],
}


def a_plan(**fields):
    base = {"remind_hours": 72, "unacknowledge_hours": 168, "distances": [7], "steps": []}
    return Plan(**(base | fields))


def faults(**changes):
    told = {name: value for name, value in (GOOD | changes).items() if value is not ...}
    return {fault.pointer: fault for fault in asked.check(told, "IATSE:700")}


def test_nobodys_plan_is_the_default():
    """An alert whose local and union have no plan is followed up by the default."""
    assert plan.followed({}, ["IATSE:700"], ["IATSE"]) == DEFAULT
    assert plan.followed({"IATSE:800": a_plan()}, ["IATSE:700"], ["IATSE"]) == DEFAULT
    assert plan.followed({}, [], []) == DEFAULT


def test_the_locals_own_plan_comes_before_its_unions():
    """A local's plan counts whole; only a local without one takes its union's."""
    stored = {"IATSE:700": a_plan(remind_hours=10), "IATSE": a_plan(remind_hours=20, distances=[2])}

    assert plan.followed(stored, ["IATSE:700"], ["IATSE"]).remind_hours == 10
    assert plan.followed(stored, ["IATSE:700"], ["IATSE"]).distances == [7]
    assert plan.followed(stored, ["IATSE:800"], ["IATSE"]).remind_hours == 20
    assert plan.followed(stored, [], ["IATSE"]).remind_hours == 20


def test_two_locals_are_each_followed_up_as_their_own_plan_says():
    """Neither's plan is lost to the other's: shortest times, all distances, all steps, with their own names."""
    stored = {
        "IATSE:700": a_plan(remind_hours=5, distances=[2], steps=[Step(3, "local"), Step(9, "employer")])
    }
    found = plan.followed(stored, ["IATSE:800", "IATSE:700"], ["IATSE"])

    assert (found.remind_hours, found.unacknowledge_hours) == (5, 168)
    assert found.distances == [30, 14, 7, 3, 2, 1]
    assert found.steps == [
        Step(3, "IATSE:700"),
        Step(9, "employer"),
        Step(120, "IATSE:800"),
        Step(240, "IATSE"),
    ]


def test_what_has_to_be_known_is_every_party_and_its_union():
    """The plans to look up are those of the locals, of their unions, and of unions named alone."""
    assert plan.asked_for(["IATSE:700"], ["DGA"]) == ["DGA", "IATSE", "IATSE:700"]


def test_a_good_plan_is_put_in_order():
    """Distances go from far to near, steps in time; what is left out has the default's value."""
    assert faults() == {}
    made = asked.plan_of(asked.AskedPlan(**{**GOOD, "steps": [asked.AskedStep(**s) for s in GOOD["steps"]]}))
    assert made.distances == [14, 3, 1]
    assert made.steps == [Step(24, "local"), Step(72, "IATSE")]
    assert asked.plan_of(asked.AskedPlan()).remind_hours == DEFAULT.remind_hours


@pytest.mark.parametrize(
    ("member", "value", "pointer"),
    [
        ("remind_hours", 0, "/remind_hours"),
        ("remind_hours", 721, "/remind_hours"),
        ("remind_hours", True, "/remind_hours"),
        ("remind_hours", "72", "/remind_hours"),
        ("remind_hours", 10**15, "/remind_hours"),
        ("unacknowledge_hours", -1, "/unacknowledge_hours"),
        ("unacknowledge_hours", 2161, "/unacknowledge_hours"),
        ("distances", [], "/distances"),
        ("distances", list(range(21)), "/distances"),
        ("distances", [367], "/distances/0"),
        ("distances", [-1], "/distances/0"),
        ("distances", [7, 7], "/distances/1"),
        ("distances", ["7"], "/distances/0"),
        ("distances", 7, "/distances"),
        ("steps", [{"after_hours": 1, "to": "local"}] * 11, "/steps"),
        ("steps", [{"after_hours": 1, "to": "local"}] * 2, "/steps/1"),
        ("steps", [{"after_hours": 0, "to": "local"}], "/steps/0/after_hours"),
        ("steps", [{"after_hours": 1, "to": "IATSE:0"}], "/steps/0/to"),
        ("steps", [{"after_hours": 1, "to": "DGA"}], "/steps/0/to"),
        ("steps", [{"after_hours": 1, "to": "IATSE:839"}], "/steps/0/to"),
        ("steps", [{"after_hours": 1, "to": "IATSE:700\n"}], "/steps/0/to"),
        ("steps", [{"after_hours": 1}], "/steps/0/to"),
        ("steps", ["local"], "/steps/0"),
        ("escalate", 1, "/escalate"),
    ],
)
def test_a_fault_says_its_place_and_the_way_out(member, value, pointer):
    """Each wrong value is one fault with its pointer and how to mend it."""
    found = faults(**{member: value})

    assert list(found) == [pointer]
    assert found[pointer].fix


def test_the_widest_values_are_taken():
    """The bounds themselves are inside."""
    widest = {"remind_hours": 720, "unacknowledge_hours": 2160, "distances": [0, 366]}
    narrow = {"remind_hours": 1, "unacknowledge_hours": 1, "distances": [0]}
    steps = [{"after_hours": 8760, "to": "employer"}, {"after_hours": 1, "to": "IATSE:700"}]

    assert faults(**widest, steps=steps) == {}
    assert faults(**narrow, steps=[]) == {}


def test_every_fault_is_said_at_once():
    """Three mistakes are three faults in one answer."""
    found = faults(remind_hours=0, distances=[1, 1], steps=[{"after_hours": 1, "to": "nobody"}])

    assert set(found) == {"/remind_hours", "/distances/1", "/steps/0/to"}
    assert "IATSE" in found["/steps/0/to"].allowed


@pytest.mark.parametrize("document", [[], None, "plan", 7])
def test_what_is_no_object_is_said_so(document):
    """A body of another form is one fault."""
    assert [fault.code for fault in asked.check(json.loads(json.dumps(document)), "IATSE")] == ["wrong-form"]
