"""A calendar as a file that other programs read (RFC 5545): the same items are the same bytes.

The file leaves the registry's hands, so it says no more than what is due, where, by which clause: nothing
that anybody filed or wrote, but for the titles of productions and of the feed itself.
"""

import datetime as dt
import functools
import hashlib
import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid5

import icalendar
import msgspec

from registry.calendars.calendar import Calendar
from registry.calendars.item import OVER, TITLES, Status, What, order
from registry.obligations.moments import plain

NAMES: Final = UUID("0b1c9a3e-7c1e-5d0a-9b57-3f2d8d6f1a44")
"""The namespace of event ids (RFC 9562, version 5); it never changes."""
DISTANCES: Final = (7, 1)
"""Days before its day at which an item is reminded of, at nine in the morning."""
MOST_EVENTS: Final = 1000
"""Days one file has room for."""
NINE: Final = dt.timedelta(hours=9)
UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Characters that would end a line of the file, or that no program shows."""

LEADS: Final[dict[Status, str]] = {
    "overdue": "Overdue: ",
    "done": "Done: ",
    "late": "Done late: ",
    "waived": "Waived: ",
    "extended": "Extended: ",
    "settled": "Settled: ",
    "unknown": "Not known to be done: ",
}
SAYS: Final[dict[Status, str]] = {
    "upcoming": "It is still to be done.",
    "due_soon": "It is due soon.",
    "overdue": "Its day has passed, and nothing on record says that it was done.",
    "done": "It has been done in time.",
    "late": "It has been done, after its day.",
    "extended": "Both parties agreed to this later day.",
    "waived": "The union has waived it for a time.",
    "settled": "The union has closed the matter.",
    "unknown": "Its day has passed, and it is not known whether it was done.",
}
NEVER_SURE: Final = "It is prima facie, for a person to look into; it is no finding of law."


class Told(msgspec.Struct, frozen=True):
    """What the file says of an item: as long as this is the same, so are its bytes, whatever day it is."""

    production_title: str
    name: str
    day: dt.date
    what: What
    status: Status
    certain: bool
    clock: str | None
    rule: str | None
    clause: str | None
    confidence: str | None
    alert_id: UUID | None
    changed_at: dt.datetime


def written(title: str, calendars: Sequence[Calendar], left_out: int, most: int = MOST_EVENTS) -> bytes:
    """The file of a feed called *title* over *calendars*; *left_out* productions had no room in it."""
    told = chosen(calendars, most)
    over = sum(len(calendar.items) for calendar in calendars) - len(told)
    made = icalendar.Calendar()
    made.add("prodid", "-//AI-use registry//calendar//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        made.add(name, icalendar.vText(safe(title)))
    made.add("x-wr-caldesc", icalendar.vText(described(left_out, over)))
    made.add("refresh-interval", dt.timedelta(hours=6), parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT6H")
    head, end, tail = made.to_ical().rpartition(b"END:VCALENDAR")
    return b"".join([head, *(event_bytes(each) for each in told), end, tail])


def chosen(calendars: Sequence[Calendar], most: int) -> list[Told]:
    """The items a file has room for, by their days; what is over goes first, then what is furthest off."""
    found = [(calendar.production_title, item) for calendar in calendars for item in calendar.items]
    found.sort(key=lambda pair: (pair[1].status in OVER, abs(pair[1].days_left), pair[1].name))
    kept = sorted(found[:most], key=lambda pair: order(pair[1]))
    return [
        Told(title, **{name: getattr(item, name) for name in Told.__struct_fields__[1:]})
        for title, item in kept
    ]


def described(left_out: int, over: int) -> str:
    """What the feed says of itself, and of what it has no room for."""
    said = f"What is due, as far as the registry knows. {NEVER_SURE}"
    if left_out:
        said += f" {left_out} productions are not shown: make a calendar of each of those you need."
    if over:
        said += f" {over} days that are further off, or over, are not shown."
    return said


@functools.lru_cache(maxsize=16 * 1024)
def event_bytes(item: Told) -> bytes:
    """An item as a day in the calendar; it makes nobody busy.

    The library takes a millisecond for each, and programs ask for the same few again and again.
    """
    made = icalendar.Event()
    made.add("uid", str(uuid5(NAMES, item.name)))
    made.add("dtstamp", item.changed_at)
    made.add("last-modified", item.changed_at)
    made.add("dtstart", item.day)
    made.add("dtend", item.day + dt.timedelta(days=1))
    made.add("summary", summary(item))
    made.add("description", "\n".join(description(item)))
    made.add("categories", [item.what.replace("_", "-")])
    made.add("status", state(item))
    made.add("transp", "TRANSPARENT")
    if item.status not in OVER:
        for days in DISTANCES:
            alarm = icalendar.Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", summary(item))
            alarm.add("trigger", NINE - dt.timedelta(days=days))
            made.add_component(alarm)
    body: bytes = made.to_ical()
    return body


def summary(item: Told) -> str:
    """What a day in the calendar is called: what is due, and for which production."""
    about = f" ({plain(item.clock)})" if item.what == "clock" and item.clock else ""
    return safe(f"{LEADS.get(item.status, '')}{TITLES[item.what]}{about}, {item.production_title}")


def description(item: Told) -> list[str]:
    """The lines under an item: the clause and how sure we are of it, how it stands, where to look it up."""
    lines = [SAYS[item.status]]
    if not item.certain:
        lines.append("It falls due only if what it hangs on comes to pass.")
    if item.clause:
        lines.append(f"{item.clause} ({item.confidence})")
    lines += [f"{name} {value}" for name, value in (("Rule", item.rule), ("Alert", item.alert_id)) if value]
    return [safe(line) for line in [*lines, NEVER_SURE]]


def state(item: Told) -> str:
    """An item's state in the calendar's own words."""
    if item.status == "settled":
        return "CANCELLED"
    return "CONFIRMED" if item.certain else "TENTATIVE"


def safe(text: str) -> str:
    """*text* on one line, without what no program shows."""
    return " ".join(UNSAFE.sub(" ", text).split())


def etag(body: bytes) -> str:
    """The strong ETag of a file."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def known(tag: str, if_none_match: str | None) -> bool:
    """Whether a caller that sends *if_none_match* has the file with this *tag* already."""
    said = [each.strip().removeprefix("W/") for each in (if_none_match or "").split(",")]
    return tag in said or "*" in said
