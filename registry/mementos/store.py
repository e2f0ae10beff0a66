"""At which sizes of the ledger a record became what it is. The caller holds a snapshot."""

from typing import Final, LiteralString
from uuid import UUID

from registry.db import Connection, rows_to
from registry.mementos.timemap import Change

LIST_VERSIONS: Final[LiteralString] = """
SELECT v.ledger_index + 1 AS size, e.appended_at AS at
FROM disclosure_version v JOIN ledger_entry e ON e.index = v.ledger_index
WHERE v.employer_id = $1 AND v.disclosure_id = $2 AND ($3::bigint IS NULL OR v.ledger_index < $3)
ORDER BY v.ledger_index
"""

# Of a production, from the first filing of the disclosure on.
LIST_JUDGEMENTS: Final[LiteralString] = """
SELECT j.ledger_index + 1 AS size, e.appended_at AS at
FROM disclosure_version v
JOIN judgement j ON j.employer_id = v.employer_id AND j.production_id = v.production_id
     AND j.ledger_index > v.ledger_index
JOIN ledger_entry e ON e.index = j.ledger_index
WHERE v.employer_id = $1 AND v.disclosure_id = $2 AND v.version = 1
  AND ($3::bigint IS NULL OR j.ledger_index < $3)
ORDER BY j.ledger_index
"""

LIST_MOVES: Final[LiteralString] = """
SELECT m.ledger_index + 1 AS size, e.appended_at AS at
FROM alert_move m JOIN ledger_entry e ON e.index = m.ledger_index
WHERE m.employer_id = $1 AND m.alert_id = $2 AND ($3::bigint IS NULL OR m.ledger_index < $3)
ORDER BY m.ledger_index
"""


async def versions(conn: Connection, employer_id: str, disclosure_id: UUID, size: int | None) -> list[Change]:
    """Every version of a disclosure; *size*: among so many entries."""
    return rows_to(Change, await conn.fetch(LIST_VERSIONS, employer_id, disclosure_id, size))


async def judgements(
    conn: Connection, employer_id: str, disclosure_id: UUID, size: int | None
) -> list[Change]:
    """Every judgement of a disclosure's production since it was filed; *size*: among so many entries."""
    return rows_to(Change, await conn.fetch(LIST_JUDGEMENTS, employer_id, disclosure_id, size))


async def moves(conn: Connection, employer_id: str, alert_id: UUID, size: int | None) -> list[Change]:
    """Every move of an alert; *size*: among so many entries."""
    return rows_to(Change, await conn.fetch(LIST_MOVES, employer_id, alert_id, size))
