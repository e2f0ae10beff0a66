"""Productions and filings to search in, and the promise that the copy is what the history makes it."""

import papers
import pytest

from registry.agreements import act as agreements
from registry.audit import act as audit
from registry.search import act as search
from registry.search.asking import act, asked, store
from registry.search.asking.asked import Days, Wanted
from registry.search.asking.walks import keys
from registry.search.asking.walks import store as walks


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
        wants = Wanted(days=days, **wanted)
        page = await act.find(office, caller, wants, order, facets=facets, **asking)
        await walked(office, caller, wants, order == "oldest", page.tree_size)
        return page

    return make


async def walked(db, caller, wants, oldest, size):
    """The three walks find the same: beside a few filings a search would only make the first."""
    async with db.snapshot() as conn:
        await store.prepare(conn)
        words = await act.words_of(conn, wants, caller.role)
        given = asked.parameters(wants, caller, size, words)
        given.append(await act.productions_of(conn, wants, caller, size))
        whole = await walks.whole(conn, given, None, 50, oldest=oldest)
        assert await walks.near(conn, given, None, 50, oldest=oldest) == (whole, True)
        if groups := keys.groups(given):
            assert await walks.far(conn, given, None, 50, groups, oldest=oldest) == whole
            assert await walks.far(conn, given, None, 1, groups, oldest=oldest) == whole[:1]
            if whole:
                behind = await walks.far(conn, given, whole[0], 50, groups, oldest=oldest)
                assert behind == whole[1:]


@pytest.fixture
def found(find):
    """The productions a search finds, in its order."""

    async def make(caller=papers.AUDITOR, **wanted):
        return [item.production_id for item in (await find(caller, **wanted)).items]

    return make
