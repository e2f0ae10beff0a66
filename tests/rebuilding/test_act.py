"""Copies that were dropped or spoiled are made anew, byte for byte, while reading goes on."""

import asyncio
import datetime as dt
import json
import signal
import sys
import textwrap

import asyncpg
import conftest
import papers
import pytest

from registry import house
from registry.agreements import act as agreements
from registry.audit import act as audit
from registry.audit.copies import act as copies
from registry.db import Database
from registry.disclosures import act as disclosures
from registry.errors import Corrupt
from registry.judging import act as judging
from registry.rebuilding import act
from registry.redactions import act as redactions

LATER = dt.datetime(2025, 11, 20, 12, tzinfo=dt.UTC)
COPIES = ("employer", "production", "disclosure", "request", "alert", "search_version", "search_judgement")
NEXT = {
    "production": {"facts", "judged_again_at", "failed_at"},
    "alert": {"wakes_at"},
}
"""Work in progress: when to look next, and the count that tells judgements apart."""
NIL = {"nil_statement": "No AI was used."}
TABLES = (*COPIES, "disclosure_version", "disclosure_content", "judgement", "alert_move", "ledger_entry")


SETTLED = {}


async def settle(db):
    """Filings in both schema versions, an amendment, a withdrawal, losses, alerts, and a sweep."""
    await agreements.publish_shipped(db, house.shipped(), papers.NOW)
    await papers.register(db)
    first = await papers.file(db, papers.document(**papers.uses(), **papers.layoffs()), key="k-1")
    second = papers.document(key=papers.SECOND, version="1.0", **papers.uses(policy_provided_on="2025-09-01"))
    await papers.file(db, second, key="k-2", now=papers.NOW + dt.timedelta(minutes=1))
    third = await papers.file(db, papers.document("nil_return", filing=NIL), key="k-3", now=papers.NOW)
    await papers.withdraw(db, third.receipt.disclosure_id, now=papers.NOW + dt.timedelta(hours=1))
    amended = papers.document(filing=papers.amendment(), **papers.uses(), **papers.layoffs(count=3))
    await papers.amend(db, first.receipt.disclosure_id, amended, now=papers.NOW + dt.timedelta(days=1))
    await judging.sweep(db, papers.house(), LATER)
    return first.receipt


@pytest.fixture
async def dsn(server, template):
    """The address of this test's own copy of a database with those filings, which are made once."""
    name = f"{template}_rebuilding"
    if name not in SETTLED:
        await conftest.execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await conftest.execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        async with Database.open(conftest.at(server, name)) as first:
            SETTLED[name] = await settle(first)
    copy = f"{name}_copy"
    await conftest.execute(server, f"CREATE DATABASE {copy} TEMPLATE {name} STRATEGY FILE_COPY")
    yield conftest.at(server, copy)
    await conftest.execute(server, f"DROP DATABASE IF EXISTS {copy} WITH (FORCE)")


@pytest.fixture
async def filed(dsn, template):
    """The receipt of the first filing."""
    return SETTLED[f"{template}_rebuilding"]


@pytest.fixture
async def superuser(dsn):
    conn = await asyncpg.connect(dsn)
    await conn.execute("SET session_replication_role = replica")
    yield conn
    await conn.close()


async def contents(conn):
    """Every row of every table, as JSON, without what is work in progress."""
    found = {}
    for table in TABLES:
        rows = await conn.fetch(f"SELECT to_jsonb(t)::text AS row FROM {table} AS t ORDER BY 1")
        kept = [json.loads(row["row"]) for row in rows]
        for row in kept:
            for name in NEXT.get(table, ()):
                row.pop(name, None)
        found[table] = sorted(json.dumps(row, sort_keys=True) for row in kept)
    return found


async def rebuild(dsn):
    return await act.rebuild(dsn, agreements.editions())


async def test_what_was_dropped_is_made_anew_byte_for_byte(db, dsn, filed, superuser):
    """Every copy emptied, every document and finding gone: rebuilt, each row is what it was."""
    before = await contents(superuser)
    for table in COPIES:
        await superuser.execute(f"DELETE FROM {table}")
    await superuser.execute("UPDATE disclosure_version SET document = '{}'")
    await superuser.execute("UPDATE judgement SET findings = ''")
    done = await rebuild(dsn)

    assert await contents(superuser) == before
    assert done.documents == len(before["disclosure_version"])
    assert done.findings == len(before["judgement"])
    assert done.alerts == len(before["alert"]) > 0
    assert done.records["production"] == len(before["production"])
    await audit.verify(db)
    different = []
    await audit.verify_findings(db, agreements.editions(), different.append)
    assert different == []


