"""The instant a judgement is asked for."""

import datetime as dt

import pytest

from registry.errors import Invalid
from registry.ledger.moment import FIRST, LAST, stated


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


@pytest.mark.parametrize(
    "text",
    [
        "0.5",
        "1763164800",
        "2025-11-15",
        "20251115T000000Z",
        "2025-11-15T00:00:00",
        "2025-13-01T00:00:00Z",
        "now",
        "",
    ],
)
def test_what_names_no_instant_is_refused(text):
    """A number of seconds, a day alone, a time without its offset: each is refused, and says how to write it."""
    with pytest.raises(Invalid) as refused:
        stated(text, "on")

    assert refused.value.faults[0].code == "on"


@pytest.mark.parametrize(
    "text",
    [
        "2025-11-15T08:00:00Z",
        "2025-11-15T00:00:00-08:00",
        "2025-11-15t08:00:00.000z",
        "2025-11-15T10:00:00 02:00",
    ],
)
def test_one_instant_is_read_however_it_is_written(text):
    """The offset counts, and a plus sign that a query made a blank is a plus sign."""
    assert stated(text) == dt.datetime(2025, 11, 15, 8, tzinfo=dt.UTC)
