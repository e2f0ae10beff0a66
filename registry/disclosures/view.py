"""What a caller is shown of a disclosure and of its versions."""

import base64
import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from registry.disclosures.release import shown, withheld
from registry.disclosures.version import Filed, Kind, Listed, State


class Disclosure(msgspec.Struct, frozen=True, kw_only=True):
    """One disclosure as it stands. `withheld` names the sections its employer keeps from you.

    Of a withdrawn one, `document` is what was withdrawn; it asserts nothing any more.
    """

    disclosure_id: UUID
    employer_id: str
    production_id: str
    type: str
    period_from: dt.date | None
    period_to: dt.date | None
    version: int
    state: State
    changed_at: dt.datetime
    schema_version: str
    document: dict[str, Any]
    withheld: list[str]
    withdrawal: dict[str, Any] | None


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version: who handed in what, when and why, and where its entry stands. `sha256` is of the bytes."""

    version: int
    kind: Kind
    reason: str | None
    explanation: str | None
    schema_version: str
    filed_at: dt.datetime
    filed_by: str
    sha256: str
    ledger_index: int
    warnings: list[dict[str, Any]]


class Received(msgspec.Struct, frozen=True):
    """The exact bytes of a version, with the headers that say which they are."""

    body: bytes
    headers: dict[str, str]


def disclosure(listed: Listed, versions: Sequence[Filed], role: str) -> Disclosure:
    """The living record with its newest document, as far as a caller of this *role* may read it."""
    said = next(version for version in reversed(versions) if version.kind != "withdrawal")
    newest = versions[-1]
    return Disclosure(
        **msgspec.structs.asdict(listed),
        schema_version=said.schema_version,
        document=shown(said.document, role),
        withheld=withheld(said.document, role),
        withdrawal=newest.document if newest.kind == "withdrawal" else None,
    )


def version(filed: Filed) -> Version:
    """*filed* without its content."""
    values = msgspec.structs.asdict(filed) | {"sha256": filed.sha256.hex()}
    return Version(**{name: values[name] for name in Version.__struct_fields__})


def received(filed: Filed, body: bytes) -> Received:
    """*body* with its ETag and its digest (RFC 9530)."""
    digest = base64.b64encode(filed.sha256).decode()
    headers = {"ETag": f'"{filed.version}"', "Content-Digest": f"sha-256=:{digest}:"}
    return Received(body, headers)
