"""The instant a judgement is asked for."""

import datetime as dt

import pytest

from registry.errors import Invalid
from registry.judging.weighing import FIRST, LAST, stated


def test_an_instant_is_asked_for_in_utc():
    """Any offset names the same instant; none at all asks for the newest."""
    assert stated(None) is None
    assert stated(dt.datetime.fromisoformat("2025-11-15T00:00:00-08:00")) == dt.datetime(
        2025, 11, 15, 8, tzinfo=dt.UTC
    )


@pytest.mark.parametrize(
    ("text", "asked"), [("0001-01-01T00:00:00+14:00", FIRST), ("9999-12-31T23:59:59-14:00", LAST)]
)
def test_an_instant_beyond_every_history_asks_for_its_edge(text, asked):
    """What no database can hold is no failure: before everything, or after it."""
    assert stated(dt.datetime.fromisoformat(text)) == asked


def test_a_time_without_an_offset_is_refused():
    """It names no instant, so nothing can be said about it."""
    with pytest.raises(Invalid, match="offset"):
        stated(dt.datetime(2025, 11, 15))
