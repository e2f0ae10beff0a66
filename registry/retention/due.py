"""Until when one version is kept, by which rules, and what holds it beyond."""

import datetime as dt
from collections.abc import Sequence
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from registry.productions.record import ProductionRecord
from registry.retention.rule import Rule

Held = Literal["an alert is open", "a request is open", "a phase has no last day"]


class Old(msgspec.Struct, frozen=True, kw_only=True):
    """A version, and what was last known about its production: what the rules count from."""

    employer_id: str
    production_id: str
    disclosure_id: UUID
    version: int
    filed_at: dt.datetime
    period_to: dt.date | None
    newest_at: dt.datetime
    moved_at: dt.datetime | None
    asked_at: dt.datetime | None
    alerts: int
    requests: int
    record: ProductionRecord


class Keeping(msgspec.Struct, frozen=True):
    """One rule a version falls under: counted from which day, and the first day it no longer holds it."""

    rule: str
    law: str
    clause: str
    counted_from: dt.date
    ends_on: dt.date


class DueLine(msgspec.Struct, frozen=True, kw_only=True):
    """A version whose rules have all run out. `due_since`: the day the longest of them ended.

    With something in `held` it is not to be disposed of, however old it is.
    """

    employer_id: str
    production_id: str
    disclosure_id: UUID
    version: int
    filed_at: dt.datetime
    due_since: dt.date
    longest: str
    rules: list[Keeping]
    held: list[Held]


def places(record: ProductionRecord) -> set[str]:
    """Where a production is made: its countries and subdivisions."""
    return {code for each in record.locations for code in (each.country, each.subdivision) if code}


def settled_on(old: Old) -> dt.date:
    """The last day on which anything became known of a version's production, or is said to have happened."""
    zone = ZoneInfo(old.record.time_zone)
    instants = [old.filed_at, old.newest_at, old.moved_at, old.asked_at]
    days = [each.astimezone(zone).date() for each in instants if each]
    days += [each for each in (old.period_to, *(phase.ends_on for phase in old.record.phases)) if each]
    return max(days)


def keepings(old: Old, rules: Sequence[Rule], on: dt.date) -> list[Keeping]:
    """Every rule that a version falls under on the day *on*, the longest first."""
    settled, where = settled_on(old), places(old.record)
    recorded = old.filed_at.astimezone(ZoneInfo(old.record.time_zone)).date()
    found = []
    for rule in rules:
        if rule.holds(where, on):
            day = recorded if rule.counts_from == "recorded" else settled
            found.append(Keeping(rule.id, rule.law, rule.clause, day, rule.ends(day)))
    return sorted(found, key=lambda each: (-each.ends_on.toordinal(), each.rule))


def held(old: Old) -> list[Held]:
    """What keeps a version, whatever the rules say: matters that are open, and days that nobody has said."""
    found: list[Held] = []
    if old.alerts:
        found.append("an alert is open")
    if old.requests:
        found.append("a request is open")
    if any(phase.ends_on is None for phase in old.record.phases):
        found.append("a phase has no last day")
    return found


def due(old: Old, rules: Sequence[Rule], on: dt.date) -> DueLine | None:
    """The version as due on the day *on*; None while any rule still asks that it be kept."""
    found = keepings(old, rules, on)
    if not found or found[0].ends_on > on:
        return None
    return DueLine(
        employer_id=old.employer_id,
        production_id=old.production_id,
        disclosure_id=old.disclosure_id,
        version=old.version,
        filed_at=old.filed_at,
        due_since=found[0].ends_on,
        longest=found[0].rule,
        rules=found,
        held=held(old),
    )
