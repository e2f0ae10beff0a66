"""What filings that shared a transaction leave behind, and what becomes of them when one of them is stuck."""

import asyncio
import datetime as dt
import random

import papers
from structlog.testing import capture_logs

from registry import errors, house
from registry.agreements import act as agreements
from registry.audit import act as audit
from registry.db import Database
from registry.filing import act
from registry.filing.together import act as together
from registry.judging import act as judging
from registry.ledger import store as ledger
from registry.productions import act as productions
from tests.filing.gathering import (
    AT_INSERT,
    ONE_BREAKS,
    THIRD,
    commits,
    filing,
    gathered,
    results,
    told,
    until,
)

MORE = (papers.KEY[0], "low-tide")
KEYS = [papers.KEY, papers.SECOND, MORE]


def handed(chance, key, now, known):
    """Something an office hands in about *key*: a filing, or what becomes of one that is *known*."""
    told = papers.layoffs(
        id=f"E{chance.randint(1, 3)}",
        count=chance.randint(1, 3),
        attribution=chance.choice(["contributing", "not_due"]),
    )
    mine = [each for each in known if each.production_id == key[1]]
    if not mine or chance.random() < 0.5:
        body = papers.document(key=key, **papers.uses(), **told)
        return papers.submission(body, key=f"k-{chance.random()}", now=now)
    before = chance.choice(mine)
    more = {"disclosure_id": before.disclosure_id, "if_match": f'"{before.version}"', "key": None, "now": now}
    if chance.random() < 0.2:
        return papers.submission(papers.withdrawal(), kind="withdrawal", **more)
    body = papers.document(key=key, filing=papers.amendment(), **papers.uses(), **told)
    return papers.submission(body, kind="amendment", **more)


async def lined_up(db, holder, submissions):
    """What each of *submissions* came to, filed while the ledger is held: the first by itself, then the others."""
    tasks = []

    def arrived():
        line = together.LINES.get(db, together.Line())
        return len(line.waiting) + sum(task.done() for task in tasks) == len(tasks) - 1 and line.busy

    async with holder.transaction() as conn:
        await conn.fetchrow(ledger.LOCK_HEAD)
        for each in submissions:
            tasks.append(asyncio.create_task(act.file_one(db, papers.house(), each)))
            await until(arrived)
    done = await asyncio.gather(*tasks, return_exceptions=True)
    refused = [each for each in done if isinstance(each, Exception)]
    assert all(isinstance(each, (errors.Stale, errors.IllegalMove)) for each in refused), refused
    return [each.receipt for each in done if each not in refused]


async def test_judgements_of_one_transaction_are_made_again_from_what_stands(office, dsn):
    """Losses of three productions of one employer, filed, amended and withdrawn together, swept in between."""
    chance, known, now = random.Random(20251015), [], papers.NOW
    await agreements.publish_shipped(office, house.shipped(), now)
    record = papers.encoded(papers.production(*MORE))
    await productions.create_production(office, papers.ADMINISTRATOR, record, now)
    async with Database.open(dsn) as holder, Database.open(dsn, size=8) as db:
        for turn in range(4):
            now += dt.timedelta(minutes=1)
            first = papers.submission(
                papers.document(key=THIRD, **papers.uses()), key=f"f-{turn}", now=now, principal=papers.OTHERS
            )
            told = [
                handed(chance, KEYS[each % 3], now + dt.timedelta(seconds=chance.randint(-3, 3)), known)
                for each in range(6)
            ]
            filed = await lined_up(db, holder, [first, *told])
            known += [each for each in filed if each.employer_id == MORE[0] and each.kind != "withdrawal"]
            if turn % 2:
                await judging.sweep(office, papers.house(), now + dt.timedelta(seconds=30))
    different = []
    tally = await audit.verify_findings(office, agreements.editions(), different.append)
    async with office.snapshot() as conn:
        most = await conn.fetchval(
            "SELECT max(count) FROM (SELECT count(*) FROM disclosure_version GROUP BY xmin::text) AS shared"
        )

    assert different == []
    assert tally.judgements >= len(known)
    assert most == len(KEYS)


class Losing:
    """Signs nothing, and loses every answer behind the commit."""

    def __init__(self, fault):
        self.fault = fault

    def offer(self, _size, _root):
        """No checkpoint."""
        return ledger.UNSIGNED

    async def admit(self, conn, *_):
        """Whatever it is."""

        def lose():
            raise self.fault

        conn.once_committed(lose)


async def test_an_answer_lost_behind_the_commit_is_there_for_the_same_key(office, dsn):
    """It is told as it broke, and filed once: sent again with its key it gets the answer, in other batches too."""
    for number, fault in enumerate([OSError("the cable"), errors.Corrupt("the mark")]):
        async with Database.open(dsn, seal=Losing(fault)) as db:
            said = papers.submission(papers.document(**papers.uses()), key=f"k-{number}")
            if isinstance(fault, errors.RegistryError):
                assert await act.file(db, papers.house(), [said]) == [fault]
            else:
                lost = await asyncio.gather(filing(db, number), return_exceptions=True)
                assert lost == [fault]
        assert (await filing(office, number)).replayed
    assert await commits(office) == (2, 2)


async def test_many_of_a_production_that_somebody_holds_take_one_connection(office, dsn):
    """The others of it stay in line, so those of other productions are written; then they follow in order."""
    stuck = []

    def stand_still():
        line = together.LINES.get(db, together.Line())
        return len(line.waiting) + len(line.apart) == len(stuck) and not line.busy

    async with Database.open(dsn) as holder, Database.open(dsn, size=2) as db:
        async with holder.transaction() as conn:
            await conn.execute("SELECT FROM production WHERE production_id = $1 FOR UPDATE", papers.SECOND[1])
            for number in range(3):
                stuck.append(filing(db, number, papers.SECOND))
                await until(stand_still)
            other = await filing(db, 3)
            assert not any(task.done() for task in stuck)
        late = await asyncio.gather(*stuck)
        line = together.LINES[db]

    places = [each.receipt.ledger.index for each in (other, *late)]
    assert places == sorted(places)
    assert (line.waiting, line.apart, line.busy) == ([], set(), False)


async def test_a_transaction_that_broke_under_many_stands_in_the_log(office, dsn):
    """Each may succeed by itself, and somebody has to hear of it all the same."""
    once = "IF nextval('tries') = 1 THEN RAISE EXCEPTION 'the power went'; END IF;"
    await told(dsn, "CREATE SEQUENCE tries", ONE_BREAKS % once, AT_INSERT)
    with capture_logs() as lines:
        async with gathered(dsn, [[papers.KEY], [papers.SECOND]]) as tasks:
            pass

    said = [line["filings"] for line in lines if line["event"] == "filings.written_apart"]
    assert said == [2]
    assert [each.status for each in results(tasks)] == [201] * 3
