import doors
import pytest

from registry import app
from registry.agreements.http import routes
from registry.settings import Settings


@pytest.fixture
async def client(dsn, tmp_path, house):
    joined = app.join(Settings(database_url=dsn, data_dir=tmp_path), house, routes)
    async with doors.client_of(joined) as opened:
        yield opened


async def test_a_schema_is_answered_byte_for_byte(client, house):
    """As application/schema+json, with the digest of its bytes as ETag."""
    listed = await client.get("/v1/schemas")
    body = await client.get(listed.json()[-1]["href"])
    none = await client.get("/v1/schemas/9.9")

    assert [line["version"] for line in listed.json()] == list(house.schemas.versions)
    assert body.content == house.schemas.body("2.0")
    assert body.headers["content-type"] == "application/schema+json"
    assert body.headers["etag"] == f'"{listed.json()[-1]["digest"]}"'
    assert none.status_code == 404


async def test_locals_are_listed(client):
    """Each by its key, with craft and region."""
    found = {each["key"]: each for each in (await client.get("/v1/locals")).json()}

    assert found["IATSE:700"]["region"] == "national"
    assert found["IATSE:829"]["craft"] != found["IATSE:USA829"]["craft"]


async def test_laws_are_listed(client):
    """Each with where it is law, how far it has come, and what says so."""
    found = {each["key"]: each for each in (await client.get("/v1/laws")).json()}

    assert found["ca-sb7"]["status"] == "vetoed"
    assert found["ny-gbl-396-b"]["from"] == "2026-06-09"
    assert found["us-s3108"]["places"] == ["US"]
