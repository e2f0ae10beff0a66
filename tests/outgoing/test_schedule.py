import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from registry.outgoing.schedule import DELAYS, LONGEST_WISH, next_attempt

NOW = dt.datetime(2026, 3, 8, 9, 30, tzinfo=dt.UTC)


def test_the_delays_are_those_of_the_standard():
    """At once, 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h; ten attempts in a little over three days."""
    seconds = [(next_attempt(made, NOW, None, 0) - NOW).total_seconds() for made in range(1, 10)]

    assert DELAYS[0] == dt.timedelta()
    assert seconds == [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert next_attempt(10, NOW, None, 0) is None
    assert next_attempt(11, NOW, NOW + dt.timedelta(hours=1), 0) is None


@given(st.integers(1, 9), st.floats(0, 1))
def test_jitter_only_delays_and_only_a_little(made, jitter):
    """No attempt comes early, and none more than a tenth of its delay late."""
    delay = next_attempt(made, NOW, None, jitter) - NOW

    assert DELAYS[made] <= delay <= DELAYS[made] * 1.1 + dt.timedelta(microseconds=1)


def test_a_receiver_that_asks_for_rest_gets_it_within_a_day():
    """A later wish is heard, an earlier one is not, and one of years is cut to a day."""
    hour = dt.timedelta(hours=1)

    assert next_attempt(1, NOW, NOW + hour, 0.5) == NOW + hour
    assert next_attempt(3, NOW, NOW + dt.timedelta(seconds=1), 0) == NOW + DELAYS[3]
    assert next_attempt(1, NOW, NOW - hour, 0) == NOW + DELAYS[1]
    assert next_attempt(1, NOW, NOW + dt.timedelta(days=4000), 0) == NOW + LONGEST_WISH
    assert next_attempt(9, NOW, NOW + dt.timedelta(days=4000), 0) == NOW + DELAYS[9]
