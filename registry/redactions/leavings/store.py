"""Which tables keep leavings, who may still see dead rows, what the login may do, and the marks.

The caller's connection has not taken the application's role, and for VACUUM is in no transaction.
"""

import datetime as dt
from typing import Final, Literal, LiteralString

import msgspec

from registry.db import Connection, row_to, rows_to

Way = Literal["cleaned", "scrubbed"]

TABLES: Final = (
    "disclosure_content",
    "disclosure_version",
    "judgement",
    "alert_move",
    "alert",
    "idempotency",
    "draft",
    "search_version",
    "search_judgement",
)
"""Everything a redaction rewrites that may have said what it takes."""
SAMPLES: Final = "pg_catalog.pg_statistic"
"""What the planner knows of the values of columns: samples of them."""

# The redactions that were not cleared in this way, and since which transaction nobody needs what they took.
FIND_UNCLEARED: Final[LiteralString] = """
SELECT count(*)::int AS orders, coalesce(max(ledger_index) + 1, 0) AS upto,
       (SELECT n.xmin::text FROM redaction n ORDER BY n.ledger_index DESC LIMIT 1) AS taken_in
  FROM redaction
 WHERE ledger_index >= coalesce((SELECT upto FROM redaction_leavings WHERE way = $1), 0)
"""

# Whoever began before: a transaction, a snapshot, a prepared transaction, a standby that asks for old rows.
FIND_HOLDERS: Final[LiteralString] = """
SELECT 'process ' || pid || coalesce(' (' || nullif(application_name, '') || ')', '') AS who,
       coalesce(xact_start, backend_start) AS since
  FROM pg_stat_activity
 WHERE pid <> pg_backend_pid() AND (datname = current_database() OR datname IS NULL)
   AND greatest(age(backend_xmin), age(backend_xid)) >= age($1::text::xid)
 UNION ALL
SELECT 'the prepared transaction ' || gid, prepared FROM pg_prepared_xacts
 WHERE database = current_database() AND age(transaction) >= age($1::text::xid)
 UNION ALL
SELECT 'the replication slot ' || slot_name, NULL FROM pg_replication_slots
 WHERE age(xmin) >= age($1::text::xid)
 ORDER BY 2 NULLS FIRST
"""

FIND_RIGHTS: Final[LiteralString] = """
SELECT current_user::text AS login,
       ((SELECT pg_has_role(d.datdba, 'USAGE') FROM pg_database d WHERE d.datname = current_database())
        OR coalesce((SELECT bool_and(pg_has_role(c.relowner, 'USAGE')) FROM pg_class c
                      WHERE c.oid = ANY ($1::text[]::regclass[])), false))
       AND has_table_privilege('redaction', 'SELECT') AND has_table_privilege('redaction_leavings', 'UPDATE')
           AS tables,
       (SELECT pg_has_role(d.datdba, 'USAGE') FROM pg_database d WHERE d.datname = current_database())
           AS samples,
       pg_has_role('pg_checkpoint', 'USAGE') AS checkpoint,
       has_function_privilege('pg_switch_wal()', 'EXECUTE') AS switch,
       current_setting('archive_mode') <> 'off' AS archives
"""

MARK_CLEARED: Final[LiteralString] = """
INSERT INTO redaction_leavings AS l (way, upto, cleared_at) VALUES ($1, $2, $3)
    ON CONFLICT (way) DO UPDATE
   SET upto = greatest(l.upto, excluded.upto), cleared_at = greatest(l.cleared_at, excluded.cleared_at)
"""


class Uncleared(msgspec.Struct, frozen=True):
    """How many redactions were not cleared yet, and up to where; the transaction of the newest of all."""

    orders: int
    upto: int
    taken_in: str | None


class Holder(msgspec.Struct, frozen=True):
    """Somebody for whom dead rows are still kept."""

    who: str
    since: dt.datetime | None


class Rights(msgspec.Struct, frozen=True):
    """What the login may do, and whether the server archives its write-ahead log."""

    login: str
    tables: bool
    samples: bool
    checkpoint: bool
    switch: bool
    archives: bool


async def find_uncleared(conn: Connection, way: Way) -> Uncleared:
    """The redactions that were not cleared in this *way*."""
    return row_to(Uncleared, await conn.fetchrow(FIND_UNCLEARED, way))


async def find_holders(conn: Connection, taken_in: str) -> list[Holder]:
    """Who may still see rows that died in the transaction *taken_in*, longest first."""
    return rows_to(Holder, await conn.fetch(FIND_HOLDERS, taken_in))


async def find_rights(conn: Connection) -> Rights:
    """What this connection's login may do."""
    return row_to(Rights, await conn.fetchrow(FIND_RIGHTS, TABLES))


async def vacuum(conn: Connection, table: str) -> None:
    """Take dead rows of one of TABLES out of reach, beside everybody at work."""
    await conn.execute(f"VACUUM (INDEX_CLEANUP ON) {table}")


async def write_anew(conn: Connection, table: str, *, sampled: bool = True) -> None:
    """Write one table with its indexes anew, without anything dead, and have new samples of it."""
    await conn.execute(f"VACUUM (FULL{', ANALYZE' if sampled else ''}) {table}")


async def wait_at_most(conn: Connection, milliseconds: int) -> None:
    """Wait for a lock no longer than that on this connection, from now on; 0: as long as it takes."""
    await conn.execute("SELECT set_config('lock_timeout', $1, false)", str(milliseconds))


async def checkpoint(conn: Connection) -> None:
    """Have every page on disk, and files that nobody needs removed."""
    await conn.execute("CHECKPOINT")


async def switch_log(conn: Connection) -> None:
    """Begin a new file of the write-ahead log."""
    await conn.execute("SELECT pg_switch_wal()")


async def mark(conn: Connection, way: Way, upto: int, now: dt.datetime) -> None:
    """Note that every redaction before *upto* was cleared in this *way*."""
    await conn.execute(MARK_CLEARED, way, upto, now)
