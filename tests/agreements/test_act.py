import asyncio
import hashlib
from datetime import UTC, datetime, timedelta

import msgspec

from registry.agreements import act, store
from registry.ledger import entry
from registry.ledger import store as ledger

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


async def published(db):
    async with db.snapshot() as conn:
        return await store.list_published(conn)


async def size(db):
    async with db.snapshot() as conn:
        return (await ledger.head(conn)).size


async def test_what_ships_is_in_the_ledger_byte_for_byte(db, house):
    """One row and one entry each, which hold the digest of the bytes and of the row."""
    new = await act.publish_shipped(db, house, NOW)
    rows = await published(db)

    assert [(each.kind, each.name) for each in new] == [
        ("params", "params-2026.1"),
        ("pack", "iatse-tech"),
        *(("schema", version) for version in house.schemas.versions),
    ]
    assert [(each.kind, each.name, each.ledger_index) for each in rows] == [
        (each.kind, each.name, index) for index, each in enumerate(new)
    ]
    for row in rows:
        async with db.snapshot() as conn:
            kept = dict(
                await conn.fetchrow("SELECT * FROM publication WHERE ledger_index = $1", row.ledger_index)
            )
            made = entry.decode((await ledger.get_entry(conn, row.ledger_index)).entry)
        assert (made.kind, made.id, made.seq, made.prev) == (row.kind, row.name, 1, None)
        assert made.sha256 == hashlib.sha256(kept["body"]).hexdigest() == kept["digest"].hex()
        assert made.record == entry.row_digest("publication", kept)


async def test_a_second_start_publishes_nothing(db, house):
    """The same bytes are the same publication."""
    await act.publish_shipped(db, house, NOW)
    before = await size(db)

    assert await act.publish_shipped(db, house, NOW + timedelta(days=1)) == []
    assert await size(db) == before


async def test_of_several_starts_at_once_one_publishes(db, house):
    """Each publication is in the ledger once, whoever came first."""
    done = await asyncio.gather(*(act.publish_shipped(db, house, NOW) for _ in range(4)))

    assert sorted(len(each) for each in done) == [0, 0, 0, len(await published(db))]
    assert await size(db) == len(await published(db))


async def test_other_bytes_under_the_same_name_are_another_publication(db, house, other_pack):
    """It names the entry before it; going back to the first bytes publishes nothing."""
    await act.publish_shipped(db, house, NOW)
    first = next(each for each in await published(db) if each.kind == "pack")
    changed = msgspec.structs.replace(house, packs=other_pack)
    (second,) = await act.publish_shipped(db, changed, NOW + timedelta(days=1))
    last = (await published(db))[-1]
    async with db.snapshot() as conn:
        made = entry.decode((await ledger.get_entry(conn, last.ledger_index)).entry)

    assert second.digest == last.digest != first.digest
    assert (made.seq, made.prev) == (2, first.leaf.hex())
    assert await act.publish_shipped(db, house, NOW + timedelta(days=2)) == []


async def test_editions_and_locals_ship_with_the_program():
    """The code lists can be read, and their keys agree with each other."""
    editions, locals_ = act.editions(), act.locals_by_key()

    assert editions["iatse-ba-2024"].until.isoformat() == "2027-07-31"
    assert "IATSE:USA829" in locals_
    assert {local for edition in editions.values() for local in edition.locals} <= locals_.keys()
