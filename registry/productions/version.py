"""One version of a record: its row in the history, and what must hold before it may become the newest."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from registry.auth.scope import Principal
from registry.errors import Fault, Invalid, PreconditionMissing, Stale
from registry.productions.record import EmployerRecord, ProductionRecord
from registry.productions.view import etag

NAMES: Final = UUID("5d3bb3a5-6f0e-5c51-9a0e-1d2f6f7c8b43")
"""The namespace of entry ids (RFC 9562, version 5); it never changes."""


def refuse(faults: list[Fault]) -> None:
    """Raise Invalid with all of *faults*, if there are any."""
    if faults:
        raise Invalid(f"the record has {len(faults)} fault{'s' * (len(faults) > 1)}", faults)


def check_path(names: Mapping[str, tuple[str, str]]) -> None:
    """Raise Invalid for each key that the address and the record say differently: a key never changes."""
    refuse(
        [
            Fault(
                f"/{name}",
                "not-the-address",
                f"The record says `{said}`, the address `{path[:80]}`; a key never changes.",
                fix="Make the two agree, or create a new record.",
            )
            for name, (path, said) in names.items()
            if path != said
        ]
    )


def check_match(if_match: str | None, revision: int) -> None:
    """Raise PreconditionMissing without *if_match*, Stale when it names another revision."""
    if if_match is None:
        raise PreconditionMissing("send If-Match with the ETag of the revision you are changing")
    if if_match.strip() != etag(revision):
        raise Stale(f"the newest revision is {etag(revision)}; read it again and repeat your change on it")


def employer_row(
    new: EmployerRecord, revision: int, body: bytes, principal: Principal, now: datetime
) -> dict[str, Any]:
    """The row of employer_version, in the order of its columns, without its place in the ledger."""
    return {
        "employer_id": new.employer_id,
        "revision": revision,
        "record": msgspec.to_builtins(new),
        "body": body,
        "recorded_at": now,
        "recorded_by": principal.subject,
    }


def production_row(
    new: ProductionRecord, revision: int, body: bytes, principal: Principal, now: datetime
) -> dict[str, Any]:
    """The row of production_version, in the order of its columns, without its place in the ledger."""
    return {
        "employer_id": new.employer_id,
        "production_id": new.production_id,
        "revision": revision,
        "record": msgspec.to_builtins(new),
        "body": body,
        "recorded_at": now,
        "recorded_by": principal.subject,
    }


def production_key(new: ProductionRecord) -> str:
    """The key of a production outside its employer: in log lines and messages."""
    return f"{new.employer_id}/{new.production_id}"


def entry_id(kind: str, key: str) -> str:
    """What a ledger entry calls the record with this *key*: the same for all its versions, a name to nobody.

    Entries are public, and keys are made of names that are not: a working title, who produces what.
    """
    return str(uuid5(NAMES, f"{kind}/{key}"))
