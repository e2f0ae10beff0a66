"""One look at the ledger for all readers of a process, and what each of them is sent."""

import asyncio
import collections
import contextlib
import datetime as dt
import itertools
import signal
import time
import types
import weakref
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, Final

import msgspec
import structlog
from uuid_utils.compat import uuid7

from registry.access import act as access
from registry.auth import store as access_log
from registry.auth.reading import PENDING, Reading
from registry.auth.scope import Principal, owner_of, scope_of
from registry.auth.token import expires_at
from registry.db import Connection, Database
from registry.deliveries import match
from registry.deliveries.event import Event
from registry.deliveries.events import store as events
from registry.deliveries.stream import frame
from registry.errors import Busy
from registry.outbox.wake import CHANNEL

log = structlog.get_logger()

READERS: Final = 200
"""Readers a process serves at once."""
READERS_OF_ONE: Final = 10
"""Readers of one person or system."""
REMEMBERED: Final = 2000
"""Events kept in memory for readers who are up to date."""
AT_ONCE: Final = 500
"""Places of the ledger that are read at once."""
LOOK_SECONDS: Final = 2.0
LIFE_SECONDS: Final = 15.0
RECONNECT_SECONDS: Final = 2.0


class Feed:
    """The newest events of one database, read once for all readers of this process."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.recent: collections.deque[Event] = collections.deque()
        # Everything from floor to before ceiling is in `recent`.
        self.floor = self.ceiling = -1
        self.look = asyncio.Event()
        self.readers: dict[asyncio.Event, str] = {}
        self.task: asyncio.Task[None] | None = None
        self.closed = False

    @contextlib.contextmanager
    def joined(self, who: str) -> Iterator[asyncio.Event]:
        """Set when there may be something new, while the block runs; the first reader starts the watch."""
        wake = asyncio.Event()
        self.readers[wake] = who
        if self.task is None or self.task.done():
            self.floor = self.ceiling = -1
            self.recent.clear()
            self.task = asyncio.create_task(self.watch())
        try:
            yield wake
        finally:
            del self.readers[wake]
            if not self.readers and self.task is not None:
                # It takes a while to end, and a reader who comes meanwhile starts another.
                self.task.cancel()
                self.task = None

    def takes(self, who: str) -> bool:
        """Whether there is room for one more reader, who is *who*."""
        mine = sum(each == who for each in self.readers.values())
        return not self.closed and len(self.readers) < READERS and mine < READERS_OF_ONE

    async def watch(self) -> None:
        """Look when PostgreSQL says that something was enqueued, and now and then, until nobody reads."""
        while True:
            try:
                async with self.db.pool.acquire() as conn:
                    await self.listen(conn)
            except Exception as fault:  # noqa: BLE001  whatever breaks, readers go on from the database
                log.warning("stream.broke", kind=type(fault).__name__)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def listen(self, conn: Connection) -> None:
        """The same, on a connection of its own."""

        def heard(*_: object) -> None:
            self.look.set()

        await conn.add_listener(CHANNEL, heard)
        try:
            while True:
                while await self.catch_up(conn):
                    pass
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.look.wait(), LOOK_SECONDS)
                self.look.clear()
        finally:
            with contextlib.suppress(Exception):
                await conn.remove_listener(CHANNEL, heard)

    async def catch_up(self, conn: Connection) -> bool:
        """Read what is new; whether there is more."""
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            size = await events.size(conn)
            begins = self.ceiling < 0 or self.ceiling > size
            if begins:
                self.floor = self.ceiling = size
            end = min(size, self.ceiling + AT_ONCE)
            found = await events.between(conn, self.ceiling, end) if end > self.ceiling else []
        # At the beginning, too: what came between a reader's look and this one is in nobody's memory.
        moved = begins or end > self.ceiling
        self.recent.extend(found)
        self.ceiling = end
        while len(self.recent) > REMEMBERED:
            self.floor = self.recent.popleft().position + 1
        if moved:
            for wake in self.readers:
                wake.set()
        return end < size

    async def read(self, first: int) -> tuple[list[Event], int]:
        """The events from *first* on, and the place after the last that was looked at."""
        if 0 <= self.floor <= first:
            news = itertools.takewhile(lambda event: event.position >= first, reversed(self.recent))
            return list(news)[::-1], max(first, self.ceiling)
        async with self.db.snapshot() as conn:
            end = min(await events.size(conn), first + AT_ONCE)
            return (await events.between(conn, first, end) if end > first else []), max(first, end)

    def close(self) -> None:
        """End every stream: the process stops."""
        self.closed = True
        for wake in self.readers:
            wake.set()
        if self.task is not None:
            self.task.cancel()


class Noted:
    """A stream's reading, and the employers that it names: whoever else is met later is added, before."""

    def __init__(self, reading: Reading, employers: set[str]) -> None:
        self.reading, self.employers = reading, employers
        self.began = time.monotonic()

    async def meet(self, db: Database, found: Iterable[Event]) -> None:
        """Add a reading of the employers of *found* that no reading of this stream names yet."""
        new = {event.employer_id for event in found} - self.employers
        if not new:
            return
        now = self.reading.read_at + dt.timedelta(seconds=time.monotonic() - self.began)
        again = msgspec.structs.replace(self.reading, access_id=uuid7(), read_at=now)
        async with db.transaction() as conn:
            await access_log.record(conn, again, new)
        self.employers |= new


