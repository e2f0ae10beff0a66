"""Restore a backup into an empty place, recount all of it, and take again what was redacted since."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec
import structlog

from registry import serving
from registry.agreements import act as agreements
from registry.audit import act as audit
from registry.backups import act as backups
from registry.backups import manifest, store
from registry.backups.act import Say
from registry.backups.manifest import Restored
from registry.backups.places import act as places
from registry.backups.places import store as marks
from registry.backups.programs import act as programs
from registry.db import Database
from registry.errors import Corrupt, Invalid, NotFound
from registry.ledger import store as ledger
from registry.ledger.log import refusals
from registry.ledger.log import store as log_store
from registry.ledger.log.owner import act as owner
from registry.redactions import act as redactions
from registry.redactions.act import Order
from registry.redactions.leavings import act as leavings
from registry.settings import Settings
from registry.witnessing.looking import act as looking

log = structlog.get_logger()
MAKE_ROLE: Final = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'registry_app') THEN
        CREATE ROLE registry_app NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""


async def restore(
    path: Path,
    settings: Settings,
    now: dt.datetime,
    say: Say,
    vkey: str | None = None,
) -> Restored:
    """Restore the dump at *path* into an empty database, and check all of it before anything serves.

    The database is the one *settings* name, or a new embedded one in its data folder. Nothing is changed of
    what lies outside the database: the mark of what was let out stays, and a restored copy that is older than
    it is refused at the next start, in words. Redactions that are newer than the backup are done again.
    """
    found = await backups.check(path, vkey)
    if found.way != "dump":
        raise Invalid(f"{path} is a base backup; restore it with an instant, or until the end of its archive")
    say(f"every file of {path.name} is as it was written")
    with places.claimed(settings) as home, serving.database(settings, say, restoring=True) as there:
        await fill(path, home, there.database_url, say)
        made = await examine(found, path.parent, there, now, say)
        async with Database.open(there.database_url, size=1, role=False) as db, db.transaction() as conn:
            await marks.end(conn)
        places.end(home)
        return made


async def fill(path: Path, home: Path | None, dsn: str, say: Say) -> None:
    """Load the dump at *path* into the empty database at *dsn*, whole or not at all.

    The database is marked before: whoever kills this leaves one that is not served.
    """
    async with Database.open(dsn, size=1, role=False) as db, db.transaction() as conn:
        if not await store.is_empty(conn):
            if await log_store.is_half_restored(conn):
                raise refusals.half_restored()
            raise Invalid("a backup is restored into an empty database only; this one has tables already")
        places.begin(home)
        await marks.begin(conn)
        await conn.execute(MAKE_ROLE)
        major = conn.get_server_version().major
    bare, secret = programs.address(dsn)
    words = [str(programs.folder_of(major) / "pg_restore"), "--exit-on-error", "--single-transaction"]
    words += ["--no-owner", "--no-password", f"--dbname={bare}", str(path / manifest.DUMP)]
    say("loading the dump")
    await programs.run(words, secret)


async def examine(
    found: manifest.Backup,
    folder: Path,
    settings: Settings,
    now: dt.datetime,
    say: Say,
) -> Restored:
    """Recount the whole ledger, hold it against manifest and witnesses, redact again what has to be."""
    dsn = settings.database_url
    say("recounting the ledger")
    async with Database.open(dsn, size=2, role=False) as db:
        tally = await audit.verify(db)
        same = (tally.size, tally.root.hex()) == (found.tree_size, found.root)
        if found.way == "dump" and not same:
            raise Corrupt(
                f"the restored ledger has {tally.size} entries with the root {tally.root.hex()}; its "
                f"manifest says {found.tree_size} and {found.root}"
            )
        async with db.snapshot() as conn:
            if found.way == "base" and (await ledger.root_at(conn, found.tree_size)).hex() != found.root:
                raise Corrupt(
                    f"the restored ledger does not begin with the {found.tree_size} entries backed up"
                )
    again = await redact(dsn, redactions_in(folder, settings), now, say)
    problem: str | None = None
    try:
        problem = (await owner.status(dsn, settings)).problem
        await looking.look(dsn, settings, say)
    except NotFound:
        problem = None
    except Corrupt as fault:
        problem = problem or fault.detail
    log.info("backup.restored", size=tally.size, redactions=again, problem=problem)
    return Restored(
        tree_size=tally.size,
        root=tally.root.hex(),
        rows_checked=tally.rows_checked,
        redactions_again=again,
        problem=problem,
        advice=manifest.advice(found, problem, archived=found.way == "base"),
    )


def redactions_in(folder: Path, settings: Settings) -> list[Order]:
    """Every redaction kept outside the database, beside the backups and in the data folder; oldest first."""
    found: dict[UUID, Order] = {}
    for place in (folder / manifest.REDACTIONS, settings.data_dir / manifest.REDACTIONS):
        for path in sorted(place.glob("*.json")):
            try:
                order = msgspec.json.decode(path.read_bytes(), type=Order)
            except (msgspec.MsgspecError, OSError) as fault:
                raise Corrupt(f"{path} cannot be read, and says what must not come back: {fault}") from None
            found[order.redaction_id] = order
    return [found[each] for each in sorted(found)]


async def redact(dsn: str, known: Sequence[Order], now: dt.datetime, say: Say) -> int:
    """Do again what is *known* and not in the database at *dsn*; how many there were.

    When one of them fails the ledger is halted: what was taken is here again, and nothing goes on over it.
    """
    async with Database.open(dsn, size=1, role=False) as db:
        done = {order.redaction_id for order in await redactions.orders(db)}
        missing = [order for order in known if order.redaction_id not in done]
        if not missing:
            return 0
        say(f"doing {len(missing)} redactions again that are newer than the backup")
        try:
            done_again = await redactions.reapply(db, agreements.editions(), missing, now)
            # What was taken stands in dead rows still, until every table is written anew.
            await leavings.scrub(dsn, now, say)
        except BaseException:
            names = ", ".join(str(order.redaction_id) for order in missing[:10])
            async with db.transaction() as conn:
                await store.halt(conn, f"restored, and not redacted again as ordered since: {names}", now)
            raise
    return done_again
