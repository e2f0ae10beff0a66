"""Every obligation of the field is in a pack, whole: clause, source, confidence, plain words, and its own proof."""

import datetime as dt
import re
from pathlib import Path

import pytest

from registry import house
from registry.obligations.due import Before
from registry.obligations.moments import moment
from registry.obligations.pack import parsed

LISTED = [
    line
    for line in Path(__file__).with_name("obligations.txt").read_text().splitlines()
    if line and not line.startswith("#")
]
PACKS = house.shipped().packs.packs
DUTIES = {duty.rule: (pack, duty) for pack in PACKS.values() for duty in pack.obligations}
ADVERSE = {
    "iatse-tech/definition-met": "a step in the reasoning, no duty",
}
"""Duties that no filed fact alone can break, with the reason."""


def examples(duty, *verdicts):
    return [example for example in duty.written.tests if example.expect in verdicts]


def judges(pack, duty):
    """Whether the text is in force at all, on whatever day."""
    return (duty.written.status or pack.written.status) == "in_force"


@pytest.mark.parametrize("listed", LISTED)
def test_every_listed_obligation_is_in_its_pack(listed):
    """The list of the field is in the packs; `pack/*` stands for at least one."""
    pack, _, name = listed.partition("/")

    assert pack in PACKS
    assert name == "*" or listed in DUTIES, sorted(rule for rule in DUTIES if rule.startswith(pack))


def test_every_agreement_key_has_a_pack():
    """An agreement that an employer can sign is judged by some pack."""
    judged = {key for pack in PACKS.values() for key in pack.written.agreements}

    assert set(house.shipped().editions) - judged == set()


@pytest.mark.parametrize("rule", DUTIES)
def test_an_obligation_says_where_it_comes_from(rule):
    """Clause, source and confidence stand beside a sentence that anybody understands."""
    pack, duty = DUTIES[rule]
    written = duty.written

    assert written.clause
    assert written.owed_to
    assert written.confidence in {"quoted", "reported", "memory", "inferred"}
    assert all(pack.written.sources[key.strip()] for key in written.source.split(","))
    assert re.fullmatch(r"[A-Z0-9].{24,}\.", written.says), written.says
    assert all(term.words for term in (*written.when, *written.breach, *written.met, *written.excused))


@pytest.mark.parametrize("rule", DUTIES)
def test_an_obligation_proves_itself_on_examples(rule):
    """One example is accepted, one is a violation, one leaves it open; a text not in force never judges.

    Where only a person can say that the duty was broken, the adverse example is left open too.
    """
    pack, duty = DUTIES[rule]
    if not judges(pack, duty):
        assert examples(duty, "not_applicable")
        assert not examples(duty, "violation", "satisfied", "insufficient_information")
        return
    person = duty.written.breach_verdict == "insufficient_information" or rule in ADVERSE

    assert examples(duty, "satisfied")
    assert person or examples(duty, "violation")
    assert len(examples(duty, "insufficient_information")) >= (2 if person and duty.breach else 1)


@pytest.mark.parametrize(
    "rule", [rule for rule, (pack, duty) in DUTIES.items() if duty.written.due and judges(pack, duty)]
)
def test_examples_stand_at_the_boundary(rule):
    """The last moment in time and the first too late are both there: a day apart, or an hour where hours count.

    A duty simply before an event, known by days only, is open on the day itself: its examples are two days apart.
    """
    _, duty = DUTIES[rule]
    due = duty.written.due
    apart = dt.timedelta(days=1)
    if isinstance(due, Before) and not due.days:
        apart = dt.timedelta(hours=1) if due.hours else dt.timedelta(days=2)
    good = examples(duty, "satisfied")
    bad = examples(duty, "violation", "insufficient_information")
    done = [(at(one, due.done), at(one, due.event)) for one in good]
    late = [(at(one, due.done), at(one, due.event)) for one in bad]
    by_deed = any(
        a and b and event == other and dt.timedelta(0) < b - a <= apart
        for a, event in done
        for b, other in late
    )
    waiting = [one.as_of for one in examples(duty, "not_applicable") if one.as_of]
    overdue = [one.as_of for one in bad if one.as_of]
    by_waiting = any(b - a == dt.timedelta(days=1) for a in waiting for b in overdue)

    assert by_deed or by_waiting


def at(example, name):
    """A moment of an example as an instant."""
    value = example.facts.get(name)
    if value is None:
        return None
    when = moment(str(value)) if not isinstance(value, dt.date) else value
    if isinstance(when, dt.datetime):
        return when.astimezone(dt.UTC)
    return dt.datetime.combine(when, dt.time(), dt.UTC)


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_says_how_sure_it_is_of_its_days(name):
    """A day in force, or its absence, is explained; a law says where it holds, and an agreement whom it binds."""
    written = PACKS[name].written

    assert written.basis
    assert written.agreements or written.places or written.territories
    assert not (written.agreements and written.places)


def test_numbers_that_no_source_gives_are_proposals():
    """Every parameter says where its value comes from, and that it is a proposal of the registry."""
    for params in house.shipped().packs.params.values():
        for name, param in params.param.items():
            assert param.proposal, name
            assert all(value.reference and value.confidence == "inferred" for value in param.values), name


def test_no_pack_quotes():
    """Agreement text is described in our own words: nothing in a pack stands between quotation marks."""
    for name, pack in PACKS.items():
        for item in parsed(name, pack.body)["obligation"]:
            assert not re.search(r"[\"“”«»]", item["says"]), (name, item["id"])
