"""A file that is shown as evidence: what it is called, what it is, in which pieces it is kept, how it leaves.

A file's name and type are checked here before anything is stored; `kinds` looks at the bytes.
"""

import base64
import binascii
import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

import msgspec

from registry.disclosures import codes
from registry.errors import Fault, Invalid
from registry.threads import kinds
from registry.threads.kinds import KINDS, NAMED, TAKEN, Kind

LARGEST: Final = 26_214_400
"""Bytes a file may have: 25 MiB."""
PIECE: Final = 262_144
LONGEST_NAME: Final = 200
CUT: Final = 80
ODD: Final = frozenset({"Cc", "Cs", "Cn", "Co", "Zl", "Zp"})
"""Categories of characters that no name of a file has."""
STEERING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of writing, so that a name shows another ending than it has."""
FORBIDDEN: Final = frozenset('/\\:*?"<>|')
DIGESTS: Final = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
DIGEST: Final = re.compile(r"([a-z][a-z0-9_.*-]*)=:([A-Za-z0-9+/=]*):")
PLAIN_NAME: Final = re.compile(r"[^A-Za-z0-9 ._()-]")


class File(msgspec.Struct, frozen=True):
    """A file of evidence, without its bytes: what stands in the document of its entry."""

    evidence_id: UUID
    name: str
    media_type: str
    bytes: int
    sha256: str

    @property
    def document(self) -> dict[str, Any]:
        """As the entry says it."""
        told: dict[str, Any] = msgspec.to_builtins(self)
        return told

    @property
    def pieces(self) -> int:
        """In how many pieces it is kept."""
        return -(-self.bytes // PIECE)


def examined(evidence_id: UUID, name: str, declared: str | None, data: bytes) -> File:
    """The file that *data* is, under its *name*; Invalid with every fault when it is not what it says."""
    kind = kind_of(declared)
    faults = [*check_name(name, kind), *check_kind(declared, kind)]
    if not data:
        fix = "Send its bytes as the request's body."
        faults.append(Fault("/content", "empty", "The file is empty.", fix=fix))
    elif kind is not None:
        wrong = kinds.mismatch(kind, data)
        if wrong:
            faults.append(not_what_it_says(kind, wrong, data))
    if faults or kind is None:
        raise Invalid(f"the file has {len(faults)} fault{'s' * (len(faults) > 1)}", faults)
    return File(evidence_id, name, kind.media_type, len(data), hashlib.sha256(data).hexdigest())


def kind_of(declared: str | None) -> Kind | None:
    """The type that a Content-Type names, if it is taken."""
    return NAMED.get((declared or "").partition(";")[0].strip().lower())


def check_kind(declared: str | None, kind: Kind | None) -> Sequence[Fault]:
    """The fault of a Content-Type that is missing, not taken, or of another charset than UTF-8."""
    if kind is None:
        said = (declared or "").partition(";")[0].strip()[:CUT]
        detail = f"Files of the type `{said}` are not taken." if said else "The file's type is not said."
        fix = "Send the type of the file in Content-Type, one of the allowed ones."
        near = codes.nearest(said, TAKEN)
        return [Fault("/content-type", "media-type", detail, fix=fix, allowed=list(TAKEN), nearest=near)]
    charset = re.search(r';\s*charset\s*=\s*"?([^";\s]*)', declared or "", re.IGNORECASE)
    if kind.media_type.startswith("text/") and charset and charset[1].lower() not in ("utf-8", "us-ascii"):
        detail = f"A text in {charset[1][:CUT]} is not taken."
        fix, allowed = "Save it as UTF-8.", ["utf-8", "us-ascii"]
        return [Fault("/content-type", "charset", detail, fix=fix, allowed=allowed)]
    return []


def check_name(name: str, kind: Kind | None) -> Sequence[Fault]:
    """The fault of a file's name: its length, its characters, or an ending that is not of its type."""
    if not 1 <= len(name) <= LONGEST_NAME:
        detail = f"A file's name has 1 to {LONGEST_NAME} characters, not {len(name)}."
        return [Fault("/name", "wrong-length", detail, fix="Shorten it, and keep its ending.")]
    never = FORBIDDEN | STEERING
    odd = [each for each in name if each in never or unicodedata.category(each) in ODD]
    if odd or name != name.strip(" ."):
        what = f"has U+{ord(odd[0]):04X} in it" if odd else "begins or ends with a space or a full stop"
        fix = "Name it without folders, control characters and any of " + " ".join(sorted(FORBIDDEN)) + "."
        return [Fault("/name", "wrong-characters", f"The file's name {what}.", fix=fix)]
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if kind is None or ending in kind.suffixes:
        return []
    detail = f"A file of the type {kind.media_type} does not end in `{ending[:CUT]}`."
    fix = "Name it with its own ending, or send the type it has in Content-Type."
    return [Fault("/name", "wrong-ending", detail, fix=fix, allowed=[f".{each}" for each in kind.suffixes])]


def not_what_it_says(kind: Kind, wrong: str, data: bytes) -> Fault:
    """The fault of bytes that are not of the type they came with."""
    like = next((each for each in KINDS if each != kind and kinds.mismatch(each, data) is None), None)
    fix = (
        f"It looks like {like.media_type}: send that in Content-Type, and name it with its own ending."
        if like
        else "Send the file as it was saved, with its own type in Content-Type."
    )
    detail = f"This is not a file of the type {kind.media_type}: {wrong}."
    return Fault("/content", "not-its-type", detail, fix=fix)


def check_digest(header: str | None, data: bytes) -> None:
    """Refuse *data* when a Content-Digest came with it (RFC 9530) that cannot be read or does not match."""
    if header is None:
        return
    said = {name: value for name, value in DIGEST.findall(header) if name in DIGESTS}
    if not said:
        raise Invalid("this Content-Digest cannot be checked; send sha-256=:…: in base64 (RFC 9530)")
    for name, value in said.items():
        try:
            told = base64.b64decode(value, validate=True)
        except binascii.Error:
            told = b""
        if told != DIGESTS[name](data).digest():
            raise Invalid(
                f"the file does not have the Content-Digest ({name}) sent with it; "
                "it was changed on its way, send it again"
            )


def pieces(data: bytes) -> list[bytes]:
    """*data* in the pieces it is kept in."""
    return [data[at : at + PIECE] for at in range(0, len(data), PIECE)]


def same(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether two files are one and the same, but for the id each was given."""
    return {**before, "evidence_id": None} == {**now, "evidence_id": None}


def etag(file: File) -> str:
    """The strong ETag of a file: it never changes."""
    return f'"{file.sha256}"'


def headers(file: File) -> dict[str, str]:
    """What a file leaves with: as a download under its own name, that nothing opens as a page of ours."""
    charset = "; charset=utf-8" if file.media_type.startswith("text/") else ""
    return {
        "Content-Type": file.media_type + charset,
        "Content-Length": str(file.bytes),
        "Content-Disposition": disposition(file.name),
        "Content-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(file.sha256)).decode()}:",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-cache",
        "ETag": etag(file),
    }


def disposition(name: str) -> str:
    """The Content-Disposition of a download called *name* (RFC 6266): in ASCII, and as it is (RFC 8187)."""
    plain = PLAIN_NAME.sub("_", unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode())
    plain = plain if plain.strip(" _.") == plain and plain else f"file{plain[plain.rfind('.') :]}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def known(file: File, if_none_match: str | None) -> bool:
    """Whether the caller has *file* already (RFC 9110, 13.1.2)."""
    said = [each.strip().removeprefix("W/") for each in (if_none_match or "").split(",")]
    return "*" in said or etag(file) in said
