"""The instant a judgement is asked for."""

import datetime as dt

import pytest

from registry.errors import Invalid
from registry.judging.weighing import stated


def test_an_instant_is_asked_for_in_utc():
    """Any offset names the same instant; none at all asks for the newest."""
    assert stated(None) is None
    assert stated(dt.datetime.fromisoformat("2025-11-15T00:00:00-08:00")) == dt.datetime(
        2025, 11, 15, 8, tzinfo=dt.UTC
    )


@pytest.mark.parametrize(
    "text", ["2025-11-15T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_what_names_no_instant_is_refused(text):
    """A time without an offset, or outside every history, is the caller's to mend, never a failure of ours."""
    with pytest.raises(Invalid, match="as_of"):
        stated(dt.datetime.fromisoformat(text))
