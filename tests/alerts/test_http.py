import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide

from registry import problems
from registry.alerts import http
from registry.settings import Settings


@pytest.fixture
async def client(db, rep, now):
    """The alerts' doors alone, with a caller and a present to give."""

    async def give_db():
        return db

    async def give_principal():
        return rep

    async def give_now():
        return now

    app = Litestar(
        http.routes,
        dependencies={
            "db": Provide(give_db),
            "principal": Provide(give_principal),
            "now": Provide(give_now),
        },
        exception_handlers={Exception: problems.render},
        state=State({"settings": Settings()}),
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://registry") as opened:
        yield opened


async def test_an_alert_is_listed_read_acknowledged_resolved_and_reopened(client, judge, finding):
    """The life of an alert through its doors; each answer carries the ETag that the next move needs."""
    await judge(finding())
    (line,) = (await client.get("/v1/alerts", params={"state": "open"})).json()["items"]
    address = f"/v1/alerts/{line['alert_id']}"
    shown = await client.get(address)
    assert shown.headers["etag"] == '"1"'
    assert shown.json()["clocks"][0]["days_left"] == -2

    seen = await client.post(f"{address}/acknowledge", headers={"If-Match": shown.headers["etag"]})
    assert (seen.status_code, seen.json()["state"]) == (200, "acknowledged")
    done = await client.post(
        f"{address}/resolve",
        headers={"If-Match": seen.headers["etag"]},
        json={"outcome": "settled_with_employer", "reason": "The editor was offered the work again."},
    )
    assert (done.json()["state"], done.json()["outcome"]) == ("resolved", "settled_with_employer")
    again = await client.post(
        f"{address}/reopen", headers={"If-Match": done.headers["etag"]}, json={"reason": "The offer lapsed."}
    )
    assert (again.json()["state"], again.headers["etag"]) == ("open", '"4"')
    assert [told["author"] for told in again.json()["history"]] == ["registry"] + ["rep-700"] * 3


async def test_what_is_wrong_is_said_as_a_problem(client, judge, finding):
    """428 without If-Match, 412 when it is old, 409 for an illegal move, 422 with pointer, 404."""
    await judge(finding())
    (line,) = (await client.get("/v1/alerts")).json()["items"]
    address = f"/v1/alerts/{line['alert_id']}"

    assert (await client.post(f"{address}/acknowledge")).status_code == 428
    old = await client.post(f"{address}/acknowledge", headers={"If-Match": '"9"'})
    assert old.status_code == 412
    assert old.json()["type"].endswith("/problems/stale-version")
    illegal = await client.post(f"{address}/reopen", headers={"If-Match": "*"}, json={"reason": "x"})
    assert illegal.status_code == 409
    wrong = await client.post(f"{address}/resolve", headers={"If-Match": "*"}, json={"outcome": "curred"})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["pointer"] in ("#/outcome", "#/reason")
    assert (await client.get("/v1/alerts/01900000-0000-7000-8000-000000000009")).status_code == 404


@pytest.mark.parametrize(
    "query", [{"state": "shut"}, {"kind": "x"}, {"limit": 0}, {"cursor": "made-up"}, {"local": "; drop"}]
)
async def test_a_wrong_filter_is_refused(client, query):
    """A filter that means nothing is a fault of the request, not an empty list."""
    answer = await client.get("/v1/alerts", params=query)

    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_every_door_says_who_may_enter():
    """Each route names its roles, and only representatives move alerts."""
    for route in http.routes:
        moves = "POST" in route.http_methods
        assert (route.opt["roles"] == {"representative"}) == moves
        assert not moves or issubclass(route.opt["record"], msgspec.Struct)
