from datetime import UTC, datetime

import doors
import pytest

from registry.auth import issuer
from registry.auth.scope import Principal
from registry.productions.http import routes
from registry.settings import Settings

KEY = "northlight-pictures"
ADDRESS = f"/v1/productions/{KEY}/harbor-lights-s1"


@pytest.fixture
async def client(dsn, tmp_path):
    async with doors.opened(dsn, tmp_path, routes) as (_, opened):
        yield opened


@pytest.fixture
def token(tmp_path):
    """Headers of a caller with this role."""
    settings = Settings(data_dir=tmp_path)

    def minted(role, **claims):
        made = issuer.mint(
            issuer.local_issuer(settings),
            Principal(subject="me", role=role, **claims),
            settings.audience,
            datetime.now(UTC),
        )
        return {"Authorization": f"Bearer {made}"}

    return minted


@pytest.fixture
def admin(token):
    return token("administrator")


@pytest.fixture
async def recorded(client, admin, employer, production):
    """An employer and a production, recorded through the doors."""
    return [
        await client.post("/v1/employers", json=employer(), headers=admin),
        await client.post("/v1/productions", json=production(), headers=admin),
    ]


async def test_a_new_record_is_answered_with_its_place(recorded):
    """201, where it is, its ETag, and where the ledger holds it."""
    first, second = recorded

    assert [first.status_code, second.status_code] == [201, 201]
    assert first.headers["location"] == f"/v1/employers/{KEY}"
    assert second.headers["location"] == ADDRESS
    assert [first.headers["etag"], second.headers["etag"]] == ['"1"', '"1"']
    assert second.json()["ledger"]["index"] == first.json()["ledger"]["index"] + 1
    assert second.json()["record"]["time_zone"] == "America/Los_Angeles"


async def test_a_record_is_read_changed_and_read_again(client, recorded, admin, production):
    """The ETag of what was read is the If-Match of the change."""
    read = await client.get(ADDRESS, headers=admin)
    record = read.json()["record"] | {"title": "Harbor Lights, season one"}
    done = await client.put(ADDRESS, json=record, headers=admin | {"If-Match": read.headers["etag"]})
    again = await client.get(ADDRESS, headers=admin)

    assert [read.status_code, done.status_code, again.status_code] == [200, 200, 200]
    assert done.headers["etag"] == again.headers["etag"] == '"2"'
    assert again.json()["record"] == record
    assert again.json()["facts"] == 2


@pytest.mark.parametrize("address", [f"/v1/employers/{KEY}", ADDRESS])
async def test_a_change_needs_the_newest_etag(client, recorded, admin, employer, production, address):
    """428 without If-Match, 412 with an old one."""
    record = production() if "productions" in address else employer()
    without = await client.put(address, json=record, headers=admin)
    stale = await client.put(address, json=record, headers=admin | {"If-Match": '"7"'})

    assert [without.status_code, stale.status_code] == [428, 412]


async def test_every_fault_is_answered_at_once(client, admin, production):
    """422, a pointer each, what is allowed and the nearest."""
    document = production(format="hb-svod", locals=["IATSE:USA892"], eidr="x", time_zone=7)
    answer = await client.post("/v1/productions", json=document, headers=admin)
    errors = {fault["pointer"]: fault for fault in answer.json()["errors"]}

    assert answer.status_code == 422
    assert set(errors) == {"#/format", "#/locals/0", "#/eidr", "#/time_zone"}
    assert errors["#/locals/0"]["nearest"] == "IATSE:USA829"
    assert errors["#/format"]["nearest"] == "hb_svod"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"a":1,"a":2}', b"\xff", b'{"title":"\\u0000"}'])
async def test_what_is_no_record_is_refused(client, admin, body):
    """Never a 500, whatever the bytes."""
    answer = await client.post("/v1/employers", content=body, headers=admin)

    assert answer.status_code in {400, 422}


async def test_a_taken_key_is_a_conflict(client, recorded, admin, employer, production):
    """409 for a second record with the same key."""
    first = await client.post("/v1/employers", json=employer(), headers=admin)
    second = await client.post("/v1/productions", json=production(), headers=admin)

    assert [first.status_code, second.status_code] == [409, 409]


@pytest.mark.parametrize("role", ["employer", "representative", "auditor"])
async def test_nobody_else_records(client, recorded, token, employer, production, role):
    """403 for every other role, whoever's record it is."""
    caller = token(role, employer_id=KEY, locals=["IATSE:700"]) | {"If-Match": '"1"'}
    answers = [
        await client.post("/v1/employers", json=employer(), headers=caller),
        await client.post("/v1/productions", json=production(), headers=caller),
        await client.put(f"/v1/employers/{KEY}", json=employer(), headers=caller),
        await client.put(ADDRESS, json=production(), headers=caller),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4


async def test_foreign_records_are_not_found(client, recorded, token):
    """404, the same as for records that are not there; lists are empty."""
    stranger = token("employer", employer_id="somebody-else")
    foreign = await client.get(ADDRESS, headers=stranger)
    absent = await client.get("/v1/productions/nobody/nothing", headers=stranger)
    listed = await client.get("/v1/productions", headers=stranger)

    assert [foreign.status_code, absent.status_code] == [404, 404]
    assert foreign.json()["detail"] == absent.json()["detail"]
    assert listed.json() == {"items": [], "next": None}


async def test_lists_come_in_pages(client, recorded, admin, production):
    """`next` leads on until it is null."""
    await client.post("/v1/productions", json=production(production_id="second"), headers=admin)
    first = await client.get("/v1/productions", params={"limit": 1}, headers=admin)
    cursor = first.json()["next"]
    second = await client.get("/v1/productions", params={"limit": 1, "cursor": cursor}, headers=admin)
    employers = await client.get("/v1/employers", headers=admin)

    assert [item["record"]["production_id"] for item in first.json()["items"]] == ["harbor-lights-s1"]
    assert [item["record"]["production_id"] for item in second.json()["items"]] == ["second"]
    assert second.json()["next"] is None
    assert len(employers.json()["items"]) == 1


@pytest.mark.parametrize(
    "query",
    [{"cursor": "x"}, {"cursor": "WyJcdTAwMDAiXQ"}, {"limit": 0}, {"limit": "x"}, {"employer_id": "A\x00"}],
)
async def test_a_made_up_query_is_refused(client, admin, query):
    """400, never a 500."""
    answer = await client.get("/v1/productions", params=query, headers=admin)

    assert answer.status_code == 400
