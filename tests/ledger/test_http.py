"""The ledger's door: anybody can fetch an entry with its proof and check both."""

import datetime as dt

import httpx
import pytest
from litestar import Litestar
from litestar.di import Provide

from registry.db import Database
from registry.ledger import http, merkle
from registry.ledger import store as ledger
from registry.ledger.served.act import newest_signed

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
async def client(db):
    async def give() -> Database:
        return db

    async with db.transaction() as conn:
        await ledger.append(conn, [b'{"n":%d}' % number for number in range(300)], NOW)

    async def newest():
        return newest_signed

    app = Litestar(http.routes, dependencies={"db": Provide(give), "published": Provide(newest)})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://registry") as opened:
        yield opened


async def test_an_entry_is_proved_from_public_answers_alone(client):
    """Entry, proof and head are enough to check that the entry is in the ledger."""
    head = (await client.get("/ledger/head")).json()
    entry = (await client.get("/ledger/entries/123")).json()
    answer = await client.get("/ledger/entries/123/proof", params={"size": head["size"]})
    proof = [bytes.fromhex(hashed) for hashed in answer.json()["proof"]]
    leaf = merkle.leaf_hash(entry["entry"].encode())

    assert entry["leaf"] == leaf.hex()
    assert entry["appended_at"] == "2026-03-01T12:00:00Z"
    assert merkle.verify_inclusion(123, head["size"], leaf, proof, bytes.fromhex(head["root"]))


async def test_growth_is_proved_from_public_answers_alone(client, db):
    """An older head is shown to begin the present one."""
    old = (await client.get("/ledger/head")).json()
    async with db.transaction() as conn:
        await ledger.append(conn, [b"{}"], NOW)
    new = (await client.get("/ledger/head")).json()
    answer = await client.get("/ledger/consistency", params={"from": old["size"], "to": new["size"]})
    proof = [bytes.fromhex(hashed) for hashed in answer.json()["proof"]]

    assert merkle.verify_consistency(300, 301, bytes.fromhex(old["root"]), bytes.fromhex(new["root"]), proof)
    assert {"from": 300, "to": 301}.items() <= answer.json().items()


@pytest.mark.parametrize(
    "address",
    [
        "/ledger/entries/-1",
        "/ledger/entries/99999999999999999999",
        "/ledger/entries/1/proof?size=0",
        "/ledger/consistency?from=0&to=1",
        "/ledger/consistency?to=1",
    ],
)
async def test_what_makes_no_sense_is_the_caller_s_to_mend(client, address):
    """Numbers out of every range are refused before the database is asked."""
    assert (await client.get(address)).status_code in (400, 404)


def test_every_route_is_public_and_named():
    """No token is asked for, and each operation has an id and a summary."""
    assert all(route.opt == {"public": True} for route in http.routes)
    assert all(route.operation_id and route.summary for route in http.routes)
