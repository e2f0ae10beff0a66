"""The calendar of a production, and feeds, on a real database: who sees what, once revoked, gone."""

import asyncio
import datetime as dt
import json

import icalendar
import papers
import pytest
from uuid_utils.compat import uuid7

from registry.alerts.clocks import act as clocks
from registry.auth.scope import Principal
from registry.calendars import act, feed
from registry.errors import Forbidden, IllegalMove, Invalid, Malformed, NotFound
from registry.judging import act as judging
from registry.productions import act as productions
from registry.requests import act as requests

LATER = papers.NOW + dt.timedelta(days=1)
INTERNATIONAL = Principal(subject="intl", role="representative", unions=["IATSE"])
SEEN = {"employer_id": papers.KEY[0], "production_id": papers.KEY[1]}
ASKED = {
    **SEEN,
    "kind": "consultation",
    "union": "IATSE",
    "local": "IATSE:700",
    "on_behalf_of": "employee",
    "text": "An assistant editor asks to talk.",
}


async def shown(db, principal=papers.OFFICE, key=papers.KEY, first=None, last=None, now=LATER):
    return await act.show(db, papers.house(), principal, key, first, last, now)


async def read(db, made, tag=None, now=LATER):
    return await act.read(db, papers.house(), made.address.rpartition("/")[2], tag, now)


async def events(db, made, now=LATER):
    return icalendar.Calendar.from_ical((await read(db, made, now=now)).body).events


async def ask(db, **more):
    return await requests.ask(db, papers.EDITORS, json.dumps(ASKED | more).encode(), "k-1", papers.NOW)


async def test_a_production_nobody_filed_about_has_its_quarters(office):
    """Before anything was judged, only the quarters to come are on the calendar."""
    found = await shown(office)

    assert found.judged_at is None
    assert {item.what for item in found.items} == {"quarterly_update"}
    assert [(item.subject, item.title.partition(", ")[2]) for item in found.items][:2] == [
        ("2025-Q3", "if AI was used in it"),
        ("2025-Q4", "if AI is used in it"),
    ]
    assert (found.today, found.time_zone) == (dt.date(2025, 10, 16), "America/Los_Angeles")


async def test_what_was_judged_is_on_the_calendar(office):
    """A late initial filing is late; the update for the quarter of use is due, with its alert where it has one."""
    await papers.file(office, papers.document(**papers.uses(), **papers.layoffs()))
    items = (await shown(office, first="2025-09-01")).items
    found = {(item.rule, item.subject): item for item in items if item.what != "clock"}

    assert found["reg/initial-filing", papers.KEY[1]].status == "late"
    update = found["reg/quarterly-update", "2025-Q3"]
    assert (update.day, update.status, update.whose) == (dt.date(2025, 10, 30), "upcoming", "employer")
    assert [item.day for item in items] == sorted(item.day for item in items)
    async with office.transaction() as conn:
        ids = {row["alert_id"] for row in await conn.fetch("SELECT alert_id FROM alert")}
    assert {item.alert_id for item in items if item.alert_id} <= ids
    assert any(item.what == "clock" and item.alert_id in ids for item in items)


async def test_the_days_asked_for_are_the_days_shown(office):
    """With `from`, nothing earlier; without, what is still to be done from before is shown, too."""
    await papers.file(office, papers.document(**papers.uses(), **papers.layoffs()))
    much_later = papers.NOW + dt.timedelta(days=120)
    past = await shown(office, now=much_later)
    whole = await shown(office, first="2025-01-01", now=much_later)
    since = await shown(office, first="2026-02-01", last="2026-02-28", now=much_later)

    assert any(item.day < past.first_day for item in past.items)
    assert any(item.what == "clock" and item.day < past.first_day for item in whole.items)
    assert all(item.what != "clock" for item in past.items if item.day < past.first_day)
    assert {item.status for item in past.items if item.day < past.first_day} <= {"overdue", "unknown"}
    assert all(since.first_day <= item.day <= since.last_day for item in since.items)
    assert (since.first_day, since.last_day) == (dt.date(2026, 2, 1), dt.date(2026, 2, 28))
    assert (await shown(office, first="2100-12-31")).items == []
    until = await shown(office, last="2025-12-01", now=much_later)
    assert until.first_day <= until.last_day == dt.date(2025, 12, 1)
    assert until.items
    assert all(item.day <= until.last_day for item in until.items)
    with pytest.raises(Invalid):
        await shown(office, first="2026-02-30")


