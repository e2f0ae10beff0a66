"""A pack for a lawyer: each duty with its conditions, due rule, parameters, clocks and sources in words."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from registry.errands import OUT, told
from registry.obligations import clocks
from registry.obligations.clocks import WrittenClock
from registry.obligations.due import After, Before, Due, Number
from registry.obligations.finding import Origin
from registry.obligations.pack import Obligation, Pack, Params, Written, WrittenPack

ROLES: Final = ("when", "breach", "met", "excused")
HEADINGS: Final[Mapping[str, str]] = {
    "when": "applies when",
    "breach": "broken when",
    "met": "kept when",
    "excused": "excused when",
}
ORIGINS: Final[Mapping[Origin, str]] = {
    "occurrence": "the occurrence",
    "knowledge": "when it could first be known",
    "due": "the day it is due",
    "opened": "the opening of the alert",
    "answered": "the employer's answer",
    "grieved": "the grievance",
}


class Condition(msgspec.Struct, frozen=True):
    """One condition: what it is for, in words and as it is evaluated."""

    role: str
    words: str
    cel: str


class Parameter(msgspec.Struct, frozen=True):
    """A number a duty counts by: its value on the day, since when, why, and whether it is only proposed."""

    name: str
    value: int
    unit: str
    since: dt.date
    reference: str
    confidence: str
    proposal: bool


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """One obligation, as a lawyer reads it."""

    rule: str
    clause: str
    says: str
    owed_to: str
    judged_once_per: str
    conditions: list[Condition]
    due: str
    parameters: list[Parameter]
    clocks: list[str]
    asked: list[str]
    severity: str
    remedy: str
    status: str
    since: dt.date | None
    until: dt.date | None
    source: list[str]
    confidence: str


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A pack, as a lawyer reads it."""

    pack: str
    title: str
    digest: str
    status: str
    basis: str
    agreements: list[str]
    places: list[str]
    territories: list[str]
    since: dt.date | None
    until: dt.date | None
    deprecated: dt.date | None
    successor: str
    params: str
    duties: list[Duty]


def told_pack(pack: Pack, params: Params | None, on: dt.date) -> Told:
    """*pack* with its parameters as they are *on* a day."""
    written = pack.written
    fields = {name: getattr(written, name) for name in ("agreements", "places", "territories", "basis")}
    fields |= {name: getattr(written, name) for name in ("since", "until", "deprecated", "successor")}
    return Told(
        pack=pack.name,
        title=written.title,
        digest=pack.digest,
        status=written.status,
        params=written.params,
        duties=[duty(written, each, params, on) for each in pack.obligations],
        **fields,
    )


def duty(pack: WrittenPack, made: Obligation, params: Params | None, on: dt.date) -> Duty:
    """One obligation of *pack*."""
    written = made.written
    names = [*made.parameters, *(name for each in made.clocks for name in clocks.numbers(each))]
    keys = [key.strip() for key in written.source.split(",")]
    return Duty(
        rule=made.rule,
        clause=written.clause,
        says=written.says,
        owed_to=written.owed_to,
        judged_once_per=written.about.replace("_", " "),
        conditions=list(conditions(written)),
        due=due_words(written.due) if written.due else "",
        parameters=[parameter(name, params, on) for name in dict.fromkeys(names)] if params else [],
        clocks=[clock_words(each) for each in made.clocks],
        asked=[each.ask for each in (*written.review, *written.undecided)],
        severity=written.severity,
        remedy=written.remedy,
        status=written.status or pack.status,
        since=written.since or pack.since,
        until=written.until or pack.until,
        source=[f"{key}: {pack.sources[key]}" for key in keys],
        confidence=written.confidence,
    )


def conditions(written: Written) -> Iterator[Condition]:
    """Every condition of a duty, in the order it is looked at."""
    for role in ROLES:
        for term in getattr(written, role):
            yield Condition(HEADINGS[role], term.words, term.condition)
    for heading, asks in (("undecided when", written.undecided), ("a person decides when", written.review)):
        for ask in asks:
            yield Condition(heading, ask.ask, ask.condition or "true")


def parameter(name: str, params: Params, on: dt.date) -> Parameter:
    """A parameter as it is *on* a day; before its first day, as it was first."""
    found = params.param[name]
    rows = sorted(found.values, key=lambda row: row.since)
    row = next((each for each in reversed(rows) if each.since <= on), rows[0])
    return Parameter(
        name, row.value, found.unit, row.since, row.reference, row.confidence, proposal=found.proposal
    )


