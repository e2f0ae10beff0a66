"""What one production of an employer means for its others: losses add up, and no filing waits for another."""

import asyncio
import datetime as dt
import json

import papers
import pytest

from registry.agreements import act as agreements
from registry.db import Database
from registry.filing import act as filing
from registry.filing.prepare import prepare
from registry.judging import act, knowledge, ruling, store
from registry.judging.history import store as history
from registry.requests import act as requests

SOON = papers.NOW + dt.timedelta(minutes=1)
LATER = papers.NOW + dt.timedelta(minutes=5)
PATTERN = "reg/pattern"
ASKED = {
    "employer_id": papers.KEY[0],
    "production_id": papers.KEY[1],
    "kind": "consultation",
    "union": "IATSE",
    "local": "IATSE:700",
    "on_behalf_of": "employee",
    "uses": ["U1"],
    "text": "An assistant editor asks to talk about CutAssist.",
}


def said(key=papers.KEY, **more):
    return papers.document(key=key, **papers.uses(), **papers.layoffs(**more))


async def sweep(db, now=LATER):
    return await act.sweep(db, papers.house(), now)


async def latest(db, key):
    async with db.snapshot() as conn:
        return await store.find_latest(conn, key)


async def again_at(db, key):
    async with db.snapshot() as conn:
        return await conn.fetchrow(
            "SELECT facts, judged_again_at FROM production WHERE employer_id = $1 AND production_id = $2",
            *key,
        )


def patterned(row):
    """The subjects for which a judgement finds a pattern of losses."""
    return [each.subject for each in ruling.decode(row.findings) if each.rule == PATTERN]


async def test_losses_of_another_production_are_told_with_their_origin(office):
    """One loss: what, when, of whom, and how many there were before; nothing where nothing was lost."""
    await papers.file(office, said(attribution="contributing"))
    async with office.snapshot() as conn:
        others = await history.load_others(conn, papers.SECOND)
        none = await history.load_others(conn, papers.KEY)
    (loss,) = knowledge.losses_of(papers.KEY[0], others)

    assert none == []
    assert (loss.production_id, loss.event_id, loss.on) == (papers.KEY[1], "E1", dt.date(2025, 10, 10))
    assert (loss.local, loss.category, loss.kind) == ("IATSE:700", "generative_video", "laid_off")
    assert (loss.count, loss.attribution, loss.reasoned, loss.baseline) == (2, "contributing", False, 4)
    assert loss.filed_at == papers.NOW


async def test_nothing_is_read_of_others_where_nothing_was_lost(office):
    """A production without workforce events is judged by what is its own, and asks for nothing more."""
    await papers.file(office, said())
    async with office.snapshot() as conn:
        ground = await act.find_ground(conn, *papers.SECOND)
        found = await history.load_knowledge(conn, ground, papers.house().editions)
        own = await act.find_ground(conn, *papers.KEY)

    assert ground.losses
    assert not own.losses
    assert found.others == []


async def test_losses_add_up_over_the_productions_of_one_employer(office):
    """Two filings, one a production: the second is a pattern at once, the first from the next sweep on."""
    await papers.file(office, said())
    before = patterned(await latest(office, papers.KEY))
    second = await papers.file(office, said(papers.SECOND), key="k-2", now=LATER)
    swept = await sweep(office)

    assert before == []
    assert [each.subject for each in second.findings if each.rule == PATTERN] == [
        "IATSE:700/generative_video"
    ]
    assert swept.failed == []
    assert patterned(await latest(office, papers.KEY)) == ["IATSE:700/generative_video"]
    assert (await latest(office, papers.KEY)).judged_at == LATER


async def seen_beside(db, count):
    """The losses with which a production is judged beside another that lost *count*, at one place and instant."""
    await papers.file(db, said(count=count))
    async with db.snapshot() as conn:
        ground = await act.find_ground(conn, *papers.SECOND)
        (lost,) = await history.load_lost(conn, papers.SECOND, ground.known_to)
    return [loss.count for loss in lost.losses]


@pytest.mark.parametrize("count", [1, 2])
async def test_losses_of_another_database_are_never_taken_for_ours(office, count):
    """Two databases of one process have a loss at the same place and instant: each is judged by its own."""
    assert await seen_beside(office, count) == [count]


