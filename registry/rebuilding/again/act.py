"""Ask every filing again whether it changed what its production has lost; look again where nobody would."""

from collections.abc import Mapping
from itertools import groupby

from registry.agreements.terms import Edition
from registry.db import Connection
from registry.judging import knowledge
from registry.judging.history import store as history
from registry.judging.knowledge import Cut, Past
from registry.rebuilding.again import store
from registry.rebuilding.again.store import Judged, Mark
from registry.redactions.act import LOSSES


async def make(conn: Connection, editions: Mapping[str, Edition]) -> tuple[int, int]:
    """Make the marks anew that are missing, take away those that nothing made; how many of each."""
    taken = await store.list_taken(conn, sorted(LOSSES))
    newest = {(mark.employer_id, mark.production_id): mark.position for mark in taken}
    marks: list[Mark] = []
    for key, rows in groupby(
        await store.list_judged(conn), key=lambda row: (row.employer_id, row.production_id)
    ):
        past = await history.load_past(conn, key)
        marks += [
            Mark(*key, row.ledger_index, row.judged_at)
            for row in rows
            if row.ledger_index > newest.get(key, -1) and changed(past, row, editions)
        ]
    return await store.put(conn, marks, taken)


def changed(past: Past, row: Judged, editions: Mapping[str, Edition]) -> bool:
    """Whether the filing judged in *row*, the last that it knew, told of other losses than before."""
    found = past.until(Cut(own=row.ledger_index, others=row.known_to), editions)
    return found is not None and knowledge.changes_losses(found.production, found.known[:-1], found.known)


async def look(conn: Connection) -> int:
    """Have productions and alerts looked at that nobody would look at again; how many there were."""
    return await store.make_looks(conn)
