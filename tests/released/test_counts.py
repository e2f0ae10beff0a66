"""No small count is shown, nor can one be worked out from the others."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.released.counts import LEAST, counted, lone


@pytest.mark.parametrize(("number", "told"), [(0, 0), (1, None), (4, None), (5, 5), (5000, 5000)])
def test_a_number_alone_is_told_from_five_on(number, told):
    """Nothing is told of one to four; that there are none is told."""
    assert lone(number) == told


@pytest.mark.parametrize(
    ("numbers", "total", "shown"),
    [
        ({}, 0, {}),
        ({"a": 9, "b": 7}, 16, {"a": 9, "b": 7}),
        ({"a": 9, "b": 0}, 9, {"a": 9, "b": 0}),
        ({"a": 2, "b": 9, "c": 7}, 18, {"a": None, "b": 9, "c": None}),
        ({"a": 3}, None, {"a": None}),
        ({"a": 3, "b": 0}, None, {"a": None, "b": 0}),
        ({"a": 1, "b": 1, "c": 9, "d": 20}, 31, {"a": None, "b": None, "c": None, "d": 20}),
        ({"a": 2, "b": 4, "c": 90}, 96, {"a": None, "b": None, "c": 90}),
        ({"a": 4, "b": 4, "c": 90}, 98, {"a": None, "b": None, "c": None}),
    ],
)
def test_what_would_tell_a_small_number_is_not_told(numbers, total, shown):
    """One left out is never alone, and what is left out together is five at least and no sum of ones or fours."""
    found = counted(numbers)

    assert (found.total, found.of) == (total, shown)


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 12)))
def test_nobody_who_subtracts_learns_a_small_number(numbers):
    """Every other assignment that fits what is shown: no hidden small number is the same in all of them."""
    found = counted(numbers)
    hidden = [name for name, number in found.of.items() if number is None]
    assert all(found.of[name] in (None, number) for name, number in numbers.items())
    assert all(number is None or number == 0 or number >= LEAST for number in found.of.values())
    if not hidden or found.total is None:
        return
    together = found.total - sum(number or 0 for number in found.of.values())
    fitting = (
        [each for each in itertools.product(range(1, 14), repeat=len(hidden)) if sum(each) == together]
        if len(hidden) <= 4
        else []
    )
    for place, name in enumerate(hidden):
        if fitting and numbers[name] < LEAST:
            assert len({each[place] for each in fitting}) > 1
