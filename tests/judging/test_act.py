"""The sweep, and what was known on any day: time alone changes verdicts, and history keeps each of them."""

import asyncio
import datetime as dt

import asyncpg
import papers
import pytest
import structlog

from registry import errors
from registry.db import Database
from registry.judging import act, ruling, store

LATER = dt.datetime(2025, 11, 20, 12, 0, tzinfo=dt.UTC)
QUARTER = "reg/quarterly-update"


async def sweep(db, now=LATER, **more):
    return await act.sweep(db, papers.house(), now, **more)


async def latest(db, as_of=None):
    size = await papers.size(db, as_of)
    async with db.snapshot() as conn:
        return await store.find_latest(conn, papers.KEY, size)


async def again(db, row):
    """The judgement *row* made again from what is stored."""
    async with db.snapshot() as conn:
        return (await act.recall(conn, papers.house(), row, LATER)).judged()


async def find(db, principal, id_, as_of=None, on=None):
    return await act.find_findings(
        db, papers.house(), principal, id_, LATER, await papers.moment(db, as_of), on
    )


async def again_at(db, key=papers.KEY):
    async with db.snapshot() as conn:
        return await conn.fetchrow(
            "SELECT facts, judged_again_at FROM production WHERE employer_id = $1 AND production_id = $2",
            *key,
        )


async def test_a_duty_falls_overdue_without_anyone_filing(office):
    """The update of the third quarter was due on 30 October; the sweep opens its alert."""
    filed = await papers.file(office, papers.document(**papers.uses()))
    swept = await sweep(office)

    row = await latest(office)
    assert QUARTER not in papers.violations(filed.findings)
    assert QUARTER in papers.violations(ruling.decode(row.findings))
    assert row.cause == "sweep"
    assert swept.failed == []
    async with office.snapshot() as conn:
        states = await conn.fetch("SELECT kind, state FROM alert WHERE rule = $1", QUARTER)
    assert [tuple(each) for each in states] == [("violation", "open")]


async def test_each_overdue_instant_is_judged_with_its_own_date(office):
    """However late the sweep, the judgement of the day the duty fell overdue says that day."""
    await papers.file(office, papers.document(**papers.uses()))
    await sweep(office)

    async with office.snapshot() as conn:
        rows = await conn.fetch(
            "SELECT judged_at, findings FROM judgement WHERE cause = 'sweep' AND production_id = $1 "
            "AND employer_id = $2 ORDER BY ledger_index",
            papers.KEY[1],
            papers.KEY[0],
        )
    first = next(row for row in rows if QUARTER in papers.violations(ruling.decode(row["findings"])))
    assert first["judged_at"].date() == dt.date(2025, 10, 31)
    assert [row["judged_at"] for row in rows] == sorted(row["judged_at"] for row in rows)


async def test_sweeping_twice_changes_nothing(office):
    """What time has not changed is not judged again, and an equal judgement is not kept."""
    await papers.file(office, papers.document(**papers.uses()))
    await sweep(office)
    before = await papers.contents(office)
    swept = await sweep(office)

    assert (swept.productions, swept.judgements, swept.moves) == (0, 0, 0)
    assert await papers.contents(office) == before


async def test_the_next_instant_lies_ahead(office):
    """After a sweep nothing is due before the next time the clock changes something; facts have not moved."""
    await papers.file(office, papers.document(**papers.uses()))
    facts = (await again_at(office))["facts"]
    await sweep(office)

    row = await again_at(office)
    assert row["facts"] == facts
    assert row["judged_again_at"] is None or row["judged_again_at"] > LATER


async def test_a_production_never_filed_about_is_judged_too(office):
    """Putting it on record asks for a judgement; the sweep makes it."""
    swept = await sweep(office, papers.NOW)

    assert swept.productions == 3
    assert await latest(office) is not None


async def test_the_longest_overdue_come_first_and_no_more_than_asked(office):
    """A limit leaves the rest for the next sweep."""
    assert (await sweep(office, limit=2)).productions == 2
    assert (await sweep(office, limit=2)).productions == 1
    assert (await sweep(office, limit=2)).productions == 0


async def test_sweepers_share_the_work(office, dsn):
    """Two at once judge each production once."""
    await papers.file(office, papers.document(**papers.uses()))
    async with Database.open(dsn) as one, Database.open(dsn) as other:
        done = await asyncio.gather(sweep(one), sweep(other))

    assert sum(each.productions for each in done) == 3
    async with office.snapshot() as conn:
        count = await conn.fetchval("SELECT count(*) FROM alert WHERE rule = $1", QUARTER)
    assert count == 1


