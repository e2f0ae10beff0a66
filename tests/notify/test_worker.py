import asyncio
import datetime as dt
import json
import os
import signal
import sys
import textwrap
from pathlib import Path

import asyncpg
import pytest
import structlog
import told
from told import NOW, OFFICE, REP, Recorder, finding, judge, rows, say, subscribe, until

from registry import health
from registry.notify import worker
from registry.outbox import store as outbox
from registry.outbox.wake import TOPIC, Wake


async def jobs(db):
    return await rows(db, "SELECT status::text FROM pgqueuer")


async def test_what_is_committed_is_told_soon(house, running):
    """To everybody it concerns, soon after the commit, whether the worker was there or not."""
    await subscribe(house)
    await subscribe(house, OFFICE)
    await judge(house, finding("U-1"))
    way = Recorder()
    async with running(way):
        await until(lambda: len(way.got) == 2)
        began = asyncio.get_running_loop().time()
        await judge(house, finding("U-1"), finding("U-2"))
        await until(lambda: len(way.got) == 4)
        took = asyncio.get_running_loop().time() - began
        await until(lambda: none_left(house))

    assert len(set(way.ids)) == 4
    # The wake-up does it: without one the ledger is looked at every two seconds.
    assert took < worker.LOOK_SECONDS
    assert await rows(house, "SELECT 1 FROM delivery WHERE state <> 'delivered'") == []


async def none_left(db):
    return await jobs(db) == []


async def test_every_event_is_in_the_log(house, running):
    """The way of telling that needs no subscription."""
    await judge(house, finding("U-1"))
    with structlog.testing.capture_logs() as lines:
        async with running(Recorder()):
            await until(lambda: any(line["event"] == "alert.told" for line in lines))
    (line,) = [line for line in lines if line["event"] == "alert.told"]

    assert line["to"] == ["IATSE:700"]
    assert line["subject"].startswith("New alert: ")


async def test_a_wake_up_that_was_lost_loses_nothing(house, running):
    """The ledger is looked at now and then, whatever the queue says."""
    await subscribe(house)
    await judge(house, finding("U-1"))
    async with house.transaction() as conn:
        await conn.execute("DELETE FROM pgqueuer")
    way = Recorder()
    async with running(way):
        await until(lambda: way.got)

    assert len(way.got) == 1


async def test_a_wake_up_for_nothing_is_nothing(house, running):
    """One that comes twice, or for what has been told, is taken off and does no harm."""
    way = Recorder()
    async with running(way):
        async with house.transaction() as conn:
            await outbox.enqueue(conn, TOPIC, [Wake(1), Wake(1), Wake(10**9)])
        await until(lambda: none_left(house))

    assert way.got == []


async def test_a_way_that_breaks_harms_nobody_else(house, running):
    """What a sender raises is logged, and tried again with the same id, by the schedule."""
    now = [NOW]
    await subscribe(house)
    await judge(house, finding("U-1"))
    way = Recorder(ZeroDivisionError("at that line"))
    async with running(way, clock=lambda: now[0], lease=dt.timedelta(seconds=1)):
        await until(lambda: way.got)
        now[0] += dt.timedelta(seconds=10)
        await until(lambda: len(way.got) == 2)

    assert way.ids[0] == way.ids[1]


@pytest.mark.slow
async def test_an_attempt_that_never_ends_is_broken_off(house, running):
    """Before its lease runs out, so that nobody sends the same message beside it."""

    class Endless(Recorder):
        async def send(self, to, message, now):
            await super().send(to, message, now)
            if len(self.got) == 1:
                await asyncio.sleep(3600)
            return told.sent()

    now = [NOW]
    await subscribe(house)
    await judge(house, finding("U-1"))
    way = Endless()
    async with running(way, clock=lambda: now[0], lease=dt.timedelta(seconds=1)):
        await until(lambda: way.got)
        await asyncio.sleep(1)
        now[0] += dt.timedelta(seconds=10)
        await until(lambda: len(way.got) == 2)

    assert await rows(house, "SELECT 1 FROM delivery WHERE state <> 'delivered'") == []


async def test_the_owner_of_a_disabled_subscription_is_written_to(house, running):
    """By their mail subscription, if they have one."""
    hook = await subscribe(house)
    box = await subscribe(house, way="email", address="rep@example.org", wish={"types": ["request"]})
    await judge(house, finding("U-1"))
    way = Recorder("gone")
    async with running(way):
        await until(lambda: len(way.got) == 2)
    (_, first), (to, letter) = way.got

    assert (to, letter.events) == (box.subscription.subscription_id, [])
    assert str(hook.subscription.subscription_id) in letter.note
    assert len(first.events) == 1


SCRIPT = textwrap.dedent("""
    import asyncio, datetime as dt, hashlib, sys
    from pathlib import Path
    from registry.deliveries.sending import Sent
    from registry.judging.house import House
    from registry.notify import worker
    from registry.obligations.pack import PackSet
    from registry.settings import Settings

    class Slow:
        async def send(self, to, message, now):
            print("sending", message.id, flush=True)
            await asyncio.sleep(float(sys.argv[2]))
            print("sent", message.id, flush=True)
            return Sent(result="delivered", body_sha256=hashlib.sha256(b"").digest())

    async def main():
        stop = asyncio.Event()
        worker.stop_on_signals(stop)
        house = House(schemas=None, packs=PackSet({}, {}))
        now = lambda: dt.datetime.now(dt.UTC)
        settings = Settings(sweep_seconds=3600, data_dir=Path(sys.argv[3]))
        await worker.run(sys.argv[1], house, settings, now, stop,
                         ways={"webhook": Slow()}, lease=dt.timedelta(seconds=5))
        print("stopped", flush=True)

    asyncio.run(main())
""")


