"""The doors of changes of clocks, for one alert and whoever calls."""

import contextlib

import httpx
import pytest
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide

from registry import problems
from registry.alerts.clocks import http
from registry.settings import Settings

FIGURES = {
    "clock": "grievance",
    "kind": "extend",
    "until": "2026-05-15",
    "reason": "The figures come in May.",
}


@pytest.fixture
def client(db, now):
    """These doors alone, with somebody to call."""

    @contextlib.asynccontextmanager
    async def calling(caller):
        async def give_db():
            return db

        async def give_principal():
            return caller

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

    return calling


async def test_more_time_is_asked_for_and_granted_through_the_doors(client, judge, finding, office, rep):
    """Asked once however often it is sent, consented to with the ETag of the alert, and listed with its answer."""
    (moved,) = await judge(finding())
    address = f"/v1/alerts/{moved.alert_id}/extensions"
    async with client(office) as ours, client(rep) as theirs:
        assert (await ours.post(address, json=FIGURES)).status_code == 400
        asked = await ours.post(address, json=FIGURES, headers={"Idempotency-Key": '"k"'})
        again = await ours.post(address, json=FIGURES, headers={"Idempotency-Key": '"k"'})
        assert (asked.status_code, asked.headers["location"]) == (201, address)
        assert (again.headers["idempotency-replayed"], again.json()) == ("true", asked.json())

        own = await ours.post(f"{address}/1/consent", headers={"If-Match": "*"})
        bare = await theirs.post(f"{address}/1/consent")
        stale = await theirs.post(f"{address}/1/consent", headers={"If-Match": '"9"'})
        done = await theirs.post(f"{address}/1/consent", headers={"If-Match": '"1"'})
        late = await theirs.post(f"{address}/1/refusal", json={"reason": "No."})
        listed = (await theirs.get(address)).json()

    assert [each.status_code for each in (own, bare, stale, done, late)] == [403, 428, 412, 200, 409]
    assert done.headers["etag"] == '"2"'
    assert [(each["number"], each["state"], each["answered_by"]) for each in listed] == [
        (1, "agreed", "rep-700")
    ]


async def test_every_fault_of_what_is_asked_comes_with_its_place(client, judge, finding, office):
    """A body with five faults is one refusal with five pointers; a clock that is not there gets the ones that are."""
    (moved,) = await judge(finding())
    address = f"/v1/alerts/{moved.alert_id}/extensions"
    async with client(office) as ours:
        wrong = await ours.post(
            address, json={"kind": "extend", "days": 0, "why": 1}, headers={"Idempotency-Key": '"k"'}
        )
        other = await ours.post(
            address, json={**FIGURES, "clock": "grievence"}, headers={"Idempotency-Key": '"k"'}
        )

    assert wrong.status_code == other.status_code == 422
    pointers = {fault["pointer"] for fault in wrong.json()["errors"]}
    assert pointers == {"#/clock", "#/reason", "#/until", "#/days", "#/why"}
    [fault] = other.json()["errors"]
    assert (fault["pointer"], fault["nearest"]) == ("#/clock", "grievance")
    assert set(fault["allowed"]) == {"grievance", "notice", "due"}
