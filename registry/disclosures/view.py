"""What a caller is shown of a disclosure and of its versions."""

import base64
import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from registry.disclosures.release import keeps, shown, withheld
from registry.disclosures.version import Filed, Gone, Kind, Listed, State


class Disclosure(msgspec.Struct, frozen=True, kw_only=True):
    """One disclosure as it stands. `withheld` names what is kept from you: sections, fields as JSON Pointers.

    `redacted` is what an order took out of this version. Of a withdrawn one, `document` is what was
    withdrawn; it asserts nothing any more.
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
    redacted: list[Gone] = []


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version: who handed in what, when and why, and where its entry stands. `sha256` is of the bytes.

    Of the `warnings` you are given those about what you may read.
    """

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


def disclosure(listed: Listed, versions: Sequence[Filed], role: str, gone: Sequence[Gone] = ()) -> Disclosure:
    """The living record with its newest document, as far as a caller of this *role* may read it."""
    said = next(version for version in reversed(versions) if version.kind != "withdrawal")
    newest = versions[-1]
    return Disclosure(
        **msgspec.structs.asdict(listed),
        schema_version=said.schema_version,
        document=shown(said.document, role),
        withheld=withheld(said.document, role),
        withdrawal=newest.document if newest.kind == "withdrawal" else None,
        redacted=[each for each in gone if each.version == said.version],
    )


def version(filed: Filed, versions: Sequence[Filed], role: str) -> Version:
    """*filed*, one of *versions*, without its content, and without warnings that tell of what is kept."""
    told = filed.document, marking(versions)
    warnings = [
        each
        for each in filed.warnings
        if not each["pointer"] or not any(keeps(document, role, each["pointer"]) for document in told)
    ]
    values = msgspec.structs.asdict(filed) | {"sha256": filed.sha256.hex(), "warnings": warnings}
    return Version(**{name: values[name] for name in Version.__struct_fields__})


def marking(versions: Sequence[Filed]) -> dict[str, Any]:
    """The newest document of *versions*, whose marks count for all of them; a withdrawal has none."""
    return next(each.document for each in reversed(versions) if each.kind != "withdrawal")


def received(filed: Filed, body: bytes, newest: int) -> Received:
    """*body* with its ETag, its digest (RFC 9530), and the versions beside it (RFC 5829)."""
    digest = base64.b64encode(filed.sha256).decode()
    headers = {"ETag": f'"{filed.version}"', "Content-Digest": f"sha-256=:{digest}:"}
    return Received(body, headers | {"Link": beside(filed.disclosure_id, filed.version, newest)})


def beside(disclosure_id: UUID, version: int, newest: int) -> str:
    """The versions before and behind one of *newest* versions, and where all of them are (RFC 5829)."""
    self = f"/v1/disclosures/{disclosure_id}"
    links = [f'<{self}>; rel="latest-version"', f'<{self}/versions>; rel="version-history"']
    links += [f'<{self}/versions/{version - 1}>; rel="predecessor-version"'] if version > 1 else []
    links += [f'<{self}/versions/{version + 1}>; rel="successor-version"'] if version < newest else []
    return ", ".join(links)
