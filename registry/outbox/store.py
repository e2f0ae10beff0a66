"""Putting word into the queue, inside the caller's transaction.

The SQL is pgqueuer's own, run on the caller's connection.
"""

from collections.abc import Sequence
from typing import Any, Final, LiteralString, cast

import msgspec
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries

from registry.db import Connection
from registry.outbox.wake import TOPIC, Wake


class Enqueuing(AsyncpgDriver):
    """The caller's connection for pgqueuer's enqueue: one statement whose last argument is the headers.

    pgqueuer gives JSON as text; our connections encode jsonb themselves and would wrap the text once more.
    """

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """Run the enqueue statement with its headers as JSON that is encoded already."""
        *values, headers = args
        assert isinstance(headers, list)
        return await super().fetch(query, *values, [msgspec.Raw(header.encode()) for header in headers])


# The queue writes down whatever becomes of each wake-up, in the machine's time, and never forgets it.
FORGET: Final[LiteralString] = """
DELETE FROM pgqueuer_log
WHERE id IN (
    SELECT id FROM pgqueuer_log WHERE created < now() - interval '1 day' ORDER BY created LIMIT $1)
"""
FORGOTTEN: Final = 50_000
"""Lines of the diary that are forgotten at once."""


async def enqueue(conn: Connection, topic: str, payloads: Sequence[Any]) -> None:
    """Leave one message per payload under *topic*; they arrive after the caller's transaction commits."""
    if payloads:
        bodies: list[bytes | None] = [msgspec.json.encode(payload) for payload in payloads]
        count = len(bodies)
        await Queries(Enqueuing(cast("Any", conn))).enqueue([topic] * count, bodies, [0] * count)


async def wake(conn: Connection, position: int) -> None:
    """Say, once the caller's transaction commits, that there are events up to *position* in the ledger."""
    await enqueue(conn, TOPIC, [Wake(position)])


async def forget(conn: Connection) -> None:
    """Forget what the queue has written down about wake-ups of more than a day ago."""
    await conn.execute(FORGET, FORGOTTEN)
