"""Publishing: each pack, parameter set and schema the program judges by is in the ledger before it judges."""

import functools
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import structlog

from registry import files
from registry.agreements import compiling, law, local, shelf, store, terms
from registry.agreements.law import Law
from registry.agreements.local import Local
from registry.agreements.publication import Publication, Published
from registry.agreements.shelf import Rules
from registry.agreements.terms import Edition
from registry.db import Connection, Database
from registry.errors import Corrupt
from registry.ledger import entry
from registry.ledger import store as ledger
from registry.ledger.store import Position
from registry.obligations.pack import Pack, PackSet, Params

log = structlog.get_logger()

COMPILED: Final[dict[str, Pack | Params]] = {}
"""By digest: what this process has compiled of what was ever published."""


async def publish_shipped(db: Database, rules: Rules, now: datetime) -> list[Publication]:
    """Log each pack, parameter set and schema of the house that is not published yet; returns those.

    From the second start on that is none. Of several processes that start at once, one publishes.
    """
    return await publish(db, shelf.publications(rules), now)


async def publish(db: Database, publications: Sequence[Publication], now: datetime) -> list[Publication]:
    """Put each of *publications* that is new into the ledger; returns those. All or none are published."""
    async with db.transaction() as conn:
        new = await unpublished(conn, publications)
        positions = await record(conn, new, now)
    tell(new, positions)
    return new


async def unpublished(conn: Connection, publications: Sequence[Publication]) -> list[Publication]:
    """Those of *publications* that never were published; nobody publishes until the transaction ends."""
    await store.lock(conn)
    known = {(each.kind, each.name, each.digest) for each in await store.list_published(conn)}
    return [each for each in publications if (each.kind, each.name, each.digest) not in known]


async def record(conn: Connection, new: Sequence[Publication], now: datetime) -> list[Position]:
    """Put *new* into the ledger, whether published before or not; the caller holds `store.lock`."""
    if not new:
        return []
    before = await store.list_published(conn)
    entries = [entry.encode(entry_of(each, before, now)) for each in new]
    positions = await ledger.append(conn, entries, now)
    await store.add(conn, [each.row(now) for each in new], [position.index for position in positions])
    return positions


def tell(new: Sequence[Publication], positions: Sequence[Position]) -> None:
    """A line in the log for each publication that was committed."""
    for each, position in zip(new, positions, strict=True):
        log.info("publication.recorded", kind=each.kind, name=each.name, index=position.index)


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


async def packs_of(conn: Connection, digests: Mapping[str, str], known: PackSet | None = None) -> PackSet:
    """The packs and parameter sets that *digests* (name → digest) name, compiled from what was published.

    Each is compiled once in a process; *known* are compiled already. Raises Corrupt when one is missing.
    """
    if known:
        COMPILED.update({each.digest: each for each in (known.packs | known.params).values()})
    missing = [bytes.fromhex(digest) for digest in digests.values() if digest not in COMPILED]
    if missing:
        for found in (await store.find_bodies(conn, missing)).values():
            compiled(found)
    lost = sorted(name for name, digest in digests.items() if digest not in COMPILED)
    if lost:
        raise Corrupt(f"the publication of {', '.join(lost)} that a judgement names is missing")
    found_ = {name: COMPILED[digest] for name, digest in digests.items()}
    return PackSet(
        {name: each for name, each in found_.items() if isinstance(each, Pack)},
        {name: each for name, each in found_.items() if isinstance(each, Params)},
    )


def compiled(publication: Publication) -> Pack | Params:
    """*publication* compiled, once in a process."""
    digest = publication.digest.hex()
    if digest not in COMPILED:
        COMPILED[digest] = compiling.item(publication.kind, publication.name, publication.body)
    return COMPILED[digest]


async def rules_in_force(
    conn: Connection, as_of: datetime | None = None, known: PackSet | None = None, size: int | None = None
) -> tuple[PackSet, int]:
    """What is in force, now, as it was at *as_of* or by *size* entries, and where the newest of it stands."""
    rows = await store.list_in_force(conn, as_of, size)
    packs = await packs_of(conn, {row.name: row.digest.hex() for row in rows}, known)
    return packs, max((row.ledger_index for row in rows), default=-1)


@functools.cache
def editions() -> Mapping[str, Edition]:
    """The editions of agreements that ship with the program, by key, read once."""
    return terms.editions((files.SCHEMAS / "codes" / "agreements.json").read_bytes())


@functools.cache
def laws() -> Mapping[str, Law]:
    """The laws and bills that ship with the program, by key, read once."""
    return law.laws((files.SCHEMAS / "codes" / "laws.json").read_bytes())


@functools.cache
def locals_by_key() -> Mapping[str, Local]:
    """The locals that ship with the program, by key, read once."""
    return local.locals_by_key((files.SCHEMAS / "codes" / "locals.json").read_bytes())
