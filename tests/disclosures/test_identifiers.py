import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.disclosures import identifiers

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.mark.parametrize(
    ("digits", "check"),
    [
        ("7EC7228A510A053ECBB8", "J"),
        ("EA7379D71B2BB3783A73", "M"),
        ("F59258D1A4D9E9685435", "L"),
        ("779185342C2390308610", "5"),
    ],
)
def test_eidrs_known_to_be_right_are_right(digits, check):
    """And with any other check character they are not."""
    body = "10.5240/" + "-".join(digits[at : at + 4] for at in range(0, 20, 4))
    assert identifiers.eidr(f"{body}-{check}") is None
    for other in set(ALPHABET) - {check}:
        assert f"should be {check}" in identifiers.eidr(f"{body}-{other}")


@pytest.mark.parametrize(
    "value",
    [
        "0000-0001-8947-0000-8",
        "0000-0001-8947-0000-8-0000-0000-D",
        "0000-0000-D07A-0090-Q",
        "0000-0000-D07A-0090-Q-0000-0000-X",
    ],
)
def test_isans_known_to_be_right_are_right(value):
    """With and without a version; a wrong check character is found in either place."""
    assert identifiers.isan(value) is None
    assert identifiers.isan(value[:-1] + ("0" if value[-1] != "0" else "1")) is not None


def test_an_isan_with_a_wrong_first_check_character_is_wrong():
    """The version's own check character does not make up for it."""
    assert "should be 8" in identifiers.isan("0000-0001-8947-0000-9-0000-0000-D")


def test_leis():
    """Form and check digits."""
    assert identifiers.lei("213800KUD8LAJWSQ9D15") is None
    assert identifiers.lei("213800KUD8LXJWSQ9D15") is not None
    assert identifiers.lei("213800kud8lajwsq9d15") is not None
    assert identifiers.lei("15") is not None


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("US-CA", True),
        ("CA-BC", True),
        ("GB-SCT", True),
        ("US-PR", True),
        ("US-XX", False),
        ("XX-AB", False),
        ("CA", False),
        ("us-ca", False),
        ("CA-PQ", False),
    ],
)
def test_subdivisions(value, right):
    """All of the US and Canada are known; elsewhere country and form decide."""
    assert (identifiers.subdivision(value) is None) is right


def test_countries_and_jurisdictions():
    """UK is not GB, and a state is a jurisdiction too."""
    assert identifiers.country("GB") is None
    assert identifiers.country("UK") is not None
    assert identifiers.jurisdiction("US-NY") is None
    assert identifiers.jurisdiction("US") is None
    assert identifiers.jurisdiction("New York") is not None


@given(st.text())
def test_any_text_is_answered(value):
    """Every check says None or a sentence."""
    for check in (
        identifiers.eidr,
        identifiers.isan,
        identifiers.lei,
        identifiers.country,
        identifiers.subdivision,
    ):
        assert check(value) is None or check(value).endswith(".")
    identifiers.tidied(value)
