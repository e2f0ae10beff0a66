"""Which calendar quarter comes next: the first one of use that no update in force speaks for."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from registry.disclosures import moments
from registry.errors import IllegalMove

Period = tuple[str, str]


def next_period(document: Mapping[str, Any], filed_on: dt.date, taken: Collection[Period]) -> Period:
    """The quarter after the one *document* speaks for, or the first of its uses, past those *taken*."""
    period = begins(document, filed_on)
    while period in taken:
        period = quarter(after(period))
    return period


def begins(document: Mapping[str, Any], filed_on: dt.date) -> Period:
    """Where to look first: the quarter after an update's, or that of an initial disclosure's first use."""
    filing = document["filing"]
    if filing["type"] != "initial":
        return quarter(after((filing["period"]["from"], filing["period"]["to"])))
    days = [
        day[:10]
        for use in document.get("uses") or []
        for day in [use.get("first") or use.get("planned_first")]
        if day
    ]
    return quarter(min(days, default=filed_on.isoformat()))


def after(period: Period) -> str:
    """The day after *period*."""
    return (dt.date.fromisoformat(period[1]) + dt.timedelta(days=1)).isoformat()


def quarter(day: str) -> Period:
    """The calendar quarter *day* falls in; raises IllegalMove beyond the days a disclosure can name."""
    found = moments.quarter_of(day)
    if found is None:
        raise IllegalMove("there is no quarter after this one that a disclosure can name")
    return found
