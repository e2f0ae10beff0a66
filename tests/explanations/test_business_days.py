"""What would have had to be otherwise, where a duty counts by business days."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.explanations.alternative import earliest
from registry.obligations.due import After, Before, shifted

DAY = dt.timedelta(days=1)
BEFORE = Before(event="use.first", done="use.policy_on", business_days=5, calendar="US")
AFTER = After(event="use.first", done="use.policy_on", business_days=5, calendar="US")


@settings(deadline=None)
@given(st.sampled_from([BEFORE, AFTER]), st.dates(dt.date(2023, 1, 1), dt.date(2028, 12, 31)))
def test_the_event_could_have_been_on_that_day_and_no_earlier(due, done):
    """From the day named what was done was in time; had the event been a day earlier, it was late."""
    first, way = earliest(due, done, {}), 1 if due is AFTER else -1

    assert shifted(due, first, {}, way)[0] >= done
    assert shifted(due, first - DAY, {}, way)[0] < done


@pytest.mark.parametrize(
    ("due", "first"),
    [
        (After(event="a", done="b", days=10), dt.date(2025, 11, 18)),
        (Before(event="a", done="b", days=10), dt.date(2025, 12, 8)),
        (AFTER, dt.date(2025, 11, 20)),
        (BEFORE, dt.date(2025, 12, 5)),
    ],
)
def test_calendar_and_business_days_are_each_counted_their_own_way(due, first):
    """Done on Friday after Thanksgiving: ten calendar days from the event, or five business days."""
    assert earliest(due, dt.date(2025, 11, 28), {}) == first
