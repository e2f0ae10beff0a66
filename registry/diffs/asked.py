"""Which versions or moments are compared, and in which form the answer is wanted."""

import datetime as dt
import re
from typing import Final

import msgspec

from registry.errors import Fault, Invalid
from registry.ledger.moment import beyond, stated

JSON: Final = "application/json"
PATCH: Final = "application/json-patch+json"
SIZE: Final = re.compile(r"[0-9]{1,16}", re.ASCII)


class Bound(msgspec.Struct, frozen=True):
    """One end of the time that is looked at: an instant, or a size of the ledger; neither is now."""

    at: dt.datetime | None = None
    size: int | None = None


def bounds(since: str | None, until: str | None, now: dt.datetime) -> tuple[Bound, Bound]:
    """Both ends as they were asked for; raises Invalid with every fault of both."""
    faults: list[Fault] = []
    found = []
    for name, text in (("from", since), ("to", until)):
        try:
            found.append(bound(text, name, now))
        except Invalid as fault:
            faults += fault.faults
    if since is None:
        detail = "from is missing: the instant, or the size of the ledger, to compare with"
        faults.insert(0, Fault("", "from", detail, "Write it like 2025-11-15T00:00:00Z, or like 1200."))
    if faults:
        raise Invalid("; ".join(fault.detail for fault in faults), faults)
    return found[0], found[1]


def bound(text: str | None, name: str, now: dt.datetime) -> Bound:
    """One end: digits alone are a size of the ledger, everything else is an instant."""
    if text is None:
        return Bound()
    if SIZE.fullmatch(text):
        return Bound(size=int(text))
    at = stated(text, name)
    if at and at > now:
        detail = f"{name} is in the future"
        raise Invalid(detail, [Fault("", name, detail, "Ask for an instant that has come.")])
    return Bound(at=at)


def within(since: Bound, until: Bound, known: int) -> None:
    """Raise Invalid with every end that lies beyond the *known* entries of the ledger."""
    ends = (("from", since.size), ("to", until.size))
    faults = [
        fault
        for name, size in ends
        if size is not None and size > known
        for fault in beyond(size, known, name).faults
    ]
    if faults:
        raise Invalid("; ".join(fault.detail for fault in faults), faults)


def versions(since: str | None, until: str | None, newest: int) -> tuple[int, int]:
    """Both versions as they were asked for, of *newest*; raises Invalid with every fault of both."""
    faults = [
        Fault("", name, detail, f"Ask for 1 to {newest}.")
        for name, text in (("from", since), ("to", until))
        if text is not None and not (SIZE.fullmatch(text) and 1 <= int(text) <= newest)
        for detail in (f"{name} names no version; the disclosure has {newest}, counted from 1",)
    ]
    if faults:
        raise Invalid("; ".join(fault.detail for fault in faults), faults)
    last = newest if until is None else int(until)
    return max(last - 1, 1) if since is None else int(since), last


def backwards() -> Invalid:
    """The refusal to look at time from its end."""
    detail = "from is later than to"
    return Invalid(detail, [Fault("", "from", detail, "Exchange the two.")])


def wants_patch(accept: str | None) -> bool:
    """Whether an Accept header prefers JSON Patch alone to the whole answer."""
    weights = {PATCH: 0.0, JSON: 0.0}
    wild = 0.0
    for part in (accept or "*/*").split(","):
        media, *parameters = (each.strip() for each in part.split(";"))
        said = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        weight = float(said) if said.replace(".", "", 1).isdecimal() else 0.0
        if media.lower() in weights:
            weights[media.lower()] = weight
        elif media in ("*/*", "application/*"):
            wild = max(wild, weight)
    return weights[PATCH] > max(weights[JSON], wild)