async def test_what_is_right_is_left_alone(dsn, filed, superuser):
    """Of a history whose copies agree nothing but the searchable copy is written."""
    before = await contents(superuser)
    versions = await superuser.fetch("SELECT xmin FROM alert")
    done = await rebuild(dsn)

    assert (done.documents, done.findings, done.alerts, done.strays) == (0, 0, 0, 0)
    assert set(done.records.values()) == {0}
    assert await contents(superuser) == before
    assert await superuser.fetch("SELECT xmin FROM alert") == versions


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE alert SET state = 'withdrawn', outcome = NULL",
        "UPDATE alert SET locals = '{}', unions = '{}', fingerprint = fingerprint || '\\x00'",
        "UPDATE production SET record = '{}', revision = 7",
        "UPDATE employer SET record = jsonb_set(record, '{legal_name}', '\"x\"')",
        "UPDATE disclosure SET state = 'withdrawn', period_from = NULL",
        "INSERT INTO disclosure SELECT employer_id, gen_random_uuid(), production_id, type, NULL, NULL, 1, 'filed', now() FROM disclosure LIMIT 1",
        "INSERT INTO employer SELECT 'nobody', 1, '{}', now()",
        "UPDATE disclosure_version SET document = jsonb_set(document, '{tools}', '[]') WHERE version = 1",
        "UPDATE search_version SET terms = '{}'",
    ],
)
async def test_a_spoiled_copy_is_mended(db, dsn, filed, superuser, change):
    """What verification names in a copy, a rebuild puts right."""
    before = await contents(superuser)
    await superuser.execute(change)
    await rebuild(dsn)

    assert await contents(superuser) == before
    await audit.verify(db)


async def test_a_source_that_is_not_its_entry_s_changes_nothing(dsn, filed, superuser):
    """Bytes that the ledger does not vouch for make no copy: the rebuild stops, and nothing is written."""
    await superuser.execute("DELETE FROM alert")
    await superuser.execute("UPDATE judgement SET findings = '[]', judged_at = judged_at + interval '1 day'")
    before = await contents(superuser)
    with pytest.raises(Corrupt, match="made again it is not the row of ledger entry"):
        await rebuild(dsn)

    assert await contents(superuser) == before
    await superuser.execute("SET session_replication_role = origin")
    with pytest.raises(asyncpg.RestrictViolationError):
        await superuser.execute("UPDATE judgement SET cause = 'sweep'")


async def test_after_a_redaction_it_makes_what_was_left(db, dsn, filed, superuser):
    """What an order took out does not come back."""
    body = {"version": 1, "sections": ["workforce"], "ground": "g", "ordered_by": "o", "reason": "r"}
    given = papers.ADMINISTRATOR, filed.disclosure_id, json.dumps(body).encode(), '"2"', "k", LATER
    await redactions.redact(db, agreements.editions(), *given)
    before = await contents(superuser)
    for table in COPIES:
        await superuser.execute(f"DELETE FROM {table}")
    await superuser.execute("UPDATE disclosure_version SET document = '{}'")
    await rebuild(dsn)

    assert await contents(superuser) == before
    await audit.verify(db)


async def test_readers_go_on_and_writers_wait(db, dsn, filed, superuser):
    """While copies are made anew, a reader is answered from whole ones, and a filing comes after."""
    await superuser.execute("DELETE FROM alert")
    seen, held = [], asyncio.Event()

    async def read():
        while not held.is_set():
            seen.append((await disclosures.show(db, papers.OFFICE, filed.disclosure_id)).version)
            await asyncio.sleep(0)

    async def amend():
        await asyncio.sleep(0.05)
        amended = papers.document(filing=papers.amendment(), **papers.uses(), **papers.layoffs())
        return await papers.amend(db, filed.disclosure_id, amended, if_match='"2"', now=LATER)

    reading = asyncio.create_task(read())
    done, outcome = await asyncio.gather(rebuild(dsn), amend())
    held.set()
    await reading

    assert done.alerts > 0
    assert outcome.receipt.version == 3
    assert set(seen) <= {2, 3}
    async with Database.open(dsn) as other, other.snapshot() as conn:
        await copies.verify(conn, 0)


MARKS = "SELECT employer_id, production_id, position, changed_at FROM loss_change ORDER BY position"


