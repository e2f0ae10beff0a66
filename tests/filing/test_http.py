"""The doors of filing and reading, as a studio's own system meets them."""

import base64
import datetime as dt
import hashlib

import doors
import papers
import pytest

from registry import app as composition
from registry.auth.issuer import local_issuer, mint
from registry.disclosures import http as reading
from registry.filing import http as filing
from registry.judging import http as judging
from registry.settings import Settings

FILED = "/v1/disclosures"


@pytest.fixture
async def client(office, dsn, tmp_path):
    """A client of the application with these doors; the clock stands still."""
    clock = tmp_path / "clock"
    clock.write_text(papers.NOW.isoformat())
    settings = Settings(database_url=dsn, data_dir=tmp_path, clock_file=str(clock))
    routes = [*filing.routes, *reading.routes, *judging.routes]
    async with doors.client_of(composition.join(settings, papers.house(), routes)) as opened:
        issuer = local_issuer(settings)
        opened.bearing = lambda principal: {"Authorization": f"Bearer {token(issuer, principal)}"}
        yield opened


def token(issuer, principal):
    return mint(issuer, principal, "ai-use-registry", dt.datetime.now(dt.UTC))


async def post(client, said, *, key='"k-1"', principal=papers.OFFICE, path=FILED, **headers):
    more = {"Idempotency-Key": key} if key else {}
    body = papers.encoded(said)
    return await client.post(path, content=body, headers=client.bearing(principal) | more | headers)


async def read(client, path, principal=papers.OFFICE):
    return await client.get(path, headers=client.bearing(principal))


def digest(body):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


async def test_a_filing_over_http(client):
    """201, the receipt, and the headers; the place in Location shows the disclosure with the same ETag."""
    body = papers.encoded(papers.document(**papers.uses()))
    answer = await post(client, body)

    said = answer.json()
    assert answer.status_code == 201
    assert set(said) == {"receipt", "warnings", "findings", "due", "note"}
    assert said["receipt"]["sha256"] == hashlib.sha256(body).hexdigest()
    assert answer.headers["Content-Digest"] == digest(answer.content)
    shown = await read(client, answer.headers["Location"])
    assert shown.headers["ETag"] == answer.headers["ETag"] == '"1"'
    assert shown.json()["document"]["uses"][0]["id"] == "U1"


async def test_a_repeat_is_the_very_answer(client):
    """Same status, same bytes, and the header that says so."""
    first = await post(client, papers.document(**papers.uses()))
    again = await post(client, papers.document(**papers.uses()), key="k-1")

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    for name in ("ETag", "Location", "Content-Digest", "Content-Type"):
        assert again.headers[name] == first.headers[name]


async def test_the_statuses_of_refusals(client):
    """Each as standards and the design have it."""
    first = (await post(client, papers.document())).json()["receipt"]
    path = f"{FILED}/{first['disclosure_id']}"
    amended = papers.encoded(papers.document(filing=papers.amendment()))
    bearing = client.bearing(papers.OFFICE)

    async def put(**headers):
        return (await client.put(path, content=amended, headers=bearing | headers)).status_code

    theirs = papers.document(key=("other-films", "harbor-lights-s1"))
    assert (await post(client, papers.document(), key=None)).status_code == 400
    assert (await post(client, papers.document(), key="a b")).status_code == 400
    assert (await post(client, b"{", key="k-2")).status_code == 400
    assert (await post(client, papers.document(tools=[{"id": "T"}]), key="k-2")).status_code == 422
    assert (await post(client, papers.document(**papers.uses()))).status_code == 422
    assert (await post(client, theirs, key="k-2")).status_code == 404
    assert (await post(client, papers.document(), key="k-2", principal=papers.EDITORS)).status_code == 403
    assert (await post(client, b" " * 1_048_577, key="k-2")).status_code == 413
    assert await put() == 428
    assert await put(**{"If-Match": '"7"'}) == 412
    assert await put(**{"If-Match": '"1"'}) == 200
    withdrawn = {"If-Match": '"2"', "key": None, "path": f"{path}/withdrawal"}
    assert (await post(client, papers.withdrawal(), **withdrawn)).status_code == 200
    assert (await post(client, papers.withdrawal(), **withdrawn | {"If-Match": '"3"'})).status_code == 409
    assert (await post(client, papers.withdrawal(), **withdrawn)).status_code == 412


async def test_faults_point_into_the_document(client):
    """RFC 9457, each fault with a JSON Pointer as a URI fragment."""
    said = papers.document(tools=[{"id": "T1", "name": "CutAssist", "category": "generativ_video"}])
    answer = await post(client, said)

    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["#/tools/0/category"]


async def test_the_history_can_be_read(client):
    """The list, the versions, the very bytes, the receipt with its proof, the findings of any day."""
    body = papers.encoded(papers.document(**papers.uses()))
    path = (await post(client, body)).headers["Location"]
    amended = papers.document(filing=papers.amendment(), **papers.uses(), **papers.layoffs())
    bearing = client.bearing(papers.OFFICE)
    await client.put(path, content=papers.encoded(amended), headers=bearing | {"If-Match": '"1"'})

    listed = await read(client, f"{FILED}?production_id=harbor-lights-s1&limit=1", papers.EDITORS)
    assert [each["version"] for each in listed.json()["items"]] == [2]
    versions = await read(client, f"{path}/versions", papers.AUDITOR)
    assert [each["kind"] for each in versions.json()] == ["filing", "amendment"]
    first = await read(client, f"{path}/versions/1", papers.AUDITOR)
    assert first.content == body
    assert first.headers["Content-Digest"] == digest(body)
    assert (await read(client, f"{path}/receipt?version=1")).json()["receipt"]["version"] == 1
    found = await read(client, f"{path}/findings?as_of=2025-10-15T17:30:00.123456Z", papers.EDITORS)
    assert found.status_code == 200
    assert found.json()["findings"]


async def test_what_is_foreign_is_not_found(client):
    """Another employer, another local: 404 on every route of the disclosure."""
    path = (await post(client, papers.document())).headers["Location"]

    for principal in (papers.OTHERS, papers.ARTISTS):
        for part in ("", "/versions", "/versions/1", "/receipt", "/findings"):
            assert (await read(client, path + part, principal)).status_code == 404
    for part in ("/versions/2", "/versions/0x1", "/receipt?version=2"):
        assert (await read(client, path + part)).status_code in (400, 404)


async def test_a_preflight_over_http(client):
    """200 whatever is found; a document with faults is answered with them."""
    good = await post(client, papers.document(**papers.uses()), key=None, path=f"{FILED}/preflight")
    bad = await post(client, papers.document(tools=[{"id": "T"}]), key=None, path=f"{FILED}/preflight")

    assert (good.status_code, good.json()["accepted"]) == (200, True)
    assert (bad.status_code, bad.json()["accepted"]) == (200, False)
    assert (await read(client, FILED)).json()["items"] == []


async def test_an_old_schema_version_says_when_it_ends(client):
    """Deprecation, Sunset and the links that explain them."""
    answer = await post(client, papers.document(version="1.0"))

    assert answer.status_code == 201
    assert answer.headers["Deprecation"].startswith("@")
    assert answer.headers["Sunset"].endswith(" GMT")
    assert 'rel="sunset"' in answer.headers["Link"]
