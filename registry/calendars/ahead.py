"""The quarterly updates that nobody has judged yet: of quarters to come, and of those that are just over."""

import datetime as dt
from collections.abc import Collection, Iterator

from registry.calendars.duties import Place
from registry.calendars.item import TITLES, Item, standing
from registry.obligations.moments import days, quarters, words
from registry.productions.record import ProductionRecord

RULE = "reg/quarterly-update"
MONTHS = 12


def items(
    place: Place, record: ProductionRecord, told: Collection[str], update_days: int, changed_at: dt.datetime
) -> Iterator[Item]:
    """An item for each quarter whose update may still be due, to the production's last day or a year ahead.

    *told* are the quarters that a judgement speaks of already, or a filing speaks for. None of the others is
    certain: an update is owed for a quarter of use, and whether a tool will be used nobody knows.
    """
    begins, ends = span(record, place.today, update_days)
    for first, last in quarters(begins, ends) if begins <= ends else []:
        name = named(first)
        if name in told:
            continue
        on = last + dt.timedelta(days=update_days)
        is_used, ends_on = ("was used", "ended") if last < place.today else ("is used", "ends")
        yield Item(
            name=f"due/{place.employer_id}/{place.production_id}/{RULE}/quarter/{name}",
            day=on,
            what="quarterly_update",
            title=f"{TITLES['quarterly_update']}: quarter {name}, if AI {is_used} in it",
            status=standing(on, place.today),
            days_left=(on - place.today).days,
            whose="employer",
            certain=False,
            rule=RULE,
            subject_kind="quarter",
            subject=name,
            because=[
                f"The quarter {ends_on} on {words(last)}; its update is filed within {days(update_days)}."
            ],
            changed_at=changed_at,
        )


def named(first: dt.date) -> str:
    """The quarter that begins on *first*, as judgements call it."""
    return f"{first.year}-Q{(first.month + 2) // 3}"


def span(record: ProductionRecord, today: dt.date, update_days: int) -> tuple[dt.date, dt.date]:
    """From the end of a quarter whose update is due today, or the production's first day, to its last day.

    At most a year from today.
    """
    starts = [phase.starts_on for phase in record.phases if phase.starts_on]
    over = [phase.ends_on for phase in record.phases if phase.ends_on]
    # A phase without a last day goes on; so does a production of which no phase is known.
    known = bool(record.phases) and len(over) == len(record.phases)
    begins, year = today - dt.timedelta(days=update_days), today + dt.timedelta(days=365)
    return max([begins, *(starts and [min(starts)])]), min(year, max(over)) if known else year
