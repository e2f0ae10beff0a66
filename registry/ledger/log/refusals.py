"""Why the log does not sign, in words that say what to do about it."""

from datetime import datetime, timedelta
from typing import Final

from registry.errors import Busy, Corrupt, Invalid

TURNED_BACK: Final = timedelta(minutes=5)
"""By how much a clock may be behind the newest entry: clocks of several machines differ a little."""
PROCEED: Final = (
    "Restore a newer backup of the database (`registry restore`); or, when the missing entries are lost for "
    "good, begin a new log with `registry ledger rotate`, which tells everybody who checks"
)


def half_restored() -> Corrupt:
    """A restore has begun here and not come to its end: nothing in it has been looked at."""
    return Corrupt(
        "a restore into this database has not come to its end, so it may hold what was redacted since, or "
        "not be what was backed up; it is not served. If no `registry restore` is under way, drop the "
        "database, make an empty one, and restore again"
    )


def older(where: str, size: int, known: int) -> Corrupt:
    """The database has fewer entries than were let out."""
    return Corrupt(
        f"this database has {known} entries, but a checkpoint of {size} was signed and let out ({where}): it "
        f"is an older copy, and what it would sign would contradict that checkpoint. {PROCEED}"
    )


def forked(where: str, size: int, root: bytes, here: bytes) -> Corrupt:
    """The database has another history than was let out."""
    return Corrupt(
        f"the first {size} entries of this database have the root {here.hex()}, but {root.hex()} was signed "
        f"and let out ({where}): this is another history, and must not be signed beside it. {PROCEED}"
    )


def ended(where: str, origin: str, following: str) -> Corrupt:
    """The database still has a log as the newest that was followed by another."""
    return Corrupt(
        f"the log {origin} ended when {following} was begun ({where}), and this database does not know of "
        f"it: it is a copy from before, and what it would sign would contradict the new log. {PROCEED}"
    )


def check_clock(newest: datetime | None, now: datetime) -> None:
    """Refuse to append at an instant that lies before what was appended already."""
    if newest is not None and now < newest - TURNED_BACK:
        said, last = (each.isoformat(timespec="seconds") for each in (now, newest))
        raise Busy(
            f"the clock says {said}, but the newest entry of the ledger is of {last}: set the machine's "
            "clock right; until then nothing is written. If it is right, and was ahead when that entry was "
            "written, begin a new log with `registry ledger rotate --clock-is-right`"
        )


def check_turn(newest: int | None, mine: int, origin: str) -> None:
    """Refuse to sign with a key whose turn is over."""
    if newest != mine:
        raise Busy(
            f"the log {origin} was rotated while this process ran: its key signs no more. "
            "Start the process again, with the new key"
        )


def other_key(origin: str, vkey: str, file: str, mine: str) -> Invalid:
    """The key at hand is not the log's."""
    return Invalid(
        f"the log {origin} is signed with the key {vkey}, and {file} holds another ({mine}): name the right "
        "file in REGISTRY_LOG_KEY, or begin a new log with `registry ledger rotate`"
    )


def no_key(origin: str, vkey: str, file: str) -> Invalid:
    """The log's key is not where it is looked for."""
    return Invalid(
        f"the log {origin} is signed with the key {vkey}, which is not in {file}: name its file in "
        "REGISTRY_LOG_KEY (or the folder it lies in, in REGISTRY_DATA_DIR), or, if it is lost, begin a new "
        "log with `registry ledger rotate`"
    )


def other_origin(origin: str, mine: str) -> Invalid:
    """The configured origin is not the log's."""
    return Invalid(
        f"the ledger's log is {origin}, and REGISTRY_LOG_ORIGIN says {mine}: leave the setting out, "
        "or begin a new log of that name with `registry ledger rotate`"
    )
