"""The rules of retention, and what is due for disposal on a day, within a caller's limits."""

import datetime as dt
import functools
from typing import Annotated, Final
from uuid import UUID

import msgspec

from registry import files
from registry.auth.scope import Principal, scope_of
from registry.db import Database
from registry.errors import Fault, Invalid
from registry.page import Page, decode, encode, limit_of
from registry.retention import rule, store
from registry.retention.due import DueLine, due
from registry.retention.rule import Rule

LOOKED_AT: Final = 2000
"""Versions looked at for one page; what was found of them is answered, and the cursor goes on from there."""
Version = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
LATEST: Final = dt.date(2999, 12, 31)
EARLIEST: Final = dt.date(1900, 1, 1)


@functools.cache
def rules() -> list[Rule]:
    """The rules as they ship."""
    return rule.read((files.HERE / "retention" / "rules.toml").read_bytes())


def day(text: str | None, now: dt.datetime) -> dt.date:
    """The day that *text* says, today in UTC where it says none; raises Invalid for what is no day."""
    if text is None:
        return now.astimezone(dt.UTC).date()
    try:
        if len(text) == len("2030-01-31") and text.isascii():
            found = dt.date.fromisoformat(text)
            if EARLIEST <= found <= LATEST:
                return found
    except ValueError:
        pass
    detail, fix = "on is not a day from 1900 to 2999", "Write it like 2030-01-31."
    raise Invalid(detail, [Fault("", "on", detail, fix)])


async def find_due(
    db: Database,
    principal: Principal,
    on: str | None,
    now: dt.datetime,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[DueLine]:
    """A page of the versions that are due for disposal on the day *on*, by employer and disclosure.

    What is held is listed too, and says by what. A page may have few items, or none, and still a next one.
    """
    when, known = day(on, now), rules()
    after, size = decode(cursor, tuple[str, UUID, Version]), limit_of(limit)
    general = rule.general(known)
    # What was received later cannot have outlasted the rule that holds for all; two days for time zones.
    days = 365 * general.years + 30 * general.months - 2
    before = dt.datetime.combine(when, dt.time(), dt.UTC) - dt.timedelta(days=days)
    async with db.snapshot() as conn:
        rows = await store.find_old(conn, scope_of(principal), before, after, LOOKED_AT + 1)
    found: list[DueLine] = []
    for number, old in enumerate(rows[:LOOKED_AT]):
        line = due(old, known, when)
        found += [line] if line else []
        if len(found) == size and number + 1 < len(rows):
            return Page(found, encode([old.employer_id, old.disclosure_id, old.version]))
    if len(rows) > LOOKED_AT:
        last = rows[LOOKED_AT - 1]
        return Page(found, encode([last.employer_id, last.disclosure_id, last.version]))
    return Page(found, None)
