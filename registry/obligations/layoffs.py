"""Layoffs that add up within thirty days, on the production and across its employer's other productions."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from registry.obligations import workforce
from registry.obligations.assemble import Record, Statement
from registry.obligations.facts_work import LAYOFF
from registry.obligations.finding import Missing
from registry.obligations.losses import found_patterns
from registry.obligations.moments import Moment, day, moment, words
from registry.obligations.records import earliest, known
from registry.obligations.subject import Subject, common

LAYOFFS: Final = frozenset({"laid_off", "position_eliminated"})
WINDOW: Final = dt.timedelta(days=29)
"""From the first to the last of thirty days."""
FEWEST: Final = 25
"""Of fewer layoffs, no law that was read asks for notice: at which site they are makes no difference."""
DUE: Final = frozenset({"substantially_due", "contributing"})

Answer = Callable[[Record], bool | None]


class Loss(msgspec.Struct, frozen=True):
    """People who lose their work on one day; `event` is None for another production of the employer."""

    on: dt.date
    count: int
    event: Record | None


class Window(msgspec.Struct, frozen=True):
    """The production's own losses within thirty days, in order, and how many the employer has with them."""

    own: list[Loss]
    total: int


def layoffs(statement: Statement, params: dict[str, Any]) -> Iterator[Subject]:
    """Each thirty days' layoffs that touch the production, by the first of its own."""
    patterns = found_patterns(statement, params)
    best: dict[dt.date, Window] = {}
    for found in windows(losses(statement)):
        own, total = [loss for loss in found if loss.event], sum(loss.count for loss in found)
        if own:
            held = best.get(own[0].on, Window([], 0))
            best[own[0].on] = Window(max(own, held.own, key=len), max(total, held.total))
    for first, window in best.items():
        yield layoff(statement, first, window, patterns)


def losses(statement: Statement) -> list[Loss]:
    """Every layoff that is known, of the production and of its employer's others, by day."""
    found = [
        Loss(workforce.dated_on(statement, event), event.get("count"), event)
        for event in statement.all("events")
        if event.get("kind") in LAYOFFS
    ]
    others = [one for one in statement.elsewhere if one.kind in LAYOFFS] if found else []
    found += [Loss(one.on, one.count, None) for one in others]
    return sorted(found, key=lambda loss: loss.on)


def windows(found: list[Loss]) -> Iterator[list[Loss]]:
    """The windows of thirty days that hold all they can: none lies within another."""
    end = 0
    for begin, loss in enumerate(found):
        if begin and found[begin - 1].on == loss.on:
            continue
        reached = end
        while end < len(found) and found[end].on - loss.on <= WINDOW:
            end += 1
        if end > reached:
            yield found[begin:end]


def layoff(
    statement: Statement, first: dt.date, window: Window, patterns: list[workforce.Pattern]
) -> Subject:
    """The layoffs of one window, with what the notices say of them."""
    own, total = window.own, window.total
    events = [loss.event for loss in own if loss.event]
    named = dict.fromkeys(event.get("row") for event in events)
    rows = [statement.records["workforce"][row] for row in named]
    count = sum(loss.count for loss in own)
    last = own[-1].on
    told = [notice_of(statement, row, first, last) for row in rows]
    notice = latest(statement, told)
    facts = known(
        layoff__on=first,
        layoff__count=count,
        layoff__employer_count=total,
        layoff__site_count=count if total == count or total < FEWEST else None,
        layoff__closing=anywhere(rows, stated("warn.closing")),
        layoff__project_end=everywhere(rows, stated("warn.project_completion")),
        layoff__due_to_ai=anywhere(events, lambda event: due_to_ai(event, patterns)),
        layoff__notice_on=notice,
        layoff__noticed=noticed(rows, told),
        layoff__ai_stated=everywhere(rows, stated("warn.ai_box")),
        layoff__technology_named=everywhere(rows, lambda row: True if row.get("warn.technology") else None),
    )
    subject = Subject(
        "layoff",
        first.isoformat(),
        common(statement) | facts,
        first,
        rows[0].pointer,
        sorted({row.get("local") for row in rows if row.get("local")}),
        [summary(first, last, count, total, notice)],
    )
    for name in ("closing", "project_end", "notice_on", "noticed", "ai_stated", "technology_named"):
        fact = LAYOFF[f"layoff.{name}"]
        subject.gaps[fact.name] = [
            Missing(fact.name, row.pointer + fact.pointer, fact.question) for row in rows
        ]
    due = LAYOFF["layoff.due_to_ai"]
    subject.gaps[due.name] = [
        Missing(due.name, event.pointer + due.pointer, due.question) for event in events
    ]
    return subject


def summary(first: dt.date, last: dt.date, count: int, total: int, notice: Moment | None) -> str:
    """A window in words."""
    days = words(first) if first == last else f"{words(first)} to {words(last)}"
    others = f", {total} with the employer's other productions" if total != count else ""
    return f"Layoffs of {days}: {count}{others}; notice: {words(notice)}."


def stated(path: str) -> Answer:
    """What a row answers at *path*."""
    return lambda row: row.get(path)


def anywhere(records: list[Record], answer: Answer) -> bool | None:
    """Yes if it is so of one; no if it is so of none; None while that is open."""
    answers = [answer(record) for record in records]
    return True if True in answers else None if None in answers else False


def everywhere(records: list[Record], answer: Answer) -> bool | None:
    """Yes if it is so of all; no if it is not so of one; None while that is open."""
    answers = [answer(record) for record in records]
    return False if False in answers else None if None in answers else True


def due_to_ai(event: Record, patterns: list[workforce.Pattern]) -> bool | None:
    """Whether a layoff is due to AI, in whole or in part."""
    if event.get("attribution") in DUE:
        return True
    return False if workforce.settled(event, patterns) else None


def notice_of(statement: Statement, row: Record, first: dt.date, last: dt.date) -> Moment | None:
    """When notice of a row's layoffs was given: as the row says, else the first that can be of them."""
    if own := row.get("warn.notice_on"):
        return moment(own)
    mine = set(row.get("uses") or ())
    sent = []
    for notice in statement.all("notices"):
        effect = statement.on(notice.get("effective_on"))
        others = mine and notice.get("uses") and mine.isdisjoint(notice.get("uses"))
        if notice.get("kind") == "layoff" and not others and (not effect or first <= effect <= last):
            sent.append(notice.get("sent_at"))
    return earliest(sent, statement.zone)


def latest(statement: Statement, told: list[Moment | None]) -> Moment | None:
    """The last of the notices, once there is one to everybody."""
    days = [at for at in told if at]
    return max(days, key=lambda at: day(at, statement.zone)) if len(days) == len(told) else None


def noticed(rows: list[Record], told: list[Moment | None]) -> bool | None:
    """Whether notice was given to everybody."""
    answers = [True if at else row.get("warn.noticed") for row, at in zip(rows, told, strict=True)]
    return False if False in answers else None if None in answers else True
