import asyncio
import contextlib
import datetime as dt
import os
import signal
import sys
import textwrap
from pathlib import Path

import asyncpg
import pytest

from registry.alerts.move import TOPIC
from registry.db import Database
from registry.judging.house import House
from registry.notify import worker
from registry.obligations.pack import PackSet
from registry.outbox import store as outbox
from registry.requests import message as request_message
from registry.settings import Settings

NOW = dt.datetime(2026, 3, 2, 18, 30, tzinfo=dt.UTC)
SHORT = dt.timedelta(seconds=1)


@pytest.fixture
def house():
    return House(schemas=None, packs=PackSet({}, {}))


@pytest.fixture
def running(dsn, house):
    """A worker that runs inside the block; what it sends is handed to `send`."""

    @contextlib.asynccontextmanager
    async def run(send, **options):
        stop = asyncio.Event()
        settings = Settings(sweep_seconds=1)
        task = asyncio.create_task(
            worker.run(dsn, house, settings, lambda: NOW, stop, send=send, lease=SHORT, **options)
        )
        try:
            yield stop
        finally:
            stop.set()
            await asyncio.wait_for(task, 20)

    return run


async def enqueue(db, *messages):
    async with db.transaction() as conn:
        await outbox.enqueue(conn, TOPIC, messages)


async def jobs(db):
    async with db.snapshot() as conn:
        return await conn.fetch("SELECT status::text, attempts FROM pgqueuer")


async def until(condition, seconds=20.0):
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  what is waited for is a row or a list
            await asyncio.sleep(0.02)


async def test_a_committed_message_is_told_and_taken_off(db, running, message):
    """Told once while all goes well, soon after the commit, whether the worker was waiting or not."""
    told = []

    async def send(notice):
        told.append(notice.id)

    await enqueue(db, message(revision=1))
    async with running(send):
        await until(lambda: len(told) == 1)
        await enqueue(db, message(revision=2), message(revision=3))
        await until(lambda: len(told) == 3)

    assert [each.rpartition(".")[2] for each in told] == ["1", "2", "3"]
    assert await jobs(db) == []


async def test_a_request_is_told_to_the_employer(db, running, asked):
    """Its messages have a topic of their own, in the same queue."""
    told = []

    async def send(notice):
        told.append((notice.id, notice.to))

    async with running(send):
        async with db.transaction() as conn:
            await outbox.enqueue(conn, request_message.TOPIC, [asked()])
        await until(lambda: told)

    assert told == [(f"{asked().request_id}.1", ["northlight-pictures"])]
    assert await jobs(db) == []


async def test_a_message_of_a_rolled_back_transaction_never_arrives(db, running, message):
    """Only what was committed is told."""
    told = []

    async def fail():
        async with db.transaction() as conn:
            await outbox.enqueue(conn, TOPIC, [message(revision=1)])
            await asyncio.sleep(0.3)
            raise RuntimeError

    async def send(notice):
        told.append(notice.id)

    async with running(send):
        with pytest.raises(RuntimeError):
            await fail()
        await enqueue(db, message(revision=2))
        await until(lambda: told)

    assert [each.rpartition(".")[2] for each in told] == ["2"]


async def test_a_sender_that_fails_is_tried_again(db, running, message):
    """A failure puts the message back for later, with the same id."""
    told = []

    async def send(notice):
        told.append(notice.id)
        if len(told) < 3:
            raise ConnectionError

    await enqueue(db, message())
    async with running(send):
        await until(lambda: len(told) == 3)

    assert len(set(told)) == 1
    assert await jobs(db) == []


async def test_what_can_never_be_told_is_kept_for_a_person(db, running, message, monkeypatch):
    """After the last attempt the message is set aside, not thrown away."""
    monkeypatch.setattr(worker, "ATTEMPTS", 1)
    monkeypatch.setattr(worker, "FIRST_DELAY", dt.timedelta(milliseconds=10))
    tried = []

    async def send(notice):
        tried.append(notice.id)
        raise ConnectionError

    await enqueue(db, message())
    async with running(send):
        await until(lambda: len(tried) == 2)
        await asyncio.sleep(0.3)

    assert [(job["status"], job["attempts"]) for job in await jobs(db)] == [("failed", 1)]


