"""The guard: who comes in, who does not, and what is written down about it."""

from datetime import UTC, datetime, timedelta

import asyncpg
import doors
import pytest
from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import ImproperlyConfiguredException

from registry.auth.issuer import local_issuer, mint
from registry.auth.scope import Principal
from registry.settings import Settings


@get("/v1/papers", opt={"roles": {"auditor", "employer"}})
async def papers(principal: NamedDependency[Principal]) -> Principal:
    """Who asks."""
    return principal


@post("/v1/papers", opt={"roles": {"employer"}})
async def write(principal: NamedDependency[Principal]) -> str:
    """Who writes."""
    return principal.subject


@get("/v1/weather", opt={"public": True})
async def weather() -> str:
    """Anybody's."""
    return "fair"


@get("/v1/nobody")
async def forgotten() -> str:
    """A route that says nothing of its callers."""
    return "secret"


@get("/v1/both", opt={"public": True, "roles": {"auditor"}})
async def both() -> str:
    """A route that says two things."""
    return "secret"


@get("/v1/odd", opt={"roles": {"owner"}})
async def odd() -> str:
    """A route for a role that does not exist."""
    return "secret"


AUDITOR = Principal(subject="aud-1", role="auditor", employers=["a", "b"])
EMPLOYER = Principal(subject="emp-1", role="employer", employer_id="a")
REP = Principal(subject="rep-1", role="representative", unions=["IATSE"])


def bearing(folder, principal, **lifetime):
    local = local_issuer(Settings(data_dir=folder))
    now = datetime.now(UTC)
    return {"Authorization": f"Bearer {mint(local, principal, 'ai-use-registry', now, **lifetime)}"}


async def readings(dsn):
    conn = await asyncpg.connect(dsn)
    try:
        return [dict(row) for row in await conn.fetch("SELECT * FROM access_log ORDER BY access_id")]
    finally:
        await conn.close()


@pytest.fixture
async def client(dsn, tmp_path):
    async with doors.opened(dsn, tmp_path, [papers, write, weather]) as (_, opened):
        yield opened


async def test_a_token_opens_what_its_role_may(client, tmp_path):
    """A good token of a named role comes in, as the principal it speaks of."""
    answer = await client.get("/v1/papers", headers=bearing(tmp_path, AUDITOR))

    assert answer.json()["employers"] == ["a", "b"]


async def test_without_a_token_only_public_routes_open(client):
    """No token: 401 with the way to say who you are; public routes answer."""
    refused = await client.get("/v1/papers")

    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer realm="registry"')
    assert (await client.get("/v1/weather")).status_code == 200
    assert (await client.get("/v1/nowhere")).status_code == 404


async def test_another_role_is_forbidden(client, tmp_path):
    """A valid token whose role is not named: 403."""
    assert (await client.get("/v1/papers", headers=bearing(tmp_path, REP))).status_code == 403
    assert (await client.post("/v1/papers", headers=bearing(tmp_path, AUDITOR))).status_code == 403
    assert (await client.post("/v1/papers", headers=bearing(tmp_path, EMPLOYER))).status_code == 201


async def test_an_expired_token_is_401_and_says_so(client, tmp_path):
    """The words tell an expired token from a missing one."""
    answer = await client.get("/v1/papers", headers=bearing(tmp_path, AUDITOR, lifetime=timedelta(hours=-1)))

    assert answer.status_code == 401
    assert "expired" in answer.json()["detail"]


async def test_a_strangers_token_is_401(client, tmp_path):
    """A token of another installation's issuer is not believed."""
    answer = await client.get("/v1/papers", headers=bearing(tmp_path / "elsewhere", AUDITOR))

    assert answer.status_code == 401


async def test_each_reading_is_written_down_before_it_is_answered(client, dsn, tmp_path):
    """An authenticated GET under /v1 leaves one row: who, what, with which question, in which request."""
    headers = bearing(tmp_path, AUDITOR) | {"X-Request-ID": "r-1"}
    await client.get("/v1/papers?page=2", headers=headers)
    (row,) = await readings(dsn)

    assert (row["subject"], row["role"], row["method"]) == ("aud-1", "auditor", "GET")
    assert (row["path"], row["query"], row["request_id"]) == ("/v1/papers", "page=2", "r-1")


async def test_what_is_no_reading_is_not_written_down(client, dsn, tmp_path):
    """Refusals, public routes and changes leave no row."""
    await client.get("/v1/papers")
    await client.get("/v1/papers", headers=bearing(tmp_path, REP))
    await client.get("/v1/weather", headers=bearing(tmp_path, AUDITOR))
    await client.post("/v1/papers", headers=bearing(tmp_path, EMPLOYER))

    assert await readings(dsn) == []


@pytest.mark.parametrize("door", [forgotten, both, odd])
async def test_a_route_that_does_not_say_who_may_come_stops_the_start(door, tmp_path):
    """Nothing is open by forgetting: the application is not made."""
    with pytest.raises(ImproperlyConfiguredException):
        doors.house.join(Settings(database_url="postgres://x", data_dir=tmp_path), doors.EMPTY, [door])


async def test_anybody_may_ask_which_methods_there_are(client):
    """OPTIONS answers 204 with every method of the address, and no more."""
    answer = await client.options("/v1/papers")

    assert (answer.status_code, answer.text) == (204, "")
    assert answer.headers["allow"] == "GET, OPTIONS, POST"


async def test_the_key_set_lets_others_check_our_tokens(client, tmp_path):
    """The local issuer's public key is served, and nothing private with it."""
    (key,) = (await client.get("/.well-known/jwks.json")).json()["keys"]

    assert key["kid"] == local_issuer(Settings(data_dir=tmp_path)).kid
    assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}


async def test_a_configured_issuer_shuts_the_local_one_out(dsn, tmp_path):
    """With an issuer configured, local tokens are not believed and no local key is shown."""
    headers = bearing(tmp_path, AUDITOR)
    issuers = "https://i=http://127.0.0.1:1/jwks"
    async with doors.opened(dsn, tmp_path, [papers], issuers=issuers) as (_, client):
        shown = (await client.get("/.well-known/jwks.json")).json()
        refused = await client.get("/v1/papers", headers=headers)

    assert shown == {"keys": []}
    # The one issuer there is cannot be reached, so nobody can say whether the token is good.
    assert refused.status_code == 503