async def started(dsn, seconds, folder):
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        SCRIPT,
        dsn,
        str(seconds),
        str(folder),
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


async def test_the_message_of_a_killed_worker_arrives_after_a_restart(house, dsn, running, tmp_path):
    """Killed while sending, the worker leaves its lease to run out; the next one sends it, same id."""
    # Months after it opened, the alert is reminded of and passed up as well: not what is asked here.
    await subscribe(house, wish={"types": ["alert.opened"]})
    await judge(house, finding("U-1"))
    process = await started(dsn, 60, tmp_path)
    first = await line(process, "sending")
    process.kill()
    await process.wait()
    way, later = Recorder(), dt.datetime.now(dt.UTC) + dt.timedelta(seconds=6)
    async with running(way, clock=lambda: later):
        await until(lambda: way.got)

    assert way.ids == [first]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_the_worker_cleanly(house, dsn, number, tmp_path):
    """SIGTERM and SIGINT: what is being sent is finished and written down, then it ends with status 0."""
    await subscribe(house)
    await judge(house, finding("U-1"))
    process = await started(dsn, 1, tmp_path)
    await line(process, "sending")
    process.send_signal(number)
    await line(process, "sent")
    await line(process, "stopped")

    assert await process.wait() == 0
    # Months after it opened, the alert is reminded of, too: that is the next worker's to send.
    (first,) = await rows(house, "SELECT state FROM delivery WHERE type = 'alert.opened'")
    assert first["state"] == "delivered"


async def test_the_worker_outlives_its_connections(house, dsn, running, monkeypatch):
    """When the database drops every connection, the worker comes back and tells what waits."""
    monkeypatch.setattr(worker, "RECONNECT_SECONDS", 0.1)
    await subscribe(house)
    way = Recorder()
    async with running(way):
        await judge(house, finding("U-1"))
        await until(lambda: way.got)
        plain = await asyncpg.connect(dsn)
        await plain.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await plain.close()
        async with told.Database.open(dsn) as again:
            await judge(again, finding("U-1"), finding("U-2"))
        await until(lambda: len(way.got) == 2)


async def test_messages_are_taken_as_the_application(db):
    """Whatever the login may do, the worker's own connection cannot rewrite history."""
    async with worker.listening(db) as conn:
        assert await conn.fetchval("SELECT current_user") == "registry_app"


async def test_the_worker_sweeps(house, running):
    """A production whose time has come is judged again, an alert whose time has come moves, by themselves."""
    (opened,) = await judge(house, finding("U-1"), at=NOW - dt.timedelta(days=30))
    async with house.transaction() as conn:
        await conn.execute("UPDATE production SET judged_again_at = $1", NOW - dt.timedelta(hours=1))

    async def swept():
        waiting = await rows(house, "SELECT 1 FROM production WHERE judged_again_at <= $1", NOW)
        moves = await rows(house, "SELECT 1 FROM alert_move WHERE alert_id = $1", opened.alert_id)
        return not waiting and len(moves) > 1

    async with running(Recorder()):
        await until(swept)


async def test_a_worker_gives_signs_of_life(house, running):
    """Each part its own; whoever asks about its health hears of the one that is late."""
    with pytest.raises(told.Busy, match="is `registry work` running"):
        await health.working(house, NOW, 60, 1)
    async with running(Recorder()):
        await until(lambda: all_beat(house))
    found = await health.working(house, NOW, 60, 1)
    with pytest.raises(told.Busy, match="dispatch, deliver"):
        await health.working(house, NOW + dt.timedelta(seconds=62), 60, 1)

    assert sorted(found.parts) == ["access", "deliver", "dispatch", "keep", "publish", "rouse", "sweep"]
    assert found.untold == 0


async def all_beat(db):
    return len(await rows(db, "SELECT 1 FROM worker_pulse")) == len(health.PARTS)


async def test_a_note_of_one_side_is_sent_to_that_side(house, running):
    """The whole way, from the thread to the sender."""
    union, office = await subscribe(house), await subscribe(house, OFFICE)
    (opened,) = await judge(house, finding("U-1"))
    await say(house, opened.alert_id, "note", side="union")
    await say(house, opened.alert_id, "note", side="employer", by=OFFICE)
    way = Recorder()
    async with running(way):
        await until(lambda: len(way.got) == 4)
    heard = [(to, message.events[0].author) for to, message in way.got if "note" in message.events[0].type]

    assert sorted(heard, key=str) == sorted(
        [
            (union.subscription.subscription_id, REP.subject),
            (office.subscription.subscription_id, OFFICE.subject),
        ],
        key=str,
    )
    assert json.loads(told.msgspec.json.encode(way.got[0][1].events[0]))["held"] is False