FEEDS: "weakref.WeakKeyDictionary[Database, Feed]" = weakref.WeakKeyDictionary()


def feed_of(db: Database) -> Feed:
    """The one feed of an open database."""
    return FEEDS.setdefault(db, Feed(db))


async def opened(
    db: Database,
    principal: Principal,
    after: int | None,
    last_event_id: str | None,
    authorization: str | None,
) -> AsyncIterator[bytes]:
    """What a reader is sent, from the event after the last it has; Busy when there are too many readers."""
    wanted = frame.first_wanted(after, last_event_id)
    feed = feed_of(db)
    async with db.snapshot() as conn:
        await access.show_within(conn, scope_of(principal))
        size = await events.size(conn)
    pending = PENDING.get()
    noted = Noted(pending.reading, set(pending.employers)) if pending and not pending.own else None
    if not feed.takes(owner_of(principal)):
        raise Busy("too many readers hold this stream open; close one, or come back in a moment")
    # A reader who has seen more than there is comes from another ledger, or from one before a restore.
    first = size if wanted is None else min(wanted, size)
    return sent(feed, principal, first, expires_at(authorization), noted)


async def sent(
    feed: Feed, principal: Principal, first: int, ends_at: float, noted: Noted | None = None
) -> AsyncIterator[bytes]:
    """Events as they come and signs of life between them, until the token ends or the process stops.

    Of many who were let in together, those who are too many are sent away: they come back by themselves.
    """
    if not feed.takes(owner_of(principal)):
        return
    with feed.joined(owner_of(principal)) as wake:
        yield frame.RETRY
        said = time.monotonic()
        while not feed.closed and time.time() < ends_at:
            found, after = await feed.read(first)
            mine = [event for event in found if not event.held and match.reaches(principal, event)]
            if noted and mine:
                await noted.meet(feed.db, mine)
            for event in mine:
                yield frame.frame(event)
                said = time.monotonic()
            if after > first:
                first = after
                continue
            left = min(said + LIFE_SECONDS - time.monotonic(), ends_at - time.time())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), max(left, 0.01))
            wake.clear()
            if time.monotonic() - said >= LIFE_SECONDS:
                yield frame.sign_of_life(first - 1)
                said = time.monotonic()


def close(db: Database) -> None:
    """End every stream of *db*: its process stops."""
    if db in FEEDS:
        FEEDS[db].close()


@contextlib.contextmanager
def ended_by_signals(db: Database) -> Iterator[None]:
    """While the block runs, end the streams as soon as the process is told to stop.

    A server waits for its connections before it says that it stops, and these would wait for it. The handler
    is laid over that of the server, which is called as before.
    """
    loop = asyncio.get_running_loop()
    before: dict[int, Any] = {}

    def stop(number: int, frame: types.FrameType | None) -> None:
        loop.call_soon_threadsafe(close, db)
        if callable(before[number]):
            before[number](number, frame)
        elif before[number] == signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    # Only the main thread hears signals; elsewhere somebody else does.
    with contextlib.suppress(ValueError):
        for number in (signal.SIGTERM, signal.SIGINT):
            before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for heard, handler in before.items():
            signal.signal(heard, handler)
        close(db)
