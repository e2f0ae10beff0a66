"""The doors of calendars as programs use them: a feed over HTTP, without a token."""

import datetime as dt

import doors
import httpx
import icalendar
import papers
import pytest

from registry.alerts.http import routes as alert_routes
from registry.auth import issuer
from registry.calendars.http import routes
from registry.settings import Settings

SEEN = {"employer_id": papers.KEY[0], "production_id": papers.KEY[1]}
CALENDAR = "/v1/productions/northlight-pictures/harbor-lights-s1/calendar"


@pytest.fixture
async def client(office, dsn, tmp_path):
    doors_ = [*routes, *alert_routes]
    async with doors.opened(dsn, tmp_path, doors_, public_url="https://registry.example") as (_, opened):
        yield opened


@pytest.fixture
def token(tmp_path):
    """Headers of a caller."""
    settings = Settings(data_dir=tmp_path)

    def minted(principal):
        made = issuer.mint(
            issuer.local_issuer(settings), principal, settings.audience, dt.datetime.now(dt.UTC)
        )
        return {"Authorization": f"Bearer {made}"}

    return minted


@pytest.fixture
def made(client, token):
    """Make a feed as the editors' representative, over HTTP."""

    async def one():
        body = {"title": "Feed", "production": SEEN}
        answer = await client.post("/v1/calendars", json=body, headers=token(papers.EDITORS))
        assert answer.status_code == 201
        return answer.json()

    return one


async def test_a_program_reads_a_feed_and_asks_again(client, made):
    """text/calendar with an ETag; 304 without a body for a reader that has it; nothing to sniff or share."""
    path = httpx.URL((await made())["address"]).path
    first = await client.get(path)
    again = await client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["cache-control"].startswith("private")
    assert icalendar.Calendar.from_ical(first.content)["METHOD"] == "PUBLISH"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


async def test_a_secret_opens_nothing_else(client, made, token):
    """A token does not help where there is no feed, and the secret is no token."""
    address = (await made())["address"]
    secret = address.rpartition("/")[2].removesuffix(".ics")
    refused = await client.get("/v1/calendars", headers={"Authorization": f"Bearer {secret}"})
    nowhere = await client.get(f"/calendar/{'A' * 43}.ics", headers=token(papers.ADMINISTRATOR))

    assert (refused.status_code, nowhere.status_code) == (401, 404)


async def test_a_revoked_feed_and_one_that_never_was_answer_alike(client, made, token):
    """Status, type and words are the same; only the address and the request's id differ."""
    told = await made()
    path = httpx.URL(told["address"]).path
    gone = await client.delete(f"/v1/calendars/{told['feed']['feed_id']}", headers=token(papers.EDITORS))
    answers = [await client.get(each) for each in (path, f"/calendar/{'A' * 43}.ics", "/calendar/x")]
    said = [
        {name: value for name, value in answer.json().items() if name not in ("instance", "request_id")}
        for answer in answers
    ]

    assert (gone.status_code, gone.content) == (204, b"")
    assert [answer.status_code for answer in answers] == [404] * 3
    assert said[0] == said[1] == said[2]
    assert len({tuple(sorted(answer.headers)) for answer in answers}) == 1


async def test_the_secret_is_in_no_line_of_the_log(client, made, capfd):
    """A reading is said by the pattern of its address, and by the feed's id in the access log."""
    path = httpx.URL((await made())["address"]).path
    await client.get(path)
    out = "".join(capfd.readouterr())

    assert "/calendar/{name}" in out
    assert path not in out


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("POST", ""),
        ("HEAD", ""),
        ("OPTIONS", ""),
        ("GET", "/"),
        ("GET", "/x"),
        ("GET", "?a=b"),
        ("DELETE", ""),
    ],
)
async def test_a_request_gone_wrong_tells_the_secret_to_no_log(client, made, capfd, method, more):
    """Another method, a longer path: neither the log nor the metrics hold what opens the feed."""
    path = httpx.URL((await made())["address"]).path
    await client.request(method, path + more)
    out = "".join(capfd.readouterr())
    metrics = (await client.get("/metrics")).text

    assert "request.answered" in out
    assert path not in out
    assert path not in metrics


async def test_every_fault_of_a_request_is_in_one_answer(client, token):
    """Two wrong members, two faults with their pointers; a day that is none says the right form."""
    office = token(papers.OFFICE)
    body = {"title": "", "production": {"employer_id": "Not A Key", "production_id": "p"}}
    answer = await client.post("/v1/calendars", json=body, headers=office)
    day = await client.get(CALENDAR, params={"from": "yesterday"}, headers=office)
    huge = await client.post("/v1/calendars", content=b" " * 2_000_000, headers=office)

    assert {fault["pointer"] for fault in answer.json()["errors"]} == {"#/title", "#/production/employer_id"}
    assert [each.status_code for each in (answer, day, huge)] == [422, 400, 413]
    assert "2026-03-31" in day.text


async def test_the_calendar_shows_what_the_alert_says(client, office, token):
    """Items of an alert name it, and the days left are those the alert counts."""
    await papers.file(office, papers.document(**papers.uses(), **papers.layoffs()))
    editors = token(papers.EDITORS)
    shown = (await client.get(CALENDAR, headers=editors)).json()
    clocks = [item for item in shown["items"] if item["alert_id"] and item["clock"]]
    for item in clocks:
        alert = (await client.get(f"/v1/alerts/{item['alert_id']}", headers=editors)).json()
        by_name = {clock["name"]: clock for clock in alert["clocks"]}

        assert by_name[item["clock"]]["until"] == item["day"]
        assert by_name[item["clock"]]["days_left"] == item["days_left"]
    assert clocks
