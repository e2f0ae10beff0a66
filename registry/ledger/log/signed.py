"""A log, which is one key the ledger has been signed with, and a checkpoint as it signed it."""

from datetime import datetime

import msgspec

from registry.ledger import note


class Log(msgspec.Struct, frozen=True):
    """One key the ledger has been signed with; the last one signs now."""

    number: int
    origin: str
    vkey: str
    first_size: int
    body: bytes | None
    started_at: datetime
    started_by: str
    ledger_index: int | None

    @property
    def verifier(self) -> note.Verifier:
        """Its public key."""
        return note.read_vkey(self.vkey)


class Signed(msgspec.Struct, frozen=True):
    """A checkpoint as the log signed it."""

    size: int
    log: int
    root: bytes
    note: str
    signed_at: datetime
