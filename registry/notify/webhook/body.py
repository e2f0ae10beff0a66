"""The bytes of a webhook for a system: thin, bounded, the same on every repeat.

Standard: `type`, `timestamp`, `data`, as Standard Webhooks recommends. CloudEvents 1.0, structured: the same
`data` in its envelope. A digest is one message of type `digest`; a trial one of type `trial`.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from registry.deliveries.event import Event
from registry.notify.wording import short

LARGEST: Final = 19_000
"""Bytes of a body. Standard Webhooks asks for less than 20 kB."""
ENVELOPE: Final = 1000
"""Bytes of it that are kept for what is around the data."""
MOST: Final = 40
"""Locals, unions and addressees that one event names; `more` says that there are others."""
LONGEST: Final = 300
DIGEST, TRIAL = "digest", "trial"
CONTENT_TYPE: Final = "application/json"
CLOUDEVENTS_TYPE: Final = "application/cloudevents+json; charset=utf-8"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What is told, before it has a form."""

    type: str
    timestamp: dt.datetime
    subject: str
    data: dict[str, Any]


def message(events: Sequence[Event], base: str, now: dt.datetime) -> Message:
    """The message of one event, of a digest, or of a trial when there is no event at all."""
    if not events:
        return Message(type=TRIAL, timestamp=now, subject=TRIAL, data={"url": f"{base}/v1/subscriptions"})
    if len(events) == 1:
        event = events[0]
        return Message(
            type=event.type,
            timestamp=event.at,
            subject=f"{event.thread}s/{event.about}",
            data=data(event, base),
        )
    return Message(
        type=DIGEST, timestamp=max(event.at for event in events), subject=DIGEST, data=digest(events, base)
    )


def data(event: Event, base: str) -> dict[str, Any]:
    """What happened to what, and where to read it; members without a value are left out.

    Where names of locals and clauses would make it too large for one message, they are read at the door.
    """
    whole = members(event, base)
    if len(msgspec.json.encode(whole)) <= LARGEST - ENVELOPE:
        return whole
    wide = {"locals", "unions", "to", "clause", "clock"}
    return {name: value for name, value in whole.items() if name not in wide} | {"more": True}


def members(event: Event, base: str) -> dict[str, Any]:
    """Every member that has a value; `more` where a list is cut."""
    lists = {"locals": event.locals, "unions": event.unions, "to": event.to}
    every = {
        "url": base + event.path,
        f"{event.thread}_id": event.about,
        "position": event.position,
        "revision": event.revision,
        "employer_id": event.employer_id,
        "production_id": event.production_id,
        **{name: [short(each, LONGEST) for each in named[:MOST]] for name, named in lists.items()},
        "more": any(len(named) > MOST for named in lists.values()),
        "kind": event.kind,
        "severity": event.severity,
        "rule": event.rule,
        "state": event.state,
        "asks": event.asks,
        "clause": event.clause and short(event.clause, LONGEST),
        "due_on": event.due_on,
        "clock": event.clock and short(event.clock, LONGEST),
        "clock_on": event.clock_on,
    }
    # The first place of the ledger is 0, which is no missing value.
    return {
        name: value
        for name, value in every.items()
        if value is not None and value is not False and value != []
    }


def digest(events: Sequence[Event], base: str) -> dict[str, Any]:
    """As many events as fit, oldest first; `left_out` counts the others, which the address shows."""
    told: list[dict[str, Any]] = []
    room = LARGEST - ENVELOPE
    for event in events:
        one = {"type": event.type, "timestamp": event.at, "data": data(event, base)}
        room -= len(msgspec.json.encode(one)) + 1
        if room < 0:
            break
        told.append(one)
    return {"url": f"{base}/v1/alerts", "events": told, "left_out": len(events) - len(told)}


def standard(told: Message) -> bytes:
    """The body Standard Webhooks recommends."""
    return msgspec.json.encode({"type": told.type, "timestamp": told.timestamp, "data": told.data})


def cloudevent(told: Message, message_id: str, base: str) -> bytes:
    """The same as a CloudEvent in structured mode; `source` and `id` together name it once."""
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": message_id,
            "source": base,
            "type": told.type,
            "subject": told.subject,
            "time": told.timestamp,
            "datacontenttype": "application/json",
            "data": told.data,
        }
    )
