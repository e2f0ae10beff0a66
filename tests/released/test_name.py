"""What a production is called in public."""

import datetime as dt

import msgspec
import papers
import pytest

from registry.productions.record import ProductionRecord
from registry.released.name import is_released, public_id, public_name
from registry.released.view import production

DAY = dt.date(2026, 5, 1)


def record(**said):
    return msgspec.convert(papers.production() | said, ProductionRecord)


@pytest.mark.parametrize(
    ("at", "zone", "known"),
    [
        ("2026-05-01T06:59:59Z", "America/Los_Angeles", False),
        ("2026-05-01T07:00:00Z", "America/Los_Angeles", True),
        ("2026-04-30T13:59:59Z", "Australia/Sydney", False),
        ("2026-04-30T14:00:00Z", "Australia/Sydney", True),
        ("2030-01-01T00:00:00Z", "UTC", True),
    ],
)
def test_a_title_is_released_from_its_day_on_where_the_work_is_made(at, zone, known):
    """At midnight there, not an instant sooner."""
    now = dt.datetime.fromisoformat(at)
    one = record(released_on=DAY.isoformat(), time_zone=zone, code_name="Tidewater")

    assert is_released(one, now) is known
    assert public_name(one, now) == ("Harbor Lights" if known else "Tidewater")


def test_without_a_day_a_title_is_never_released():
    """Nor is it guessed: the code name, or only that there is a production."""
    now = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)

    assert public_name(record(code_name="Tidewater"), now) == "Tidewater"
    assert public_name(record(), now) == "untitled production"


def test_nothing_that_leads_to_a_title_is_shown_before_its_day():
    """Neither key, company nor identifiers; the public id is that of the ledger's entries, before and after."""
    employer = msgspec.convert(papers.employer(), papers.productions.EmployerRecord)
    one = record(released_on=DAY.isoformat(), eidr="10.5240/A1B2-C3D4-E5F6-0718-293A-6")
    before = production(one, employer, [], dt.datetime(2026, 4, 30, tzinfo=dt.UTC))
    after = production(one, employer, [], dt.datetime(2026, 5, 2, tzinfo=dt.UTC))

    assert before.id == after.id == public_id(one)
    told = msgspec.json.encode(before).decode()
    for word in ("Harbor", "harbor", "Northlight", "northlight", "10.5240"):
        assert word not in told
    assert (after.name, after.production_id, after.employer_id) == ("Harbor Lights", *papers.KEY[::-1])
