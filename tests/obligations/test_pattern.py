"""Losses that add up: across filings, and across the productions of one employer."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.obligations import workforce
from registry.obligations.judge import judge
from registry.obligations.workforce import DUE, Lost
from tests.obligations.cases import PACKS
from tests.obligations.told import WHO, event, filed, found, instant, lost, row

RULE = "reg/pattern"
MINE = event("2025-09-20", attribution="not_due", attribution_reason="The schedule was shortened")
PROMPTED = {
    "tools": [{"id": "t1", "name": "T", "category": "code"}],
    "uses": [
        {
            "id": "u1",
            "tool": "t1",
            "purpose": "admin",
            "first": "2025-09-01",
            "locals": ["IATSE:700"],
            "prompts": {"provided_by": ["unit_employee"], "required": True},
        }
    ],
}


def known(count=8, happened=MINE):
    """One update of this production, losing one editor of *count*."""
    return [filed("2025-10-05", workforce=[row(count - 1, happened, headcount_baseline=count)], **PROMPTED)]


THEIRS = lost("2026-01-10", "2026-01-20", attribution="contributing")


@pytest.mark.parametrize(
    ("elsewhere", "count", "found_one"),
    [
        ([], 4, False),
        ([THEIRS], 8, True),
        ([THEIRS], 9, False),
        ([msgspec.structs.replace(THEIRS, attribution="not_due")], 8, False),
        ([msgspec.structs.replace(THEIRS, local="IATSE:800")], 8, False),
        ([msgspec.structs.replace(THEIRS, category="code")], 8, False),
        ([msgspec.structs.replace(THEIRS, kind="hours_cut")], 8, False),
        ([msgspec.structs.replace(THEIRS, on=dt.date(2026, 9, 19))], 8, True),
        ([msgspec.structs.replace(THEIRS, on=dt.date(2026, 9, 20))], 8, False),
        ([msgspec.structs.replace(THEIRS, filed_at=instant("2025-10-05"))], 8, False),
    ],
)
def test_losses_of_another_production_add_up_with_this_ones(elsewhere, count, found_one):
    """Same local, same class of tool, within 365 days, two filings, a quarter of the first baseline, one due to AI."""
    assert bool(found(RULE, known(count), at="2026-12-01", elsewhere=elsewhere)) is found_one


def test_the_earlier_answer_is_asked_again_and_the_other_production_only_named():
    """This production's *not due* is reopened; of the others, no more than the ids is said."""
    [pattern] = found(RULE, known(), elsewhere=[THEIRS]).values()
    said = " ".join(pattern.because)
    displaced = "iatse-ba-2024/prompt-displacement"

    assert pattern.verdict == "insufficient_information"
    assert "q/x1" in said
    assert "reopened: e1" in said
    assert {f.verdict for f in found(displaced, known()).values()} == {"satisfied"}
    assert {f.verdict for f in found(displaced, known(), elsewhere=[THEIRS]).values()} == {
        "insufficient_information"
    }


def test_losses_of_others_alone_are_no_pattern_here():
    """The other production's own judgement speaks of them."""
    two = [THEIRS, lost("2026-02-10", "2026-02-20", "x2", attribution="contributing")]

    assert found(RULE, [filed("2025-10-05", workforce=[row(8, headcount_baseline=8)])], elsewhere=two) == {}


def test_the_first_baseline_of_all_counts():
    """The other production said first how many there were: four, of which two are a half; of eight, a quarter."""
    early = msgspec.structs.replace(
        THEIRS, baseline=4, filed_at=instant("2025-09-30"), on=dt.date(2025, 9, 25)
    )
    [pattern] = found(RULE, known(9), elsewhere=[early]).values()

    assert "2 of 4 positions" in " ".join(pattern.because)
    assert (
        found(RULE, known(9), elsewhere=[msgspec.structs.replace(early, filed_at=instant("2025-10-06"))])
        == {}
    )


