"""The bodies that callers send about a draft they have, and every fault in one."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, TypeVar

import msgspec

from registry.disclosures import document as documents
from registry.errors import Fault, TooLarge
from registry.productions import record, shape
from registry.productions.version import refuse

Pointer = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
Who = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=4000, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
Number = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]

ROOM: Final = 65_536
"""Bytes a request may have beside the document in it."""
LARGEST: Final = documents.MAX_BYTES + ROOM


class Saved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The document as it is to be kept, whole.

    `confirmed` names facts carried over that still hold, by the pointers of `to_confirm` or of a part of the
    document above them. `base_version` says, of an amendment, that it takes this newer version into account.
    """

    document: dict[str, Any]
    confirmed: list[Pointer] = []
    base_version: Number | None = None


class HandedOver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is to look at the draft (left out: any colleague), and what they should know."""

    reviewer: Who | None = None
    note: Words | None = None


class Decided(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a second person approves the draft; when they do not, the note says what to change."""

    approve: bool
    note: Words | None = None


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing has to be said here: `{}`, or no body at all."""


T = TypeVar("T", bound=msgspec.Struct)


def read(kind: type[T], body: bytes, most: int = ROOM) -> T:
    """*body* as *kind*, an empty one as an empty object; raises Malformed, or Invalid with every fault."""
    told = documents.decode(body or b"{}", most=most)
    refuse(check(kind, told))
    return msgspec.convert(told, kind)


def check(kind: type[msgspec.Struct], told: dict[str, Any]) -> list[Fault]:
    """Every fault of a body, before anything that is stored is looked at."""
    found = record.fresh(shape.check(kind, told))
    if kind is Decided and told.get("approve") is False and told.get("note") is None:
        fix = "Say in `note` what is to be changed; the author reads it."
        found.append(Fault("/note", "missing", "A draft is sent back with a reason.", fix=fix))
    return found


def check_size(document: bytes) -> None:
    """Raise TooLarge when a document, as it would be filed, has more bytes than are taken."""
    if len(document) > documents.MAX_BYTES:
        detail = (
            f"The document has {len(document):,} bytes; at most {documents.MAX_BYTES:,} (1 MiB) are taken."
        )
        fix = "Refer to long papers instead of quoting them, or file uses in parts."
        allowed = [f"at most {documents.MAX_BYTES} bytes"]
        raise TooLarge(detail, [Fault("/document", "too-large", detail, fix, allowed)])


def check_base(base: tuple[int, int] | None, asked: int | None) -> list[Fault]:
    """The fault of a base version that cannot be one; *base* is the draft's own and the newest there is."""
    if asked is None:
        return []
    if base is None:
        detail = "This draft amends nothing, so it has no version to start from."
        return [Fault("/base_version", "nothing-to-amend", detail, fix="Leave it out.", allowed=[])]
    mine, newest = base
    if mine <= asked <= newest:
        return []
    detail = f"There is no version {asked} that this draft could start from."
    allowed: Sequence[str] = [str(number) for number in range(mine, newest + 1)][-10:]
    return [Fault("/base_version", "unknown-version", detail, fix="Name the newest.", allowed=list(allowed))]
