"""Which redactions there are: asked often, so nothing else is read."""

from typing import Final, LiteralString
from uuid import UUID

from registry.db import Connection

LIST_IDS: Final[LiteralString] = """
SELECT redaction_id FROM redaction ORDER BY redaction_id
"""


async def list_ids(conn: Connection) -> list[UUID]:
    """The id of every redaction."""
    return [row["redaction_id"] for row in await conn.fetch(LIST_IDS)]