async def test_stopping_waits_for_what_is_being_told(db, running, message):
    """A clean stop neither cuts a telling short nor tells it twice."""
    begun = asyncio.Event()
    told = []

    async def send(notice):
        begun.set()
        await asyncio.sleep(0.5)
        told.append(notice.id)

    await enqueue(db, message())
    async with running(send) as stop:
        await begun.wait()
        stop.set()

    assert len(told) == 1
    assert await jobs(db) == []


SCRIPT = textwrap.dedent(
    """
    import asyncio, datetime as dt, sys
    from registry.judging.house import House
    from registry.notify import worker
    from registry.obligations.pack import PackSet
    from registry.settings import Settings

    async def send(notice):
        print("telling", notice.id, flush=True)
        await asyncio.sleep(float(sys.argv[2]))
        print("told", notice.id, flush=True)

    async def main():
        stop = asyncio.Event()
        worker.stop_on_signals(stop)
        house = House(schemas=None, packs=PackSet({}, {}))
        clock, lease = lambda: dt.datetime(2026, 3, 2, tzinfo=dt.UTC), dt.timedelta(seconds=1)
        print("ready", flush=True)
        await worker.run(sys.argv[1], house, Settings(), clock, stop, send=send, lease=lease)
        print("stopped", flush=True)

    asyncio.run(main())
    """
)


async def started(dsn, seconds):
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        SCRIPT,
        dsn,
        str(seconds),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )


async def line(process, word):
    async with asyncio.timeout(40):
        while True:
            said = (await process.stdout.readline()).decode()
            assert said, f"the worker ended before it said {word}"
            if said.startswith(word):
                return said.split()[-1]


async def test_the_message_of_a_killed_worker_arrives_after_a_restart(db, dsn, running, message):
    """Killed while telling, the worker leaves its lease to run out; the next one tells the message."""
    await enqueue(db, message())
    process = await started(dsn, 60)
    first = await line(process, "telling")
    process.kill()
    await process.wait()
    assert [job["status"] for job in await jobs(db)] == ["picked"]
    told = []

    async def send(notice):
        told.append(notice.id)

    async with running(send):
        await until(lambda: told)

    assert told == [first]
    assert await jobs(db) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_the_worker_cleanly(db, dsn, message, number):
    """SIGTERM and SIGINT: what is being told is finished, then the worker ends with status 0."""
    await enqueue(db, message())
    process = await started(dsn, 1)
    await line(process, "telling")
    process.send_signal(number)
    await line(process, "told")
    await line(process, "stopped")

    assert await process.wait() == 0
    assert await jobs(db) == []


async def test_the_worker_outlives_its_connections(db, dsn, running, message, monkeypatch):
    """When the database drops every connection, the worker comes back and tells what waits."""
    monkeypatch.setattr(worker, "RECONNECT_SECONDS", 0.1)
    told = []

    async def send(notice):
        told.append(notice.id.rpartition(".")[2])

    async with running(send):
        await enqueue(db, message(revision=1))
        await until(lambda: "1" in told)
        plain = await asyncpg.connect(dsn)
        await plain.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await asyncio.sleep(0.5)
        async with Database.open(dsn) as again:
            await enqueue(again, message(revision=2))
        await plain.close()
        await until(lambda: "2" in told)


async def test_messages_are_taken_as_the_application(db):
    """Whatever the login may do, the worker's own connection cannot rewrite history."""
    async with worker.listening(db) as conn:
        assert await conn.fetchval("SELECT current_user") == "registry_app"


async def test_the_worker_sweeps(db, running):
    """A production whose time has come is judged again without anybody filing."""
    async with db.transaction() as conn:
        await conn.execute(
            "INSERT INTO employer (employer_id, revision, record, changed_at) VALUES ('north', 1, $1, $2)",
            {"employer_id": "north", "legal_name": "North LLC"},
            NOW,
        )
        await conn.execute(
            "INSERT INTO production (employer_id, production_id, revision, record, changed_at, "
            "judged_again_at) VALUES ('north', 'harbor', 1, $1, $2, $2)",
            {"production_id": "harbor", "employer_id": "north", "title": "Harbor", "format": "theatrical"},
            NOW - dt.timedelta(hours=1),
        )

    async def waiting():
        async with db.snapshot() as conn:
            return await conn.fetchval("SELECT count(*) FROM production WHERE judged_again_at <= $1", NOW)

    async with running(None), asyncio.timeout(20):
        while await waiting():  # noqa: ASYNC110  what is waited for is a row
            await asyncio.sleep(0.05)