async def test_a_quarter_that_is_over_stays_until_its_update_was_due(office):
    """Thirty days after its end it is still to be filed for; a nil return that is on record has done that."""

    async def quarters(now):
        return [item.subject for item in (await shown(office, now=now)).items]

    last, over = (dt.datetime(2025, 10, on, 19, tzinfo=dt.UTC) for on in (30, 31))
    assert (await quarters(last))[0] == "2025-Q3"
    assert (await quarters(over))[0] == "2025-Q4"
    await papers.file(office, papers.document("nil_return", filing={"nil_statement": "No AI was used."}))
    assert (await quarters(LATER))[0] == "2025-Q4"


async def test_an_open_request_is_on_the_calendar_before_it_is_judged(office):
    """The office sees by when to answer as soon as the union has asked."""
    made = await ask(office)
    (item,) = [item for item in (await shown(office)).items if item.request_id]

    assert item.request_id == made.recorded.request.request_id
    assert (item.what, item.day) == ("answer", dt.date(2025, 10, 25))


async def test_each_sees_what_concerns_them(office):
    """The union sees what its local sees; another employer, and a local that is not on it, see no production."""
    await papers.file(office, papers.document(**papers.uses(), **papers.layoffs()))
    await ask(office)
    mine = await shown(office, papers.EDITORS)
    whole = await shown(office, INTERNATIONAL)

    assert [item.name for item in mine.items] == [item.name for item in whole.items]
    assert (await shown(office, papers.AUDITOR)).items == (await shown(office)).items
    for principal in (papers.OTHERS, papers.ARTISTS):
        with pytest.raises(NotFound):
            await shown(office, principal)
    with pytest.raises(NotFound):
        await shown(office, key=(papers.KEY[0], "no-such-production"))
    theirs = await shown(office, papers.OTHERS, ("other-films", "harbor-lights-s1"))
    assert {item.what for item in theirs.items} == {"quarterly_update"}


async def test_an_extension_is_on_the_calendar_from_asking_to_consent(office):
    """Asked for, the day stands; granted by the other party, the item has the later day and the earlier one."""
    await papers.file(office, papers.document(**papers.uses()))
    at = dt.datetime(2025, 10, 25, 18, tzinfo=dt.UTC)
    await judging.sweep(office, papers.house(), at)

    async def update():
        items = (await shown(office, now=at)).items
        return next(item for item in items if item.subject == "2025-Q3" and item.what == "quarterly_update")

    before = await update()
    wish = {"clock": "due", "kind": "extend", "until": "2025-11-10", "reason": "The studio is moving."}
    body = json.dumps(wish).encode()
    asked = await clocks.ask(office, papers.OFFICE, before.alert_id, body, "k", at)
    waiting = await update()
    number = asked.shown.number
    await clocks.consent(office, papers.EDITORS, before.alert_id, number, b"{}", "*", at)
    granted = await update()

    assert (before.status, before.extension, before.day) == ("due_soon", None, dt.date(2025, 10, 30))
    assert (waiting.status, waiting.extension, waiting.day) == ("due_soon", "asked", dt.date(2025, 10, 30))
    assert (granted.status, granted.extension, granted.day) == ("extended", "granted", dt.date(2025, 11, 10))
    assert granted.was_due_on == dt.date(2025, 10, 30)


async def test_another_local_of_the_production_sees_its_own(office):
    """The animators see what is owed to all, and neither the editors' alerts nor their request."""
    both = papers.production() | {"locals": ["IATSE:700", "IATSE:839"]}
    await productions.change_production(office, papers.ADMINISTRATOR, *papers.KEY, both, '"1"', papers.NOW)
    await papers.file(office, papers.document(**papers.uses(), **papers.layoffs()))
    await ask(office)
    editors, artists = await shown(office, papers.EDITORS), await shown(office, papers.ARTISTS)

    assert {item.name for item in artists.items} < {item.name for item in editors.items}
    assert any(item.what == "clock" for item in editors.items)
    assert {item.what for item in artists.items} <= {"filing", "quarterly_update", "amendment"}


