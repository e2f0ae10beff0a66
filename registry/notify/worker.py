"""The worker: tells what is new in the ledger, and sweeps for what time alone has changed, until stopped.

Eight parts, each started again when it breaks: the queue wakes; dispatch makes deliveries; deliver sends
them; the sweep judges again; rouse moves alerts whose time has come; access puts what was read into the
ledger; publish lets the ledger's checkpoints out; keep writes orders to redact outside the database. What is
claimed is leased: a worker that is killed leaves the lease to run out, and the next one sends it again, with
the same id. Any number of workers may run. Everything runs as the application's role.
"""

import asyncio
import contextlib
import datetime as dt
import hashlib
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, cast

import structlog
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.models import Job

from registry import health
from registry.access import act as access
from registry.alerts import act as alerts
from registry.db import Connection, Database
from registry.deliveries import act as deliveries
from registry.deliveries.act import Claimed, Known
from registry.deliveries.delivery import outgoing
from registry.deliveries.event import Event
from registry.deliveries.sending import Sent
from registry.judging import act as judging
from registry.judging.house import House
from registry.ledger.log.act import open_log
from registry.notify.act import Senders, senders, tell_disabled
from registry.notify.notice import notice
from registry.outbox.wake import CHANNEL, TOPIC
from registry.redactions.apart import act as apart
from registry.redactions.leavings import act as leavings
from registry.settings import Settings
from registry.witnessing.worker import publish

log = structlog.get_logger()

LEASE: Final = dt.timedelta(seconds=60)
"""After how long what a killed worker was sending is sent by another; longer than any sender takes."""
RECONNECT_SECONDS: Final = 2.0
CLOSE_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 2.0
"""How often the ledger is looked at when nothing wakes: a wake-up is a hint."""
DUE_SECONDS: Final = 1.0
"""How often it is looked for what has become due."""
GATHER_SECONDS: Final = 0.005
"""What comes within this time is claimed together."""
BEAT_SECONDS: Final = 5.0
SENDING: Final = 64
"""Messages under way at once."""
JOBS: Final = 10
CONNECTIONS: Final = 8
SWEEP_AT_ONCE: Final = 100

Clock = Callable[[], dt.datetime]


class Worker:
    """One worker: what its parts share."""

    def __init__(
        self, db: Database, house: House, settings: Settings, clock: Clock, stop: asyncio.Event
    ) -> None:
        self.db = db
        self.house = house
        self.settings = settings
        self.clock = clock
        self.stop = stop
        self.new, self.due = asyncio.Event(), asyncio.Event()
        self.beaten: dict[str, float] = {}

    async def beat(self, part: str) -> None:
        """Say that *part* is well, now and then."""
        if time.monotonic() - self.beaten.get(part, -BEAT_SECONDS) >= BEAT_SECONDS:
            await health.beat(self.db, part, self.clock())
            self.beaten[part] = time.monotonic()


async def run(
    db_dsn: str,
    house: House,
    settings: Settings,
    clock: Clock,
    stop: asyncio.Event,
    *,
    ways: Senders | None = None,
    lease: dt.timedelta = LEASE,
) -> None:
    """Tell and sweep until *stop* is set; what is being sent is finished first."""
    seal = await open_log(db_dsn, settings, clock())
    async with (
        Database.open(db_dsn, size=CONNECTIONS, seal=seal) as db,
        senders(settings) as every,
    ):
        work = Worker(db, house, settings, clock, stop)
        log.info("worker.started")
        async with asyncio.TaskGroup() as tasks:
            for name, part in (
                ("queue", lambda: consume(work)),
                ("dispatch", lambda: dispatch(work)),
                ("deliver", lambda: deliver(work, every if ways is None else ways, lease)),
                ("sweep", lambda: sweep(work)),
                ("rouse", lambda: rouse(work)),
                ("access", lambda: put_readings(work)),
                ("keep", lambda: keep_redactions(work)),
                ("publish", lambda: publish(db, settings, clock, stop, work.beat)),
            ):
                tasks.create_task(lasting(stop, name, part))
        log.info("worker.stopped")


