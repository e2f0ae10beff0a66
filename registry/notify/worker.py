"""The worker: tells what the outbox holds, and sweeps for what time alone has changed, until told to stop.

A message is taken with a lease, told, and then taken off. A worker that is killed in between leaves the
lease to run out, and the next worker tells the message again: at least once, with the same id. Any number of
workers may run. Everything runs as the application's role.
"""

import asyncio
import contextlib
import datetime as dt
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, cast

import msgspec
import structlog
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.executors import (
    AbstractEntrypointExecutor,
    DatabaseRetryEntrypointExecutor,
    EntrypointExecutorParameters,
)
from pgqueuer.models import Job

from registry.alerts.move import TOPIC, Message
from registry.db import Connection, Database
from registry.judging import act as judging
from registry.judging.house import House
from registry.notify.notice import Notice, notice, request_notice
from registry.requests import message as request_message
from registry.settings import Settings

log = structlog.get_logger()

Sender = Callable[[Notice], Awaitable[None]]
"""Tells one notice; raises when it could not, and is then called again later."""

LEASE: Final = dt.timedelta(seconds=10)
"""After how long the message of a killed worker is told by another; a living worker renews its leases."""
ATTEMPTS: Final = 20
"""How often a message is tried before it is set aside; with the delays below, about two hours."""
FIRST_DELAY: Final = dt.timedelta(seconds=1)
LONGEST_DELAY: Final = dt.timedelta(minutes=10)
RECONNECT_SECONDS: Final = 2.0
CLOSE_SECONDS: Final = 5.0
AT_ONCE: Final = 10
SWEEP_AT_ONCE: Final = 100


async def run(
    db_dsn: str,
    house: House,
    settings: Settings,
    clock: Callable[[], dt.datetime],
    stop: asyncio.Event,
    *,
    send: Sender | None = None,
    lease: dt.timedelta = LEASE,
) -> None:
    """Tell messages and sweep until *stop* is set; what is being told is finished first."""
    async with Database.open(db_dsn, size=4) as db:
        log.info("worker.started")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(lasting(stop, "queue", lambda: consume(db, stop, send or tell, lease)))
            tasks.create_task(lasting(stop, "sweep", lambda: sweep(db, house, settings, clock, stop)))
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


async def sweep(
    db: Database,
    house: House,
    settings: Settings,
    clock: Callable[[], dt.datetime],
    stop: asyncio.Event,
) -> None:
    """Every `sweep_seconds`, judge again the productions whose verdicts time has changed."""
    while not stop.is_set():
        swept = await judging.sweep(db, house, clock(), SWEEP_AT_ONCE)
        if swept.productions < SWEEP_AT_ONCE:
            await pause(stop, settings.sweep_seconds)


async def consume(db: Database, stop: asyncio.Event, send: Sender, lease: dt.timedelta) -> None:
    """Take messages out of the queue and *send* them until *stop*."""
    async with listening(db) as conn:
        lost = asyncio.Event()
        conn.add_termination_listener(lambda _: lost.set())
        queue = PgQueuer(AsyncpgDriver(cast("Any", conn)))

        @queue.entrypoint(TOPIC, on_failure="hold", executor_factory=retrying)
        async def told(job: Job) -> None:
            await send(notice(msgspec.json.decode(job.payload or b"", type=Message)))

        @queue.entrypoint(request_message.TOPIC, on_failure="hold", executor_factory=retrying)
        async def told_request(job: Job) -> None:
            said = msgspec.json.decode(job.payload or b"", type=request_message.RequestMessage)
            await send(request_notice(said))

        working = asyncio.create_task(queue.run(lease, AT_ONCE, heartbeat_timeout=lease))
        ends = [asyncio.create_task(event.wait()) for event in (stop, lost)]
        try:
            await asyncio.wait([working, *ends], return_when=asyncio.FIRST_COMPLETED)
            queue.shutdown.set()
            await working
        finally:
            for task in (working, *ends):
                task.cancel()
        if lost.is_set() and not stop.is_set():
            raise ConnectionError("the database dropped the connection on which messages are taken")


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


def retrying(parameters: EntrypointExecutorParameters) -> AbstractEntrypointExecutor:
    """Failed messages go back to the queue, each time for longer."""
    return DatabaseRetryEntrypointExecutor(
        parameters, max_attempts=ATTEMPTS, initial_delay=FIRST_DELAY, max_delay=LONGEST_DELAY
    )


async def tell(told: Notice) -> None:
    """Write the notice into the log: the way of telling that every installation has."""
    log.info("alert.told", id=told.id, to=told.to, subject=told.subject)