async def test_marks_of_changed_losses_are_made_anew(db, dsn, filed, superuser):
    """Dropped, a mark comes back with its place and instant, and is spread; one that nothing made goes."""
    before = await superuser.fetch(MARKS)
    await superuser.execute("DELETE FROM loss_change")
    await superuser.execute("INSERT INTO loss_change VALUES ('nobody', 'nothing', 3, now(), false)")
    await superuser.execute("UPDATE production SET judged_again_at = NULL")
    await superuser.execute("UPDATE alert SET wakes_at = NULL")
    done = await rebuild(dsn)
    again = await rebuild(dsn)
    await judging.sweep(db, papers.house(), LATER)

    assert await superuser.fetch(MARKS) == before
    assert (done.records["loss_change"], again.records["loss_change"]) == (len(before), 0)
    assert (done.strays, again.strays, again.looks) == (1, 0, 0)
    assert len(before) == 2, "one filing and its amendment changed losses"
    assert not await superuser.fetchval("SELECT count(*) FROM loss_change WHERE NOT spread")
    assert await superuser.fetchval("SELECT count(*) FROM production WHERE judged_again_at > $1", LATER)


async def test_a_mark_of_another_instant_is_put_right(dsn, filed, superuser):
    """A mark whose instant was changed is made anew; one that is right keeps that it was spread."""
    before = await superuser.fetch(MARKS)
    await superuser.execute("UPDATE loss_change SET spread = true")
    await superuser.execute(
        "UPDATE loss_change SET changed_at = now() WHERE position = $1", before[0]["position"]
    )
    done = await rebuild(dsn)

    assert await superuser.fetch(MARKS) == before
    assert (done.records["loss_change"], done.strays) == (1, 1)
    assert await superuser.fetchval("SELECT count(*) FROM loss_change WHERE spread") == len(before) - 1


async def test_marks_of_redacted_losses(db, dsn, filed, superuser):
    """After losses were taken out, the redaction's mark is made anew, and older ones stay where they are."""
    body = {"version": 1, "sections": ["workforce"], "ground": "g", "ordered_by": "o", "reason": "r"}
    given = papers.ADMINISTRATOR, filed.disclosure_id, json.dumps(body).encode(), '"2"', "k", LATER
    await redactions.redact(db, agreements.editions(), *given)
    before = await superuser.fetch(MARKS)
    kept = await rebuild(dsn)
    still = await superuser.fetch(MARKS)
    await superuser.execute("DELETE FROM loss_change")
    done = await rebuild(dsn)

    assert still == before
    assert (kept.records["loss_change"], kept.strays) == (0, 0)
    assert (done.records["loss_change"], done.strays) == (1, 0)
    assert await superuser.fetch(MARKS) == before[-1:]


KILLED = textwrap.dedent("""
    import asyncio, os, signal, sys
    from registry.agreements import act as agreements
    from registry.rebuilding import act

    def report(copy, _rows):
        if copy == sys.argv[2]:
            os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(act.rebuild(sys.argv[1], agreements.editions(), report))
""")


@pytest.mark.parametrize(
    "point",
    [
        "findings",
        *(
            pytest.param(each, marks=pytest.mark.slow)
            for each in ("documents", "employer", "request", "loss_change", "alert", "search")
        ),
    ],
)
async def test_killed_half_way_it_has_changed_nothing(db, dsn, filed, superuser, point):
    """Its process killed within the transaction: every row is as before, history is closed, and it runs again."""
    whole = await contents(superuser)
    for table in COPIES:
        await superuser.execute(f"DELETE FROM {table}")
    await superuser.execute("DELETE FROM loss_change")
    await superuser.execute("UPDATE disclosure_version SET document = '{}'")
    await superuser.execute("UPDATE judgement SET findings = ''")
    before = await contents(superuser)
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, dsn, point)
    status = await killed.wait()
    # What a killed process held is given back when the database notices; a lock asked for waits until then.
    await superuser.execute("BEGIN; LOCK TABLE employer, production, judgement IN SHARE MODE; COMMIT")
    after = await contents(superuser)
    await superuser.execute("SET session_replication_role = origin")
    with pytest.raises(asyncpg.RestrictViolationError):
        await superuser.execute("UPDATE judgement SET cause = 'sweep'")
    done = await rebuild(dsn)

    assert status == -signal.SIGKILL
    assert after == before
    assert await contents(superuser) == whole
    assert done.findings == len(whole["judgement"])
    assert await superuser.fetchval("SELECT count(*) FROM loss_change") == 2
    await audit.verify(db)
