"""What anybody is shown: who cosigns, how far each has come, and what authorities have said."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from urllib.parse import quote

import msgspec

from registry.errors import NotFound
from registry.ledger import note
from registry.ledger.log.signed import Log, Signed
from registry.witnessing.policy import Policy
from registry.witnessing.record import Stamp, Told

DIGITS = 6


class WitnessLine(msgspec.Struct, frozen=True):
    """One witness: its key, the largest tree it has signed and when, and what went wrong last."""

    name: str
    vkey: str
    asked_at: str | None
    size: int | None
    signed_at: dt.datetime | None
    told_at: dt.datetime | None
    error: str | None


class StampLine(msgspec.Struct, frozen=True):
    """One stamp: whose, of which checkpoint, of when, and where the reply is."""

    authority: str
    size: int
    stamped_at: dt.datetime
    reply: str


class Stamping(msgspec.Struct, frozen=True):
    """The authority that is asked now, the newest stamp, and what went wrong last."""

    authority: str | None
    newest: StampLine | None
    error: str | None


class Witnesses(msgspec.Struct, frozen=True):
    """Who vouches for the ledger beside the registry.

    `newest_size` is the newest checkpoint, `published_size` the newest that enough witnesses have signed.
    `policy` is the file that says who is enough (C2SP tlog-policy). `halted` says why nothing is appended.
    """

    says: str
    newest_size: int | None
    published_size: int | None
    policy: str | None
    witnesses: list[WitnessLine]
    stamps: Stamping
    halted: str | None


class Stamped(msgspec.Struct, frozen=True):
    """The stamps of one checkpoint. What was stamped is `note`, byte for byte; `sha256` is its digest."""

    size: int
    note: str
    sha256: str
    stamps: list[StampLine]


def witnesses(
    rule: Policy | None,
    by: Log | None,
    newest: Signed | None,
    published: Signed | None,
    halted: tuple[str, dt.datetime] | None,
    told: Mapping[str, Told],
    signed: Mapping[str, tuple[int, str, dt.datetime]],
    authority: str | None,
    stamp: Stamp | None,
) -> Witnesses:
    """The state of witnesses and stamps as it is shown."""
    lines = []
    refused = told.get(authority) if authority else None
    for each in rule.witnesses if rule else ():
        size, line, _ = signed.get(each.key.vkey, (None, "", None))
        known = told.get(each.key.vkey)
        error = known.error if known else None
        if each.address is None:
            error = "the policy gives no address at which it could be asked"
        at = signing_time(line) if line else None
        lines.append(
            WitnessLine(
                name=each.name,
                vkey=each.key.vkey,
                asked_at=each.address,
                size=size,
                signed_at=at,
                told_at=known.told_at if known else None,
                error=error,
            )
        )
    return Witnesses(
        says=said(rule, published) + stranger(rule, by),
        newest_size=newest.size if newest else None,
        published_size=published.size if published else None,
        policy=rule.text if rule else None,
        witnesses=lines,
        stamps=Stamping(
            authority=authority,
            newest=stamp_line(stamp) if stamp else None,
            error=refused.error if refused else None,
        ),
        halted=halted[0] if halted else None,
    )


def said(rule: Policy | None, published: Signed | None) -> str:
    """In a sentence: whether enough have signed."""
    if rule is None:
        return "no witnesses are configured: the registry alone signs its checkpoints"
    if rule.quorum is None:
        return "the policy asks for no quorum: what witnesses sign is served, and nothing waits for it"
    if published is None:
        return f"no checkpoint has the quorum `{rule.quorum}` yet"
    return f"quorum `{rule.quorum}` met at size {published.size}"


def stranger(rule: Policy | None, by: Log | None) -> str:
    """What is to be said of a policy that names logs, and not this one."""
    if rule is None or by is None or not rule.logs or by.vkey in {each.key.vkey for each in rule.logs}:
        return ""
    return f". The policy names logs, but not this one: add `log {by.vkey}`"


def signing_time(line: str) -> dt.datetime | None:
    """The time a cosignature tells; None when it tells one no calendar has."""
    seconds = note.cosigned_at(note.read_signature(line.removesuffix("\n")))
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return None


def stamp_line(stamp: Stamp) -> StampLine:
    """One stamp as shown."""
    where = f"/ledger/checkpoint/{stamp.size}/stamp?authority={quote(stamp.authority, safe='')}"
    return StampLine(stamp.authority, stamp.size, stamp.stamped_at, where)


def stamped(size: int, signed: Signed | None, stamps: Sequence[Stamp]) -> Stamped:
    """The stamps of the checkpoint of *size* entries, as shown; raises NotFound where there is none."""
    if signed is None:
        raise NotFound(f"there is no checkpoint of {size} entries")
    text = signed.note
    found = [each for each in stamps if each.log == signed.log]
    return Stamped(
        size, text, hashlib.sha256(text.encode()).hexdigest(), [stamp_line(each) for each in found]
    )


def reply(size: int, stamps: Sequence[Stamp], authority: str | None) -> bytes:
    """The reply of *authority*, or the first one; raises NotFound, naming whose there are."""
    for each in stamps:
        if authority in (None, each.authority):
            return each.token
    names = ", ".join(sorted({each.authority for each in stamps}))
    detail = f"there are stamps of {names} only" if names else "it has not been stamped"
    raise NotFound(f"the checkpoint of {size} entries has no such stamp: {detail}")
