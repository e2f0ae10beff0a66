"""One transaction: whatever breaks, and wherever, a filing is there with all it brings about or not at all."""

import asyncio

import asyncpg
import msgspec
import papers
import pytest
import structlog

from registry.db import Database
from registry.filing import act
from registry.filing.prepare import prepare
from registry.productions import act as productions

PD = "iatse-ba-2024/prompt-displacement"
WRITTEN = [
    ("ledger_entry", "INSERT"),
    ("ledger_head", "UPDATE"),
    ("disclosure", "INSERT"),
    ("disclosure_version", "INSERT"),
    ("disclosure_content", "INSERT"),
    ("judgement", "INSERT"),
    ("alert", "INSERT"),
    ("alert_move", "INSERT"),
    ("pgqueuer", "INSERT"),
    ("production", "UPDATE"),
    ("idempotency", "INSERT"),
]


async def break_at(dsn, table, verb, how):
    """Have every *verb* on *table* do *how* once it is done: between two lines of the act."""
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute(
            f"CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS "
            f"$$ BEGIN {how} RETURN NULL; END $$"
        )
        await conn.execute(
            f"CREATE TRIGGER break_off AFTER {verb} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION break_off()"
        )
    finally:
        await conn.close()


async def mend(dsn):
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute("DROP FUNCTION break_off() CASCADE")
    finally:
        await conn.close()


@pytest.mark.parametrize(("table", "verb"), WRITTEN)
async def test_a_failure_between_two_lines_leaves_nothing(office, dsn, table, verb):
    """Raised after any one of its writes, the filing is gone with all the others; the same filing then succeeds."""
    before = await papers.contents(office)
    said = papers.document(**papers.uses(), **papers.layoffs())
    await break_at(dsn, table, verb, "RAISE EXCEPTION 'the power went';")

    with pytest.raises(asyncpg.PostgresError, match="the power went"):
        await papers.file(office, said)
    assert await papers.contents(office) == before

    await mend(dsn)
    outcome = await papers.file(office, said)
    assert (outcome.status, outcome.replayed) == (201, False)


async def test_a_connection_that_dies_leaves_nothing(office, dsn):
    """The server process killed in the middle of the act takes the whole act with it."""
    before = await papers.contents(office)
    await break_at(dsn, "judgement", "INSERT", "PERFORM pg_terminate_backend(pg_backend_pid());")

    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await papers.file(office, papers.document(**papers.uses()))
    assert await papers.contents(office) == before
    await mend(dsn)


async def test_a_bug_met_by_one_of_many_harms_no_other(office, dsn):
    """In a batch the savepoint takes it back, and its place says that the registry failed."""
    conn = await asyncpg.connect(dsn)
    await conn.execute(
        "CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF NEW.production_id = 'night-ferry' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$"
    )
    await conn.execute(
        "CREATE TRIGGER break_off BEFORE INSERT ON disclosure_version FOR EACH ROW EXECUTE FUNCTION break_off()"
    )
    await conn.close()
    batch = [
        papers.submission(papers.document(), key="a"),
        papers.submission(papers.document(key=papers.SECOND), key="b"),
        papers.submission(papers.document(), key="c"),
    ]
    with structlog.testing.capture_logs() as lines:
        results = await act.file(office, papers.house(), batch)

    assert [type(each).__name__ for each in results] == ["Outcome", "Corrupt", "Outcome"]
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["disclosure.not_filed"]
    assert await papers.count(office, "disclosure") == 2
    assert results[2].receipt.ledger.index == results[0].receipt.ledger.index + 2


async def waiting(conn, number):
    """Wait until *number* connections of this database wait for a row that somebody holds."""
    for _ in range(500):
        count = await conn.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        if count >= number:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


