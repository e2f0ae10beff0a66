"""Which agreements bind a production, for whom, and from when to when.

A production is bound by an agreement when its employer has signed it (a dated, logged fact) and the
production is made under it. An employer that signed and said no day is bound for the whole edition;
unknown days are never guessed to be later or earlier than the edition itself.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Final

import msgspec

from registry.auth.scope import union_of
from registry.obligations.statement import Binding

Key = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


# Days outside these say nothing a judgement could use, and nobody can count with them: a day more is no date.
EARLIEST: Final = dt.date(1900, 1, 1)
LATEST: Final = dt.date(2999, 12, 31)


class Signature(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}
):
    """An employer signed *agreement*, for *locals* (none named: all of the agreement's), for these days."""

    agreement: Key
    locals: list[Key] = []
    signed_on: dt.date | None = None
    since: dt.date | None = None
    until: dt.date | None = None


class Edition(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """One dated edition of an agreement: who it is with, and its term as far as it is known."""

    key: str
    title: str
    since: dt.date | None = None
    until: dt.date | None = None
    unions: list[str] = []
    locals: list[str] = []
    confidence: str = ""
    source: str = ""
    note: str = ""


class CodeList(msgspec.Struct, frozen=True):
    """The list of editions that ships with the program."""

    values: list[Edition]


def editions(code_list: bytes) -> dict[str, Edition]:
    """The editions in `schemas/codes/agreements.json`, by key."""
    return {edition.key: edition for edition in msgspec.json.decode(code_list, type=CodeList).values}


def first_day(signature: Signature, edition: Edition | None) -> dt.date:
    """The first day *signature* binds: as said, else as signed, never before its edition's first day."""
    starts = edition.since if edition else None
    said = signature.since or signature.signed_on
    return max(day for day in (said, starts, EARLIEST) if day)


def last_day(signature: Signature, edition: Edition | None) -> dt.date | None:
    """The last day *signature* binds: as said, but never after its edition's last day; None: no end known."""
    ends = [day for day in (signature.until, edition.until if edition else None) if day]
    return min([*ends, LATEST]) if ends else None


def covered(locals_: Sequence[str], signature: Signature, edition: Edition | None) -> list[str]:
    """Those of a production's locals *signature* is about; none known: those of the edition's unions.

    A union without locals (the DGA, both guilds of writers) is party to the whole edition, named or not.
    """
    named = signature.locals or (edition.locals if edition else [])
    unions = edition.unions if edition else []
    mine = [local for local in locals_ if local in named or (not named and union_of(local) in unions)]
    whole = [] if signature.locals else [local for local in named if local in unions]
    return list(dict.fromkeys([*mine, *whole]))


def bindings(
    signatures: Iterable[Signature],
    agreements: Sequence[str],
    locals_: Sequence[str],
    editions: Mapping[str, Edition],
) -> list[Binding]:
    """Every binding of a production made under *agreements* with *locals_*, in the agreements' order."""
    found = [
        Binding(
            agreement=signature.agreement,
            locals=covered(locals_, signature, editions.get(signature.agreement)),
            since=first_day(signature, editions.get(signature.agreement)),
            until=last_day(signature, editions.get(signature.agreement)),
        )
        for signature in signatures
        if signature.agreement in agreements
    ]
    kept = [binding for binding in found if binding.until is None or binding.since <= binding.until]
    return sorted(kept, key=lambda binding: (agreements.index(binding.agreement), binding.since))
