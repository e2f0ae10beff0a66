"""Filings that come while another is being written: they gather behind it, in front of a ledger somebody holds."""

import asyncio
from contextlib import asynccontextmanager

import asyncpg
import papers

from registry.db import Database
from registry.filing import act
from registry.filing.together import act as together
from registry.ledger import store as ledger

THIRD = ("other-films", "harbor-lights-s1")
WHO = {papers.KEY[0]: papers.OFFICE, THIRD[0]: papers.OTHERS}
ONE_BREAKS = """
CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
$$ BEGIN IF NEW.production_id = 'night-ferry' THEN %s END IF; RETURN NEW; END $$
"""
AT_INSERT = (
    "CREATE TRIGGER break_off BEFORE INSERT ON disclosure_version FOR EACH ROW EXECUTE FUNCTION break_off()"
)
AT_COMMIT = """
CREATE CONSTRAINT TRIGGER break_off AFTER INSERT ON disclosure_version DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION break_off()
"""


async def told(dsn, *statements):
    """Run *statements* as the owner of the database; what the last one answers."""
    conn = await asyncpg.connect(dsn)
    try:
        return [await conn.fetch(statement) for statement in statements][-1]
    finally:
        await conn.close()


def filing(db, number, key=papers.KEY, name=None):
    """A filing about *key* under way, as a request of its own."""
    said = papers.submission(
        papers.document(key=key, **papers.uses()), key=name or f"k-{number}", principal=WHO[key[0]]
    )
    return asyncio.create_task(act.file_one(db, papers.house(), said))


async def until(holds):
    """Wait until *holds*."""
    for _ in range(3000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to it")


@asynccontextmanager
async def gathered(dsn, many, *, first=papers.KEY):
    """A first filing stands before the ledger, which somebody holds, and behind it in line wait *many* more."""
    async with Database.open(dsn) as holder, Database.open(dsn, size=8) as db:
        async with holder.transaction() as conn:
            await conn.fetchrow(ledger.LOCK_HEAD)
            tasks = [filing(db, 0, first)]
            await until(lambda: db in together.LINES and together.LINES[db].busy)
            await until(lambda: not together.LINES[db].waiting)
            for number, each in enumerate(many, 1):
                tasks.append(filing(db, number, *each))
                await until(lambda: len(together.LINES[db].waiting) == len(tasks) - 1)
            yield tasks
            # The ledger is let go.
        await asyncio.wait(tasks)


def results(tasks):
    """What each came to: its outcome, or what it was told instead."""
    return [
        "given up" if task.cancelled() else task.exception() or task.result() for task in tasks if task.done()
    ]


async def commits(db):
    """How many transactions wrote versions, and how many versions they wrote."""
    async with db.snapshot() as conn:
        return tuple(
            await conn.fetchrow("SELECT count(DISTINCT xmin::text), count(*) FROM disclosure_version")
        )
