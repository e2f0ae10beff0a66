import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.disclosures import moments


@pytest.mark.parametrize(
    "text",
    ["2025-05-12", "2025-05-12T09:00:00Z", "2025-05-12T09:00:00-07:00", "2025-05-12T09:00:00.123456+05:30"],
)
def test_days_and_moments_with_offset_are_read(text):
    """Both forms are right."""
    assert moments.wrong(text) is None


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("2025-05-12T09:00-07:00", "2025-05-12T09:00:00-07:00"),
        ("2025-05-12 09:00Z", "2025-05-12T09:00:00Z"),
        ("2025/5/2", "2025-05-02"),
        ("2025-05-12T09:00:00", None),
        ("2025-02-29", None),
        ("2025-05-12T25:00:00Z", None),
        ("2025-05-12T09:00:60Z", None),
        ("1825-05-12", None),
        ("12 May", None),
        ("", None),
        ("２０２５-05-12", None),
    ],
)
def test_others_are_not_and_what_was_meant_is_found(text, near):
    """A missing second is mended; a missing offset cannot be guessed."""
    assert moments.wrong(text) is not None
    assert moments.mended(text) == near


def test_moments_are_compared_as_instants_and_days_as_days():
    """A day beside a moment is only before it when its date is."""
    assert moments.precedes("2025-05-12T09:00:00-07:00", "2025-05-12T16:30:00Z")
    assert not moments.precedes("2025-05-12T17:00:00Z", "2025-05-12T09:00:00-07:00")
    assert not moments.precedes("2025-05-12", "2025-05-12T09:00:00-07:00")
    assert moments.precedes("2025-05-11", "2025-05-12T09:00:00-07:00")


def test_quarters_are_whole():
    """First day to last day of the same quarter, nothing else."""
    assert moments.is_quarter("2025-10-01", "2025-12-31")
    assert not moments.is_quarter("2025-10-01", "2026-12-31")
    assert not moments.is_quarter("2025-11-01", "2026-01-31")
    assert moments.quarter_of("2025-05-05") == ("2025-04-01", "2025-06-30")
    assert moments.quarter_of("x") is None


@given(st.text(), st.text())
def test_any_text_is_answered(one, two):
    """No text makes a comparison fail."""
    assert moments.precedes(one, two) in {True, False}
    moments.wrong(one)
    moments.mended(one)
