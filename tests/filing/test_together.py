"""Filings that come while another commits share the next transaction, and nothing else."""

import asyncio

import asyncpg
import papers

from registry import errors
from registry.db import Database
from registry.filing.together import act as together
from registry.ledger import store as ledger
from tests.filing.gathering import (
    AT_COMMIT,
    AT_INSERT,
    ONE_BREAKS,
    THIRD,
    commits,
    filing,
    gathered,
    results,
    told,
)


async def test_what_comes_meanwhile_shares_one_transaction(office, dsn):
    """One is being written; three more of as many productions are then written at once, under one signature."""
    async with gathered(dsn, [[papers.KEY], [papers.SECOND], [THIRD]]) as tasks:
        assert not any(task.done() for task in tasks)
    done = results(tasks)

    assert [each.status for each in done] == [201] * 4
    assert await commits(office) == (2, 4)
    assert len({each.receipt.ledger.size for each in done}) == 2
    last = done[1:]
    assert len({each.receipt.ledger.root for each in last}) == 1
    assert [each.receipt.ledger.index for each in last] == sorted(each.receipt.ledger.index for each in last)


async def test_of_one_production_only_one_at_a_time(office, dsn):
    """Three of one production are three transactions, in the order they came, each judged in sight of the last."""
    async with gathered(dsn, [[papers.KEY], [papers.KEY]]) as tasks:
        pass
    done = results(tasks)
    async with office.snapshot() as conn:
        facts = await conn.fetchval(
            "SELECT facts FROM production WHERE (employer_id, production_id) = ($1, $2)", *papers.KEY
        )

    assert [each.status for each in done] == [201] * 3
    assert await commits(office) == (3, 3)
    assert [each.receipt.ledger.index for each in done] == sorted(each.receipt.ledger.index for each in done)
    assert facts == 4


async def test_one_that_breaks_takes_no_neighbour_along(office, dsn):
    """The transaction they shared is undone, the others are written each by itself, and it says what broke."""
    await told(dsn, ONE_BREAKS % "RAISE EXCEPTION 'the power went';", AT_INSERT)
    async with gathered(dsn, [[papers.KEY], [papers.SECOND], [THIRD]]) as tasks:
        pass
    done = results(tasks)

    assert [getattr(each, "status", str(each)) for each in done] == [201, 201, "the power went", 201]
    assert await commits(office) == (3, 3)


async def test_a_connection_that_dies_under_many_harms_the_one_it_dies_of(office, dsn):
    """The server process is killed in the midst of the transaction they share, and of each try of the one."""
    await told(dsn, ONE_BREAKS % "PERFORM pg_terminate_backend(pg_backend_pid());", AT_INSERT)
    async with gathered(dsn, [[papers.KEY], [papers.SECOND], [THIRD]]) as tasks:
        pass
    done = results(tasks)

    assert [getattr(each, "status", None) for each in done] == [201, 201, None, 201]
    assert isinstance(done[2], (asyncpg.PostgresError, asyncpg.InterfaceError, OSError))
    assert await commits(office) == (3, 3)


async def test_what_breaks_at_the_commit_is_said_to_all_and_not_tried_again(office, dsn):
    """Whether it was stored may be unknown then: each asks with its key, and is filed once."""
    await told(dsn, ONE_BREAKS % "RAISE EXCEPTION 'the power went';", AT_COMMIT)
    async with gathered(dsn, [[papers.SECOND], [THIRD]]) as tasks:
        pass
    done = results(tasks)

    assert [getattr(each, "status", str(each)) for each in done] == [201, "the power went", "the power went"]
    assert await commits(office) == (1, 1)
    await told(dsn, "DROP FUNCTION break_off() CASCADE")
    again = [await filing(office, 1, papers.SECOND), await filing(office, 2, THIRD)]
    assert [each.replayed for each in again] == [False, False]


async def test_a_request_given_up_in_line_is_not_written(office, dsn):
    """Its neighbours are."""
    async with gathered(dsn, [[papers.KEY], [papers.SECOND], [THIRD]]) as tasks:
        tasks[2].cancel()
        await asyncio.wait([tasks[2]])
    done = results(tasks)

    assert [getattr(each, "status", each) for each in done] == [201, 201, "given up", 201]
    assert await commits(office) == (2, 3)


