"""The line in front of the ledger: one writes, the others gather, and the next transaction takes them all.

A commit costs the same for one and for many: one wait for the disk, one signature, one turn at the ledger.
The tasks that write belong to no request, so a request that is given up undoes nobody's filing.
"""

import asyncio
import contextvars
from collections.abc import Coroutine, Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

import msgspec
import structlog

from registry.db import Connection, Database
from registry.errors import RegistryError
from registry.filing.admission import Seen
from registry.filing.answer import Outcome
from registry.filing.settling import act as settling
from registry.judging import act as judging
from registry.judging.house import House

MOST: Final = 16
"""How many filings share a transaction: whoever else writes into the ledger waits for so many at most."""

Result = Outcome | RegistryError

log = structlog.get_logger()


class Waiting(msgspec.Struct, frozen=True, eq=False):
    """A submission in the line, and the promise of its result."""

    house: House
    seen: Seen
    result: asyncio.Future[Result]

    @property
    def names(self) -> set[tuple[str, ...]]:
        """What no other submission of the same transaction may have: its production, and its key."""
        prepared, production = self.seen.prepared, ("production", *self.seen.production)
        return {production, ("key", prepared.employer_id, prepared.key)} if prepared.key else {production}


class Line:
    """The submissions of one process that wait to be written into one database, first come first."""

    def __init__(self) -> None:
        self.waiting: list[Waiting] = []
        self.apart: set[Waiting] = set()
        self.busy = False
        self.tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Have *work* done by a task of its own, which knows nothing of the request that happened to come."""
        task = asyncio.get_running_loop().create_task(work, context=contextvars.Context())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def go_on(self, db: Database) -> None:
        """Have what waits written, unless that is under way."""
        if self.waiting and not self.busy:
            self.busy = True
            self.begin(self.work(db))

    async def work(self, db: Database) -> None:
        """Write what waits, until nothing does but for one that is written by itself."""
        try:
            while taken := self.taken():
                await self.write(db, taken)
        except BaseException:
            for one in self.waiting:
                one.result.cancel()
            self.waiting = []
            raise
        finally:
            self.busy = False

    def taken(self) -> list[Waiting]:
        """Those to be written next, the first of each production and key; what was given up is dropped.

        While one is written by itself, the others of its production and key stay in line: they would only
        wait behind it, each with a connection that everybody else needs.
        """
        taken: list[Waiting] = []
        left: list[Waiting] = []
        held = {name for one in self.apart for name in one.names}
        for one in self.waiting:
            if one.result.done():
                continue
            fits = len(taken) < MOST and held.isdisjoint(one.names)
            (taken if fits else left).append(one)
            held |= one.names
        self.waiting = left
        return taken

    async def write(self, db: Database, taken: Sequence[Waiting]) -> None:
        """Write *taken* in one transaction; what it leaves over, or all if it breaks, each in its own."""
        done: dict[Waiting, Result] = {}
        try:
            async with db.transaction() as conn:
                done = await together(conn, taken)
        except asyncio.CancelledError:
            for one in taken:
                one.result.cancel()
            raise
        except Exception as fault:
            # With results in hand it broke at the commit or behind it: perhaps stored, so not tried again.
            for one, result in done.items():
                end(one, fault if writes(result) else result)
            if not done and len(taken) > 1 and not isinstance(fault, RegistryError):
                # Each may well succeed by itself, and then nobody would hear of it.
                log.warning("filings.written_apart", filings=len(taken), exc_info=fault)
        else:
            for one, result in done.items():
                end(one, result)
        for one in taken:
            if one not in done:
                self.apart.add(one)
                self.begin(self.alone(db, one))

    async def alone(self, db: Database, one: Waiting) -> None:
        """Write *one* in a transaction of its own, and let those go on that waited for it."""
        try:
            end(one, await settling.commit(db, one.house, one.seen))
        except asyncio.CancelledError:
            one.result.cancel()
            raise
        except Exception as fault:  # noqa: BLE001  said to whoever waits
            end(one, fault)
        finally:
            self.apart.discard(one)
        self.go_on(db)


LINES: Final[WeakKeyDictionary[Database, Line]] = WeakKeyDictionary()


async def write(db: Database, house: House, seen: Seen) -> Result:
    """The result of *seen*, committed; what it is refused for is a result, too."""
    line = LINES.setdefault(db, Line())
    one = Waiting(house, seen, asyncio.get_running_loop().create_future())
    line.waiting.append(one)
    line.go_on(db)
    return await one.result


async def together(conn: Connection, taken: Sequence[Waiting]) -> dict[Waiting, Result]:
    """What becomes of *taken* in one transaction; those whose production somebody else holds are left over.

    What is refused has written nothing. What breaks breaks all.
    """
    held = await judging.hold(conn, {one.seen.production for one in taken}, free=True)
    results: dict[Waiting, Result] = {}
    ready: dict[Waiting, settling.Ready] = {}
    for one in taken:
        if one.seen.production not in held.facts:
            continue
        try:
            await settling.claim(conn, one.seen)
            found = await settling.ready(conn, one.house, one.seen, held)
        except RegistryError as refused:
            results[one] = refused
            continue
        if isinstance(found, Outcome):
            results[one] = found
        else:
            ready[one] = found
    outcomes = await settling.write(conn, list(ready.values())) if ready else []
    return results | dict(zip(ready, outcomes, strict=True))


def writes(result: Result) -> bool:
    """Whether *result* rests on the commit: a refusal does not, nor an answer that was given before."""
    return isinstance(result, Outcome) and not result.replayed


def end(one: Waiting, result: Result | Exception) -> None:
    """Tell whoever waits for *one* what became of it, or what broke; unless nobody does any more."""
    if one.result.done():
        return
    if isinstance(result, Outcome | RegistryError):
        one.result.set_result(result)
    else:
        one.result.set_exception(result)
