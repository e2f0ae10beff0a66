"""Everything that is known of a production, as its calendar: what is due, in the order of its days."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from registry.auth.scope import Scope
from registry.calendars import ahead, cases, duties
from registry.calendars.cases import Made
from registry.calendars.duties import Case, Place
from registry.calendars.item import Item, open_and_past, order
from registry.disclosures.version import Quarter
from registry.judging.ruling import concerning, decode
from registry.obligations.finding import Finding
from registry.obligations.moments import quarter
from registry.obligations.pack import PackSet
from registry.productions.record import ProductionRecord

BACK: Final = 30
"""Days before today that a calendar begins, unless it is asked for others."""
ONWARD: Final = 366
"""Days after today that it ends, unless it is asked for others."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the registry knows of a production that a calendar is made from, as far as the caller sees it."""

    record: ProductionRecord
    changed_at: dt.datetime
    judged_at: dt.datetime | None
    findings: bytes
    cases: list[Case]
    requests: list[Made]
    quarters: set[Quarter]


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """What is due for a production from `first_day` to `last_day`, and what is overdue from before.

    Days are those of `time_zone`. `judged_at` is of the newest judgement; nothing is due by the agreements
    before there is one. Everything here is *prima facie*, for a person to look into.
    """

    employer_id: str
    production_id: str
    production_title: str
    time_zone: str
    today: dt.date
    first_day: dt.date
    last_day: dt.date
    judged_at: dt.datetime | None
    items: list[Item]


class Days(msgspec.Struct, frozen=True):
    """The days a calendar is asked for; None where the caller leaves it to the registry."""

    first: dt.date | None = None
    last: dt.date | None = None


def drawn(scope: Scope, known: Known, packs: PackSet, days: Days, now: dt.datetime) -> Calendar:
    """The calendar of a production, for *now* and as far as *scope* reaches."""
    record = known.record
    zone = ZoneInfo(record.time_zone)
    place = Place(record.employer_id, record.production_id, record.title, zone, now)
    usual = place.today - dt.timedelta(days=BACK)
    first = days.first or min(usual, days.last or usual)
    last = days.last or max(first, place.today) + dt.timedelta(days=ONWARD)
    found = [
        item
        for item in everything(scope, known, packs, place)
        if item.day <= last and (item.day >= first or (days.first is None and open_and_past(item)))
    ]
    return Calendar(
        employer_id=record.employer_id,
        production_id=record.production_id,
        production_title=record.title,
        time_zone=record.time_zone,
        today=place.today,
        first_day=first,
        last_day=last,
        judged_at=known.judged_at,
        items=sorted(found, key=order),
    )


def everything(scope: Scope, known: Known, packs: PackSet, place: Place) -> Iterator[Item]:
    """All that has a day, whenever it is."""
    findings: Sequence[Finding] = concerning(scope, decode(known.findings)) if known.findings else []
    values = parameters(packs, place.today)
    requests = {str(made.request_id) for made in known.requests}
    yield from duties.items(place, findings, known.cases, requests, known.judged_at or known.changed_at)
    yield from cases.of_alerts(place, known.cases)
    judged = {each.subject for each in findings if each.rule == cases.ANSWERED and duties.counts(each)}
    yield from cases.of_requests(place, known.requests, judged, values.get("REQUEST_ANSWER_DAYS"))
    told = {each.subject for each in findings if each.rule == ahead.RULE}
    told |= {ahead.named(first) for first, last in known.quarters if (first, last) == quarter(first)}
    if "QUARTER_DAYS" in values:
        yield from ahead.items(place, known.record, told, values["QUARTER_DAYS"], known.changed_at)


def parameters(packs: PackSet, today: dt.date) -> Mapping[str, Any]:
    """The numbers that the registry's own rules count with on a day."""
    rules = packs.packs.get("reg")
    return packs.params[rules.written.params].on(today) if rules else {}
