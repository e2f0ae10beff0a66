"""What witnesses and authorities have said of checkpoints, and how far each place has been told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, LiteralString

import msgspec

from registry.db import Connection, row_to, rows_to
from registry.ledger.log.signed import Log, Signed
from registry.witnessing.record import Cosigners, Stamp, Told

MOST: Final = 1000
"""How many of the newest cosigned checkpoints are looked through for a quorum."""

GET_SIGNED: Final[LiteralString] = """
SELECT size, log, root, note, signed_at FROM ledger_checkpoint WHERE size = $1::bigint AND log = $2::int
"""

GET_LOG: Final[LiteralString] = """
SELECT number, origin, vkey, first_size, body, started_at, started_by, ledger_index
FROM ledger_log WHERE number = $1::int
"""

LIST_TOLD: Final[LiteralString] = """
SELECT place, log, size, error, told_at FROM ledger_told WHERE log = $1::int ORDER BY place
"""

GET_TOLD: Final[LiteralString] = """
SELECT place, log, size, error, told_at FROM ledger_told WHERE place = $1::text AND log = $2::int
"""

FARTHEST: Final[LiteralString] = """
SELECT place, log, size, error, told_at FROM ledger_told WHERE place = $1::text ORDER BY size DESC LIMIT 1
"""

TELL: Final[LiteralString] = """
INSERT INTO ledger_told (place, log, size, error, told_at)
VALUES ($1::text, $2::int, $3::bigint, $4::text, $5::timestamptz)
ON CONFLICT (place, log) DO UPDATE
SET size = excluded.size, error = excluded.error, told_at = excluded.told_at
"""

FAIL: Final[LiteralString] = """
INSERT INTO ledger_told (place, log, size, error, told_at)
VALUES ($1::text, $2::int, 0, $3::text, $4::timestamptz)
ON CONFLICT (place, log) DO UPDATE SET error = excluded.error, told_at = excluded.told_at
"""

ADD_COSIGNATURE: Final[LiteralString] = """
INSERT INTO ledger_cosignature (size, log, vkey, line, received_at)
VALUES ($1::bigint, $2::int, $3::text, $4::text, $5::timestamptz)
ON CONFLICT (size, log, vkey) DO NOTHING
"""

LIST_COSIGNERS: Final[LiteralString] = """
SELECT size, log, array_agg(vkey ORDER BY vkey) AS vkeys
FROM ledger_cosignature
WHERE vkey = ANY ($1::text[]) AND size <= $2::bigint
GROUP BY size, log ORDER BY size DESC, log DESC LIMIT $3::int
"""

LIST_COSIGNERS_OF: Final[LiteralString] = """
SELECT vkey FROM ledger_cosignature WHERE size = $1::bigint AND log = $2::int ORDER BY vkey
"""

LAST_BY_EACH: Final[LiteralString] = """
SELECT wanted.vkey, last.size, last.line, last.received_at
FROM unnest($1::text[]) AS wanted (vkey)
CROSS JOIN LATERAL (
    SELECT c.size, c.line, c.received_at FROM ledger_cosignature AS c
    WHERE c.vkey = wanted.vkey ORDER BY c.size DESC, c.log DESC LIMIT 1
) AS last
"""

ADD_STAMP: Final[LiteralString] = """
INSERT INTO ledger_stamp (size, log, authority, token, stamped_at)
VALUES ($1::bigint, $2::int, $3::text, $4::bytea, $5::timestamptz)
ON CONFLICT (size, log, authority) DO NOTHING
"""

LIST_STAMPS: Final[LiteralString] = """
SELECT size, log, authority, token, stamped_at FROM ledger_stamp
WHERE size = $1::bigint ORDER BY log DESC, stamped_at, authority
"""

LAST_STAMP: Final[LiteralString] = """
SELECT size, log, authority, token, stamped_at FROM ledger_stamp ORDER BY size DESC, log DESC LIMIT 1
"""


async def get_signed(conn: Connection, size: int, log: int) -> Signed | None:
    """The checkpoint of one log at one size."""
    row = await conn.fetchrow(GET_SIGNED, size, log)
    return row_to(Signed, row) if row else None


async def get_log(conn: Connection, number: int) -> Log:
    """The key of one number."""
    return row_to(Log, await conn.fetchrow(GET_LOG, number))


async def list_told(conn: Connection, log: int) -> dict[str, Told]:
    """How far every place has been told of one log, by place."""
    return {each.place: each for each in rows_to(Told, await conn.fetch(LIST_TOLD, log))}


async def get_told(conn: Connection, place: str, log: int) -> Told | None:
    """How far one place has been told of one log."""
    row = await conn.fetchrow(GET_TOLD, place, log)
    return row_to(Told, row) if row else None


async def farthest(conn: Connection, place: str) -> Told | None:
    """How far one place has been told, of whichever log it was told most."""
    row = await conn.fetchrow(FARTHEST, place)
    return row_to(Told, row) if row else None


async def tell(
    conn: Connection, place: str, log: int, size: int, now: datetime, error: str | None = None
) -> None:
    """Write down that a place has been told of a log up to *size*."""
    await conn.execute(TELL, place, log, size, error, now)


async def fail(conn: Connection, place: str, log: int, error: str, now: datetime) -> None:
    """Write down what went wrong with a place; how far it has been told stays."""
    await conn.execute(FAIL, place, log, error, now)


async def add_cosignature(conn: Connection, signed: Signed, vkey: str, line: str, now: datetime) -> None:
    """Keep a witness's line under a checkpoint; the first one stands."""
    await conn.execute(ADD_COSIGNATURE, signed.size, signed.log, vkey, line, now)


async def list_cosigners(conn: Connection, vkeys: Sequence[str], until: int) -> list[Cosigners]:
    """Who of *vkeys* has signed which of the newest checkpoints of *until* entries or fewer, newest first."""
    return [Cosigners(*row) for row in await conn.fetch(LIST_COSIGNERS, vkeys, until, MOST)]


async def cosigners_of(conn: Connection, size: int, log: int) -> list[str]:
    """The keys of those who have signed one checkpoint."""
    return [row["vkey"] for row in await conn.fetch(LIST_COSIGNERS_OF, size, log)]


async def last_by_each(conn: Connection, vkeys: Sequence[str]) -> dict[str, tuple[int, str, datetime]]:
    """What each of *vkeys* has signed last: size, line, and when that came; by key."""
    rows = await conn.fetch(LAST_BY_EACH, vkeys)
    return {row["vkey"]: (row["size"], row["line"], row["received_at"]) for row in rows}


async def add_stamp(conn: Connection, stamp: Stamp) -> None:
    """Keep an authority's reply about a checkpoint; the first one stands."""
    await conn.execute(ADD_STAMP, *msgspec.structs.astuple(stamp))


async def list_stamps(conn: Connection, size: int) -> list[Stamp]:
    """Every reply about the checkpoint of *size* entries."""
    return rows_to(Stamp, await conn.fetch(LIST_STAMPS, size))


async def last_stamp(conn: Connection) -> Stamp | None:
    """The reply about the largest tree there is one of."""
    row = await conn.fetchrow(LAST_STAMP)
    return row_to(Stamp, row) if row else None
