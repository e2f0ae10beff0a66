"""Compare every copy with its history; raises Corrupt naming the first that differs."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

from registry.audit import answers
from registry.audit.alerts import check_alert
from registry.audit.check import named
from registry.audit.copies import store
from registry.db import Connection
from registry.errors import Corrupt
from registry.search import act as search


async def verify_records(conn: Connection, first: int, _share: int = 0, _of: int = 1) -> int:
    """What follows history table by table, and every alert against its moves; how many alerts there are."""
    for table in store.PROJECTIONS:
        key = await store.find_stray(conn, table, first)
        if key is not None:
            raise Corrupt(f"{named(table, *key)}: is not what its newest version says, or has none")
    return await verify_alerts(conn, first)


async def verify_alerts(conn: Connection, first: int) -> int:
    """Every alert against its moves; returns how many there are."""
    compared = 0
    async for alerts in store.stream_alerts(conn, first):
        for alert in alerts:
            check_alert(alert)
        compared += len(alerts)
    return compared


async def verify_answers(conn: Connection, first: int, share: int = 0, of: int = 1) -> int:
    """Every kept answer, or a *share* of them, against what it tells of; returns how many there are."""
    compared = 0
    async for kept in store.stream_answers(conn, first, share, of):
        for answer in kept:
            answers.check_answer(answer)
        compared += len(kept)
    return compared


async def verify_search(conn: Connection, first: int, share: int = 0, of: int = 1) -> int:
    """The whole searchable copy, or a *share* of it, unless only what is newer than *first* is verified."""
    if not first:
        async for difference in search.differences(conn, share, of):
            raise Corrupt(difference)
    return 0


KINDS: Final[Mapping[str, Callable[[Connection, int, int, int], Awaitable[int]]]] = {
    "records": verify_records,
    "answers": verify_answers,
    "search": verify_search,
}
"""Every kind of copies, in the order in which what differs is named."""

WHOLE: Final = frozenset({"records"})
"""The kinds that are not divided into shares: most of their work is the database's."""


async def verify(conn: Connection, first: int, kinds: Iterable[str] = KINDS) -> int:
    """Every copy of these *kinds* with history from position *first* on; how many were compared."""
    return sum([await KINDS[kind](conn, first, 0, 1) for kind in kinds])
