"""Business days by the calendar of a place, and duties and clocks that count by them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.obligations import workdays
from registry.obligations.due import After, Before, timing

LA = ZoneInfo("America/Los_Angeles")
DAY = dt.timedelta(days=1)
CALENDARS = ["US", "US-CA", "US-NY", "CA-BC", "GB"]
days = st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31))


@pytest.mark.parametrize(
    ("day", "calendar", "why"),
    [
        (dt.date(2025, 7, 3), "US", ""),
        (dt.date(2025, 7, 4), "US", "Independence Day"),
        (dt.date(2026, 7, 3), "US", "Independence Day (observed)"),
        (dt.date(2025, 7, 5), "US", "Saturday"),
        (dt.date(2025, 7, 6), "US", "Sunday"),
        (dt.date(2025, 3, 31), "US-CA", "Cesar Chavez Day"),
        (dt.date(2025, 3, 31), "US-NY", ""),
        (dt.date(2025, 2, 12), "US-NY", "Lincoln's Birthday"),
        (dt.date(2025, 9, 30), "CA-BC", "National Day for Truth and Reconciliation"),
        (dt.date(2025, 9, 30), "US", ""),
        (dt.date(2026, 12, 28), "GB", "Boxing Day (observed)"),
    ],
)
def test_a_day_off_says_why(day, calendar, why):
    """Weekends and the public holidays of the place are no business days, observed ones included."""
    assert workdays.why_off(day, calendar) == why
    assert workdays.is_workday(day, calendar) is (why == "")


@pytest.mark.parametrize(
    ("begin", "number", "after", "before"),
    [
        # A Wednesday before Thanksgiving: Thursday is off, in the nation Friday is not.
        (dt.date(2025, 11, 26), 1, dt.date(2025, 11, 28), dt.date(2025, 11, 25)),
        (dt.date(2025, 11, 26), 5, dt.date(2025, 12, 4), dt.date(2025, 11, 19)),
        # From a Saturday the first business day is Monday, and Friday the other way.
        (dt.date(2025, 3, 8), 1, dt.date(2025, 3, 10), dt.date(2025, 3, 7)),
        (dt.date(2025, 12, 31), 1, dt.date(2026, 1, 2), dt.date(2025, 12, 30)),
        (dt.date(2025, 3, 8), 0, dt.date(2025, 3, 8), dt.date(2025, 3, 8)),
    ],
)
def test_business_days_are_counted_over_weekends_and_holidays(begin, number, after, before):
    """The day that is counted from is not counted, on a business day or not."""
    assert workdays.plus(begin, number, "US") == after
    assert workdays.minus(begin, number, "US") == before


@settings(deadline=None)
@given(days, st.integers(1, 60), st.sampled_from(CALENDARS))
def test_counting_reaches_a_business_day_with_that_many_in_between(begin, number, calendar):
    """Counted forward or back, exactly so many business days lie from there, and it is one itself."""
    ahead, behind = workdays.plus(begin, number, calendar), workdays.minus(begin, number, calendar)
    between = [begin + n * DAY for n in range(1, (ahead - begin).days + 1)]
    before = [begin - n * DAY for n in range(1, (begin - behind).days + 1)]

    assert sum(workdays.is_workday(day, calendar) for day in between) == number
    assert sum(workdays.is_workday(day, calendar) for day in before) == number
    assert workdays.is_workday(ahead, calendar)
    assert workdays.is_workday(behind, calendar)


@settings(deadline=None)
@given(days, st.sampled_from(CALENDARS))
def test_what_rolls_goes_to_the_next_business_day_and_no_further(day, calendar):
    """A business day stays; another goes to the first one after it."""
    moved = workdays.rolled(day, calendar)

    assert workdays.is_workday(moved, calendar)
    assert all(not workdays.is_workday(day + n * DAY, calendar) for n in range((moved - day).days))


def test_the_library_knows_the_calendars_packs_may_name():
    """Countries and their parts are known by ISO 3166; anything else is not."""
    assert set(CALENDARS) <= workdays.calendars()
    assert not {"", "USA", "US-XX", "us", "US-", "-CA", "AMPTP"} & workdays.calendars()


EVENT, DONE = "use.first", "use.policy_on"


def stands(due, event, done, as_of=dt.datetime(2026, 12, 31, tzinfo=dt.UTC)):
    return timing(due, {EVENT: event, DONE: done}, {"FIVE": 5}, LA, as_of, None)


@pytest.mark.parametrize(
    ("done", "state"),
    [(dt.date(2025, 12, 4), "met"), (dt.date(2025, 12, 5), "late"), (None, "overdue")],
)
def test_a_duty_may_be_due_so_many_business_days_after(done, state):
    """Five business days after the eve of Thanksgiving are over on Thursday of the week after."""
    due = After(event=EVENT, done=DONE, business_days="FIVE", calendar="US")

    found = stands(due, dt.date(2025, 11, 26), done)

    assert (found.state, found.on) == (state, dt.date(2025, 12, 4))
    assert "five business days (US) after first use on 26 November 2025" in found.says


@pytest.mark.parametrize(
    ("done", "state"), [(dt.date(2025, 11, 24), "met"), (dt.date(2025, 11, 25), "late"), (None, "unknown")]
)
def test_a_duty_may_be_due_so_many_business_days_before(done, state):
    """Five business days before the Wednesday after Thanksgiving begin on the Monday of the week before."""
    due = Before(event=EVENT, done=DONE, business_days=5, calendar="US-CA")

    found = stands(due, dt.datetime(2025, 12, 3, 9, tzinfo=LA), done)

    assert (found.state, found.on) == (state, dt.date(2025, 11, 24))
    assert found.limit == dt.datetime(2025, 11, 25, tzinfo=LA)
    assert "five business days (US-CA) before" in found.says
