import datetime as dt

import doors
import papers
import pytest

from registry.auth import issuer
from registry.requests.http import routes
from registry.settings import Settings

ADDRESS = "/v1/requests"


@pytest.fixture
async def client(office, dsn, tmp_path):
    async with doors.opened(dsn, tmp_path, routes) as (_, opened):
        yield opened


@pytest.fixture
def token(tmp_path):
    """Headers of a caller."""
    settings = Settings(data_dir=tmp_path)

    def minted(principal, **more):
        made = issuer.mint(
            issuer.local_issuer(settings), principal, settings.audience, dt.datetime.now(dt.UTC)
        )
        return {"Authorization": f"Bearer {made}", **more}

    return minted


async def test_a_request_is_made_answered_and_read(client, token, asked):
    """201 with its address; each answer carries the ETag the next needs; both sides read the same page."""
    editors = token(papers.EDITORS, **{"Idempotency-Key": '"a"'})
    made = await client.post(ADDRESS, json=asked(), headers=editors)
    again = await client.post(ADDRESS, json=asked(), headers=editors)
    office = token(papers.OFFICE)
    seen = await client.get(made.headers["location"], headers=office)
    done = await client.post(
        f"{made.headers['location']}/answer",
        json={"held_on": "2025-10-20", "closes": True},
        headers=office | {"If-Match": seen.headers["etag"]},
    )
    read = await client.get(made.headers["location"], headers=editors)
    listed = await client.get(ADDRESS, params={"state": "closed"}, headers=editors)

    assert [each.status_code for each in (made, again, seen, done, read)] == [201, 201, 200, 200, 200]
    assert again.content == made.content
    assert (again.headers["idempotency-replayed"], "idempotency-replayed" in made.headers) == ("true", False)
    assert made.json()["ledger"]["index"] == made.json()["request"]["ledger_index"]
    assert (made.headers["etag"], done.headers["etag"], read.headers["etag"]) == ('"1"', '"2"', '"2"')
    assert read.json() == done.json()["request"]
    assert [each["state"] for each in listed.json()["items"]] == ["closed"]


async def test_faults_are_problems(client, token, asked):
    """A pointer each; 400, 404, 409, 412, 413, 422 and 428, never a 500."""
    editors = token(papers.EDITORS, **{"Idempotency-Key": '"a"'})
    office = token(papers.OFFICE)
    wrong = await client.post(ADDRESS, json=asked(kind="consult", local="IATSE:7000"), headers=editors)
    made = await client.post(ADDRESS, json=asked(), headers=editors)
    reused = await client.post(ADDRESS, json=asked(text="Another."), headers=editors)
    address = f"{made.headers['location']}/answer"
    closed = await client.post(
        address, json={"text": "x", "closes": True}, headers=office | {"If-Match": '"1"'}
    )
    late = await client.post(address, json={"text": "x"}, headers=office | {"If-Match": '"2"'})
    statuses = {
        "no key": await client.post(ADDRESS, json=asked(), headers=token(papers.EDITORS)),
        "bytes": await client.post(ADDRESS, content=b"\xff", headers=editors),
        "large": await client.post(ADDRESS, content=b"x" * 10_000_000, headers=editors),
        "no tag": await client.post(address, json={"text": "x"}, headers=office),
        "old tag": await client.post(address, json={"text": "x"}, headers=office | {"If-Match": '"1"'}),
        "foreign": await client.get(made.headers["location"], headers=token(papers.OTHERS)),
        "filter": await client.get(ADDRESS, params={"state": "shut"}, headers=editors),
        "cursor": await client.get(ADDRESS, params={"cursor": "x"}, headers=editors),
        "limit": await client.get(ADDRESS, params={"limit": 0}, headers=editors),
    }

    assert wrong.status_code == 422
    assert {each["pointer"] for each in wrong.json()["errors"]} == {"#/kind", "#/local"}
    assert (reused.status_code, reused.json()["type"].rpartition("/")[2]) == (422, "idempotency-key-reused")
    assert (closed.status_code, late.status_code) == (200, 409)
    assert {name: each.status_code for name, each in statuses.items()} == {
        "no key": 400,
        "bytes": 400,
        "large": 413,
        "no tag": 428,
        "old tag": 412,
        "foreign": 404,
        "filter": 400,
        "cursor": 400,
        "limit": 400,
    }
