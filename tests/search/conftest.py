"""Productions and filings to search in, and the promise that the copy is what the history makes it."""

import papers
import pytest

from registry.agreements import act as agreements
from registry.audit import act as audit
from registry.search import act as search
from registry.search.asking import act
from registry.search.asking.asked import Days, Wanted


async def disagreements(db):
    """Where the copy is not what the history makes it."""
    async with db.snapshot() as conn:
        return [line async for line in search.differences(conn)]


@pytest.fixture
async def office(db):
    """A database with rules, employers and productions on record.

    What the test leaves in it is verified, and so is that the copy agrees with it.
    """
    await agreements.publish_shipped(db, papers.house(), papers.NOW)
    await papers.register(db)
    yield db
    assert await disagreements(db) == []
    tally = await audit.verify(db)
    assert tally.size == await papers.count(db, "ledger_entry")


@pytest.fixture
def find(office):
    """A search as somebody makes it."""

    async def make(caller=papers.AUDITOR, *, order="newest", **wanted):
        asking = {name: wanted.pop(name, None) for name in ("moment", "cursor", "limit")}
        facets = wanted.pop("facets", ())
        days = Days(**{name: wanted.pop(name) for name in Days.__struct_fields__ if name in wanted})
        return await act.find(office, caller, Wanted(days=days, **wanted), order, facets=facets, **asking)

    return make


@pytest.fixture
def found(find):
    """The productions a search finds, in its order."""

    async def make(caller=papers.AUDITOR, **wanted):
        return [item.production_id for item in (await find(caller, **wanted)).items]

    return make
