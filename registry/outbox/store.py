"""Putting messages into the queue, inside the caller's transaction.

The SQL is pgqueuer's own, run on the caller's connection.
"""

from collections.abc import Sequence
from typing import Any, cast

import msgspec
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries

from registry.db import Connection


class Enqueuing(AsyncpgDriver):
    """The caller's connection for pgqueuer's enqueue: one statement whose last argument is the headers.

    pgqueuer gives JSON as text; our connections encode jsonb themselves and would wrap the text once more.
    """

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """Run the enqueue statement with its headers as JSON that is encoded already."""
        *values, headers = args
        assert isinstance(headers, list)
        return await super().fetch(query, *values, [msgspec.Raw(header.encode()) for header in headers])


async def enqueue(conn: Connection, topic: str, payloads: Sequence[Any]) -> None:
    """Leave one message per payload under *topic*; they arrive after the caller's transaction commits."""
    if payloads:
        bodies: list[bytes | None] = [msgspec.json.encode(payload) for payload in payloads]
        count = len(bodies)
        await Queries(Enqueuing(cast("Any", conn))).enqueue([topic] * count, bodies, [0] * count)