async def test_a_request_given_up_while_it_is_written_takes_nobody_along(office, dsn):
    """It is written, though nobody waits for the answer; sent again it gets that answer. So are those behind it."""
    async with gathered(dsn, [[papers.SECOND], [THIRD]]) as tasks:
        tasks[0].cancel()
        await asyncio.wait([tasks[0]])
    done = results(tasks)
    again = await filing(office, 0)

    assert [getattr(each, "status", each) for each in done] == ["given up", 201, 201]
    assert await commits(office) == (2, 3)
    assert again.replayed


async def test_a_production_that_somebody_holds_holds_up_nobody_else(office, dsn):
    """What is filed about it waits by itself; the line goes on."""
    async with Database.open(dsn) as holder, Database.open(dsn) as db:
        async with holder.transaction() as conn:
            await conn.execute("SELECT FROM production WHERE production_id = $1 FOR UPDATE", papers.SECOND[1])
            stuck = filing(db, 0, papers.SECOND)
            others = [await filing(db, 1), await filing(db, 2, THIRD)]
            assert not stuck.done()
        late = await stuck

    assert [each.status for each in (*others, late)] == [201] * 3
    assert late.receipt.ledger.index > max(each.receipt.ledger.index for each in others)


async def test_a_key_used_twice_in_line_is_written_once(office, dsn):
    """The repeat gets the first one's bytes; the same key with another request is refused, and harms nobody."""
    async with gathered(
        dsn, [[papers.KEY, "k"], [papers.KEY, "k"], [papers.SECOND, "k"], [THIRD, "k"]]
    ) as tasks:
        pass
    done = results(tasks)
    filed = [each for each in done if not isinstance(each, Exception)]

    assert [each.status for each in filed] == [201] * 4
    assert [each.replayed for each in filed] == [False, False, True, False]
    assert filed[1].body == filed[2].body
    assert [type(each) for each in done if isinstance(each, Exception)] == [errors.KeyReused]
    assert await commits(office) == (2, 3)


async def test_two_processes_take_turns(office, dsn):
    """Each gathers for itself; the ledger's order is one, and its positions are dense."""
    keys = [papers.KEY, papers.SECOND, THIRD]
    async with Database.open(dsn, size=4) as one, Database.open(dsn, size=4) as other:
        tasks = [filing((one, other)[number % 2], number, keys[number // 2 % 3]) for number in range(12)]
        await asyncio.wait(tasks)
    done = results(tasks)
    async with office.snapshot() as conn:
        size = (await ledger.head(conn)).size
        entries = await conn.fetchval("SELECT count(*) FROM ledger_entry")

    assert {getattr(each, "status", each) for each in done} == {201}
    assert len({each.receipt.ledger.index for each in done}) == 12
    assert size == entries


async def test_what_rests_on_no_commit_is_told_though_the_commit_breaks(office, dsn):
    """A repeat in the transaction gets the answer that was given before; its neighbour hears what broke."""
    await told(dsn, ONE_BREAKS % "RAISE EXCEPTION 'the power went';", AT_COMMIT)
    async with gathered(dsn, [[papers.KEY, "k-0"], [papers.SECOND]]) as tasks:
        pass
    done = results(tasks)

    assert [getattr(each, "replayed", str(each)) for each in done] == [False, True, "the power went"]


async def test_no_more_than_so_many_share_a_transaction():
    """Whoever else writes into the ledger waits for one batch, not for all that have come."""
    line = together.Line()
    for each in range(together.MOST + 3):
        line.waiting.append(Standing(each))
    sizes = []
    while taken := line.taken():
        sizes.append(len(taken))

    assert sizes == [together.MOST, 3]


class Standing:
    """Somebody in line, of a production of their own."""

    def __init__(self, number):
        self.names = {("production", "e", str(number))}
        self.result = asyncio.get_running_loop().create_future()
