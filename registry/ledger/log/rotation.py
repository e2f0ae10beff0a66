"""The change from one key to the next: what its entry in the ledger says.

The tree goes on, under a new name. The entry's `body` names the log before, the last checkpoint it signed
and, where a checkpoint of it was let out that this history does not hold, that one too: so whoever followed
the old log sees where it ends, and whether anything was lost.
"""

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from registry.ledger import entry
from registry.ledger.checkpoint import Seal
from registry.ledger.log.signed import Log, Signed
from registry.ledger.note import check_name


def body_of(before: Log, last: Signed | None, lost: str | None, seal: Seal, why: str) -> bytes:
    """What the entry of the change tells, as canonical JSON."""
    said: dict[str, Any] = {
        "before": {
            "origin": before.origin,
            "vkey": before.vkey,
            "checkpoint": last.note if last else None,
        },
        "after": {"origin": seal.origin, "vkey": seal.verifier.vkey},
        "why": why,
    }
    if lost is not None:
        said["before"]["contradicts"] = lost
    return msgspec.json.encode(said, order="sorted")


def row_of(before: Log, seal: Seal, body: bytes, size: int, now: datetime, by: str) -> Log:
    """The row of the log that begins with the entry at *size*."""
    return Log(
        number=before.number + 1,
        origin=seal.origin,
        vkey=seal.verifier.vkey,
        first_size=size + 1,
        body=body,
        started_at=now,
        started_by=by,
        ledger_index=size,
    )


def entry_of(row: Log) -> bytes:
    """The ledger entry of the change."""
    assert row.body is not None, "the first log follows no other and has no entry"
    return entry.encode(
        entry.Entry(
            kind="log",
            id=row.origin,
            seq=row.number,
            sha256=hashlib.sha256(row.body).hexdigest(),
            record=entry.row_digest("ledger_log", msgspec.structs.asdict(row)),
            at=entry.stamp(row.started_at),
        )
    )


def next_origin(logs: list[Log]) -> str:
    """The name of the next log where none is given: the first one's, with its number."""
    return check_name(f"{logs[0].origin}/{len(logs) + 1}")
