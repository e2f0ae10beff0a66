"""The body of an observation, and every fault in one."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec

from registry.errors import Fault
from registry.productions import record, shape
from registry.productions.record import Code, Key, Name
from registry.requests import asked, party
from registry.requests.asked import LATEST, Text
from registry.requests.party import Codes

DAYS: Final = ("observed_on", "until")
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class Reporter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who wants to be named to the union, auditors and administrators; the employer is not told."""

    name: Name
    contact: Name | None = None


class Observed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """AI use that was seen on a production, and what is known about it.

    `tool` is a name as it was seen or heard; `headcount` how many people the department has. Leave `reporter`
    out, and nothing is kept that tells who reported.
    """

    employer_id: Key
    production_id: Key
    union: Code
    observed_on: dt.date
    text: Text
    local: Code | None = None
    until: dt.date | None = None
    tool: Name | None = None
    category: Code | None = None
    department: Name | None = None
    headcount: Count | None = None
    asked_other_departments: bool | None = None
    reporter: Reporter | None = None


def check(document: Any, codes: Codes, now: dt.datetime) -> list[Fault]:
    """Every fault of the body of an observation, before anything that is stored is looked at."""
    if not isinstance(document, dict):
        return shape.check(Observed, document)
    found = [fault for name in DAYS for fault in asked.check_day(document.get(name), f"/{name}")]
    found += party.check(document, codes) + shape.check(Observed, document)
    found += record.check_code(document.get("category"), codes.categories, "/category", "category of tools")
    found += record.check_order(document, "observed_on", "until", "")
    for name in DAYS:
        found += check_past(document, name, now)
    return record.fresh(found)


def check_past(document: Mapping[str, Any], name: str, now: dt.datetime) -> list[Fault]:
    """The fault of a day that has not come yet anywhere on earth (ISO dates sort as text)."""
    value = document.get(name)
    if not isinstance(value, str) or value <= (now + LATEST).date().isoformat():
        return []
    detail = f"{shape.said(value)} has not come yet."
    return [Fault(f"/{name}", "in-the-future", detail, fix="Say what was seen, not what is expected.")]
