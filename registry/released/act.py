"""Read for the public. Nobody is named, so nothing is recorded."""

import datetime as dt
import time
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from registry.db import Database
from registry.disclosures.release import PUBLIC, keeps
from registry.errors import NotFound
from registry.ledger import store as ledger
from registry.page import decode, limit_of, page
from registry.released import store, view
from registry.released.counts import LEAST, counted, lone
from registry.released.name import UNTITLED, is_released, public_id, public_name
from registry.released.view import Answer, PublicCounts, PublicDisclosure

FRESH_SECONDS: Final = 60.0
"""How long counts stand: whoever asks meanwhile gets the same, and the tables are not counted again."""
COUNTED: Final[dict[Database, tuple[float, PublicCounts]]] = {}


async def find_productions(
    db: Database, now: dt.datetime, cursor: str | None, limit: int | None, if_none_match: str | None
) -> Answer:
    """A page of the productions the public may know of, in an order that says nothing."""
    key, size = decode(cursor, tuple[str]), limit_of(limit)
    async with db.snapshot() as conn:
        rows = await store.find_productions(conn, key[0] if key else None, now, size)
        keys = [(row.record.employer_id, row.record.production_id) for row in rows[:size]]
        said = await store.find_disclosures(conn, keys)
    named: dict[tuple[str, str], list[UUID]] = {}
    for each in said:
        titled = is_released(each.record, now)
        if view.released(each.document, titled=titled) and not placed_nowhere(each.document):
            named.setdefault((each.employer_id, each.production_id), []).append(each.disclosure_id)
    shown = [
        (row.place, view.production(row.record, row.employer, named.get(key, []), now))
        for row, key in zip(rows, [*keys, ("", "")], strict=False)
    ]
    found = page(shown, size, lambda item: [item[0]])
    return view.answer({"items": [item for _, item in found.items], "next": found.next}, if_none_match)


async def show_disclosure(
    db: Database, disclosure_id: UUID, now: dt.datetime, if_none_match: str | None
) -> Answer:
    """What is released of one disclosure in force; NotFound alike for none, and where that is nothing."""
    async with db.snapshot() as conn:
        said = await store.find_disclosure(conn, disclosure_id)
    kept = said is not None and placed_nowhere(said.document)
    titled = said is not None and not kept and is_released(said.record, now)
    document = view.released(said.document, titled=titled) if said else None
    if said is None or document is None:
        raise NotFound("there is no such disclosure, or nothing of it is released to the public")
    shown = PublicDisclosure(
        disclosure_id=said.disclosure_id,
        production=None if kept else public_id(said.record),
        name=UNTITLED if kept else public_name(said.record, now),
        state=said.state,
        version=said.version,
        filed_at=said.filed_at,
        sha256=said.sha256.hex(),
        ledger_index=said.ledger_index,
        document=document,
    )
    return view.answer(shown, if_none_match)


def placed_nowhere(document: Mapping[str, Any]) -> bool:
    """Whether *document* keeps from the public which production it is about."""
    return keeps(document, PUBLIC, "/production")


async def count(db: Database, if_none_match: str | None) -> Answer:
    """How much is on record, counted at most once a minute."""
    ticks, known = time.monotonic(), COUNTED.get(db)
    if known is None or ticks - known[0] >= FRESH_SECONDS:
        async with db.snapshot() as conn:
            numbers, head = await store.count(conn), await ledger.head(conn)
        known = (
            ticks,
            PublicCounts(
                tree_size=head.size,
                least=LEAST,
                employers=lone(numbers["employers"][""]),
                **{name: counted(numbers.get(name, {})) for name in GROUPS},
            ),
        )
        COUNTED.clear()
        COUNTED[db] = known
    return view.answer(known[1], if_none_match)


GROUPS: Final = ("productions", "disclosures", "disclosures_by_state", "alerts", "alerts_by_state")
