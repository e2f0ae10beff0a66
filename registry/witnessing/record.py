"""What is kept of places that are told, of cosigners, and of stamps."""

from datetime import datetime
from typing import NamedTuple

import msgspec


class Told(msgspec.Struct, frozen=True):
    """How far one place has been told, and what went wrong last."""

    place: str
    log: int
    size: int
    error: str | None
    told_at: datetime


class Cosigners(NamedTuple):
    """Whose signatures a checkpoint has, by their keys."""

    size: int
    log: int
    vkeys: list[str]


class Stamp(msgspec.Struct, frozen=True):
    """An authority's reply about a checkpoint."""

    size: int
    log: int
    authority: str
    token: bytes
    stamped_at: datetime
