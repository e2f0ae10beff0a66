"""One entry of a thread: its row, its ledger entry, and whose side reads it."""

import datetime as dt
import hashlib
from collections.abc import Collection
from typing import Any, Literal
from uuid import UUID

import msgspec

from registry.auth.scope import Principal, Role, scope_of
from registry.errors import Forbidden
from registry.ledger import entry as entries

ThreadKind = Literal["alert", "request"]
Side = Literal["both", "employer", "union"]
EntryKind = Literal[
    "answer",
    "accept",
    "dispute",
    "ask",
    "comment",
    "note",
    "evidence",
    "extension",
    "consent",
    "refusal",
]


class Thread(msgspec.Struct, frozen=True):
    """What is spoken about: an alert or a request of a production; `thread_id` is its own id."""

    employer_id: str
    thread_id: UUID
    thread: ThreadKind
    production_id: str


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be entered: `party` is the employer's key, or the local or union the author speaks for.

    `body` is what was received, where there was any; a file is kept apart.
    """

    kind: EntryKind
    party: str
    document: dict[str, Any]
    body: bytes | None
    author: str
    role: Role
    side: Side = "both"
    key_digest: bytes | None = None


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """A row of thread_entry; fields stand in the order they are inserted."""

    employer_id: str
    thread_id: UUID
    number: int
    thread: ThreadKind
    production_id: str
    kind: EntryKind
    side: Side
    party: str
    document: dict[str, Any]
    body: bytes | None
    salt: str
    key_digest: bytes | None
    recorded_at: dt.datetime
    recorded_by: str
    role: Role
    ledger_index: int = -1


def entered(thread: Thread, said: Said, number: int, salt: str, now: dt.datetime) -> Entered:
    """The row of *said*, without its place in the ledger."""
    return Entered(
        employer_id=thread.employer_id,
        thread_id=thread.thread_id,
        number=number,
        thread=thread.thread,
        production_id=thread.production_id,
        kind=said.kind,
        side=said.side,
        party=said.party,
        document=said.document,
        body=said.body,
        salt=salt,
        key_digest=said.key_digest,
        recorded_at=now,
        recorded_by=said.author,
        role=said.role,
    )


def ledger_entry(row: Entered, leaf: bytes | None) -> bytes:
    """The ledger entry of *row*; *leaf* is of the entry before it in the same thread."""
    return entries.encode(
        entries.Entry(
            kind="thread",
            id=str(row.thread_id),
            seq=row.number,
            prev=leaf.hex() if leaf else None,
            sha256=digest_of(row.kind, row.salt, row.document),
            record=entries.row_digest("thread_entry", msgspec.structs.asdict(row)),
            at=entries.stamp(row.recorded_at),
        )
    )


def digest_of(kind: str, salt: str, document: dict[str, Any]) -> str:
    """What the ledger entry names: a file's own SHA-256, or else that of the salted words."""
    if kind == "evidence":
        return str(document.get("sha256"))
    return hashlib.sha256(sealed(salt, document)).hexdigest()


def sealed(salt: str, document: dict[str, Any]) -> bytes:
    """The bytes whose digest is in the ledger: salt and words as canonical JSON, so no guess is proved."""
    return msgspec.json.encode([salt, document], order="sorted")


def speaks_for(principal: Principal, locals_: Collection[str], unions: Collection[str]) -> str:
    """For whom *principal* speaks about a matter of *locals_* and *unions* that lies inside its scope.

    An employer speaks for itself; a representative for the first local of theirs that it concerns, or else
    for their union.
    """
    if principal.role == "employer" and principal.employer_id:
        return principal.employer_id
    scope = scope_of(principal)
    own = sorted(set(scope.locals or ()) & set(locals_)) or sorted(set(scope.unions or ()) & set(unions))
    if not own:
        raise Forbidden("your token speaks for nobody whom this concerns")
    return own[0]


def sides_of(principal: Principal) -> list[Side]:
    """Whose entries *principal* reads: everybody those of both sides, each side its own."""
    match principal.role:
        case "employer":
            return ["both", "employer"]
        case "representative":
            return ["both", "union"]
        case _:
            return ["both"]


def side_of(principal: Principal) -> Side:
    """The side *principal* is on; nobody else speaks in a thread."""
    return "employer" if principal.role == "employer" else "union"
