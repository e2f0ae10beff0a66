"""Records that are right, to be made wrong one member at a time; and the administrator who records them."""

from datetime import UTC, datetime

import pytest

from registry.auth.scope import Principal

EMPLOYER = {
    "employer_id": "northlight-pictures",
    "legal_name": "Northlight Pictures LLC",
    "agreements": [
        {"agreement": "iatse-ba-2024", "locals": ["IATSE:700", "IATSE:600"], "from": "2024-08-01"},
        {"agreement": "dga-ba-2023", "signed_on": "2023-09-01"},
    ],
}
PRODUCTION = {
    "production_id": "harbor-lights-s1",
    "employer_id": "northlight-pictures",
    "title": "Harbor Lights",
    "format": "hb_svod",
    "locations": [{"country": "US", "subdivision": "US-CA"}],
    "phases": [{"phase": "post", "starts_on": "2026-01-05", "ends_on": "2026-06-30"}],
    "agreements": ["iatse-ba-2024", "dga-ba-2023"],
    "locals": ["IATSE:700", "DGA"],
}


@pytest.fixture
def employer():
    """An employer record that is right but for the changes asked for."""
    return lambda **changes: EMPLOYER | changes


@pytest.fixture
def production():
    """A production record that is right but for the changes asked for."""
    return lambda **changes: PRODUCTION | changes


@pytest.fixture
def administrator():
    """Who may put employers and productions on record."""
    return Principal(subject="admin@registry", role="administrator")


@pytest.fixture
def now():
    """The present of these tests."""
    return datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
