import pytest

from registry.alerts.request import Acknowledgement, Reopening, Resolution, read
from registry.errors import Invalid, Malformed


def test_an_empty_body_acknowledges_without_a_note():
    """Nothing need be said to acknowledge."""
    assert read(b"", Acknowledgement) == read(b"{}", Acknowledgement) == Acknowledgement()


def test_a_resolution_has_an_outcome_and_a_reason():
    """Both are mandatory."""
    asked = read(b'{"outcome": "grieved", "reason": "grievance 26-114"}', Resolution)

    assert (asked.outcome, asked.reason) == ("grieved", "grievance 26-114")


@pytest.mark.parametrize(
    ("body", "pointer", "nearest"),
    [
        (b'{"outcome": "greived", "reason": "x"}', "/outcome", "grieved"),
        (b'{"outcome": 3, "reason": "x"}', "/outcome", None),
        (b'{"reason": "x"}', "/outcome", None),
        (b'{"outcome": "cured"}', "/reason", None),
        (b'{"outcome": "cured", "reason": ""}', "/reason", None),
        (b'{"outcome": "cured", "reason": "  "}', "/reason", None),
        (b'{"outcome": "cured", "reason": "a\\u0000b"}', "/reason", None),
        (b'{"outcome": "cured", "reason": "x", "note": 1}', "/note", None),
        (b"[]", "", None),
        (b"null", "", None),
    ],
)
def test_a_wrong_resolution_is_refused_by_name(body, pointer, nearest):
    """The fault names the member, what it takes, and the nearest outcome for a misspelt one."""
    with pytest.raises(Invalid) as refusal:
        read(body, Resolution)

    (fault,) = refusal.value.faults
    assert (fault.pointer, fault.nearest) == (pointer, nearest)
    assert fault.fix
    assert bool(fault.allowed) == (pointer == "/outcome")


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"reason": "\\ud800"}', b'{"reason": "\xff"}'])
def test_what_is_not_json_is_malformed(body):
    """Broken JSON and broken UTF-8 are said as such."""
    with pytest.raises(Malformed):
        read(body, Reopening)


def test_a_wrong_outcome_does_not_hide_that_the_rest_is_broken():
    """Two things wrong at once, a lone surrogate behind a misspelt outcome, are still one refusal."""
    with pytest.raises(Malformed):
        read(b'{"outcome": "greived", "reason": "\\ud800"}', Resolution)


def test_a_huge_body_is_refused_before_it_is_read():
    """A reason is a few lines."""
    with pytest.raises(Malformed, match="at most 65536 bytes"):
        read(b" " * 70_000, Reopening)
