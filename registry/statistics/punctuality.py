"""Filings that were due, and how they were met: by employer, rule and quarter."""

import collections
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from registry.auth.scope import Scope
from registry.statistics import table
from registry.statistics.table import Cell, StatisticColumn, Statistics

RULES: Final = ("reg/initial-filing", "reg/quarterly-update", "reg/amendment")
"""The rules that say by when something is filed."""
COLUMNS: Final = [
    StatisticColumn("employer_id", "The employer whose filings were due."),
    StatisticColumn("rule", "The rule by which they were due."),
    StatisticColumn(
        "quarter", "The calendar quarter of the day they were due on; empty where it is unknown."
    ),
    StatisticColumn("due", "Findings about a filing that was due: the next three columns, added up."),
    StatisticColumn("on_time", "Those found satisfied: filed by the day."),
    StatisticColumn("late_or_missing", "Those found a violation, prima facie: filed later, or not yet."),
    StatisticColumn("unknown", "Those for which a fact is missing."),
    StatisticColumn("on_time_permille", "On time, in thousandths of those that are decided."),
    StatisticColumn(
        "median_days",
        "Days from the end of the period to the first filing of its update, the middle one of all in force; "
        "for reg/quarterly-update, by the quarter in which the update is due.",
    ),
]
SAYS: Final = (
    "Filings that were due, from the newest judgement of each production. Every finding is prima facie, for "
    "a person to pursue."
)
NAMES: Final = {"satisfied": "on_time", "violation": "late_or_missing", "insufficient_information": "unknown"}
GRACE: Final = dt.timedelta(days=30)
"""From the end of a quarter to the day its update is due, by which its filings are put into a quarter."""


class DueFinding(msgspec.Struct, frozen=True):
    """What punctuality reads of a finding."""

    rule: str
    verdict: str
    due_on: dt.date | None = None
    locals: list[str] = []
    unions: list[str] = []


def read_all(findings: bytes, scope: Scope) -> list[DueFinding]:
    """The findings about filings among *findings*, as they are kept, that lie inside *scope*."""
    return [
        each
        for each in msgspec.json.decode(findings, type=list[DueFinding])
        if each.rule in RULES
        and (
            scope.locals is None
            or not (each.locals or each.unions)
            or set(scope.locals) & set(each.locals)
            or set(scope.unions or ()) & set(each.unions)
        )
    ]


def punctuality(
    judged: Iterable[tuple[str, Sequence[DueFinding]]], filed: Iterable[Mapping[str, Any]], tree_size: int
) -> Statistics:
    """The table of the findings *judged* by employer, and of the updates first *filed* when."""
    counts: dict[tuple[str, str, str], collections.Counter[str]] = collections.defaultdict(
        collections.Counter
    )
    for employer, findings in judged:
        for each in findings:
            if each.verdict in NAMES:
                quarter = table.quarter(each.due_on.isoformat() if each.due_on else "")
                counts[employer, each.rule, quarter][NAMES[each.verdict]] += 1
    days: dict[tuple[str, str, str], list[int]] = collections.defaultdict(list)
    for update in filed:
        ended = update["period_to"]
        key = update["employer_id"], RULES[1], table.quarter((ended + GRACE).isoformat())
        days[key].append((update["first_filed_at"].date() - ended).days)
    made: dict[tuple[Any, ...], dict[str, Cell]] = {}
    for key in {*counts, *days}:
        found = counts.get(key, collections.Counter())
        decided = found["on_time"] + found["late_or_missing"]
        made[key] = {
            "due": found.total(),
            **{name: found[name] for name in NAMES.values()},
            "on_time_permille": table.permille(found["on_time"], decided),
            "median_days": table.median(days.get(key, [])),
        }
    lines = table.rows(made, "employer_id", "rule", "quarter")
    return Statistics(about="punctuality", says=SAYS, tree_size=tree_size, columns=COLUMNS, rows=lines)
