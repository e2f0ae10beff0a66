import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide

from registry import problems
from registry.alerts import http
from registry.alerts.inbox import http as inbox
from registry.alerts.lifecycle import MAKERS
from registry.alerts.moves import http as moves
from registry.settings import Settings

ROUTES = [*inbox.routes, *http.routes, *moves.routes]


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
        ROUTES,
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
    assert {clock["name"]: clock["days_left"] for clock in shown.json()["clocks"]}["notice"] == -2

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
    """428 without If-Match, 412 when it is old, 409 for an illegal move, 422 with every pointer, 404."""
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
    assert {each["pointer"] for each in wrong.json()["errors"]} == {"#/outcome", "#/reason"}
    assert (await client.get("/v1/alerts/01900000-0000-7000-8000-000000000009")).status_code == 404


async def test_many_are_moved_in_one_request_with_a_result_each(client, judge, finding):
    """Always 200: what kept one alert from moving is a problem in its own result."""
    await judge(finding(subject="U-1"), finding(subject="U-2"))
    lines = (await client.get("/v1/alerts")).json()["items"]
    named = [{"alert_id": line["alert_id"], "revision": at} for at, line in enumerate(lines, 1)]
    sent = await client.post("/v1/alerts/moves", json={"move": "acknowledge", "alerts": named})

    assert sent.status_code == 200
    first, second = sent.json()["results"]
    assert (first["status"], first["alert"]["state"]) == (200, "acknowledged")
    assert "problem" not in first
    assert (second["status"], second["problem"]["status"], "alert" in second) == (412, 412, False)


async def test_groups_are_not_taken_for_an_alert(client, judge, finding):
    """The address of the groups is its own."""
    await judge(finding())
    (group,) = (await client.get("/v1/alerts/groups")).json()["items"]

    assert (group["local"], group["alerts"], group["kinds"]) == ("IATSE:700", 1, {"violation": 1})


@pytest.mark.parametrize(
    "query",
    [
        {"state": "shut"},
        {"kind": "x"},
        {"limit": 0},
        {"cursor": "made-up"},
        {"local": "; drop"},
        {"severity": "grave"},
        {"due_within": -1},
        {"order": "loudest"},
        {"order": "soonest", "cursor": "WyIwMTkwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEiXQ"},
    ],
)
async def test_a_wrong_filter_is_refused(client, query):
    """A filter that means nothing is a fault of the request, not an empty list."""
    answer = await client.get("/v1/alerts", params=query)

    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_every_door_says_who_may_enter():
    """Each route names its roles: those the table gives its move, or every reader."""
    for route in ROUTES:
        move = next((name for name in MAKERS if f"{name}Alert" == route.operation_id), None)
        makers = {"representative"} if route.operation_id == "moveAlerts" else set(MAKERS.get(move, ()))
        assert set(route.opt["roles"]) == makers - {"registry"} or "GET" in route.http_methods
        assert "GET" in route.http_methods or issubclass(route.opt["record"], msgspec.Struct)
