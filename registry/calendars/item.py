"""One thing on a day: what it is, whose it is to do, how it stands, and the words for it."""

import datetime as dt
from typing import Final, Literal
from uuid import UUID

import msgspec

What = Literal[
    "filing",
    "quarterly_update",
    "amendment",
    "answer",
    "consultation",
    "meeting",
    "notice",
    "consent",
    "cure",
    "clock",
    "waiver",
    "duty",
]
Status = Literal[
    "upcoming", "due_soon", "overdue", "done", "late", "extended", "waived", "settled", "unknown"
]
Extension = Literal["asked", "granted", "refused"]
Whose = Literal["employer", "union", "both"]

SOON: Final = 7
"""Days before something is due from which it is due soon, whatever its rule says."""
OVER: Final = frozenset({"done", "late", "settled"})
"""How things stand that nobody has to do any more."""

TITLES: Final[dict[What, str]] = {
    "filing": "Initial disclosure is due",
    "quarterly_update": "Quarterly update is due",
    "amendment": "Amendment is due",
    "answer": "Answer is due",
    "consultation": "Consultation is due",
    "meeting": "Meeting",
    "notice": "Notice is due",
    "consent": "Consent is due",
    "cure": "Promised cure is due",
    "clock": "Time limit ends",
    "waiver": "Waiver ends",
    "duty": "Duty is due",
}


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing on a day, at the place of the production.

    `name` stays the same as long as the matter does, whatever its day becomes. `certain` is false for what
    falls due only if something else happens first. `was_due_on` is the day before an extension.
    """

    name: str
    day: dt.date
    what: What
    title: str
    status: Status
    days_left: int
    whose: Whose
    certain: bool = True
    clock: str | None = None
    rule: str | None = None
    clause: str | None = None
    confidence: str | None = None
    subject_kind: str | None = None
    subject: str | None = None
    because: list[str] = []
    alert_id: UUID | None = None
    alert_state: str | None = None
    request_id: UUID | None = None
    extension: Extension | None = None
    was_due_on: dt.date | None = None
    changed_at: dt.datetime


def standing(day: dt.date, today: dt.date, *, soon: bool = False) -> Status:
    """How something not yet done stands: upcoming, due soon, or overdue from the day after its day."""
    left = (day - today).days
    if left < 0:
        return "overdue"
    return "due_soon" if soon or left <= SOON else "upcoming"


def open_and_past(item: Item) -> bool:
    """Whether an item is still to be done though its day is over: it is shown however long ago that was.

    What a time limit was for can be done no more once it has passed, so it goes like what is done.
    """
    return item.status in {"overdue", "unknown"} and item.what != "clock"


def order(item: Item) -> tuple[dt.date, str, str]:
    """Items go by their day; those of one day by what they are."""
    return item.day, item.what, item.name
