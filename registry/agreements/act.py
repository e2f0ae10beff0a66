"""Publishing: each pack, parameter set and schema the program judges by is in the ledger before it judges."""

import functools
from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog

from registry import files
from registry.agreements import local, shelf, store, terms
from registry.agreements.local import Local
from registry.agreements.publication import Publication
from registry.agreements.shelf import Rules
from registry.agreements.store import Published
from registry.agreements.terms import Edition
from registry.db import Database
from registry.ledger import entry
from registry.ledger import store as ledger

log = structlog.get_logger()


async def publish_shipped(db: Database, rules: Rules, now: datetime) -> list[Publication]:
    """Log each pack, parameter set and schema of the house that is not published yet; returns those.

    From the second start on that is none. Of several processes that start at once, one publishes.
    """
    return await publish(db, shelf.publications(rules), now)


async def publish(db: Database, publications: Sequence[Publication], now: datetime) -> list[Publication]:
    """Put each of *publications* that is new into the ledger; returns those. All or none are published."""
    async with db.transaction() as conn:
        await store.lock(conn)
        before = await store.list_published(conn)
        known = {(each.kind, each.name, each.digest) for each in before}
        new = [each for each in publications if (each.kind, each.name, each.digest) not in known]
        rows = [each.row(now) for each in new]
        entries = [entry.encode(entry_of(each, before, now)) for each in new]
        positions = await ledger.append(conn, entries, now) if new else []
        await store.add(conn, rows, [position.index for position in positions])
    for each, position in zip(new, positions, strict=True):
        log.info("publication.recorded", kind=each.kind, name=each.name, index=position.index)
    return new


def entry_of(publication: Publication, before: Sequence[Published], now: datetime) -> entry.Entry:
    """The ledger entry of a publication; it names the entry of the edition before it, if there is one."""
    earlier = [each for each in before if (each.kind, each.name) == (publication.kind, publication.name)]
    return entry.Entry(
        kind=publication.kind,
        id=publication.name,
        seq=len(earlier) + 1,
        prev=earlier[-1].leaf.hex() if earlier else None,
        sha256=publication.digest.hex(),
        record=entry.row_digest("publication", publication.row(now)),
        at=entry.stamp(now),
    )


@functools.cache
def editions() -> Mapping[str, Edition]:
    """The editions of agreements that ship with the program, by key, read once."""
    return terms.editions((files.SCHEMAS / "codes" / "agreements.json").read_bytes())


@functools.cache
def locals_by_key() -> Mapping[str, Local]:
    """The locals that ship with the program, by key, read once."""
    return local.locals_by_key((files.SCHEMAS / "codes" / "locals.json").read_bytes())
