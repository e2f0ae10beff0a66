"""What the outbox carries about an entry of a request, for whoever has to be told."""

import datetime as dt
from typing import Final, Literal
from uuid import UUID

import msgspec

from registry.requests.asked import Meeting, RequestKind
from registry.requests.entry import Entered, EntryKind

TOPIC: Final = "request.moved"
"""The topic of these messages."""


class RequestMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A request was made, or answered. Receivers tell repeats apart by request and revision."""

    employer_id: str
    request_id: UUID
    production_id: str
    revision: int
    kind: EntryKind
    asks_for: RequestKind
    meeting: Meeting | None
    party: str
    on_behalf_of: Literal["employee", "union"]
    uses: int
    closes: bool
    recorded_at: dt.datetime


def message(first: Entered, newest: Entered) -> RequestMessage:
    """What is told of *newest*, an entry of the request that *first* made; none of their texts."""
    return RequestMessage(
        employer_id=newest.employer_id,
        request_id=newest.request_id,
        production_id=newest.production_id,
        revision=newest.revision,
        kind=newest.kind,
        asks_for=first.document["kind"],
        meeting=first.document.get("meeting"),
        party=newest.party,
        on_behalf_of=first.document["on_behalf_of"],
        uses=len(first.document["uses"]),
        closes=newest.document.get("closes", False),
        recorded_at=newest.recorded_at,
    )
