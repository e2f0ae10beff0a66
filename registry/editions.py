"""Editions of packs as a command finds them: what ships, files, or what a database has published."""

import datetime as dt
import re
from pathlib import Path
from typing import Final

from registry import house
from registry.access import act as access
from registry.agreements import act as agreements
from registry.agreements import shelf
from registry.auth.scope import Principal
from registry.db import Database
from registry.errors import Invalid, NotFound
from registry.judging.house import House
from registry.obligations.pack import PackSet, is_params, written_params
from registry.publishing import act as publishing
from registry.publishing import draft
from registry.publishing.flips import Backtest
from registry.settings import Settings

DIGEST: Final = re.compile(r"[0-9a-f]{8,64}")
NOBODY: Final = Principal("the command line", "administrator")


def instant(day: str) -> dt.datetime:
    """The instant *day* names: an instant with its offset, or the end of a day in UTC; raises Invalid."""
    try:
        if len(day) == len("2026-01-01"):
            end = dt.datetime.combine(dt.date.fromisoformat(day), dt.time.max, dt.UTC)
        else:
            end = dt.datetime.fromisoformat(day)
    except ValueError:
        raise Invalid(f"{day[:40]} is no day; write it like 2026-01-31") from None
    if end.tzinfo is None:
        raise Invalid(f"{day} has no offset from UTC; write it like 2026-01-31T12:00:00Z")
    return end


def named(rules: House, key: str) -> PackSet:
    """The packs *key* names in *rules*, with every parameter set; raises NotFound with the nearest."""
    shelf.agreement(rules, key)
    return of_key(rules.packs, key)


def of_key(packs: PackSet, key: str) -> PackSet:
    """Those of *packs* that *key* names."""
    kept = {name: each for name, each in packs.packs.items() if key in (name, *each.written.agreements)}
    return PackSet(kept, packs.params)


def of_file(path: Path, rules: House) -> PackSet:
    """The pack in a file, linted; its parameters are those of *rules*, or of a set beside it."""
    beside = sorted(each for each in path.parent.glob("*.toml") if is_params(each.name))
    own = [written_params(each.name, each.read_bytes()) for each in beside]
    params = rules.packs.params | {each.name: each for each in own}
    made = draft.pack(path.read_bytes(), PackSet(rules.packs.packs, params), rules.editions)
    return PackSet({made.name: made}, params)


async def published(settings: Settings, key: str, edition: str) -> PackSet:
    """The packs of *key* with the digest (or its beginning) *edition* names, or as they were on that day."""
    async with Database.open(settings.database_url, size=1) as db, db.snapshot() as conn:
        if not DIGEST.fullmatch(edition):
            packs, _ = await agreements.rules_in_force(conn, instant(edition))
            found = of_key(packs, key)
            if not found.packs:
                raise NotFound(f"nothing of {key} was in force on {edition}")
            return found
        now, _ = await agreements.rules_in_force(conn)
        digests = [
            (each.name, each.digest)
            for each in await publishing.lines(conn, now, key)
            if each.digest.startswith(edition)
        ]
        if len(set(digests)) != 1:
            raise NotFound(f"{len(set(digests))} publications of {key} begin with {edition}")
        return PackSet((await agreements.packs_of(conn, dict(digests))).packs, now.params)


async def tried(settings: Settings, body: bytes, now: dt.datetime, as_of: str) -> Backtest:
    """What a draft would change of the history in the database; stored is only who looked."""
    async with Database.open(settings.database_url, size=1) as db:
        at = instant(as_of) if as_of else None
        async with access.by_operator(db, "registry agreements backtest", now):
            return await publishing.backtest(db, house.shipped(), NOBODY, body, now, at)