def due_words(due: Due) -> str:
    """A due rule as a sentence."""
    if isinstance(due, Before):
        span = f"at least {counted(due.days, 'day')} before" if due.days else "before"
        span = f"at least {counted(due.hours, 'hour')} before" if due.hours else span
        span = f"at least {business(due)} before" if due.business_days else span
        said = f"{due.done} lies {span} {due.event}"
        said += " (or on that very day)" if due.or_at else ""
    elif isinstance(due, After):
        span = business(due) if due.business_days else counted(due.days, "day")
        said = f"{due.done} lies at the latest {span} after {due.event}, that day excluded"
    else:
        months = f"the {due.months}-month window {due.event} falls in (windows begin on {due.anchor})"
        said = f"{due.done} lies within {months}; if too little of it is left, {counted(due.at_least, 'day')}"
        said += f" after {due.event}"
    return said + ("; being late is accepted" if due.late == "accepted" else "")


def business(due: Before | After) -> str:
    """A number of business days, with the calendar they are counted by."""
    return f"{counted(due.business_days, 'business day')} ({due.calendar})"


def clock_words(clock: WrittenClock) -> str:
    """A clock as a sentence: what it limits, how long it is, what it counts from, and how sure that is."""
    length = clocks.spoken(clock)
    origin = f"step {clock.step} of the grievance" if clock.step else ORIGINS[clock.counts_from]
    said = f"{clock.says}: {f'{length} from {origin}' if length else f'on {origin}'}"
    said += f", or the next business day ({clock.calendar})" if clock.roll else ""
    return f"{said}{'; set by statute' if clock.fixed else ''} ({clock.confidence})"


def counted(number: Number, unit: str) -> str:
    """A number with its unit."""
    return f"{number} {unit}{'' if number == 1 else 's'}"


def show(packs: Sequence[Pack], params: Mapping[str, Params], on: dt.date, *, as_json: bool) -> int:
    """Tell *packs* with their parameters."""
    found = [told_pack(each, params.get(each.written.params), on) for each in packs]
    if as_json:
        told(found)
        return 0
    for each in found:
        OUT.print("\n".join(lines(each)), highlight=False, markup=False, emoji=False, soft_wrap=True)
    if not found:
        OUT.print("No pack judges this agreement yet; what is signed under it is recorded.", style="dim")
    return 0


def lines(pack: Told) -> Iterator[str]:
    """A pack as text."""
    yield f"{pack.pack}: {pack.title}"
    yield f"  digest {pack.digest}, parameters {pack.params}"
    yield f"  {pack.status.replace('_', ' ')}, {days(pack.since, pack.until)}. {pack.basis}".rstrip()
    for name, values in (("agreements", pack.agreements), ("places", pack.places)):
        if values:
            yield f"  {name}: {', '.join(values)}"
    if pack.deprecated or pack.successor:
        yield f"  deprecated from {pack.deprecated or 'no day'}; successor {pack.successor or 'none'}"
    for each in pack.duties:
        yield from duty_lines(each)


def duty_lines(each: Duty) -> Iterator[str]:
    """A duty as text."""
    yield ""
    yield f"{each.rule}  ({each.clause})"
    yield f"  {each.says}"
    yield f"  owed to {each.owed_to}; judged once per {each.judged_once_per}"
    yield f"  {each.status.replace('_', ' ')}, {days(each.since, each.until)}"
    for condition in each.conditions:
        yield f"  {condition.role}: {condition.words or condition.cel}"
        yield f"      {condition.cel}"
    if each.due:
        yield f"  due: {each.due}"
    for number in each.parameters:
        mark = " [PROPOSAL]" if number.proposal else ""
        yield f"  {number.name} = {number.value} {number.unit} from {number.since}{mark}"
        yield f"      {number.reference} ({number.confidence})"
    yield from (f"  clock: {clock}" for clock in each.clocks)
    yield f"  {each.severity}; remedy: {each.remedy}"
    yield from (f"  source: {source}" for source in each.source)
    yield f"  confidence: {each.confidence}"


def days(since: dt.date | None, until: dt.date | None) -> str:
    """A term in words."""
    return f"from {since or 'no day known'} to {until or 'no end known'}"
