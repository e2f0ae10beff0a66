"""One registry with two tenants in it, whose clock a test sets."""

import datetime as dt

import pytest
import world

from registry.alerts import act as alerts
from registry.examples import EXAMPLES
from registry.judging import act as judging

START = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
OWN, FOREIGN = world.OWN, world.FOREIGN


class Place(world.World):
    """A World with a clock of its own."""

    def __init__(self, app, opened, clock):
        self.client, self.tokens = opened.client, opened.tokens
        self.app, self.clock, self.now = app, clock, START

    def later(self, **span):
        """Set the clock on by an hour, or by *span*."""
        self.now += dt.timedelta(**(span or {"hours": 1}))
        self.clock.write_text(self.now.isoformat())

    async def read(self, caller, path, **params):
        """A reading; what stands behind `?` in *path* is sent with *params*."""
        address, _, query = path.partition("?")
        said = dict(part.split("=") for part in query.split("&") if part)
        return await self.ask(caller, "GET", address, params=said | params)

    async def size(self):
        """How many entries the ledger has."""
        return (await self.good("nobody", "GET", "/ledger/head")).json()["size"]

    async def change(self, caller, method, path, body):
        """A change of what is at *path* now, or (POST) of what it belongs to."""
        address = path if method == "PUT" else path.rpartition("/")[0]
        tag = (await self.good(caller, "GET", address)).headers["etag"]
        return await self.good(caller, method, path, json=body, headers={"If-Match": tag})

    async def sweep(self):
        """Judge again what time has changed, and move the alerts whose time has come."""
        await judging.sweep(self.app.state.db, self.app.state.house, self.now)
        while (await alerts.wake(self.app.state.db, self.now)).alerts:
            pass


@pytest.fixture
async def place(dsn, tmp_path):
    clock = tmp_path / "clock"
    clock.write_text(START.isoformat())
    async with world.opened(dsn, tmp_path, clock_file=str(clock)) as (app, opened):
        yield Place(app, opened, clock)


@pytest.fixture
async def settled(place):
    """The place with both tenants on record, an hour apart, and swept."""
    place.own = await place.settle(OWN)
    place.later()
    place.foreign = await place.settle(FOREIGN)
    await place.sweep()
    return place


async def change_everything(place):
    """Every record of the tenant moves, others come, and the production loses its local."""
    own = place.own
    place.later(days=3)
    amended = world.document(
        OWN, own.production_id, **EXAMPLES["amendDisclosure"]["late-information"]["filing"]
    )
    amended["uses"][0]["locals"] = ["IATSE:600"]
    moved = world.production_record(OWN, own.production_id) | {"title": "Renamed", "locals": ["IATSE:600"]}
    renamed = world.employer_record(OWN) | {"legal_name": "Renamed LLC"}
    closed = EXAMPLES["answerRequest"]["offered"] | {"closes": True}
    disclosure, alert = f"/v1/disclosures/{own.disclosure_id}", f"/v1/alerts/{own.alert_id}"
    await place.change("employer", "PUT", disclosure, amended)
    await place.change("representative", "POST", f"{alert}/acknowledge", {})
    await place.good("representative", "POST", f"{alert}/comment", json={"text": "Seen."})
    longer = {"clock": "due", "kind": "toll", "days": 30, "reason": "The vendor is late."}
    await place.ask("employer", "POST", f"{alert}/extensions", json=longer)
    await place.change("employer", "POST", f"/v1/requests/{own.request_id}/answer", closed)
    observed = world.observed(OWN, own.production_id)
    await place.good("representative", "POST", "/v1/observations", json=observed)
    asked = world.asked(OWN, own.production_id)
    await place.good("representative", "POST", "/v1/requests", json=asked)
    await place.change("administrator", "PUT", f"/v1/employers/{OWN}", renamed)
    await place.change("administrator", "PUT", f"/v1/productions/{OWN}/{own.production_id}", moved)
    place.later()
    await place.good("administrator", "POST", "/v1/employers", json=world.employer_record("third-films"))
    await place.good("employer", "POST", "/v1/disclosures", json=world.document(OWN, own.production_id))
    shipped = (await place.good("nobody", "GET", "/v1/agreements/iatse-ba-2024/publications")).json()[0]
    address = f"/v1/agreements/iatse-ba-2024/publications/{shipped['digest']}/body"
    body = (await place.good("nobody", "GET", address)).text + "\n# Again.\n"
    await place.good("administrator", "POST", "/v1/agreements", content=body)
    place.later(days=120)
    await place.sweep()
