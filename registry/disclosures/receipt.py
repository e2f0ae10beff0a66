"""The receipt of one version: what was received, when, and where its entry stands in the ledger."""

import datetime as dt
from uuid import UUID

import msgspec

from registry.disclosures.version import Filed, Kind


class Place(msgspec.Struct, frozen=True):
    """Where the entry stands, its leaf hash, and the tree it is provable in; hashes in hexadecimal."""

    index: int
    leaf: str
    size: int
    root: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What proves that these bytes were received then: `sha256` is of the bytes as they came."""

    disclosure_id: UUID
    version: int
    employer_id: str
    production_id: str
    kind: Kind
    filed_at: dt.datetime
    sha256: str
    schema_version: str
    ledger: Place
    links: dict[str, str]


class Proven(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt with the proof, leaf sibling first, that its entry is in the tree as it is now."""

    receipt: Receipt
    entry: str
    proof: list[str]


def receipt_of(row: Filed, leaf: bytes, size: int, root: bytes) -> Receipt:
    """The receipt of a stored version, in the tree of *size* entries."""
    self = f"/v1/disclosures/{row.disclosure_id}"
    entry = f"/ledger/entries/{row.ledger_index}"
    return Receipt(
        disclosure_id=row.disclosure_id,
        version=row.version,
        employer_id=row.employer_id,
        production_id=row.production_id,
        kind=row.kind,
        filed_at=row.filed_at,
        sha256=row.sha256.hex(),
        schema_version=row.schema_version,
        ledger=Place(row.ledger_index, leaf.hex(), size, root.hex()),
        links={
            "disclosure": self,
            "version": f"{self}/versions/{row.version}",
            "receipt": f"{self}/receipt?version={row.version}",
            "proof_file": f"{self}/receipt.tlog-proof?version={row.version}",
            "printable": f"{self}/receipt.pdf?version={row.version}",
            "findings": f"{self}/findings",
            "entry": entry,
            "proof": f"{entry}/proof?size={size}",
        },
    )
