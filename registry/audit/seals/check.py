"""One checkpoint, and what witnesses and time stampers said of it, against the root that was recomputed."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rfc3161_client import decode_timestamp_response

from registry.errors import Corrupt, Invalid
from registry.ledger import note
from registry.ledger.checkpoint import Checkpoint
from registry.ledger.log.signed import Log, Signed


def named(size: int, log: int) -> str:
    """A checkpoint as messages name it."""
    return f"ledger_checkpoint of size {size}, log {log}"


def check_logs(logs: Sequence[Log]) -> dict[int, note.Verifier]:
    """The public key of each log by its number; logs are counted from 1 and named as their keys."""
    keys = {}
    for place, log in enumerate(logs, 1):
        if log.number != place:
            raise Corrupt(f"ledger_log {place}: is missing; the next one is {log.number}")
        try:
            keys[log.number] = log.verifier
        except Invalid as fault:
            raise Corrupt(f"ledger_log {log.number}: {fault.detail}") from None
        if keys[log.number].name != log.origin:
            raise Corrupt(f"ledger_log {log.number}: its key is named {keys[log.number].name}")
    return keys


def check_checkpoint(signed: Signed, root: bytes, keys: Mapping[int, note.Verifier]) -> None:
    """A checkpoint is of the recomputed *root*, and its log's key has signed it."""
    name = named(signed.size, signed.log)
    if signed.root != root:
        raise Corrupt(f"{name}: the entries give the root {root.hex()}, stored is {signed.root.hex()}")
    key = keys.get(signed.log)
    if key is None:
        raise Corrupt(f"{name}: there is no such log")
    try:
        found = note.read(signed.note.encode())
        held = note.verified(found, [key])
    except (Invalid, Corrupt) as fault:
        raise Corrupt(f"{name}: {fault.detail}") from None
    if found.text != Checkpoint(key.name, signed.size, root).text:
        raise Corrupt(f"{name}: the note says something else than the tree")
    if not held or len(found.signatures) != 1:
        raise Corrupt(f"{name}: the note is not signed by {key.name} alone")


def check_turn(signed: Signed, logs: Sequence[Log]) -> None:
    """A log signs from its first size on, until the next one begins."""
    first = logs[signed.log - 1].first_size
    after = logs[signed.log].first_size if signed.log < len(logs) else None
    if signed.size < first or (after is not None and signed.size >= after):
        raise Corrupt(f"{named(signed.size, signed.log)}: by ledger_log it did not sign trees of this size")


def check_cosignature(row: Mapping[str, Any]) -> None:
    """A witness's line is a signature of its key over the text of the checkpoint it is under."""
    name = f"ledger_cosignature of {named(row['size'], row['log'])} by {row['vkey'][:120]}"
    try:
        text = note.read((row["note"] or "").encode()).text
        key = note.read_vkey(row["vkey"])
        signature = note.read_signature(row["line"].removesuffix("\n"))
    except Invalid as fault:
        raise Corrupt(f"{name}: {fault.detail}") from None
    own = (signature.name, signature.key_id) == (key.name, key.key_id)
    if key.kind != note.COSIGNATURE or not own or not note.holds(text, signature, key):
        raise Corrupt(f"{name}: the line is not a signature of it")


def check_stamp(row: Mapping[str, Any]) -> None:
    """A time stamp is over the note as its log signed it, and of the instant kept beside it."""
    name = f"ledger_stamp of {named(row['size'], row['log'])} by {row['authority'][:120]}"
    try:
        info = decode_timestamp_response(row["token"]).tst_info
        imprint, at = info.message_imprint.message, info.gen_time
    except Exception as fault:  # noqa: BLE001  whatever the parser of foreign bytes raises
        raise Corrupt(f"{name}: the token cannot be read: {type(fault).__name__}") from None
    if imprint != hashlib.sha256((row["note"] or "").encode()).digest():
        raise Corrupt(f"{name}: it stamps something else than the checkpoint")
    if not same_second(at, row["stamped_at"]):
        raise Corrupt(f"{name}: its instant is {at.isoformat()}, stored is another")


def same_second(one: datetime, other: datetime) -> bool:
    """Whether two instants are less than a second apart: a stamp may leave fractions out."""
    return abs((one - other).total_seconds()) < 1
