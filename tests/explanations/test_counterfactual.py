"""What would change a finding really would: decided again on facts, and filed again in documents."""

import copy
import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.explanations.alternative import Trial, with_fact
from registry.explanations.counterfactual import MOST, Search, changes, replies
from registry.obligations.conditions import activated, compiled
from registry.obligations.facts import ABOUT
from registry.obligations.judge import judge
from registry.obligations.verdict import decide
from tests.explanations.test_explain import explanations, inputs
from tests.obligations.cases import CASES, PACKS

UTC = ZoneInfo("UTC")
NOON = dt.datetime(2026, 6, 15, 12, tzinfo=UTC)
DUTIES = [
    (duty, PACKS.params[pack.written.params].on(NOON.date()))
    for pack in PACKS.packs.values()
    for duty in pack.obligations
]


def trial(duty, facts, values, timing=None):
    decision = decide(duty, facts, activated(duty.written.about, facts), values, UTC, NOON)
    return Trial(duty, facts, values, UTC, NOON, timing or decision.timing, lambda _: ("one", "other"))


def value_of(kind):
    """Any value of a fact of one type."""
    return {
        "bool": st.booleans(),
        "int": st.integers(0, 120),
        "string": st.sampled_from(["one", "other", "third"]),
        "strings": st.lists(st.sampled_from(["IATSE:700", "SAG-AFTRA", "one"]), max_size=2, unique=True),
        "moment": st.one_of(
            st.dates(dt.date(2026, 1, 1), dt.date(2026, 6, 10)),
            st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 6, 10), timezones=st.just(UTC)),
        ),
    }[kind]


@st.composite
def situations(draw):
    """One duty and some of the facts it reads."""
    duty, values = draw(st.sampled_from(DUTIES))
    about, due = duty.written.about, duty.written.due
    conditions = [
        *(c for c, _ in duty.when),
        *duty.breach,
        *duty.met,
        *duty.excused,
        *(c for c, _ in duty.undecided),
    ]
    names = {name for condition in conditions for name in condition.names}
    names |= {due.event, due.done} if due else set()
    facts = {}
    for name in sorted(names):
        value = draw(
            st.one_of(st.none(), value_of(ABOUT[about][name].type), value_of(ABOUT[about][name].type))
        )
        if value is not None:
            facts = with_fact(about, facts, name, value)
    return duty, values, facts


def test_applying_a_change_gives_the_verdict_it_says():
    """Every change named, and every answer to a question, decided afresh, gives just what was said of it."""
    on_situations(250)


@pytest.mark.slow
def test_applying_a_change_gives_the_verdict_it_says_in_six_times_as_many_situations():
    """The same, in 1,500 situations."""
    on_situations(1_500)


def on_situations(number):
    settings(max_examples=number, deadline=None)(given(situations())(applied))()


def applied(situation):
    duty, values, facts = situation
    about = duty.written.about
    decision = decide(duty, facts, activated(about, facts), values, UTC, NOON)
    search = Search(trial(duty, facts, values))
    other = changes(search, decision.verdict) if decision.verdict == "violation" else []
    found = [*other, *(one for name in decision.asks for one in replies(search, name))]

    for outcome in found:
        *first, last = outcome.moves
        for option in (last.option, *outcome.alike):
            changed = facts
            for name, value in [*((m.name, m.option.value) for m in first), (last.name, option.value)]:
                changed = with_fact(about, changed, name, value)
            again = decide(duty, changed, activated(about, changed), values, UTC, NOON)
            assert (again.verdict, again.reason) == (outcome.verdict, outcome.reason)
    assert all(outcome.verdict != "violation" for outcome in other)
    assert search.made <= MOST


def test_a_day_named_is_the_last_that_would_do():
    """Held on the day named it is in time; held a day later it is not, and nothing names a later day."""
    (found, *_) = explanations("S04", "dga-ba-2023/gai-creative-consult")
    change = next(one for one in found.changes if one.facts[0].name == "consult.held_on")

    assert change.says.endswith("been on or before 11 May 2025")
    assert (change.facts[0].to, change.verdict) == (dt.date(2025, 5, 11), "satisfied")
    assert verdict_held_on(change.facts[0].to) == "satisfied"
    assert verdict_held_on(change.facts[0].to + dt.timedelta(days=2)) == "violation"


def verdict_held_on(on):
    """What the case comes to when the document itself says the consultation was held on another day."""
    (packs, production, known, as_of), told = inputs("S04")
    known = copy.deepcopy(known)
    for version in known:
        for consultation in version.document.get("consultations") or ():
            consultation["held_on"] = on.isoformat()
    rule = "dga-ba-2023/gai-creative-consult"
    return next(f.verdict for f in judge(packs, production, known, as_of, **told).findings if f.rule == rule)


def test_a_change_filed_at_its_pointer_changes_the_finding():
    """The pointer leads to the field: with its value turned round there, the judgement itself comes out so."""
    (found, *_) = explanations("S02", "iatse-ba-2024/prompt-displacement")
    change = next(one for one in found.changes if one.facts[0].name == "prompts.required")
    (altered,) = change.facts
    (packs, production, known, as_of), told = inputs("S02")
    known = copy.deepcopy(known)
    for version in known:
        *path, last = altered.pointer.split("/")[1:]
        place = version.document
        for step in path:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[last] = altered.to
    findings = judge(packs, production, known, as_of, **told).findings

    assert {f.verdict for f in findings if (f.rule, f.subject) == (found.rule, found.subject)} == {
        change.verdict
    }


def broken_twice():
    """A duty of the shipped packs with two breaches instead of its own, and facts that commit both."""
    duty, values = next(each for each in DUTIES if each[0].rule == "iatse-ba-2024/prompt-displacement")
    both = [compiled(text, "", "use_event") for text in ("prompts.required", "event.displacement")]
    facts = {"prompts.by_unit": True, "prompts.required": True, "event.displacement": True}
    return trial(msgspec.structs.replace(duty, breach=both, when=[], review=[]), facts, values)


def test_where_no_single_fact_would_do_the_facts_are_named_together():
    """A duty broken twice over is named with both facts, and neither alone is said to be enough."""
    (only,) = changes(Search(broken_twice()), "violation")

    assert {(move.name, move.option.value) for move in only.moves} == {
        ("prompts.required", False),
        ("event.displacement", False),
    }
    assert only.verdict == "satisfied"


def test_the_search_is_bounded_and_says_when_it_was_cut():
    """No more decisions than allowed, and the answer owns up to it."""
    search = Search(broken_twice(), most=2)

    assert changes(search, "violation") == []
    assert (search.made, search.cut) == (2, True)


@pytest.mark.parametrize("name", sorted(CASES))
def test_every_violation_of_the_worked_cases_could_have_been_otherwise(name):
    """Each has at least one change, within the bound, and the first is the best there is."""
    given_, told = inputs(name)
    violations = [f for f in judge(*given_, **told).findings if f.verdict == "violation"]
    for finding in violations:
        for one in explanations(name, finding.rule):
            if one.verdict == "violation":
                assert one.changes, finding.rule
                assert one.searched <= MOST