async def test_a_withdrawn_loss_is_taken_back_everywhere(office):
    """The filing that told it is amended without it: the other production is judged again."""
    await papers.file(office, said())
    second = await papers.file(office, said(papers.SECOND), key="k-2", now=SOON)
    await sweep(office)
    gone = papers.document(key=papers.SECOND, filing=papers.amendment(), **papers.uses())
    await papers.amend(office, second.receipt.disclosure_id, gone, now=LATER)
    during = patterned(await latest(office, papers.KEY))
    await sweep(office)

    assert during == ["IATSE:700/generative_video"]
    assert patterned(await latest(office, papers.KEY)) == []


async def test_another_employers_losses_are_nobodys(office):
    """Productions of the same name under another employer neither add to a pattern nor are judged again."""
    foreign = ("other-films", "harbor-lights-s1")
    await papers.file(office, said())
    await sweep(office)
    facts = (await again_at(office, papers.KEY))["facts"]
    await papers.file(office, said(foreign), key="k-2", principal=papers.OTHERS, now=LATER)
    await sweep(office)

    assert patterned(await latest(office, foreign)) == []
    assert (await again_at(office, papers.KEY))["facts"] == facts


async def test_an_update_that_tells_no_new_loss_wakes_nobody(office):
    """Restating what was lost changes nothing for the employer's other productions."""
    await papers.file(office, said())
    await papers.file(office, said(papers.SECOND), key="k-2")
    await sweep(office)
    update = papers.document("quarterly_update", **papers.mention(), **papers.layoffs())
    await papers.file(office, update, key="k-3", now=LATER)

    assert await papers.count(office, "loss_change WHERE NOT spread") == 0


async def test_two_filings_at_once_do_not_wait_in_a_circle(office, dsn):
    """Two productions of one employer, five filings each, with a sweeper between: all is filed, both patterns found."""
    async with Database.open(dsn) as one, Database.open(dsn) as other, Database.open(dsn) as third:
        for number in range(5):
            await asyncio.gather(
                papers.file(one, said(id=f"A{number}"), key=f"a-{number}"),
                papers.file(other, said(papers.SECOND, id=f"B{number}"), key=f"b-{number}", now=SOON),
                sweep(third),
            )
    await sweep(office)

    for key in (papers.KEY, papers.SECOND):
        assert patterned(await latest(office, key)) == ["IATSE:700/generative_video"]
    assert await papers.count(office, "disclosure_version") == 10
    assert await papers.count(office, "loss_change WHERE NOT spread") == 0


async def test_filings_that_saw_nothing_of_each_other_are_judged_again(office):
    """Both looked before either committed; after the sweep each has the other's losses in sight."""
    house = papers.house()
    seen = []
    for number, key in enumerate((papers.KEY, papers.SECOND)):
        now = papers.NOW + dt.timedelta(seconds=number)
        submission = papers.submission(said(key), key=f"k-{number}", now=now)
        seen.append(await filing.look(office, house, {0: prepare(house.schemas, submission)}))
    for each in seen:
        await filing.commit(office, house, each)
    before = [patterned(await latest(office, key)) for key in (papers.KEY, papers.SECOND)]
    await sweep(office)

    assert before == [[], []]
    for key in (papers.KEY, papers.SECOND):
        assert patterned(await latest(office, key)) == ["IATSE:700/generative_video"]


async def test_a_request_between_look_and_commit_is_judged(office):
    """The production has moved, so the filing is judged again under its lock, with the request in sight."""
    house = papers.house()
    submission = papers.submission(papers.document(**papers.uses()))
    seen = await filing.look(office, house, {0: prepare(house.schemas, submission)})
    await requests.ask(office, papers.EDITORS, json.dumps(ASKED).encode(), "r-1", papers.NOW)
    results = await filing.commit(office, house, seen)

    rule = "iatse-ba-2024/consultation-on-request"
    assert rule not in {each.rule for each in seen[0].weighed.judgement.findings}
    assert rule in {each.rule for each in ruling.decode((await latest(office, papers.KEY)).findings)}
    assert results[0].receipt.version == 1


async def test_the_employers_record_is_known_as_it_was(office):
    """A judgement names how much of the ledger it was made in sight of; what came later is not read into it."""
    await papers.file(office, said())
    row = await latest(office, papers.KEY)
    async with office.snapshot() as conn:
        shipped = len(await agreements.store.list_published(conn))

    assert row.known_to == shipped + 5
    assert row.known_to < row.ledger_index
