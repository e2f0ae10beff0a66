"""A moment of the ledger: what a reading stands on when it is not of the present.

A moment is always a cut by position: what stands in the first `size` entries was known, nothing else was. An
instant means the entries appended by then. What is asked for is read here, in words for every fault at once.
"""

import datetime as dt
import re
from collections.abc import Collection, MutableMapping
from typing import Any, Final
from urllib.parse import quote

import msgspec

from registry.errors import Fault, Invalid

FIRST: Final = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
LAST: Final = dt.datetime(2999, 12, 31, tzinfo=dt.UTC)
"""No history begins before, or goes on after; an instant beyond asks for the same as these."""
RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
HTTP_DATE: Final = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT", re.ASCII
)
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TAKEN: Final = "moment"
"""What a door takes that can show the past."""
LINK_FORMAT: Final = "application/link-format"
ONLY_NOW: Final = "what is read here is kept only as it is now, so it cannot be shown as it was"
SECOND: Final = dt.timedelta(microseconds=999_999)
"""A date of HTTP names a whole second; what was known then is what was known at the end of it."""


class Moment(msgspec.Struct, frozen=True):
    """The ledger of `size` entries, its root, and the newest signed checkpoint that is no larger.

    `at` is the instant asked for, None when a size was. `instant` is what time limits are counted for: that
    instant, or the one at which the newest of the entries was appended.
    """

    size: int
    at: dt.datetime | None
    root: bytes
    note: str | None
    instant: dt.datetime

    @property
    def checkpoint(self) -> str | None:
        """Origin and size of the signed checkpoint it stands on; None where nothing was signed by then."""
        return " ".join(self.note.split("\n")[:2]) if self.note else None


class Asked(msgspec.Struct, frozen=True):
    """What a reader has asked for: an instant, or a size of the ledger; neither is the present."""

    at: dt.datetime | None = None
    size: int | None = None


def asked(as_of: str | None, tree_size: int | None, accept: str | None, now: dt.datetime) -> Asked:
    """What the query says, or else the header Accept-Datetime; raises Invalid with every fault.

    An address that names its moment is not negotiated, so the header counts only without the other two. A
    date in the header that is still to come asks for the newest there is (RFC 7089).
    """
    faults = []
    if as_of is not None and tree_size is not None:
        detail = "as_of and tree_size both say what to read"
        faults.append(Fault("", "tree_size", detail, "Send the instant or the size of the ledger, not both."))
    try:
        at = stated(as_of)
        if at and at > now:
            faults.append(future(now))
    except Invalid as fault:
        faults.extend(fault.faults)
        at = None
    if faults:
        raise Invalid("; ".join(fault.detail for fault in faults), faults)
    if at is None and tree_size is None and accept is not None:
        at = min(from_header(accept), now)
    return Asked(at, tree_size)


def once(names: Collection[str]) -> None:
    """Refuse a query that says *names* of a moment more than once: which of them is meant nobody knows."""
    listed = [*names]
    twice = [name for name in ("as_of", "tree_size") if listed.count(name) > 1]
    if twice:
        detail = f"{' and '.join(twice)}: said more than once"
        raise Invalid(detail, [Fault("", name, detail, f"Send {name} once.") for name in twice])


def size_at(moment: Moment | None) -> int | None:
    """How many entries a reading may rest on; None for all there are."""
    return moment.size if moment else None


def future(now: dt.datetime) -> Fault:
    """The refusal of an instant that is still to come."""
    detail = "as_of is in the future, and nobody knows yet what will be known then"
    return Fault(
        "", "as_of", detail, f"Ask for {now.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%fZ} at the latest."
    )


def beyond(size: int, known: int, name: str = "tree_size") -> Invalid:
    """The refusal of a tree that the ledger has not grown to, asked for by *name*."""
    detail = f"the ledger has {known} entries, not {size}"
    return Invalid(detail, [Fault("", name, detail, f"Ask for {known} at most.")])


def stated(instant: dt.datetime | str | None, name: str = "as_of") -> dt.datetime | None:
    """*instant* in UTC, within the bounds of any history; raises Invalid for what names no instant.

    A text is read as RFC 3339 has it, with its offset: a number of seconds, or a day alone, names none.
    """
    if instant is None:
        return None
    if isinstance(instant, str):
        instant = read(instant, name)
    if instant.tzinfo is None:
        raise no_instant(name, "has no offset from UTC, so it names no instant")
    if instant.year < FIRST.year:
        return FIRST
    return LAST if instant.year > LAST.year else max(instant.astimezone(dt.UTC), FIRST)


