"""Compare every copy with its history; raises Corrupt naming the first that differs."""

from registry.audit import answers
from registry.audit.alerts import check_alert
from registry.audit.check import named
from registry.audit.copies import store
from registry.db import Connection
from registry.errors import Corrupt
from registry.search import act as search


async def verify(conn: Connection, first: int) -> int:
    """Every copy with history from position *first* on; returns how many rows were compared one by one.

    The searchable copy is compared whole, or not at all.
    """
    for table in store.PROJECTIONS:
        key = await store.find_stray(conn, table, first)
        if key is not None:
            raise Corrupt(f"{named(table, *key)}: is not what its newest version says, or has none")
    compared = await verify_alerts(conn, first)
    async for kept in store.stream_answers(conn, first):
        for answer in kept:
            answers.check_answer(answer)
        compared += len(kept)
    if not first:
        async for difference in search.differences(conn):
            raise Corrupt(difference)
    return compared


async def verify_alerts(conn: Connection, first: int) -> int:
    """Every alert against its moves; returns how many there are."""
    compared = 0
    async for alerts in store.stream_alerts(conn, first):
        for alert in alerts:
            check_alert(alert)
        compared += len(alerts)
    return compared
