"""What a production is called in public, by whether its title is released."""

import datetime as dt
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from registry.productions.record import ProductionRecord
from registry.productions.version import entry_id, production_key

UNTITLED: Final = "untitled production"


def is_released(record: ProductionRecord, now: dt.datetime) -> bool:
    """Whether the title may be read by the public: from the day of its release on, where the work is made."""
    on = record.released_on
    return on is not None and now.astimezone(ZoneInfo(record.time_zone)).date() >= on


def public_name(record: ProductionRecord, now: dt.datetime) -> str:
    """The title once it is released; until then the code name, or else only that there is a production."""
    return record.title if is_released(record, now) else record.code_name or UNTITLED


def public_id(record: ProductionRecord) -> UUID:
    """What the public knows it by: the id of its ledger entries, which says nothing and never changes."""
    return UUID(entry_id("production", production_key(record)))
