"""An event, and a sign of life, as bytes of a stream; where a reader goes on."""

from typing import Any, Final

import msgspec

from registry.deliveries.event import Event
from registry.errors import Fault, Invalid

LARGEST: Final = 2**63 - 1
RETRY: Final = b"retry: 2000\n\n"
"""After how many milliseconds a reader whose connection broke comes back."""


def frame(event: Event) -> bytes:
    """One event: its place as the id, its type, and what is told of it."""
    told: dict[str, Any] = msgspec.to_builtins(event)
    data = msgspec.json.encode({**told, "path": event.path})
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.position, event.type.encode(), data)


def sign_of_life(place: int) -> bytes:
    """A comment, and up to where the reader has everything, so that it comes back there."""
    return b": the registry is here\nid: %d\n\n" % place


def first_wanted(after: int | None, last_event_id: str | None) -> int | None:
    """The first place a reader wants; None for what comes from now on. The header wins: it is newer."""
    if last_event_id is None or not last_event_id.strip():
        return None if after is None else after + 1
    text = last_event_id.strip()
    # What a sign of life says of an empty ledger: the reader has everything before its first entry.
    if text == "-1":
        return 0
    if not (text.isascii() and text.isdigit()) or int(text[:20]) > LARGEST - 1:
        detail = "Last-Event-ID is no id of this stream"
        fault = Fault("", "not-an-id", detail, fix="Send the id of the last event you have, or nothing.")
        raise Invalid(f"{detail}; send the id of the last event you have, or nothing", [fault])
    return int(text) + 1
