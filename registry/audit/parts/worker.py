"""One process of a verification: verifies the parts it is given over standard input, until that ends.

It sees what the snapshot shows that it is told of, over one connection, and ends with whoever started it.
"""

import asyncio
import contextlib
import sys
import traceback
from collections.abc import AsyncIterator
from typing import Final, NoReturn, TextIO

import msgspec

from registry.audit.copies import act as copies
from registry.audit.parts.part import Begin, Compared, Copies, Failed, Part, Reached, Said, Stretch
from registry.audit.walk.act import Walk, edge
from registry.db import Connection, Database
from registry.errors import Busy, Corrupt, Invalid
from registry.ledger.merkle import Frontier

PART: Final = msgspec.json.Decoder(Part)


def main() -> NoReturn:
    """Work until nobody is there any more."""
    out, sys.stdout = sys.stdout, sys.stderr
    asyncio.run(work(out))
    sys.exit(0)


async def work(out: TextIO) -> None:
    """Every part that comes in is verified, and *out* is told what came of it."""
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    begin = msgspec.json.decode(await lines.readline(), type=Begin)
    coming = asyncio.create_task(lines.readline())
    while line := await coming:
        coming = asyncio.create_task(lines.readline())
        working = asyncio.create_task(answer(begin, PART.decode(line), out))
        await asyncio.wait([coming, working], return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            # The next part is given when this one is done: whoever gave it is gone.
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            return
        working.result()


async def answer(begin: Begin, part: Part, out: TextIO) -> None:
    """Verify *part*, and say what came of it."""
    try:
        said = await verified(begin, part, out)
    except Corrupt as fault:
        said = Failed("Corrupt", fault.detail)
    except Invalid as fault:
        said = Failed("Invalid", fault.detail)
    except Busy as fault:
        said = Failed("Busy", fault.detail)
    except Exception as fault:  # noqa: BLE001  whoever gave the part has to be told, whatever it is
        traceback.print_exc()
        said = Failed("Busy", f"a part of the verification failed: {type(fault).__name__}: {fault}")
    say(out, said)


def say(out: TextIO, said: Said) -> None:
    """One line of JSON."""
    out.write(msgspec.json.encode(said).decode() + "\n")
    out.flush()


async def verified(begin: Begin, part: Part, out: TextIO) -> Said:
    """What comes of *part*, in a transaction of its own."""
    async with opened(begin) as conn:
        if isinstance(part, Copies):
            return Compared(await copies.KINDS[part.kind](conn, part.first, part.share, part.of))
        return await walked(conn, part, out)


@contextlib.asynccontextmanager
async def opened(begin: Begin) -> AsyncIterator[Connection]:
    """A connection that sees what whoever gives the parts sees; Busy, in words, where there is none."""
    async with contextlib.AsyncExitStack() as held:
        try:
            db = await held.enter_async_context(Database.open(begin.dsn, size=1))
        except Busy as fault:
            few = "each process has a connection of its own, and fewer jobs need fewer"
            raise Busy(f"{fault.detail}; {few}") from None
        conn = await held.enter_async_context(db.snapshot())
        try:
            await conn.execute(f"SET TRANSACTION SNAPSHOT '{begin.snapshot}'")
        except Exception as fault:  # noqa: BLE001  whatever the database says to it
            raise Busy(
                f"the state of the database that all processes see is gone ({fault}): the connection that "
                "held it was ended, or this one leads to another server; verify again, or with one job"
            ) from None
        yield conn


async def walked(conn: Connection, part: Stretch, out: TextIO) -> Said:
    """What is found along a stretch, from the tree that stands before it."""
    frontier = await edge(conn, part.first) if part.first else Frontier()
    return await Walk(
        conn, frontier, lambda done, of: say(out, Reached(done, of)), until=part.until
    ).through()
