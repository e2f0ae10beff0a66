"""Through the doors of the whole application: what a report leaves behind, in tables and in the log."""

import datetime as dt
import io

import pytest
import world
from world import OWN, PRODUCTIONS

from registry import logs
from registry.auth.issuer import local_issuer, mint
from registry.auth.scope import Principal
from registry.settings import Settings

SUBJECT = "mx-quillfeather-8841"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


@pytest.fixture
def said():
    """What the application says in its log."""
    return io.StringIO()


@pytest.fixture
async def opened(dsn, tmp_path, said):
    """The whole application with one tenant on record, and a representative with a name to be looked for."""
    async with world.opened(dsn, tmp_path) as (_, found):
        logs.configure("json", said)
        await found.good("administrator", "POST", "/v1/employers", json=world.employer_record(OWN))
        record = world.production_record(OWN, PRODUCTIONS[OWN])
        await found.good("administrator", "POST", "/v1/productions", json=record)
        who = Principal(subject=SUBJECT, role="representative", locals=["IATSE:700"])
        issuer = local_issuer(Settings(data_dir=tmp_path))
        found.tokens["reporter"] = mint(issuer, who, "ai-use-registry", dt.datetime.now(dt.UTC))
        yield found


async def traces(db, word):
    """The tables that hold *word* in any column, as text or as bytes."""
    found = []
    async with db.snapshot() as conn:
        for (table,) in await conn.fetch(TABLES):
            rows = "".join(row[0] for row in await conn.fetch(f"SELECT t::text FROM {table} t"))
            if word in rows or word.encode().hex() in rows:
                found.append(table)
    return found


def body(**more):
    return world.observed(OWN, PRODUCTIONS[OWN]) | more


async def test_nothing_that_is_kept_or_said_tells_who_reported(opened, db, said):
    """Every table and every line of the log, after a report, a repeat, a refusal and a body that is broken."""
    key = {"Idempotency-Key": f'"{SUBJECT}-1"'}
    address = "/v1/observations"
    statuses = [
        (await opened.ask("reporter", "POST", address, json=body(), headers=key)).status_code,
        (await opened.ask("reporter", "POST", address, json=body(), headers=key)).status_code,
        (await opened.ask("reporter", "POST", address, json=body(text="x"), headers=key)).status_code,
        (await opened.ask("reporter", "POST", address, json=body(local="IATSE:1"))).status_code,
        (await opened.ask("reporter", "POST", address, content=b"{")).status_code,
    ]

    assert statuses == [201, 201, 422, 422, 400]
    assert "observation.recorded" in said.getvalue()
    assert SUBJECT not in said.getvalue()
    assert await traces(db, SUBJECT) == []
    assert "observation" in await traces(db, "VoxClone")


async def test_where_the_caller_is_named_it_is_found(opened, db, said):
    """The search above finds what there is: a request names its author, and a reading its reader."""
    asked = world.asked(OWN, PRODUCTIONS[OWN])
    await opened.good("reporter", "POST", "/v1/requests", json=asked)
    await opened.good("reporter", "GET", "/v1/observations")

    assert SUBJECT in said.getvalue()
    assert await traces(db, SUBJECT) == ["access_log", "request_entry"]


async def test_an_observation_is_reported_and_read(opened, db):
    """201 with its address and its place; the employer finds it, without whoever wants to be named."""
    named = body(reporter={"name": "Robin Achterberg"})
    made = await opened.good("reporter", "POST", "/v1/observations", json=named)
    own = await opened.good("reporter", "GET", made.headers["location"])
    seen = await opened.good("employer", "GET", made.headers["location"])
    listed = await opened.good("employer", "GET", "/v1/observations")
    foreign = await opened.ask("other employer", "GET", made.headers["location"])

    assert made.status_code == 201
    assert made.json()["ledger"]["index"] == made.json()["observation"]["ledger_index"]
    assert own.json() == made.json()["observation"]
    assert own.json()["reporter"]["name"] == "Robin Achterberg"
    assert seen.json() == own.json() | {"reporter": None} == listed.json()["items"][0]
    assert foreign.status_code == 404
    assert await traces(db, "Achterberg") == ["observation"]


async def test_a_report_too_large_or_without_a_key_is_refused(opened):
    """413 and 400, as problems."""
    large = await opened.ask("reporter", "POST", "/v1/observations", content=b"x" * 10_000_000)
    headers = {"Authorization": f"Bearer {opened.tokens['reporter']}"}
    bare = await opened.client.post("/v1/observations", json=body(), headers=headers)

    assert (large.status_code, bare.status_code) == (413, 400)
    assert bare.headers["content-type"] == "application/problem+json"
