"""What is due for disposal, listed for those who may see it, a page at a time."""

import datetime as dt

import papers
import pytest

from registry.db import Database
from registry.errors import Invalid
from registry.retention import act

ON = (papers.NOW + dt.timedelta(days=366 * 5)).date().isoformat()


@pytest.fixture
async def office(db):
    await papers.register(db)
    return db


async def filed(office, number):
    """So many versions of one disclosure."""
    outcome = await papers.file(office, papers.document())
    for version in range(1, number):
        said = papers.document(filing=papers.amendment())
        await papers.amend(office, outcome.receipt.disclosure_id, said, f'"{version}"')


async def test_what_is_due_is_listed_for_those_who_may_see_it(office):
    """Nothing before the rules end; then each version, within everybody's limits; and nothing is deleted."""
    await filed(office, 3)
    count = await papers.count(office, "disclosure_version")

    async def seen(principal, on=ON):
        return [each.version for each in (await act.find_due(office, principal, on, papers.NOW)).items]

    assert await seen(papers.OFFICE, None) == []
    assert await seen(papers.OFFICE, (papers.NOW + dt.timedelta(days=365 * 4)).date().isoformat()) == []
    assert (
        len(await seen(papers.OFFICE))
        == len(await seen(papers.EDITORS))
        == len(await seen(papers.AUDITOR))
        == 3
    )
    assert await seen(papers.ARTISTS) == await seen(papers.OTHERS) == []
    assert await papers.count(office, "disclosure_version") == count


async def test_pages_end_and_nothing_is_on_two(office, monkeypatch):
    """However few versions are looked at for one page."""
    monkeypatch.setattr(act, "LOOKED_AT", 2)
    await filed(office, 5)
    seen, cursor = [], None
    for _ in range(10):
        page = await act.find_due(office, papers.OFFICE, ON, papers.NOW, cursor, 3)
        seen += [each.version for each in page.items]
        cursor = page.next
        if cursor is None:
            break

    assert seen == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "on", ["yesterday", "2030-02-30", "20300101", "1899-12-31", "3000-01-01", "2030-1-01", ""]
)
async def test_what_is_no_day_is_refused(still, on):
    """In words, with an example."""
    async with Database.open(still) as db:
        with pytest.raises(Invalid, match="not a day"):
            await act.find_due(db, papers.OFFICE, on, papers.NOW)


async def test_a_cursor_nobody_gave_out_is_refused(still):
    """Numbers no table holds among them."""
    async with Database.open(still) as db:
        for cursor in ("xyz", "WyJhIiwiMDAwMDAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAwIiw5OTk5OTk5OTk5OTld"):
            with pytest.raises(Invalid):
                await act.find_due(db, papers.OFFICE, ON, papers.NOW, cursor)
