"""Days and instants, at the edges that break."""

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.obligations.moments import (
    hours_ahead,
    moment,
    plus_months,
    precedes,
    quarter,
    quarters,
    start,
    window,
)

LA = ZoneInfo("America/Los_Angeles")
ANCHOR = dt.date(2024, 8, 1)
DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1))


@pytest.mark.parametrize(
    ("done", "event", "answer"),
    [
        ("2025-05-11", "2025-05-12", True),
        ("2025-05-12", "2025-05-12", None),
        ("2025-05-13", "2025-05-12", False),
        ("2025-05-12T09:00:00-07:00", "2025-05-12T14:00:00-07:00", True),
        ("2025-05-12T14:00:00-07:00", "2025-05-12T14:00:00-07:00", False),
        ("2025-05-12T23:59:59-07:00", "2025-05-13", True),
        ("2025-05-13T06:59:59+00:00", "2025-05-13", True),
        ("2025-05-12T09:00:00-07:00", "2025-05-12", None),
    ],
)
def test_before_means_strictly_before(done, event, answer):
    """Days and instants compare as the contract counts; one day without times is undecided."""
    assert precedes(moment(done), moment(event), LA) is answer


@pytest.mark.parametrize(
    ("done", "event", "answer"),
    [
        ("2025-03-07T10:00:00-08:00", "2025-03-09T10:00:00-07:00", False),  # 47 hours: clocks went forward
        ("2025-03-07T09:00:00-08:00", "2025-03-09T10:00:00-07:00", True),
        ("2025-10-31T10:00:00-07:00", "2025-11-02T10:00:00-08:00", True),  # 49 hours: clocks went back
        ("2025-10-31T11:00:00-07:00", "2025-11-02T10:00:00-08:00", True),
        ("2025-10-31T11:00:01-07:00", "2025-11-02T10:00:00-08:00", False),
        ("2025-03-07", "2025-03-09T10:00:00-07:00", None),
        ("2025-03-06", "2025-03-09", True),
    ],
)
def test_hours_are_elapsed_hours(done, event, answer):
    """48 hours are counted between instants, across a change of clocks too."""
    assert hours_ahead(moment(done), moment(event), 48, LA) is answer


@pytest.mark.parametrize(
    ("of", "months", "first", "last"),
    [
        ("2025-08-20", 3, "2025-08-01", "2025-10-31"),
        ("2025-11-01", 3, "2025-11-01", "2026-01-31"),
        ("2026-04-30", 3, "2026-02-01", "2026-04-30"),
        ("2025-07-31", 6, "2025-02-01", "2025-07-31"),
        ("2025-08-01", 6, "2025-08-01", "2026-01-31"),
        ("2024-07-31", 3, "2024-05-01", "2024-07-31"),
    ],
)
def test_contract_windows_count_from_the_anchor(of, months, first, last):
    """Contract quarters and halves run from 1 August."""
    assert [day.isoformat() for day in window(dt.date.fromisoformat(of), ANCHOR, months)] == [first, last]


@given(DAYS, st.sampled_from([3, 6]))
def test_every_day_lies_in_exactly_one_window(of, months):
    """Windows tile the calendar."""
    first, last = window(of, ANCHOR, months)

    assert first <= of <= last
    assert window(last + dt.timedelta(days=1), ANCHOR, months)[0] == last + dt.timedelta(days=1)


@given(DAYS, DAYS)
def test_quarters_tile_a_period(one, other):
    """The quarters of a period are consecutive and cover it."""
    first, last = min(one, other), max(one, other)
    found = quarters(first, last)

    assert found[0] == quarter(first)
    assert found[-1] == quarter(last)
    assert all(b[0] == a[1] + dt.timedelta(days=1) for a, b in itertools.pairwise(found))


@given(DAYS, st.integers(0, 60))
def test_months_keep_the_day_where_there_is_one(of, months):
    """Six months from 31 August is 28 February, and from 10 October is 10 April."""
    later = plus_months(of, months)

    assert (later.year * 12 + later.month) - (of.year * 12 + of.month) == months
    assert later.day <= of.day
    assert plus_months(dt.date(2025, 10, 10), 6) == dt.date(2026, 4, 10)
    assert plus_months(dt.date(2025, 8, 31), 6) == dt.date(2026, 2, 28)


def test_a_day_begins_where_the_production_is():
    """The first instant of a day is local to the production."""
    assert start(dt.date(2025, 3, 9), LA) == dt.datetime(2025, 3, 9, 8, tzinfo=dt.UTC)
    assert start(dt.date(2025, 3, 10), LA) == dt.datetime(2025, 3, 10, 7, tzinfo=dt.UTC)
