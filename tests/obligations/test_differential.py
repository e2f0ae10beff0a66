"""The engine against an independent evaluation in plain Python, over facts that are partly unknown."""

import datetime as dt
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import house
from registry.obligations.conditions import activated
from registry.obligations.verdict import decide
from tests.obligations import drawn, naive

SHIPPED = house.shipped().packs
DUTIES = {duty.rule: duty for pack in SHIPPED.packs.values() for duty in pack.obligations}
VALUES = {
    name: number
    for params in SHIPPED.params.values()
    for name, number in params.on(naive.AS_OF.date()).items()
}
RULES = sorted(naive.SPECS)


def engine(rule, facts):
    duty = DUTIES[rule]
    return decide(duty, facts, activated(duty.written.about, facts), VALUES, naive.ZONE, naive.AS_OF).verdict


@st.composite
def cases(draw, rule):
    """Facts for *rule*: each one known, or not."""
    _, domains = naive.SPECS[rule]
    facts = {}
    for name, values in domains.items():
        moment = isinstance(values[0], dt.datetime) or values[0] is naive.NEVER
        options = drawn.moments() if moment else st.sampled_from(values)
        value = draw(st.none() | options) if moment or draw(st.integers(0, 4)) else None
        if value is not None:
            facts[name] = value
    return facts


def test_enough_duties_are_evaluated_twice():
    """At least 25 obligations, of at least five packs, and every one of them exists."""
    assert len(RULES) >= 25
    assert len({rule.partition("/")[0] for rule in RULES}) >= 5
    assert set(RULES) <= set(DUTIES)


@pytest.mark.parametrize("rule", RULES)
def test_engine_and_plain_python_agree(rule):
    """The same facts give the same verdict, whichever way it is worked out."""
    agree(rule, 40)


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES)
def test_engine_and_plain_python_agree_on_twenty_thousand_cases(rule):
    """The same, on at least 20,000 cases over all obligations."""
    agree(rule, -(-20_000 // len(RULES)))


def agree(rule, number):
    @settings(max_examples=number, deadline=None, database=None)
    @given(cases(rule))
    def check(facts):
        assert engine(rule, facts) == naive.verdict(rule, facts), facts

    check()


@pytest.mark.parametrize("rule", RULES)
def test_the_plain_evaluation_is_no_constant(rule):
    """Complete facts reach at least two of its verdicts; no facts at all leave it open."""
    function, domains = naive.SPECS[rule]
    ways = itertools.islice(itertools.product(*domains.values()), 20_000)

    assert len({function(dict(zip(domains, way, strict=True))) for way in ways}) >= 2
    assert naive.verdict(rule, {}) == naive.P
