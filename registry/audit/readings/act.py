"""Verify one batch of readings: what is kept of each has the digest that the batch lists."""

import msgspec

from registry.access.line import digest_of
from registry.audit.check import Row, named, require
from registry.audit.readings import store
from registry.db import Connection
from registry.errors import Corrupt


class Listed(msgspec.Struct, frozen=True):
    """What a batch's body says."""

    readings: list[str]


async def verify(conn: Connection, batch: Row) -> int:
    """Every reading of *batch* against its list; returns how many."""
    try:
        listed = msgspec.json.decode(batch.columns["body"], type=Listed).readings
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Corrupt(f"{batch.name}: its list cannot be read") from None
    rows = await store.list_readings(conn, batch.columns["batch_id"])
    count: int = batch.columns["readings"]
    require(len(listed) == count, batch, f"it counts {count} readings and lists {len(listed)}")
    require(len(rows) == count, "access_batched", f"{batch.name} has {count} readings, {len(rows)} are kept")
    for place, (said, row) in enumerate(zip(listed, rows, strict=True)):
        columns = dict(row)
        at, employers, same = columns.pop("place"), columns.pop("employers"), columns.pop("same")
        require(at == place, "access_batched", f"place {place} of {batch.name} is missing")
        name = named("access_log", columns["access_id"])
        missing = columns["access_id"] is None
        require(not missing, "access_log, access_batched", f"reading {place} of {batch.name} is missing")
        require(same, name, "access_subject says another instant")
        own = digest_of(columns, employers or ()) == said
        require(own, name, f"it, or its access_subject, is not what {batch.name} lists")
    return count


async def finish(conn: Connection) -> None:
    """After the last batch: no reading may be said to be in one that there is not."""
    stray = await store.find_stray(conn)
    require(stray is None, named("access_batched", stray), "there is no such batch")