def test_of_several_crafts_all_were_there_before():
    """Two of forty-four editors are no quarter, though the first row speaks of four."""
    more = event("2025-12-20", "e2", attribution="contributing")
    rows = [row(4, headcount_baseline=4), row(39, MINE, name="assistants", headcount_baseline=40)]
    later = [row(38, more, name="assistants", headcount_baseline=39)]
    told = [filed("2025-10-05", workforce=rows, **PROMPTED), filed("2026-01-05", "d2", workforce=later)]
    assert found(RULE, told) == {}

    few = [row(4, headcount_baseline=4), row(3, MINE, name="assistants", headcount_baseline=4)]
    told = [filed("2025-10-05", workforce=few, **PROMPTED), told[1]]
    [pattern] = found(RULE, told).values()
    assert "2 of 8 positions" in " ".join(pattern.because)


def test_a_loss_counts_from_when_it_was_filed_and_from_when_it_happened():
    """Not known before it was filed; not yet happened on a day before it, which is judged again on that day."""
    later = lost("2026-01-10", "2025-12-20", attribution="contributing")
    assert found(RULE, known(), at="2025-12-19", elsewhere=[later]) == {}
    assert found(RULE, known(), at="2026-01-10", elsewhere=[later])
    assert found(RULE, known(), at="2026-02-01", elsewhere=[later], on=instant("2026-01-09")) == {}

    ended = [msgspec.structs.replace(one, document={**one.document, "uses": []}) for one in known()]
    before = judge(PACKS, WHO, ended, instant("2026-01-05"), elsewhere=[later])
    assert before.judged_again_at == dt.datetime(2026, 1, 10, tzinfo=instant("2026-01-05").tzinfo)


def runs(losses, within, percent, baseline):
    """Patterns as they are defined: each loss with all of the days before it, one by one."""
    dated = sorted(losses, key=lambda one: (one.on, not one.own, one.filed_at, one.name))
    for last in dated:
        run = [one for one in dated if last.on - within < one.on <= last.on]
        gone = sum(one.count for one in run)
        two, due = len({one.filed_at for one in run}) >= 2, any(one.attribution in DUE for one in run)
        if any(one.own for one in run) and two and due and gone * 100 >= baseline * percent:
            yield last.on, gone, run


LOSSES = st.lists(
    st.builds(
        Lost,
        on=st.sampled_from([0, 1, 5, 364, 365, 366, 370, 700, 730]).map(
            lambda days: dt.date(2025, 1, 1) + dt.timedelta(days=days)
        ),
        count=st.integers(0, 3),
        attribution=st.sampled_from(["contributing", "not_due", "substantially_due", None]),
        filed_at=st.sampled_from([instant("2025-01-01"), instant("2025-01-02"), instant("2025-01-03")]),
        name=st.sampled_from("abcdef"),
        own=st.booleans(),
    ),
    max_size=9,
)


@given(LOSSES, st.sampled_from([1, 30, 365]), st.sampled_from([0, 25, 50]), st.sampled_from([0, 4, 10]))
def test_many_losses_make_the_patterns_that_each_of_them_makes(losses, days, percent, baseline):
    """Added up in one walk over the days, and one by one as they are defined: the same pattern."""
    within = dt.timedelta(days=days)
    expected = list(runs(losses, within, percent, baseline))
    made = workforce.added_up("IATSE:700", "code", losses, within, percent, baseline)

    assert bool(made) is bool(expected)
    for pattern in made:
        named = list(dict.fromkeys(one.name for _, _, run in expected for one in run))
        again = [o.name for _, _, run in expected for o in run if o.own and o.attribution == "not_due"]
        assert (pattern.on, pattern.lost) == (expected[0][0], max(gone for _, gone, _ in expected))
        assert (pattern.events, pattern.reopened) == (tuple(named), tuple(dict.fromkeys(again)))