async def test_a_feed_is_read_without_a_token(office, make):
    """Its file holds what its owner's calendar holds."""
    await papers.file(office, papers.document(**papers.uses(), **papers.layoffs()))
    made = await make(production=SEEN)
    found = await read(office, made)

    assert made.address.startswith("https://registry.example/calendar/")
    assert found.status == 200
    assert len(icalendar.Calendar.from_ical(found.body).events) == len(
        (await shown(office, papers.EDITORS)).items
    )
    assert (await read(office, made)).body == found.body


async def test_a_feed_of_everything_shows_every_production_of_its_owner(office, make):
    """A representative's feed reaches over employers, an employer's stays at home."""
    union, company = await make(INTERNATIONAL), await make(papers.OFFICE)
    keys = {event["SUMMARY"] for event in await events(office, union)}

    assert len(await events(office, union)) == 3 * 4
    assert len(await events(office, company)) == 2 * 4
    assert keys == {"Quarterly update is due, Harbor Lights"}


async def test_a_reader_that_has_the_file_gets_no_file(office, make):
    """304 with the same ETag while nothing changed; a new file when something did."""
    made = await make(production=SEEN)
    tag = (await read(office, made)).headers["ETag"]
    again = await read(office, made, tag)
    await papers.file(office, papers.document(**papers.uses()))
    changed = await read(office, made, tag)

    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
    assert changed.status == 200
    assert changed.headers["ETag"] != tag


async def test_the_secret_is_kept_by_nobody(office, make):
    """The database has its digest only, the list does not tell it, and no two are alike."""
    made, other = await make(), await make()
    secret = made.address.rpartition("/")[2].removesuffix(".ics")
    async with office.transaction() as conn:
        rows = await conn.fetch("SELECT * FROM calendar_feed")
        logged = await conn.fetch("SELECT * FROM access_log")
    listed = await act.find(office, papers.EDITORS)

    assert len(secret) == 43
    assert made.address != other.address
    assert secret not in str([dict(row) for row in rows]) + str([dict(row) for row in logged]) + str(listed)
    assert feed.digest(secret) in [row["secret"] for row in rows]


async def test_each_reading_is_in_the_access_log_with_its_owner(office, make):
    """Who the feed was made by, and which feed: for every reading, an unchanged one too."""
    made = await make()
    tag = (await read(office, made)).headers["ETag"]
    await read(office, made, tag)
    async with office.transaction() as conn:
        rows = await conn.fetch("SELECT subject, role, method, path FROM access_log ORDER BY access_id")

    assert [tuple(row) for row in rows] == [
        ("rep-700", "representative", "GET", f"/v1/calendars/{made.feed.feed_id}")
    ] * 2


async def test_a_revoked_feed_and_one_that_never_was_look_alike(office, make):
    """The same refusal in the same words, for an address that cannot be one, too; and nothing is logged."""
    made = await make()
    await act.revoke(office, papers.EDITORS, made.feed.feed_id, LATER)
    said = set()
    name = made.address.rpartition("/")[2]
    for each in (
        name,
        "A" * 43 + ".ics",
        name.removesuffix(".ics"),
        "x",
        "",
        "\x00",
        "é" * 43 + ".ics",
        name + "\n",
        "A" * 5000,
    ):
        with pytest.raises(NotFound) as caught:
            await act.read(office, papers.house(), each, None, LATER)
        said.add(caught.value.detail)

    assert len(said) == 1
    assert await papers.count(office, "access_log") == 0


async def test_only_its_owner_or_an_administrator_revokes_a_feed(office, make):
    """Anybody else finds nothing to revoke, and it cannot be revoked twice."""
    made, other = await make(), await make()
    for principal in (INTERNATIONAL, papers.OFFICE):
        with pytest.raises(NotFound):
            await act.revoke(office, principal, made.feed.feed_id, LATER)
    with pytest.raises(Forbidden):
        await act.revoke(office, papers.AUDITOR, made.feed.feed_id, LATER)
    await act.revoke(office, papers.EDITORS, made.feed.feed_id, LATER)
    await act.revoke(office, papers.ADMINISTRATOR, other.feed.feed_id, LATER)
    with pytest.raises(NotFound):
        await act.revoke(office, papers.EDITORS, made.feed.feed_id, LATER)
    with pytest.raises(NotFound):
        await act.revoke(office, papers.EDITORS, uuid7(), LATER)

    assert (await act.find(office, papers.EDITORS)).items == []