async def test_a_sweep_and_a_filing_at_once_are_one_after_the_other(office, dsn):
    """Whichever is first, the newest judgement rests on everything."""
    await papers.file(office, papers.document(**papers.uses()))
    update = papers.document("quarterly_update")
    async with Database.open(dsn) as one, Database.open(dsn) as other:
        await asyncio.gather(sweep(one), papers.file(other, update, key="k-2", now=LATER))
    await sweep(office)

    row = await latest(office)
    judgement = await again(office, row)
    assert ruling.encode(judgement.findings) == row.findings


async def test_one_that_cannot_be_judged_holds_up_no_other(office, dsn):
    """It is named, left as it was, and tried again next time."""
    conn = await asyncpg.connect(dsn)
    bad = "UPDATE production SET record = jsonb_set(record, '{time_zone}', to_jsonb($1::text)) WHERE production_id = $2"
    await conn.execute(bad, "Nowhere/At-All", papers.SECOND[1])
    with structlog.testing.capture_logs() as lines:
        swept = await sweep(office)
    await conn.execute(bad, "America/Los_Angeles", papers.SECOND[1])
    await conn.close()

    assert swept.failed == ["northlight-pictures/night-ferry"]
    assert swept.productions == 2
    assert "production.not_judged" in [line["event"] for line in lines]
    assert (await sweep(office)).productions == 1


async def test_a_judgement_can_be_made_again_from_what_was_known(office):
    """Same filings, packs and instant: the same bytes."""
    await papers.file(office, papers.document(**papers.uses(), **papers.layoffs()))
    row = await latest(office)

    judgement = await again(office, row)
    assert ruling.encode(judgement.findings) == row.findings
    assert judgement.packs == row.packs


async def test_findings_are_those_of_any_day(office):
    """As of a day: the newest judgement made until then; before the first there is none."""
    first = await papers.file(office, papers.document(**papers.uses()))
    id_ = first.receipt.disclosure_id
    said = papers.document(filing=papers.amendment(), **papers.uses(), **papers.layoffs())
    await papers.amend(office, id_, said, now=papers.NOW + dt.timedelta(days=1))

    before = await find(office, papers.AUDITOR, id_, papers.NOW)
    now = await find(office, papers.AUDITOR, id_, None)
    assert "iatse-ba-2024/prompt-displacement" not in papers.violations(before.findings)
    assert "iatse-ba-2024/prompt-displacement" in papers.violations(now.findings)
    with pytest.raises(errors.NotFound):
        await find(office, papers.AUDITOR, id_, papers.NOW - dt.timedelta(microseconds=1))


async def test_findings_are_shown_to_those_they_concern(office):
    """A representative of another local sees no such disclosure; one of the editors' sees the editors' findings."""
    first = await papers.file(office, papers.document(**papers.uses(), **papers.layoffs()))
    id_ = first.receipt.disclosure_id

    shown = await find(office, papers.EDITORS, id_, None)
    assert "iatse-ba-2024/prompt-displacement" in papers.violations(shown.findings)
    for other in (papers.ARTISTS, papers.OTHERS):
        with pytest.raises(errors.NotFound):
            await find(office, other, id_, None)


async def test_a_clock_that_runs_behind_does_not_hide_a_filing(office):
    """Another machine filed a minute ahead of ours; our filing is judged with it in sight."""
    ahead = papers.NOW + dt.timedelta(minutes=1)
    await papers.file(office, papers.document(**papers.uses()), now=ahead)
    second = await papers.file(
        office, papers.document("quarterly_update", **papers.mention(), **papers.layoffs()), key="k-2"
    )

    row = await latest(office)
    assert "iatse-ba-2024/prompt-displacement" in papers.violations(second.findings)
    assert row.judged_at == ahead


async def test_withdrawing_leaves_accrued_duties(office):
    """The layoffs happened while the disclosure stood; taking it back does not undo them."""
    first = await papers.file(office, papers.document(**papers.uses(), **papers.layoffs()))
    gone = await papers.withdraw(office, first.receipt.disclosure_id)

    async with office.snapshot() as conn:
        states = await conn.fetch("SELECT state FROM alert WHERE rule = 'iatse-ba-2024/prompt-displacement'")
    assert "iatse-ba-2024/prompt-displacement" in papers.violations(first.findings)
    assert "iatse-ba-2024/prompt-displacement" in papers.violations(gone.findings)
    assert [row["state"] for row in states] == ["open"]
