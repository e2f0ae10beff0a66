"""Whoever writes a pack cannot slow a judgement down, read anything but facts, or end the process."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import Invalid
from registry.obligations import lint
from registry.obligations.conditions import (
    CALLS,
    LONGEST,
    MOST_STEPS,
    BadCondition,
    activated,
    compiled,
    holds,
)
from registry.obligations.facts import ABOUT
from tests.obligations.cases import PACK_FILES, PACKS

ANY = {
    "bool": st.booleans(),
    "int": st.integers(-(2**53), 2**53),
    "string": st.text(max_size=20),
    "strings": st.lists(st.text(max_size=8), max_size=5),
}
USE = {name: fact for name, fact in ABOUT["use"].items() if fact.type != "moment"}


def verdict(text, about="use", **facts):
    return holds(compiled(text, "", about), activated(about, facts))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("use.creative" + " || use.creative" * LONGEST, "letters"),
        ("||".join(["1==1"] * MOST_STEPS), "operators"),
        ("dyn(use.purpose) == 1", "dyn() is not for conditions"),
        ("type(use.creative) == bool", "type() is not for conditions"),
        ("timestamp('2025-01-01T00:00:00Z') < timestamp(use.purpose)", "timestamp() is not for conditions"),
        ("use.locals.map(l, l + l).size() > 0", "map() is not for conditions"),
        ("use.locals.map (l, l + l).size() > 0", "map() is not for conditions"),
        ("has(use.creative)", "has() is not for conditions"),
        ("use.locals.all(l, use.locals.all(m, l != m))", "one list at most"),
        (r"r'\' + string(dyn(1)) + '' == use.purpose", "has no \\"),
        ("use.purpose == '''x'''", "has no '''"),
        ("use.creative // '", "has no //"),
        ("(" * 40 + "use.creative" + ")" * 40, "recursion"),
        ("1 == 1 ? " * 30 + "true" + ": true" * 30, "operators"),
        ("env.HOME == 'x'", "undeclared"),
        ("__import__('os').system('x') == 0", "not for conditions"),
    ],
)
def test_what_a_condition_may_not_be(text, says):
    """Each is refused when the pack is read, with the reason."""
    with pytest.raises(BadCondition) as refused:
        compiled(text, "", "use")
    assert says in refused.value.says


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("breach = [", "breach = [" + '{ if = "use.creative", words = "so" },' * 13),
        ("tests = [", "tests = [" + '{ name = "one", facts = {}, expect = "satisfied" },' * 61),
    ],
)
def test_a_duty_stays_short(old, new):
    """A pack with more conditions or examples of a kind than anybody reads is refused."""
    body = PACK_FILES["dga-ba-2023.toml"].decode().replace(old, new, 1).encode()

    with pytest.raises(Invalid, match="length"):
        lint.pack("dga-ba-2023.toml", body, PACKS.params)


def test_a_pattern_is_matched_in_linear_time():
    """The pattern that hangs a backtracking engine answers at once."""
    text = "use.purpose.matches('^(a+)+$')"
    begun = time.perf_counter()

    assert verdict(text, **{"use.purpose": "a" * 50_000 + "!"}) is False
    assert time.perf_counter() - begun < 1


def test_a_walk_through_a_huge_list_ends():
    """What runs out of CEL's own steps decides nothing; it does not raise and does not hang."""
    begun = time.perf_counter()
    answer = verdict("use.locals.all(l, l != 'x')", **{"use.locals": ["y"] * 200_000})

    assert answer in {True, None}
    assert time.perf_counter() - begun < 2


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("music.ai_minutes / music.sessions_paid == 1", {"music.ai_minutes": 3, "music.sessions_paid": 0}),
        ("music.ai_minutes % music.sessions_paid == 1", {"music.ai_minutes": 3, "music.sessions_paid": 0}),
        ("music.ai_minutes * music.ai_minutes > 0", {"music.ai_minutes": 2**62}),
    ],
)
def test_arithmetic_without_an_answer_is_undecided(text, facts):
    """A division by zero and an overflow are no yes and no no."""
    assert verdict(text, "music", **facts) is None


def test_what_is_called_on_a_fact_is_no_fact():
    """The facts of a condition are those it reads, whatever it calls on them."""
    found = compiled(
        "use.locals.exists(l, l.startsWith('IATSE:')) && 'tool.category' != tool.category", "", "use"
    )

    assert found.names == ("use.locals", "tool.category")


SIGNS = "&& || ! ( ) [ ] , . == != < > + - * / % ? : 'x' \" ' \\ // 1 9223372036854775807 true null x dyn in"
words = st.sampled_from([*USE, *CALLS, *SIGNS.split(), "\n", "\x00"])


texts = st.one_of(st.lists(words, max_size=25).map(" ".join), st.text(max_size=200))
facts_of_a_use = st.fixed_dictionaries({}, optional={name: ANY[fact.type] for name, fact in USE.items()})


def test_any_text_is_refused_or_answers_in_three_values():
    """A condition made of anything at all is BadCondition, or yes, no or undecided; nothing else happens."""
    on_texts(400)


@pytest.mark.slow
def test_any_of_many_texts_is_refused_or_answers_in_three_values():
    """The same, for 5,000 texts."""
    on_texts(5_000)


def on_texts(number):
    settings(max_examples=number, deadline=1000)(given(texts, facts_of_a_use)(answered))()


def answered(text, facts):
    try:
        condition = compiled(text, "", "use")
    except BadCondition:
        return
    assert holds(condition, activated("use", facts)) in {True, False, None}
    assert set(condition.names) <= set(ABOUT["use"])