def read(text: str, name: str) -> dt.datetime:
    """*text* as an instant."""
    # In a query a plus sign is a blank once it is decoded.
    text = text.replace(" ", "+")
    try:
        if RFC_3339.fullmatch(text):
            return dt.datetime.fromisoformat(text.upper())
    except ValueError:
        pass
    raise no_instant(name, "is not an instant")


def no_instant(name: str, says: str) -> Invalid:
    """The refusal of what names no instant."""
    says = f"{name} {says}"
    return Invalid(says, [Fault("", name, says, "Write it like 2025-11-15T00:00:00Z.")])


def from_header(text: str) -> dt.datetime:
    """The last instant of the second that a date of HTTP names; raises Invalid for anything else."""
    found = HTTP_DATE.fullmatch(text.strip())
    try:
        if found and found[3] in MONTHS:
            day, hour, minute, second = (int(found[at]) for at in (2, 5, 6, 7))
            month = MONTHS.index(found[3]) + 1
            at = dt.datetime(int(found[4]), month, day, hour, minute, second, tzinfo=dt.UTC)
            if DAYS[at.weekday()] == found[1]:
                return max(at + SECOND, FIRST)
    except ValueError:
        pass
    detail = "Accept-Datetime is not a date of HTTP"
    fix = "Write it like Sat, 15 Nov 2025 00:00:00 GMT, with the right day of the week."
    raise Invalid(detail, [Fault("", "Accept-Datetime", detail, fix)])


def http_date(instant: dt.datetime) -> str:
    """*instant* as a date of HTTP, whatever language the machine speaks."""
    at = instant.astimezone(dt.UTC)
    return f"{DAYS[at.weekday()]}, {at.day:02} {MONTHS[at.month - 1]} {at.year:04} {at:%H:%M:%S} GMT"


def refuse(method: str, path: str, query: Collection[str], taken: Collection[str]) -> None:
    """Refuse a reading of records that are of the present only, when its *query* asks for the past.

    *taken* are the names of what its door takes.
    To answer with the present would be to answer another question.
    """
    if method != "GET" or not path.startswith("/v1/") or TAKEN in taken:
        return
    named = [name for name in ("as_of", "tree_size") if name in query and name not in taken]
    if named:
        detail = f"{' and '.join(named)}: what is read here is kept only as it is now"
        raise Invalid(detail, [Fault("", name, ONLY_NOW, f"Leave {name} out.") for name in named])


def said(path: str, moment: Moment | None, taken: Collection[str], *, memento: bool) -> list[tuple[str, str]]:
    """The headers of an answer that can be of the past: of which *moment* it is, and where the others are.

    Without a moment among what its door has *taken* there are none. With *memento* it has a timemap of its
    own (RFC 7089), and every moment of it an address.
    """
    if TAKEN not in taken:
        return []
    address, found = address_of(path), [("vary", "Accept-Datetime")]
    if moment:
        found += [("ledger-tree-size", str(moment.size)), ("ledger-root", moment.root.hex())]
        found += [("ledger-checkpoint", moment.checkpoint)] if moment.checkpoint else []
        found += [("memento-datetime", http_date(moment.instant))]
    return [*found, ("link", links(address, moment))] if memento else found


def links(address: str, moment: Moment | None) -> str:
    """Where the record itself is, the list of its moments, and this moment of it."""
    found = [
        f'<{address}>; rel="original timegate"',
        f'<{address}/timemap>; rel="timemap"; type="{LINK_FORMAT}"',
    ]
    if moment and moment.size:
        here = at_size(address, moment.size)
        found.append(f'<{here}>; rel="memento"; datetime="{http_date(moment.instant)}"')
    return ", ".join(found)


def add(message: MutableMapping[str, Any], more: Collection[tuple[str, str]]) -> None:
    """Put *more* headers on an answer that begins."""
    if message["type"] == "http.response.start" and more:
        told = [(name.encode(), value.encode()) for name, value in more]
        message["headers"] = [*message.get("headers", ()), *told]


def address_of(path: str) -> str:
    """*path* as it stands in an address; what is decoded could end a header's line."""
    return quote(path, safe="/:@")


def at_size(address: str, size: int) -> str:
    """The address of what *address* was when the ledger had *size* entries."""
    return f"{address}?tree_size={size}"
