"""What a person asks of a calendar: its days, and the body that makes a feed."""

import datetime as dt

import pytest

from registry.calendars import asked
from registry.calendars.calendar import Days
from registry.errors import Invalid

GOOD = {"title": "What is due", "production": {"employer_id": "northlight-pictures", "production_id": "p-1"}}


def test_good_bodies_have_no_fault():
    """A title is enough; a production is named by both its keys."""
    assert asked.check(GOOD) == []
    assert asked.check({"title": "x" * 100, "production": None}) == []


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"title": ""}, ["/title"]),
        ({"title": " \t"}, ["/title"]),
        ({"title": "x" * 101}, ["/title"]),
        ({"title": 7}, ["/title"]),
        ({"production": "harbor-lights"}, ["/production"]),
        ({"production": {"employer_id": "a"}}, ["/production/production_id"]),
        (
            {"production": {"employer_id": "A B", "production_id": "b\n"}},
            ["/production/employer_id", "/production/production_id"],
        ),
        ({"secret": "mine"}, ["/secret"]),
        ({"title": "", "secret": "mine"}, ["/secret", "/title"]),
    ],
)
def test_every_fault_is_said_with_its_place(change, pointers):
    """Each wrong member is one fault, all at once, with how to mend it."""
    found = asked.check(GOOD | change)

    assert sorted(fault.pointer for fault in found) == pointers
    assert all(fault.fix for fault in found)


def test_a_body_without_a_title_or_form_is_refused():
    """What is no object, and an object with nothing in it, are faults."""
    assert [fault.code for fault in asked.check([])] == ["wrong-form"]
    assert [fault.pointer for fault in asked.check({})] == ["/title"]


def test_days_are_read_as_they_are_written():
    """A day is written one way; what is left out is left to the registry."""
    assert asked.days(None, None) == Days()
    assert asked.days("2026-02-28", "2026-02-28") == Days(dt.date(2026, 2, 28), dt.date(2026, 2, 28))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20260301",
        "2026-W01-1",
        "2026-02-30",
        "2026-3-1",
        "1999-12-31",
        "2101-01-01",
        "9999-12-31",
        "٢٠٢٦-٠٣-٠١",
        "2026-03-01\n",
    ],
)
def test_what_is_no_day_is_refused(text):
    """Other spellings, days that do not exist, and years nobody means are faults that say the right form."""
    for days in ((text, None), (None, text)):
        with pytest.raises(Invalid) as caught:
            asked.days(*days)

        assert "2026-03-31" in caught.value.faults[0].fix


def test_the_last_day_does_not_lie_before_the_first():
    """Days in the wrong order are one fault; two broken days are two."""
    with pytest.raises(Invalid) as caught:
        asked.days("2026-03-02", "2026-03-01")
    with pytest.raises(Invalid) as both:
        asked.days("x", "y")

    assert caught.value.faults[0].code == "wrong-order"
    assert len(both.value.faults) == 2
