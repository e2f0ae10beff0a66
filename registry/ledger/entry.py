"""What a ledger entry says, and the digests that tie history rows and sections to it.

An entry is canonical JSON (RFC 8785: sorted members, no floats). It carries digests and salted commitments,
never content, so anybody may read it and a redaction takes nothing from it:

sha256   the exact bytes received or published
record   the history row it belongs to (`row_digest`)
sd       one salted commitment for each section of the document, as in SD-JWT (RFC 9901)
prev     the leaf hash of the entry before it of the same record
"""

import base64
import functools
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec

from registry.errors import Corrupt

Kind = Literal[
    "filing",
    "amendment",
    "withdrawal",
    "employer",
    "production",
    "pack",
    "params",
    "schema",
    "alert",
    "judgement",
    "request",
    "answer",
    "observation",
    "thread",
    "access",
    "export",
    "log",
    "redaction",
]

TABLES: Final[Mapping[str, str]] = {
    "filing": "disclosure_version",
    "amendment": "disclosure_version",
    "withdrawal": "disclosure_version",
    "employer": "employer_version",
    "production": "production_version",
    "pack": "publication",
    "params": "publication",
    "schema": "publication",
    "alert": "alert_move",
    "judgement": "judgement",
    "request": "request_entry",
    "answer": "request_entry",
    "observation": "observation",
    "thread": "thread_entry",
    "access": "access_batch",
    "export": "export",
    "log": "ledger_log",
    "redaction": "redaction",
}
"""In which table the row of an entry of each kind stands."""

WHOLE: Final = ("body", "findings")
"""Columns of bytes that stand in a row's digest by their own SHA-256."""


class Entry(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="v",
    tag=1,
):
    """One event of the history. Encoded with its version, `"v":1`."""

    kind: Kind
    id: str
    seq: int
    prev: str | None = None
    sha256: str
    record: str
    sd: list[str] = []
    schema: str | None = None
    rules: str | None = None
    findings: str | None = None
    at: str


DECODER: Final = msgspec.json.Decoder(Entry)


def encode(entry: Entry) -> bytes:
    """The canonical bytes of *entry*: what is hashed, stored and proved."""
    return msgspec.json.encode(entry, order="sorted")


def decode(data: bytes) -> Entry:
    """The entry in *data*; raises Corrupt unless encoding it again gives exactly *data*."""
    try:
        entry = DECODER.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
        raise Corrupt(f"this is not a ledger entry: {fault}") from None
    if encode(entry) != data:
        raise Corrupt("this ledger entry is not in canonical form")
    return entry


@functools.lru_cache(256)
def stamp(at: datetime) -> str:
    """An instant as ledger entries write it: RFC 3339, UTC, microseconds."""
    assert at.tzinfo is not None, "an instant has a time zone"
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def row_digest(table: str, row: Mapping[str, Any]) -> str:
    """The digest of one history row, in hexadecimal: the SHA-256 of `row_bytes`."""
    return hashlib.sha256(row_bytes(table, row)).hexdigest()


def row_bytes(table: str, row: Mapping[str, Any]) -> bytes:
    """One history row as it is digested, every column of it but `ledger_index`.

    It is canonical JSON of the table's name and the columns that are not NULL (so that a column added later
    leaves the digests of older rows alone). Bytes kept whole, `body` and `findings`, stand in it by their
    SHA-256, and may be given as that. The row to be written and the row read back give the same bytes.
    """
    told = {name: plain(name, value) for name, value in row.items() if value is not None}
    told.pop("ledger_index", None)
    assert "table" not in told
    told["table"] = table
    return msgspec.json.encode(told, order="sorted")


def plain(name: str, value: Any) -> Any:
    """A column's value as canonical JSON holds it; what goes into jsonb is JSON already, ids and days too."""
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest() if name in WHOLE else value.hex()
    return stamp(value) if isinstance(value, datetime) else value


def section_disclosure(salt: str, name: str, value: Any) -> str:
    """What opens one commitment: base64url of the JSON array of salt, name and value (RFC 9901, 4.2.1)."""
    return base64url(msgspec.json.encode([salt, name, value], order="sorted"))


def section_digest(disclosure: str) -> str:
    """The commitment that *disclosure* opens: base64url of its SHA-256 (RFC 9901, 4.2.3)."""
    return base64url(hashlib.sha256(disclosure.encode()).digest())


def commit_sections(sections: Mapping[str, Any], salts: Mapping[str, str]) -> list[str]:
    """One salted commitment for each section, in the order of the sections' names; each needs its salt."""
    return [
        section_digest(section_disclosure(salts[name], name, sections[name])) for name in sorted(sections)
    ]


def base64url(data: bytes) -> str:
    """*data* as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
