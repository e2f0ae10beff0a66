"""The body that asks for a feed, the days a calendar is asked for, and every fault in them."""

import datetime as dt
import re
from typing import Annotated, Any, Final

import msgspec

from registry.calendars.calendar import Days
from registry.errors import Fault, Invalid
from registry.productions import record, shape
from registry.productions.record import Key

Title = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2100, 12, 31)


class AskedProduction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A production, by its keys."""

    employer_id: Key
    production_id: Key


class AskedFeed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A calendar that your own program reads: of one production, or of all you may see."""

    title: Title
    production: AskedProduction | None = None


def check(document: Any) -> list[Fault]:
    """Every fault of the body that asks for a feed."""
    if not isinstance(document, dict):
        return shape.check(AskedFeed, document)
    title, production = document.get("title"), document.get("production")
    found = []
    if isinstance(title, str) and not title.strip():
        detail = "The title says nothing."
        found.append(Fault("/title", "missing", detail, fix="Give the calendar a name you will know it by."))
    if isinstance(production, dict):
        faults = [
            fault for key in ("employer_id", "production_id") for fault in record.check_key(production, key)
        ]
        found += [msgspec.structs.replace(fault, pointer=f"/production{fault.pointer}") for fault in faults]
    return record.fresh(found + shape.check(AskedFeed, document))


def days(first: str | None, last: str | None) -> Days:
    """The days that are asked for; raises Invalid for what is no day, or days in the wrong order."""
    faults = [fault for name, text in (("from", first), ("until", last)) for fault in check_day(name, text)]
    if not faults and first and last and last < first:
        detail = f"`until` ({last}) lies before `from` ({first})."
        faults = [Fault("", "wrong-order", detail, fix="Give the first day in `from`, the last in `until`.")]
    if faults:
        raise Invalid("the days of the calendar cannot be read", faults)
    return Days(
        dt.date.fromisoformat(first) if first else None, dt.date.fromisoformat(last) if last else None
    )


def check_day(name: str, text: str | None) -> list[Fault]:
    """The fault of a text that is no day between the years 2000 and 2100."""
    if text is None:
        return []
    try:
        read = dt.date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        read = None
    if read and EARLIEST <= read <= LATEST:
        return []
    detail = f"`{name}` is {shape.said(text)}, which is no day from {EARLIEST} to {LATEST}."
    return [Fault("", "not-a-day", detail, fix=f"Write {name}=2026-03-31, for instance.")]
