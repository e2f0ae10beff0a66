"""Productions to have alerts about; making deliveries and sending them by hand; the history adds up after."""

import pytest
import told

from registry.audit import act as audit
from registry.audit.copies import act as copies
from registry.deliveries import act
from registry.deliveries.act import Known
from registry.deliveries.delivery import outgoing


@pytest.fixture
async def house(db):
    """A database with two productions; what the test appends to the ledger is recounted."""
    await told.productions(db)
    yield db
    await audit.verify_history(db)
    async with db.snapshot() as conn:
        await copies.verify_alerts(conn, 0)


@pytest.fixture
def dispatch(house):
    """Make deliveries of everything that is new; what was told of, in order."""
    known = Known()

    async def make(at=told.NOW):
        said = []
        while (await act.dispatch(house, known, at, said.append)).behind:
            pass
        return said

    return make


@pytest.fixture
def send(house):
    """Claim what is due once and send each of it by *way*; the messages."""

    async def make(way, at=told.NOW, *, lease=60, limit=100):
        claimed = await act.claim(house, at, told.dt.timedelta(seconds=lease), limit)
        for each in claimed:
            answer = await way.send(each.to, outgoing(each.deliveries), at)
            await act.record(house, each, answer, at, 0.0, 5)
        return [outgoing(each.deliveries) for each in claimed]

    return make


@pytest.fixture
def states(house):
    """How many deliveries there are in each state."""

    async def make():
        found = await told.rows(house, "SELECT state, count(*) FROM delivery GROUP BY state")
        return {row["state"]: row["count"] for row in found}

    return make
