"""A history to export, and the promise that what a test leaves behind adds up."""

import asyncio
import json

import conftest
import papers
import pytest

from registry.agreements import act as agreements
from registry.db import Database
from registry.exports import act
from registry.ledger import store as ledger
from registry.requests import act as requests


async def settle(db):
    """Two employers' filings: amended, withdrawn, asked about."""
    await agreements.publish_shipped(db, papers.house(), papers.NOW)
    await papers.register(db)
    said = papers.document(**papers.uses(), **papers.layoffs())
    filed = await papers.file(db, said)
    more = papers.uses(purpose_description="=1+1, said the vendor")
    again = papers.document(**more, **papers.layoffs(), filing=papers.amendment())
    await papers.amend(db, filed.receipt.disclosure_id, again)
    gone = await papers.file(db, papers.document(key=papers.SECOND, **papers.uses()), key="k-2")
    await papers.withdraw(db, gone.receipt.disclosure_id)
    theirs = papers.document(key=("other-films", "harbor-lights-s1"), **papers.uses())
    await papers.file(db, theirs, key="k-3", principal=papers.OTHERS)
    asked = {
        "employer_id": papers.KEY[0],
        "production_id": papers.KEY[1],
        "kind": "information",
        "union": "IATSE",
        "local": "IATSE:700",
        "on_behalf_of": "union",
        "text": "Which tools, and since when?",
    }
    await requests.ask(db, papers.EDITORS, json.dumps(asked).encode(), "ask-1", papers.NOW)


@pytest.fixture(scope="session")
def settled(server, template):
    """The name of a database with that history, which is copied, never used."""
    name = f"{template}_exports"
    asyncio.run(conftest.execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    asyncio.run(conftest.execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))

    async def filled():
        async with Database.open(conftest.at(server, name)) as db:
            await settle(db)

    asyncio.run(filled())
    yield name
    asyncio.run(conftest.execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture
async def office(server, settled):
    """A history of its own for each test; every entry is recounted when the test is over."""
    name = f"{settled}_{next(conftest.NUMBERS)}"
    await conftest.execute(server, f"CREATE DATABASE {name} TEMPLATE {settled} STRATEGY FILE_COPY")
    async with Database.open(conftest.at(server, name)) as db:
        yield db
        async with db.snapshot() as conn:
            await ledger.recount(conn)
    await conftest.execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def make(office):
    """Make an export of what is asked for, as somebody."""

    async def made(by=papers.OFFICE, key=None, **asked):
        return await act.ask(office, papers.house(), by, json.dumps(asked).encode(), key, papers.NOW)

    return made


@pytest.fixture
def fetch(office):
    """The bytes of one file of an export, or of a part of it, as somebody; and the headers they came with."""

    async def fetched(made, name, by=papers.OFFICE, part=(None, None)):
        found = await act.send(office, papers.house(), by, made.manifest.export_id, name, part)
        return b"".join([piece async for piece in found.pieces]), found

    return fetched
