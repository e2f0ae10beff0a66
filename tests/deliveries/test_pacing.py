import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from told import event

from registry.deliveries.pacing import is_quiet, presses, slot
from registry.subscriptions.subscription import Pace, Quiet

ANGELES = ZoneInfo("America/Los_Angeles")
NOON = dt.datetime(2026, 3, 2, 20, 0, tzinfo=dt.UTC)


def local(*when, zone=ANGELES, fold=0):
    return dt.datetime(*when, tzinfo=zone, fold=fold).astimezone(dt.UTC)


def night(**fields):
    return Pace(quiet=Quiet(from_=22, to=7), **fields)


def test_at_once_is_now():
    """Without quiet hours nothing is waited for."""
    assert slot(Pace(), NOON, at_once=False) == slot(Pace(at="daily"), NOON, at_once=True)
    assert slot(Pace(), NOON, at_once=False).not_before == NOON


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ((2026, 3, 2, 21, 59, 59), None),
        ((2026, 3, 2, 22, 0), (2026, 3, 3, 7, 0)),
        ((2026, 3, 3, 0, 30), (2026, 3, 3, 7, 0)),
        ((2026, 3, 3, 6, 59, 59), (2026, 3, 3, 7, 0)),
        ((2026, 3, 3, 7, 0), None),
        # The clocks of that night go from 02:00 to 03:00: it is an hour shorter.
        ((2026, 3, 7, 23, 0), (2026, 3, 8, 7, 0)),
    ],
)
def test_quiet_hours_end_where_the_subscriber_is(at, until):
    """What happens at night waits for seven in the morning, by the clock there; the edges are exact."""
    now = local(*at)

    assert slot(night(), now, at_once=False).not_before == (local(*until) if until else now)


def test_quiet_hours_within_a_day():
    """They need not pass midnight."""
    lunch = Quiet(from_=12, to=14)

    assert [hour for hour in range(24) if is_quiet(lunch, hour)] == [12, 13]
    assert [hour for hour in range(24) if is_quiet(Quiet(from_=22, to=2), hour)] == [0, 1, 22, 23]


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ((2026, 3, 2, 7, 59), (2026, 3, 2, 8, 0)),
        ((2026, 3, 2, 8, 0), (2026, 3, 3, 8, 0)),
        ((2026, 3, 2, 12, 0), (2026, 3, 3, 8, 0)),
    ],
)
def test_a_digest_goes_at_its_hour(at, told):
    """The next time the clock there shows it; exactly then is too late for today."""
    found = slot(Pace(at="daily", hour=8), local(*at), at_once=False)

    assert (found.not_before, found.digest) == (local(*told), True)


@pytest.mark.parametrize(
    ("hour", "at", "told"),
    [
        # 02:00 does not exist on 8 March 2026: the digest goes when it would have been, at 03:00.
        (2, (2026, 3, 8, 1, 0), (2026, 3, 8, 3, 0)),
        # 01:00 comes twice on 1 November 2026: the digest goes the first time, and once.
        (1, (2026, 11, 1, 0, 30), (2026, 11, 1, 1, 0)),
    ],
)
def test_a_digest_on_the_days_the_clocks_change(hour, at, told):
    """Told once, at an instant that exists."""
    first = slot(Pace(at="daily", hour=hour), local(*at), at_once=False).not_before
    again = slot(Pace(at="daily", hour=hour), first, at_once=False).not_before

    assert first == local(*told)
    assert again - first > dt.timedelta(hours=22)


def test_a_digest_keeps_quiet_too():
    """A digest at six waits for the end of a night until seven."""
    found = slot(night(at="daily", hour=6), NOON, at_once=False)

    assert found.not_before == local(2026, 3, 3, 7, 0)


@pytest.mark.parametrize(
    ("day", "urgent"),
    [
        (dt.date(2026, 3, 1), False),
        (dt.date(2026, 3, 2), True),
        (dt.date(2026, 3, 3), True),
        (dt.date(2026, 3, 4), True),
        (dt.date(2026, 3, 5), False),
        (dt.date(2026, 4, 1), False),
        (None, False),
    ],
)
@pytest.mark.parametrize("field", ["due_on", "clock_on"])
def test_what_ends_within_48_hours_presses(field, day, urgent):
    """Wherever on earth the day ends; what is over presses no more."""
    at = dt.datetime(2026, 3, 2, 12, 30, tzinfo=dt.UTC)

    assert presses(event(**{field: day}), at) is urgent


@given(
    at=st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2027, 12, 31), timezones=st.just(dt.UTC)),
    hour=st.integers(0, 23),
    zone=st.sampled_from(["America/Los_Angeles", "Pacific/Apia", "Asia/Kolkata", "Europe/London", "UTC"]),
    quiet=st.one_of(
        st.none(), st.tuples(st.integers(0, 23), st.integers(0, 23)).filter(lambda p: p[0] != p[1])
    ),
    daily=st.booleans(),
)
def test_nothing_waits_much_longer_than_a_day_and_never_in_the_past(at, hour, zone, quiet, daily):
    """Whatever the zone and the hours: not before now, within two days, and not in the quiet."""
    pace = Pace(
        at="daily" if daily else "once",
        hour=hour,
        time_zone=zone,
        quiet=Quiet(from_=quiet[0], to=quiet[1]) if quiet else None,
    )
    found = slot(pace, at, at_once=False).not_before

    assert at <= found <= at + dt.timedelta(hours=50)
    # Where clocks skip the hour that ends the quiet, its end is the hour after.
    assert not quiet or found == at or not is_quiet(pace.quiet, found.astimezone(ZoneInfo(zone)).hour)
