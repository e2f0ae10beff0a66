"""A calendar as a file: what other programs read, and what it never says."""

import datetime as dt
from uuid import UUID

import icalendar
import msgspec
import pytest

from registry.calendars import ical
from registry.calendars.calendar import Calendar
from registry.calendars.item import Item

AT = dt.datetime(2026, 3, 1, 20, 0, 0, 999, tzinfo=dt.UTC)


def item(**fields):
    base = {
        "name": "due/n/h/us-warn/notice/layoff/E1",
        "day": dt.date(2026, 3, 20),
        "what": "notice",
        "title": "Notice is due: layoff of Maria",
        "status": "upcoming",
        "days_left": 18,
        "whose": "employer",
        "rule": "us-warn/notice",
        "clause": "29 USC 2102(a)",
        "confidence": "quoted",
        "subject": "Maria",
        "because": ["Maria was told on Monday."],
        "alert_id": UUID(int=7),
        "changed_at": AT,
    }
    return Item(**(base | fields))


def calendar(*items, title="Harbor Lights"):
    day = dt.date(2026, 3, 2)
    return Calendar(
        employer_id="northlight-pictures",
        production_id="harbor-lights-s1",
        production_title=title,
        time_zone="America/Los_Angeles",
        today=day,
        first_day=day,
        last_day=day,
        judged_at=AT,
        items=list(items),
    )


def read(*items, title="Feed", production="Harbor Lights", left_out=0, **more):
    body = ical.written(title, [calendar(*items, title=production)], left_out, **more)
    return body, icalendar.Calendar.from_ical(body)


def test_an_item_is_a_day_that_programs_can_read():
    """A whole day that makes nobody busy, with reminders at nine, a week and a day before."""
    _, found = read(item())
    (event,) = found.events

    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert (event.start, event.end) == (dt.date(2026, 3, 20), dt.date(2026, 3, 21))
    assert event["SUMMARY"] == "Notice is due, Harbor Lights"
    assert (event["STATUS"], event["TRANSP"]) == ("CONFIRMED", "TRANSPARENT")
    assert event["DTSTAMP"].dt == AT.replace(microsecond=0)
    assert [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")] == [
        dt.timedelta(days=-7, hours=9),
        dt.timedelta(days=-1, hours=9),
    ]


def test_nothing_that_was_filed_leaves_the_house():
    """Clause, rule, title and the alert's id are there; the subject, the reasons and the item's title are not."""
    body, _ = read(item())

    unfolded = body.replace(b"\r\n ", b"")

    assert b"2102(a)" in unfolded
    assert b"us-warn/notice" in unfolded
    assert str(UUID(int=7)).encode() in unfolded
    assert b"Maria" not in unfolded
    assert b"northlight" not in unfolded


def test_the_same_case_is_the_same_bytes():
    """Made twice, the file is the same; its events keep their ids when their days move."""
    moved = item(day=dt.date(2026, 4, 20), status="extended")

    assert read(item())[0] == read(item())[0]
    assert read(item())[1].events[0]["UID"] == read(moved)[1].events[0]["UID"]
    assert read(item())[1].events[0]["UID"] != read(item(name="other"))[1].events[0]["UID"]


@pytest.mark.parametrize(
    "text",
    [
        "a\r\nATTACH:https://evil.example/x",
        "a\nEND:VEVENT\nBEGIN:VEVENT",
        "a\rX-EVIL:1",
        "tab\tbell\x07nul\x00",
        "line\u2028separator\u2029\x85",
        'semi;colon,comma\\back:slash"quote',
        "Über längere Titel " * 20,
        "🎬" * 60,
    ],
)
def test_a_title_cannot_write_lines_of_its_own(text):
    """Whatever a title holds, the file has the lines it has without it, and no line is too long."""
    body, found = read(item(), title=text, production=text)
    _, plain = read(item())

    assert [event.property_items()[0][0] for event in found.events] == ["BEGIN"]
    assert {name for event in found.events for name in event} == {
        name for event in plain.events for name in event
    }
    assert set(found) == set(plain)
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert b"\r" not in body.replace(b"\r\n", b"")
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert found["X-WR-CALNAME"] == icalendar.vText(ical.safe(text)).to_ical().decode()
    assert found.events[0]["SUMMARY"] == f"Notice is due, {ical.safe(text)}"


@pytest.mark.parametrize("status", ["done", "late", "settled"])
def test_what_is_over_rings_no_bell(status):
    """There is no reminder of what nobody has to do."""
    (event,) = read(item(status=status))[1].events

    assert event.walk("VALARM") == []
    assert event["STATUS"] == ("CANCELLED" if status == "settled" else "CONFIRMED")


def test_what_is_not_certain_is_tentative():
    """An update for a quarter that may have no use in it is marked so."""
    (event,) = read(item(certain=False))[1].events

    assert event["STATUS"] == "TENTATIVE"
    assert "only if" in event["DESCRIPTION"]


def test_a_clock_is_called_by_its_name():
    """Of several time limits each says which it is."""
    (event,) = read(item(what="clock", clock="grievance_step_1", status="overdue"))[1].events

    assert event["SUMMARY"] == "Overdue: Time limit ends (grievance step 1), Harbor Lights"


def test_a_feed_says_what_it_leaves_out():
    """Productions that had no room are counted, not passed over."""
    assert "12 productions are not shown" in read(left_out=12)[1]["X-WR-CALDESC"]
    assert "not shown" not in read()[1]["X-WR-CALDESC"]


def test_a_feed_has_room_for_what_is_near_and_open():
    """When there is more than a file holds, what is over goes first, then what is furthest off; and it says so."""
    days = [
        item(name=f"n{left}", day=dt.date(2026, 3, 2) + dt.timedelta(days=left), days_left=left)
        for left in (40, -3, 9, 1)
    ]
    body, found = read(item(name="done", status="done", days_left=0), *days, most=3)

    assert [event.start.day for event in found.events] == [27, 3, 11]
    assert "2 days that are further off" in found["X-WR-CALDESC"]
    assert body.count(b"END:VCALENDAR") == 1


def test_a_file_is_made_again_quickly():
    """What was written before is not written anew: a thousand days again take a fraction of the first time."""
    items = [item(name=f"many-{number}") for number in range(300)]
    before = ical.event_bytes.cache_info()
    first = read(*items)[0]
    again = read(*(msgspec.structs.replace(each, days_left=1) for each in items))[0]
    after = ical.event_bytes.cache_info()

    assert first == again
    assert (after.misses - before.misses, after.hits - before.hits) == (300, 300)


@pytest.mark.parametrize(
    ("header", "known"),
    [(None, False), ("", False), ('"x"', False), ("*", True), ('"x", W/{tag}', True), ("{tag}", True)],
)
def test_a_reader_that_has_the_file_is_told_so(header, known):
    """If-None-Match may name several, weakly, or any."""
    tag = ical.etag(b"file")

    assert ical.known(tag, header and header.format(tag=tag)) is known
