"""Have the parts of a verification done by processes of their own."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Final

import msgspec

from registry.audit.parts.part import Begin, Compared, Copies, Failed, Part, Reached, Said, Stretch, Walked
from registry.audit.verified import Progress
from registry.db import Connection
from registry.errors import Busy, Corrupt, Invalid, RegistryError

Report = Callable[[Progress], None]

RUN: Final = "import sys; sys.path[:] = sys.argv[1:]; from registry.audit.parts import worker; worker.main()"
"""What a process runs: it looks for programs where this one does, and nowhere else."""

LONGEST: Final = 1 << 24
"""The bytes of one line."""

GOODBYE_SECONDS: Final = 5.0
UNKNOWN: Final = "so nothing is known of its part; verify again"

SAID: Final[msgspec.json.Decoder[Said]] = msgspec.json.Decoder(Said)
FAULTS: Final[dict[str, type[RegistryError]]] = {"Corrupt": Corrupt, "Invalid": Invalid, "Busy": Busy}


async def verify(
    conn: Connection,
    dsn: str,
    stretches: Sequence[Stretch],
    copies: Sequence[Copies],
    jobs: int,
    report: Report,
) -> tuple[list[Walked], int]:
    """Every part, by as many processes as *jobs*, in sight of what *conn* sees; raises the lowest fault.

    Returns what the walks found, in the order of the stretches, and how many copies were compared.
    """
    # This transaction does nothing while others work, and holds what they see.
    await conn.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    begin = Begin(dsn, await conn.fetchval("SELECT pg_export_snapshot()"))
    table = Table([*stretches, *copies], report)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(jobs, len(table.parts))):
                group.create_task(table.work(begin))
    except ExceptionGroup as several:
        # A fault that was found is one, even if what lies below it could not be read.
        if table.fault is None:
            raise several.exceptions[0] from None
    if table.fault is not None:
        raise table.fault
    said = [table.said[number] for number in range(len(table.parts))]
    return (
        [each for each in said if isinstance(each, Walked)],
        sum(each.count for each in said if isinstance(each, Compared)),
    )


class Table:
    """All parts of a verification: who works on which, what was said of them, and the lowest fault.

    The copies are given out first: one of them may take longer than many stretches.
    """

    def __init__(self, parts: Sequence[Part], report: Report) -> None:
        self.parts, self.report = parts, report
        self.waiting = sorted(range(len(parts)), key=lambda number: isinstance(parts[number], Stretch))
        self.working: dict[int, asyncio.Task[None]] = {}
        self.said: dict[int, Said] = {}
        self.reached = {
            number: Reached(0, part.length) for number, part in enumerate(parts) if isinstance(part, Stretch)
        }
        self.lowest = len(parts)
        self.fault: Corrupt | None = None

    async def work(self, begin: Begin) -> None:
        """One process, given one part after another as long as there is one that matters."""
        async with started(begin) as process:
            while (number := self.next()) is not None:
                working = asyncio.current_task()
                assert working is not None
                self.working[number] = working
                self.heard(number, await process.done(self.parts[number], partial(self.tell, number)))
                del self.working[number]

    def next(self) -> int | None:
        """The next part that nobody works on; none above the lowest fault."""
        while self.waiting:
            number = self.waiting.pop(0)
            if number < self.lowest:
                return number
        return None

    def heard(self, number: int, said: Said) -> None:
        """What came of a part: a fault ends the work on everything above it."""
        self.said[number] = said
        if isinstance(said, Failed):
            fault = FAULTS[said.kind](said.detail)
            if not isinstance(fault, Corrupt):
                raise fault
            if number > self.lowest:
                return
            # Whoever works on something lower goes on: it may have a fault of its own.
            self.lowest, self.fault = number, fault
            for other, working in self.working.items():
                if other > number:
                    working.cancel()
        elif isinstance(said, Compared):
            of = sum(isinstance(part, Copies) for part in self.parts)
            done = sum(isinstance(each, Compared) for each in self.said.values())
            self.report(Progress("copies", done, of))

    def tell(self, number: int, reached: Reached) -> None:
        """Say how far all stretches together have come."""
        self.reached[number] = reached
        done = sum(each.done for each in self.reached.values())
        self.report(Progress("entries", done, sum(each.of for each in self.reached.values())))


class Process:
    """One process that verifies parts, one at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process, self.to, self.out = process, process.stdin, process.stdout
        self.idle = True

    async def tell(self, line: msgspec.Struct) -> None:
        """Say something to it; a process that is gone is found out when it is listened to."""
        with contextlib.suppress(ConnectionError):
            self.to.write(msgspec.json.encode(line) + b"\n")
            await self.to.drain()

    async def done(self, part: Part, tell: Callable[[Reached], None]) -> Said:
        """What comes of *part*; *tell* hears how far it is. Raises Busy when the process ends before."""
        self.idle = False
        await self.tell(part)
        while (line := await self.out.readline()).endswith(b"\n"):
            try:
                said = SAID.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                raise Busy(f"a process of the verification said {line[:80]!r}, {UNKNOWN}") from None
            if not isinstance(said, Reached):
                self.idle = True
                return said
            tell(said)
        status = await self.process.wait()
        how = f"was killed by signal {-status}" if status < 0 else f"ended with {status}"
        raise Busy(
            f"a process of the verification {how} before it was done, {UNKNOWN}, with fewer jobs if the "
            "machine has too little memory for so many"
        )


@contextlib.asynccontextmanager
async def started(begin: Begin) -> AsyncIterator[Process]:
    """A process that verifies parts; it is gone when the block ends."""
    pipe = asyncio.subprocess.PIPE
    # In a session of its own: Ctrl-C is for this program, which ends the others.
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", RUN, *sys.path),
            stdin=pipe,
            stdout=pipe,
            limit=LONGEST,
            start_new_session=True,
        )
    except OSError as fault:
        raise Busy(f"no process could be started for the verification: {fault.strerror}") from None
    held = Process(process)
    try:
        await held.tell(begin)
        yield held
    finally:
        await end(held)


async def end(held: Process) -> None:
    """Have a process end; one that is at work is given the time to call off what the database does for it."""
    try:
        if not held.idle:
            held.to.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(held.process.wait(), GOODBYE_SECONDS)
    finally:
        with contextlib.suppress(ProcessLookupError):
            held.process.kill()
        await held.process.wait()
