"""Whether the registry can answer: alive is the process, ready is the database with every migration."""

from pathlib import Path
from typing import Final, Literal, LiteralString

import msgspec

from registry import files
from registry.db import Database
from registry.errors import Busy

READ_MIGRATIONS: Final[LiteralString] = """
SELECT version FROM schema_migrations ORDER BY version
"""


class Health(msgspec.Struct, frozen=True):
    """The answer of a healthy registry."""

    status: Literal["alive", "ready"]


def known_migrations(folder: Path = files.MIGRATIONS) -> frozenset[str]:
    """The versions of the migrations that ship with this code."""
    return frozenset(path.name.partition("_")[0] for path in folder.glob("*.sql"))


async def ready(db: Database, wanted: frozenset[str]) -> Health:
    """Raise Busy unless the database answers and has every migration in *wanted*."""
    async with db.snapshot() as conn:
        rows = await conn.fetch(READ_MIGRATIONS)
    lacking = wanted - {row["version"] for row in rows}
    if lacking:
        raise Busy(f"the database lacks {len(lacking)} migrations; run `registry migrate`")
    return Health(status="ready")