def stop_on_signals(stop: asyncio.Event) -> None:
    """Set *stop* on SIGTERM and SIGINT; call it in the main thread's running loop."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)


async def lasting(stop: asyncio.Event, name: str, part: Callable[[], Awaitable[None]]) -> None:
    """Run *part* until *stop*; when it breaks, start it again: a database that restarts is ordinary."""
    while not stop.is_set():
        try:
            await part()
        except Exception as fault:
            # The worker outlives whatever breaks one of its parts; the log says what it was.
            log.exception("worker.broke", part=name, kind=type(fault).__name__)
            await pause(stop, RECONNECT_SECONDS)


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait for *seconds*, or for *stop*, whichever comes first."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def woken(work: Worker, event: asyncio.Event, seconds: float) -> None:
    """Wait for *event*, for *seconds*, or for the end, whichever comes first."""
    ends = [asyncio.create_task(each.wait()) for each in (event, work.stop)]
    try:
        await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in ends:
            task.cancel()
    event.clear()


async def sweep(work: Worker) -> None:
    """Every `sweep_seconds`, judge again the productions whose verdicts time has changed."""
    while not work.stop.is_set():
        swept = await judging.sweep(work.db, work.house, work.clock(), SWEEP_AT_ONCE)
        await work.beat("sweep")
        if swept.productions < SWEEP_AT_ONCE:
            await pause(work.stop, work.settings.sweep_seconds)


async def rouse(work: Worker) -> None:
    """Every `sweep_seconds`, move the alerts whose time has come, and give up what nobody waits for."""
    while not work.stop.is_set():
        roused = await alerts.wake(work.db, work.clock(), SWEEP_AT_ONCE)
        await deliveries.tidy(work.db, work.clock())
        await work.beat("rouse")
        if roused.alerts < SWEEP_AT_ONCE:
            await pause(work.stop, work.settings.sweep_seconds)


async def put_readings(work: Worker) -> None:
    """Every `access_batch_seconds`, put what was read into the ledger, as one entry for all of it."""
    seconds = work.settings.access_batch_seconds
    await access.batches(work.db, seconds, work.clock, work.stop, lambda: work.beat("access"))


async def keep_redactions(work: Worker) -> None:
    """Keep orders to redact outside the database, for restores; clean up after them, which may take long."""
    folder = work.settings.data_dir / apart.FOLDER
    async with asyncio.TaskGroup() as both:
        both.create_task(apart.keep_up(work.db, folder, work.stop, lambda: work.beat("keep")))
        both.create_task(leavings.keep_clean(work.db, work.clock, work.stop))


async def dispatch(work: Worker) -> None:
    """Make deliveries of what is new in the ledger, when woken and now and then."""
    known = Known()
    while not work.stop.is_set():
        step = await deliveries.dispatch(work.db, known, work.clock(), tell)
        await work.beat("dispatch")
        if step.made:
            work.due.set()
        if not step.behind:
            await woken(work, work.new, LOOK_SECONDS)


async def deliver(work: Worker, ways: Senders, lease: dt.timedelta) -> None:
    """Claim what is due and send it, much at once; what is being sent at the end is finished."""
    sending: set[asyncio.Task[None]] = set()
    try:
        while not work.stop.is_set():
            free = SENDING - len(sending)
            claimed = await deliveries.claim(work.db, work.clock(), lease, free) if free else []
            for each in claimed:
                task = asyncio.create_task(send(work, ways, each, lease))
                sending.add(task)
                task.add_done_callback(sending.discard)
            await work.beat("deliver")
            if not claimed:
                await woken(work, work.due, DUE_SECONDS)
                await asyncio.sleep(GATHER_SECONDS)
    finally:
        await asyncio.gather(*sending, return_exceptions=True)


async def send(work: Worker, ways: Senders, claimed: Claimed, lease: dt.timedelta) -> None:
    """Send one message and write down what became of it; broken off before the lease runs out."""
    began = time.monotonic()
    message = outgoing(claimed.deliveries)
    try:
        sent = await attempt(work, ways, claimed, lease)
        taken = round((time.monotonic() - began) * 1000)
        chance = random.random()  # noqa: S311  it spreads repeats, and keeps no secret
        disabled = await deliveries.record(work.db, claimed, sent, work.clock(), chance, taken)
        if disabled is not None:
            await tell_disabled(work.db, ways, disabled, work.clock())
    except Exception:
        # Nothing is lost: the lease runs out, and the message is sent again with the same id.
        log.exception(
            "delivery.not_recorded", message=message.id, subscription=str(claimed.to.subscription_id)
        )
    finally:
        work.due.set()


async def attempt(work: Worker, ways: Senders, claimed: Claimed, lease: dt.timedelta) -> Sent:
    """What became of one attempt; a way that breaks or never ends has failed like any other."""
    message = outgoing(claimed.deliveries)
    try:
        async with asyncio.timeout(lease.total_seconds() * 0.8):
            return await ways[claimed.to.way].send(claimed.to, message, work.clock())
    except Exception as fault:
        log.exception("delivery.broke", message=message.id, subscription=str(claimed.to.subscription_id))
        said = f"the registry could not send it: {type(fault).__name__}"
        return Sent(result="again", error=said, body_sha256=hashlib.sha256(b"").digest())


async def consume(work: Worker) -> None:
    """Take wake-ups out of the queue until the end. The notice of one is a wake-up, too."""
    async with listening(work.db) as conn:
        lost = asyncio.Event()
        conn.add_termination_listener(lambda _: lost.set())
        await conn.add_listener(CHANNEL, lambda *_: work.new.set())
        queue = PgQueuer(AsyncpgDriver(cast("Any", conn)))

        @queue.entrypoint(TOPIC)
        async def wake(_: Job) -> None:
            work.new.set()

        working = asyncio.create_task(queue.run(LEASE, JOBS, heartbeat_timeout=LEASE))
        ends = [asyncio.create_task(event.wait()) for event in (work.stop, lost)]
        try:
            await asyncio.wait([working, *ends], return_when=asyncio.FIRST_COMPLETED)
            queue.shutdown.set()
            await working
        finally:
            for task in (working, *ends):
                task.cancel()
        if lost.is_set() and not work.stop.is_set():
            raise ConnectionError("the database dropped the connection on which wake-ups are taken")


@contextlib.asynccontextmanager
async def listening(db: Database) -> AsyncIterator[Connection]:
    """A connection for pgqueuer alone: it gives and takes JSON as text, and listens."""
    async with db.pool.acquire() as conn:
        await conn.reset_type_codec("jsonb", schema="pg_catalog")
        try:
            yield conn
        finally:
            # What listens and has no codec does not go back among the others. A lost one is closed already.
            with contextlib.suppress(Exception):
                await conn.close(timeout=CLOSE_SECONDS)


def tell(event: Event) -> None:
    """Write the event into the log: the way of telling that every installation has."""
    said = notice(event)
    log.info("alert.told", id=said.id, to=said.to, subject=said.subject, type=event.type)
