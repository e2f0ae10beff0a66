"""What a receipt says of one version, and the file that proves it: C2SP tlog-proof v1."""

import datetime as dt
from typing import Final
from uuid import UUID

import msgspec

from registry.disclosures.version import Filed
from registry.ledger import checkpoint, note, prooffile
from registry.ledger.checkpoint import Checkpoint

SUFFIX: Final = ".tlog-proof"


class Signed(msgspec.Struct, frozen=True):
    """A checkpoint as the log signed it, with the cosignatures known, and the key of its log."""

    size: int
    note: str
    vkey: str
    signed_at: dt.datetime


class Extra(msgspec.Struct, frozen=True):
    """What the proof file says beside the proof; the entry vouches for it, the file alone does not."""

    disclosure_id: UUID
    version: int
    sha256: str


class Receipt(msgspec.Struct, frozen=True):
    """A version that was received, its entry in the ledger, and the proof that the signed tree holds it."""

    filed: Filed
    entry: bytes
    leaf: bytes
    hashes: list[bytes]
    signed: Signed

    @property
    def name(self) -> str:
        """What its files are called, without what says their form."""
        return f"receipt-{self.filed.disclosure_id}-v{self.filed.version}-{self.signed.size}"

    @property
    def checkpoint(self) -> Checkpoint:
        """The tree it stands on."""
        return checkpoint.read(note.read(self.signed.note.encode()).text)

    @property
    def witnesses(self) -> list[str]:
        """Whose lines stand under the checkpoint beside the log's own."""
        lines = note.read(self.signed.note.encode()).signatures
        return sorted({line.name for line in lines} - {self.checkpoint.origin})

    @property
    def proof(self) -> str:
        """The proof file."""
        extra = Extra(self.filed.disclosure_id, self.filed.version, self.filed.sha256.hex())
        said = msgspec.json.encode(extra, order="sorted")
        return prooffile.of(self.filed.ledger_index, self.hashes, self.signed.note, said)
