"""Lets checkpoints out: asks witnesses, has tiles written and stamps made, each place at its own pace."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

import httpx
import structlog

from registry.db import Connection, Database
from registry.errors import Corrupt, Invalid, NotFound
from registry.ledger.log import act as log_act
from registry.ledger.log import store as logs
from registry.ledger.log.signed import Log, Signed
from registry.settings import Settings
from registry.witnessing import policy, store, view
from registry.witnessing.asking.act import Asking
from registry.witnessing.policy import Policy
from registry.witnessing.stamping import act as stamping
from registry.witnessing.tiling import act as tiling
from registry.witnessing.view import Stamped, Witnesses

QUORUM: Final = "quorum"
"""The place in ledger_told that says which checkpoint had a quorum last."""
TILES: Final = "tiles"
STAMP: Final = "stamp"
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0
"""Seconds for which a place that failed is left alone: twice as long after each failure, up to the second."""

log = structlog.get_logger()

Errand = Callable[[], Awaitable[bool]]
"""Something to be done for one place; False when it failed, and why is written down."""


def policy_of(settings: Settings) -> Policy | None:
    """The policy the settings name; None without one. Raises Corrupt, telling every fault."""
    if not settings.witness_policy:
        return None
    try:
        return policy.read(Path(settings.witness_policy).read_bytes().decode())
    except (OSError, UnicodeDecodeError) as fault:
        raise Corrupt(f"REGISTRY_WITNESS_POLICY: {settings.witness_policy} cannot be read: {fault}") from None
    except Invalid as fault:
        said = "; ".join(f"{each.detail} ({each.fix})" for each in fault.faults)
        raise Corrupt(f"REGISTRY_WITNESS_POLICY: {settings.witness_policy}: {said}") from None


async def published(conn: Connection, rule: Policy | None) -> Signed | None:
    """The newest checkpoint that enough witnesses have signed; the newest signed where none need to."""
    if rule is None or rule.quorum is None:
        return await logs.find_checkpoint(conn)
    names = {each.key.vkey: each.name for each in rule.witnesses}
    newest = await logs.find_checkpoint(conn)
    for each in await store.list_cosigners(conn, list(names), newest.size if newest else 0):
        if policy.satisfied(rule, [names[vkey] for vkey in each.vkeys]):
            return await store.get_signed(conn, each.size, each.log)
    # Long without a quorum: the last one there was, if it is one by the present rule.
    told = await store.farthest(conn, QUORUM)
    if told is None:
        return None
    vkeys = await store.cosigners_of(conn, told.size, told.log)
    enough = policy.satisfied(rule, [names[vkey] for vkey in vkeys if vkey in names])
    return await store.get_signed(conn, told.size, told.log) if enough else None


def choice(settings: Settings) -> Callable[[Connection], Awaitable[Signed | None]]:
    """What chooses the published checkpoint; raises NotFound while none of those signed has its quorum."""
    rule = policy_of(settings)

    async def chosen(conn: Connection) -> Signed | None:
        found = await published(conn, rule)
        if found is None and rule is not None and await logs.find_checkpoint(conn) is not None:
            raise NotFound(f"{view.said(rule, found)}; /ledger/witnesses says who has signed")
        return found

    return chosen


async def note_quorum(db: Database, rule: Policy | None, now: datetime) -> None:
    """Write down which checkpoint has a quorum, for those who only need to know that."""
    if rule is None or rule.quorum is None:
        return
    async with db.transaction() as conn:
        found = await published(conn, rule)
        told = await store.farthest(conn, QUORUM)
        if found is not None and (told is None or told.size < found.size or told.log < found.log):
            await store.tell(conn, QUORUM, found.log, found.size, now)


class Publisher:
    """Lets checkpoints out, of one database, for as long as it is kept."""

    def __init__(self, db: Database, settings: Settings, client: httpx.AsyncClient) -> None:
        self.db = db
        self.settings = settings
        self.client = client
        self.busy: dict[str, asyncio.Task[None]] = {}
        self.pauses: dict[str, tuple[float, float]] = {}
        """By place: until when it is left alone, and how long that was."""

    async def errands(self, now: datetime) -> Mapping[str, Errand]:
        """What there is to do now, by place. All witnesses are asked for the same checkpoint."""
        rule = policy_of(self.settings)
        if rule is None and not self.settings.stamp_url and not self.settings.tiles_dir:
            return {}
        async with self.db.snapshot() as conn:
            halted = await logs.find_halt(conn)
            newest = await logs.find_checkpoint(conn)
            by = await store.get_log(conn, newest.log) if newest else None
            if halted is not None or newest is None or by is None:
                return {}
            await log_act.let_out(conn, newest)
        found: dict[str, Errand] = {}
        for each in rule.witnesses if rule else ():
            if each.address is not None:
                asking = Asking(self.db, self.client, by, each, newest, now)
                found[each.key.vkey] = partial(self.witnessed, asking, rule)
        if self.settings.stamp_url:
            found[STAMP] = partial(self.stamped, newest, now)
        if self.settings.tiles_dir:
            found[TILES] = partial(self.tiled, rule, by, now)
        return found

    async def witnessed(self, asking: Asking, rule: Policy | None) -> bool:
        """Have one witness asked, and see whether that makes a quorum."""
        done = await asking.ask()
        if done:
            await note_quorum(self.db, rule, asking.now)
        return done

    async def stamped(self, newest: Signed, now: datetime) -> bool:
        """Have the newest checkpoint stamped, if it is time."""
        url, seconds = self.settings.stamp_url, self.settings.stamp_seconds
        return await stamping.stamp(self.db, self.client, url, seconds, newest, now)

    async def tiled(self, rule: Policy | None, by: Log, now: datetime) -> bool:
        """Have the folder of tiles grow to the checkpoint that is published."""
        async with self.db.snapshot() as conn:
            found = await published(conn, rule)
            if found is not None:
                await log_act.let_out(conn, found)
        return found is None or await tiling.grow(self.db, Path(self.settings.tiles_dir), found, by, now)

    async def tick(self, now: datetime) -> None:
        """Set going what is to be done at places that are neither busy nor left alone for now."""
        for place, errand in (await self.errands(now)).items():
            until, _ = self.pauses.get(place, (0.0, 0.0))
            if place not in self.busy and time.monotonic() >= until:
                self.busy[place] = asyncio.create_task(self.run(place, errand))

    async def run(self, place: str, errand: Errand) -> None:
        """Do one errand; after a failure its place is left alone for a while."""
        try:
            done = await errand()
        except Exception:
            log.exception("publishing.broke", place=place)
            done = False
        finally:
            self.busy.pop(place, None)
        if done:
            self.pauses.pop(place, None)
        else:
            _, last = self.pauses.get(place, (0.0, 0.0))
            pause = min(max(2 * last, FIRST_PAUSE), LONGEST_PAUSE)
            self.pauses[place] = time.monotonic() + pause, pause

    async def close(self) -> None:
        """Break off what is under way; the next worker begins where it was."""
        tasks = list(self.busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def publish_once(db: Database, settings: Settings, client: httpx.AsyncClient, now: datetime) -> bool:
    """Let the newest checkpoint out and wait until that is done; False when something of it failed."""
    publisher = Publisher(db, settings, client)
    errands = dict(await publisher.errands(now))
    tiles = errands.pop(TILES, None)
    done = list(await asyncio.gather(*(errand() for errand in errands.values())))
    if tiles is not None:  # behind the witnesses: what is published may be what they have signed just now
        done.append(await tiles())
    return all(done)


async def witnesses(db: Database, settings: Settings) -> Witnesses:
    """Who cosigns, how far each has come, and which checkpoint enough of them have signed."""
    rule = policy_of(settings)
    async with db.snapshot() as conn:
        newest = await logs.find_checkpoint(conn)
        found = await published(conn, rule)
        halted = await logs.find_halt(conn)
        told = await store.list_told(conn, newest.log) if newest else {}
        vkeys = [each.key.vkey for each in rule.witnesses] if rule else []
        signed = await store.last_by_each(conn, vkeys)
        by = await store.get_log(conn, newest.log) if newest else None
        stamp = await store.last_stamp(conn)
    authority = stamping.name_of(settings.stamp_url) if settings.stamp_url else None
    return view.witnesses(rule, by, newest, found, halted, told, signed, authority, stamp)


async def stamps(db: Database, size: int) -> Stamped:
    """What authorities have said of the checkpoint of *size* entries."""
    async with db.snapshot() as conn:
        found = await logs.find_checkpoint(conn, size)
        if found is not None:
            await log_act.let_out(conn, found)
        return view.stamped(size, found, await store.list_stamps(conn, size))


async def stamp(db: Database, size: int, authority: str | None) -> bytes:
    """One authority's reply about the checkpoint of *size* entries, the first one if none is named."""
    async with db.snapshot() as conn:
        return view.reply(size, await store.list_stamps(conn, size), authority)