async def test_a_name_that_two_employers_share_is_two_persons(office, make):
    """Neither lists, counts against nor revokes the feeds of the other; nor does the same name in another role."""
    made = await make(papers.OFFICE)
    name = papers.OFFICE.subject
    for other in (
        Principal(subject=name, role="employer", employer_id="other-films"),
        Principal(subject=name, role="representative", locals=["IATSE:839"]),
    ):
        assert (await act.find(office, other)).items == []
        with pytest.raises(NotFound):
            await act.revoke(office, other, made.feed.feed_id, LATER)

    assert [each.owner for each in (await act.find(office, papers.OFFICE)).items] == [name]


async def test_a_person_lists_their_own_feeds_page_by_page(office, make):
    """Newest first; an administrator sees everybody's with its owner."""
    mine = [(await make()).feed for _ in range(3)]
    await make(papers.OFFICE)
    first = await act.find(office, papers.EDITORS, limit=2)
    rest = await act.find(office, papers.EDITORS, first.next, 2)

    assert first.items + rest.items == mine[::-1]
    assert {each.owner for each in (await act.find(office, papers.ADMINISTRATOR)).items} == {
        papers.OFFICE.subject,
        papers.EDITORS.subject,
    }
    with pytest.raises(Forbidden):
        await act.find(office, papers.AUDITOR)


@pytest.mark.parametrize("principal", [papers.AUDITOR, papers.ADMINISTRATOR])
async def test_feeds_are_for_offices_and_representatives(make, principal):
    """Auditors and administrators read with their tokens."""
    with pytest.raises(Forbidden):
        await make(principal)


async def test_a_feed_of_a_foreign_production_is_not_made(make):
    """It looks as one that does not exist."""
    for production_id in ("harbor-lights-s1", "none"):
        with pytest.raises(NotFound):
            await make(
                papers.OFFICE, production={"employer_id": "other-films", "production_id": production_id}
            )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"title": "\\u0000"}',
        b'{"title": "\\ud800"}',
        b"{\xff}",
        b'{"title": "a", "title": "b"}',
    ],
)
async def test_a_body_that_cannot_be_kept_makes_no_feed(office, body):
    """NUL, lone surrogates and broken JSON are refused."""
    with pytest.raises((Malformed, Invalid)):
        await act.make(office, None, papers.EDITORS, body, LATER)

    assert await papers.count(office, "calendar_feed") == 0


async def test_nobody_has_feeds_without_end(office, make):
    """After twenty, one is revoked before another is made."""
    made = [await make() for _ in range(feed.MOST)]
    with pytest.raises(IllegalMove):
        await make()
    await act.revoke(office, papers.EDITORS, made[0].feed.feed_id, LATER)

    assert (await make()).feed.title == "What is due"


async def test_many_requests_at_once_make_no_more_feeds_than_allowed(office, make):
    """Of twenty-four at the same moment, twenty are made."""
    found = await asyncio.gather(*(make() for _ in range(feed.MOST + 4)), return_exceptions=True)

    assert sum(isinstance(each, IllegalMove) for each in found) == 4
    assert await papers.count(office, "calendar_feed") == feed.MOST


async def test_a_feed_outlives_what_it_shows(office, make):
    """When its production is no longer its owner's to see, the feed is empty, not broken."""
    made = await make(production=SEEN)
    async with office.transaction() as conn:
        await conn.execute(
            "UPDATE production SET record = jsonb_set(record, '{locals}', '[\"IATSE:839\"]') WHERE production_id = $1",
            papers.KEY[1],
        )

    assert await events(office, made) == []


async def test_many_readers_at_once_read_the_same(office, make):
    """Ten readers get the same bytes, and each is logged."""
    made = await make(production=SEEN)
    found = await asyncio.gather(*(read(office, made) for _ in range(10)))

    assert len({each.body for each in found}) == 1
    assert await papers.count(office, "access_log") == 10
