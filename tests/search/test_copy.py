"""The copy: written with the filing or not at all, made anew into the same, found out when it lies."""

import asyncio
import datetime as dt

import msgspec
import papers
import pytest

from registry.db import Database
from registry.judging import act as judging
from registry.ledger.past import store as past
from registry.productions import act as productions
from registry.search import act as search
from registry.search import store
from registry.statistics import act as statistics

LATER = papers.NOW + dt.timedelta(days=1)


async def digest(db):
    async with db.snapshot() as conn:
        return await store.digest(conn)


async def rebuilt(db):
    async with db.transaction() as conn:
        return await search.rebuild(conn)


async def differences(db, part=0, of=1):
    async with db.snapshot() as conn:
        return [line async for line in search.differences(conn, part, of)]


async def season(db):
    """Two disclosures, one amended and withdrawn; time has judged, too."""
    first = await papers.file(db, papers.document(**papers.uses()))
    await papers.file(db, papers.document("quarterly_update", key=papers.SECOND, **papers.uses()), key="k-2")
    id_ = first.receipt.disclosure_id
    said = papers.document(filing=papers.amendment(), **papers.uses(), **papers.layoffs())
    await papers.amend(db, id_, said, now=LATER)
    await papers.withdraw(db, id_, '"2"', now=LATER)
    await judging.sweep(db, papers.house(), LATER + dt.timedelta(days=300))
    return id_


async def test_the_copy_made_anew_is_the_copy_that_was_written(office):
    """Filed, amended, withdrawn, judged by time: dropped and made anew, every row is the same byte for byte."""
    await season(office)
    before = await digest(office)

    assert await rebuilt(office) == 4
    assert await digest(office) == before
    assert await differences(office) == []


async def test_one_disclosure_made_anew_is_the_same(office):
    """As after a redaction, a disclosure's rows come back as the history has them."""
    id_ = await season(office)
    before = await digest(office)
    async with office.transaction() as conn:
        await search.remake(conn, papers.KEY[0], id_)

    assert await digest(office) == before


LIES = {
    "UPDATE search_version SET terms = terms[2:] WHERE version = 1": "version 1 is not as filed",
    "UPDATE search_version SET words = 'other'::tsvector WHERE version = 2": "version 2 is not as filed",
    "UPDATE search_version SET until_index = until_index - 1 WHERE version = 1": "version 1 is not as filed",
    "DELETE FROM search_version WHERE version = 2": "version 2 is not as filed",
    """INSERT INTO search_version
       SELECT employer_id, disclosure_id, version + 9, production_id, type, state, period_from, period_to,
              filed_at, terms, words, from_index
         FROM search_version WHERE version = 1""": "search_version has",
    "UPDATE search_judgement SET terms = '{v:satisfied}'": "is not as judged",
    "DELETE FROM search_judgement": "is not as judged",
}


async def test_a_copy_that_lies_is_found(office):
    """A row that is missing, or says something else than the history, is named; making it anew mends it."""
    await season(office)
    for lie, says in LIES.items():
        async with office.transaction() as conn:
            await conn.execute(lie)
        lines = await differences(office)
        parts = [await differences(office, part, 3) for part in range(3)]
        await rebuilt(office)
        assert any(says in line for line in lines), (lie, lines)
        assert any(says in line for part in parts for line in part), (lie, parts)


async def test_each_version_falls_to_one_part(office):
    """Parts looked at by several find together what one finds, each line once."""
    await season(office)
    async with office.transaction() as conn:
        await conn.execute("UPDATE search_version SET terms = terms || '{0t:lie}'")
    parts = [await differences(office, part, 3) for part in range(3)]
    lines = await differences(office)
    await rebuilt(office)

    assert len(lines) == 3, "a withdrawal says what the version before it says"
    assert sorted(line for part in parts for line in part) == sorted(lines)


async def test_a_filing_that_fails_leaves_no_copy(office, monkeypatch):
    """What happens between the copy and the commit undoes both."""
    broken = RuntimeError("no receipt")

    async def fail(*_):
        raise broken

    monkeypatch.setattr("registry.filing.store.add_answers", fail)
    with pytest.raises(RuntimeError):
        await papers.file(office, papers.document(**papers.uses()))

    assert await papers.count(office, "search_version") == 0
    assert await papers.count(office, "search_judgement") == 0


async def test_two_writers_copy_both(office, dsn):
    """Two offices file at once, two productions: both copies are there, each at its own position."""
    async with Database.open(dsn) as other:
        await asyncio.gather(
            papers.file(office, papers.document(**papers.uses())),
            papers.file(other, papers.document(key=papers.SECOND, **papers.uses()), key="k-2"),
        )

    assert await papers.count(office, "search_version") == 2


async def test_who_may_see_a_production_now_finds_what_was_filed_before(office, find):
    """A local that joins a production finds its filings from then on, one that left those of before."""
    await papers.file(office, papers.document(**papers.uses()))
    assert len((await find(papers.EDITORS)).items) == 1
    assert (await find(papers.ARTISTS)).items == []
    async with office.snapshot() as conn:
        then = await past.resolve(conn, None, await papers.count(office, "ledger_entry"))
    record = msgspec.json.encode(papers.production() | {"locals": ["IATSE:839"]})
    await productions.change_production(office, papers.ADMINISTRATOR, *papers.KEY, record, '"1"', LATER)

    assert (await find(papers.EDITORS)).items == []
    assert len((await find(papers.ARTISTS)).items) == 1
    assert len((await find(papers.EDITORS, moment=then)).items) == 1
    assert (await find(papers.ARTISTS, moment=then)).items == []
    for who, tools in ((papers.EDITORS, 1), (papers.ARTISTS, 0)):
        assert len((await statistics.make(office, who, "tools", then)).rows) == tools
    before = await digest(office)
    await rebuilt(office)
    assert await digest(office) == before


async def test_a_text_of_many_kilobytes_is_filed(office, find):
    """The words of a long note are found at its begin, and filing it is no fault."""
    said = papers.document(**papers.uses())
    said["uses"][0]["purpose_description"] = "vermilion " + " ".join(f"w{n}" for n in range(600))
    said["filing"]["note"] = "x" * 3000
    await papers.file(office, said)

    assert len((await find(text="vermilion")).items) == 1
