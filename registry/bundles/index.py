"""bundle.json: which tree a bundle is of, whose keys signed it, for whom it was made; how to check it."""

import hashlib
from typing import Annotated, Any, Final, Literal

import msgspec

from registry.errors import Corrupt
from registry.ledger.entry import stamp as instant

Hash = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Natural = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]

__all__ = ["Index", "Log", "Scope", "Signed", "Stamp", "Withheld", "canonical", "how", "instant", "read"]


class Log(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One key the ledger was signed with, and the name it signed under."""

    number: Natural
    origin: str
    vkey: str


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An earlier checkpoint in the bundle: by which log, of how many entries."""

    log: Natural
    size: Natural


class Stamp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A time stamp of a checkpoint in the bundle: by whom, and the short name of whom."""

    log: Natural
    size: Natural
    authority: str
    short: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{12}\Z")]


class Withheld(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry within the scope that is not shown, or not all of it, and why: see layout.WHYS."""

    entry: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
    why: Literal["side", "size", "maker", "others"]


class Scope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For whom a bundle was made, and of what; null where there is no limit."""

    role: str
    employers: list[str] | None
    production: str | None
    locals: list[str] | None
    unions: list[str] | None


class Index(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything a bundle says of itself.

    `complete`: every record is in it, but those `left_out`, redacted by order, and those `withheld`, each
    with its reason. It is not, where a limit of the scope or a redaction of after the tree has left something
    out.
    """

    form: Literal[1]
    size: Natural
    root: Hash
    log: Natural
    logs: list[Log]
    witnesses: list[str]
    checkpoints: list[Signed]
    stamps: list[Stamp]
    scope: Scope
    complete: bool
    left_out: list[int]
    withheld: list[Withheld]


def canonical(value: Any) -> bytes:
    """A value as canonical JSON (RFC 8785; no floats)."""
    return msgspec.json.encode(value, order="sorted")


def read(data: bytes) -> Index:
    """What *data* says; raises Corrupt unless it is exactly what `canonical` writes of it."""
    try:
        found = msgspec.json.decode(data, type=Index)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Corrupt("bundle/bundle.json is not what a bundle says of itself") from None
    if canonical(found) != data or not fits(found):
        raise Corrupt("bundle/bundle.json is not what a bundle says of itself")
    return found


def fits(index: Index) -> bool:
    """Whether it does not contradict itself: what is complete has no limits, what is named follows."""
    scope = index.scope
    kept = [each.entry for each in index.withheld]
    limited = (scope.employers, scope.production, scope.locals) != (None, None, None)
    return (
        not (index.complete and limited)
        and all(0 <= each < index.size for each in [*index.left_out, *kept])
        and kept == sorted(set(kept) - set(index.left_out))
        and all(each.short == short(each.authority) for each in index.stamps)
    )


def short(authority: str) -> str:
    """What a time stamp's authority is called in the name of its file."""
    return hashlib.sha256(authority.encode()).hexdigest()[:12]


HOW: Final = """\
How to check this bundle without the registry
=============================================

    unzip -p BUNDLE.zip bundle/verify.py > verify.py
    python3 verify.py BUNDLE.zip --vkey VKEY

It needs Python 3.9 or later and the package `cryptography`, nothing else. Read it first: it is one file. It
came with the bundle, and whoever made a false bundle may have made a false program; take it from a bundle
that you asked the registry for yourself, since it is the same in all of them. VKEY is the key of the log, as
you know it from elsewhere; without it the bundle's own is believed, and that is said. Check the zip as it
came, not its files unpacked: every byte of it is looked at.

1. The zip has one form, and every byte of it is checked. MANIFEST.sha256 has the SHA-256 of every file.
2. log/ is the whole log as a static server would have it (C2SP tlog-tiles): entries in log/tile/entries,
   hashes in the other tiles, and log/checkpoint, a signed note. Any tool for such logs reads it. The root
   is computed from the bytes of all {size} entries, and held against the checkpoint and every earlier one.
3. Entries of one record follow each other: `prev` is the leaf hash of the one before, `seq` one more.
4. What an entry vouches for has a name that follows from the entry. rows/ are whole records, whose SHA-256
   is the entry's `record`. The SHA-256 of these is the entry's `sha256`: filings/ are the bytes as they were
   received, judgements/ the findings, rules/ and schemas/ what was published, employers/ and productions/ the
   records, requests/ what was asked and answered, observations/ what was observed, threads/ what was said of
   an alert or a request (a list of the salt and the words) and the files that were shown (.file), readings/
   the digests of who read what, exports/ the manifests of exports, changes/ the changes of the log's key,
   redactions/ what was taken out by order. A file of salts opens the commitments `sd` (RFC 9901); a file of
   sections has those that may be read, where others are withheld. A .tlog-proof is the receipt.
5. stamps/ are RFC 3161 time stamps of checkpoints as the log alone signed them. verify.py looks whether they
   are of that checkpoint; whether the authority's signature holds, ask
   `openssl ts -verify -data CHECKPOINT -in STAMP -CAfile AUTHORITY.pem`.

Tree of {size} entries, root {root}

What is not here: records beyond the limits in `scope` of bundle.json, and what its list `withheld` names:
words that one side of a thread keeps to itself (side), files beyond the bytes of evidence that one bundle
takes (size; ask for a bundle of that production), manifests of exports that others made (maker), judgements
with findings that concern others, too (others). Of an observation the row is in no bundle: it could tell who
reported it. Of all these there is the entry, which has digests alone.

What this does not show: that what was filed is true; that findings follow from rules and facts, which the
registry's own program computes again; that the key is the registry's, unless you gave it; who the witnesses
are; that nothing came after; that what is withheld was withheld for the reason that is given. Of a bundle
that is not complete, and verify.py says so, some records are digests alone: the caller may not read them,
they are another employer's, or whoever made it left them out. For whom it was made, its name, this text and
verify.py are the maker's own words: the manifest names them, the log does not.
"""


def how(size: int, root: bytes) -> str:
    """How to verify a bundle without the registry."""
    return HOW.format(size=size, root=root.hex())