async def test_two_filings_at_once_are_not_judged_by_stale_facts(office, dsn):
    """Both look before either is written; whoever comes second judges again, and sees what the first one said."""
    first = papers.submission(papers.document(**papers.uses()), key="a")
    second = papers.submission(
        papers.document("quarterly_update", **papers.mention(), **papers.layoffs()), key="b"
    )
    holder = await asyncpg.connect(dsn)
    async with Database.open(dsn) as one, Database.open(dsn) as other:
        # The barrier: the production is held until both have looked and wait for it.
        held = holder.transaction()
        await held.start()
        await holder.execute("SELECT FROM production WHERE production_id = $1 FOR UPDATE", papers.KEY[1])
        tasks = [
            asyncio.create_task(act.file_one(database, papers.house(), submission))
            for database, submission in ((one, first), (other, second))
        ]
        await waiting(holder, 2)
        await held.rollback()
        outcomes = await asyncio.gather(*tasks)
    await holder.close()

    last = max(outcomes, key=lambda each: each.receipt.ledger.index)
    assert [each.status for each in outcomes] == [201, 201]
    assert PD in papers.violations(last.findings)
    async with office.snapshot() as conn:
        facts = await conn.fetchval(
            "SELECT facts FROM production WHERE production_id = $1 AND employer_id = $2",
            papers.KEY[1],
            papers.KEY[0],
        )
        alerts = await conn.fetchval("SELECT count(*) FROM alert WHERE rule = $1", PD)
    assert facts == 3
    assert alerts == 1


async def test_many_writers_of_many_productions_neither_deadlock_nor_leave_gaps(office, dsn):
    """Batches that name the same productions in different orders all come through."""
    keys = [papers.KEY, papers.SECOND]

    def batch(number):
        turn = keys if number % 2 else keys[::-1]
        return [
            papers.submission(papers.document(key=key, **papers.uses()), key=f"{number}-{key[1]}")
            for key in turn
        ]

    async with Database.open(dsn, size=8) as many:
        done = await asyncio.gather(*(act.file(many, papers.house(), batch(number)) for number in range(8)))

    results = [result for each in done for result in each]
    assert {type(result).__name__ for result in results} == {"Outcome"}
    assert await papers.count(office, "disclosure") == 16


async def test_of_two_amendments_of_one_version_one_is_stale(office, dsn):
    """Both name version 1; one becomes version 2 and the other is told to read again."""
    first = await papers.file(office, papers.document())
    id_ = first.receipt.disclosure_id
    said = papers.document(filing=papers.amendment())

    async with Database.open(dsn) as one, Database.open(dsn) as other:
        done = await asyncio.gather(
            papers.amend(one, id_, said), papers.amend(other, id_, said), return_exceptions=True
        )

    assert sorted(type(each).__name__ for each in done) == ["Outcome", "Stale"]


async def test_what_the_employer_signed_meanwhile_counts(office):
    """The register changes between look and lock: the verdict that is kept is by the register as it is."""
    house = papers.house()
    submission = papers.submission(papers.document(**papers.uses(), **papers.layoffs()))
    seen = await act.look(office, house, {0: prepare(house.schemas, submission)})
    signed = papers.employer() | {"agreements": [{"agreement": "iatse-ba-2024", "from": "2025-12-01"}]}
    record = msgspec.json.encode(signed)
    await productions.change_employer(office, papers.ADMINISTRATOR, papers.KEY[0], record, '"1"', papers.NOW)
    results = await act.commit(office, house, seen)

    assert PD in papers.violations(seen[0].weighed.judgement.findings)
    assert PD not in papers.violations(results[0].findings)


async def test_a_filing_takes_few_round_trips(office, dsn):
    """Look and commit together, when nothing moved between them: each is time, and of the last seven for everybody."""
    said = papers.document(**papers.uses())
    await papers.file(office, said)
    told = []
    async with Database.open(dsn, size=1) as one:
        # What a new connection asks about types is asked once.
        await papers.file(one, said, key="k-2")
        async with one.pool.acquire() as conn:
            conn.add_query_logger(lambda record: told.append(record.query.strip().split()[0]))
        await papers.file(one, said, key="k-3")

    assert len(told) <= 16
    assert told[-1] == "COMMIT;"
