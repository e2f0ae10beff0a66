"""One rule of retention, and the file of them read."""

import calendar
import datetime as dt
from collections.abc import Collection
from typing import Annotated, Literal

import msgspec

from registry.errors import Corrupt

Known = Literal["quoted", "reported", "memory", "inferred"]
From = Literal["recorded", "settled"]


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long something is kept by one law, counted from what, and what says so.

    `places` are those of the production; none: wherever it is made. `since`: the first day of the duty.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$")]
    law: str
    clause: str
    what: str
    years: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    months: Annotated[int, msgspec.Meta(ge=0, le=11)] = 0
    counts_from: From
    places: list[str] = []
    since: dt.date | None = None
    source: str
    confidence: Known

    def ends(self, day: dt.date) -> dt.date:
        """The first day on which it no longer asks that something counted from *day* be kept."""
        months = day.year * 12 + day.month - 1 + self.years * 12 + self.months
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        if day.day <= last:
            return dt.date(year, month + 1, day.day)
        # 29 February has no anniversary in most years: what is in doubt is kept a day longer.
        return dt.date(year, month + 1, last) + dt.timedelta(days=1)

    def holds(self, places: Collection[str], on: dt.date) -> bool:
        """Whether it is the law on the day *on* for what is made at *places*."""
        if self.since is not None and on < self.since:
            return False
        return not self.places or bool(set(self.places) & set(places))


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file of rules."""

    rule: list[Rule]


def read(text: bytes) -> list[Rule]:
    """The rules in *text*; raises Corrupt unless each is complete, has a period, and its id is its own."""
    found = msgspec.toml.decode(text, type=Rules).rule
    wrong = [rule.id for rule in found if rule.years + rule.months == 0]
    if wrong or len({rule.id for rule in found}) < len(found):
        raise Corrupt(f"the rules of retention are not in order: {', '.join(wrong) or 'an id is used twice'}")
    if not any(not rule.places and rule.since is None for rule in found):
        raise Corrupt("the rules of retention leave something without any")
    return found


def general(rules: Collection[Rule]) -> Rule:
    """The rule that everything has to outlast before it is due anywhere: the longest of those for all."""
    everywhere = [rule for rule in rules if not rule.places and rule.since is None]
    return max(everywhere, key=lambda rule: rule.years * 12 + rule.months)
