"""Numbers of few persons: none is told, and none can be worked out."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.statistics import small

TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(
            st.one_of(st.just(0), st.integers(0, 12), st.integers(0, 300)), min_size=width, max_size=width
        ),
        min_size=1,
        max_size=6,
    )
)


def worked_out(table, kept):
    """The cells of *kept* that the sums of rows and columns determine: by elimination, whatever way leads there."""
    unknown = sorted(kept)
    equations = []
    for line in small.every_line(table):
        signs = {cell: (-1 if cell == line[-1] else 1) for cell in line}
        row = [Fraction(signs.get(cell, 0)) for cell in unknown]
        if any(row):
            equations.append(row)
    pivots = []
    for column in range(len(unknown)):
        found = next((row for row in equations if row[column] and row not in [p for p, _ in pivots]), None)
        if found is None:
            continue
        found[:] = [value / found[column] for value in found]
        for row in equations:
            if row is not found and row[column]:
                times = row[column]
                row[:] = [mine - times * theirs for mine, theirs in zip(row, found, strict=True)]
        pivots.append((found, column))
    return {unknown[column] for row, column in pivots if sum(1 for value in row if value) == 1}


@given(TABLES)
def test_nothing_that_is_kept_back_can_be_worked_out(counts):
    """Solving every sum of rows and columns gives none of the numbers back; each from 1 to 4 is kept."""
    table, kept = small.with_sums(counts), small.kept_back(counts)
    few = {(at, below) for at, row in enumerate(table) for below, n in enumerate(row) if 0 < n < small.FEWEST}

    assert few <= kept
    assert worked_out(table, kept) == set()


@given(TABLES)
def test_what_is_left_of_a_sum_is_never_of_few(counts):
    """The numbers kept back in a line whose sum is told are five or more together."""
    table, kept = small.with_sums(counts), small.kept_back(counts)
    for line in small.every_line(table):
        held = [cell for cell in line[:-1] if cell in kept]
        if held and line[-1] not in kept:
            assert sum(table[at][below] for at, below in held) >= small.FEWEST


@pytest.mark.parametrize(
    ("counts", "kept"),
    [
        ([[5, 6], [7, 0]], set()),
        ([[0, 0], [0, 0]], set()),
        ([[4, 6], [7, 8]], {(0, 0), (0, 1), (1, 0), (1, 1)}),
        ([], set()),
        ([[4, 1]], {(0, 0), (0, 1), (1, 0), (1, 1)}),
        ([[40, 0, 3, 20], [50, 0, 60, 70]], {(0, 2), (0, 3), (1, 2), (1, 3)}),
    ],
)
def test_only_what_must_be_is_kept_back(counts, kept):
    """Fives and noughts are told; a four takes its neighbours with it, and the sums stay."""
    assert small.kept_back(counts) == kept


def test_a_large_table_takes_no_time():
    """A thousand crafts and locals in one quarter are settled in moments."""
    counts = [[(at * 7 + below * 3) % 9 for below in range(4)] for at in range(1000)]

    assert small.kept_back(counts)
