"""What the log says of an event: the way of telling that every installation has."""

import msgspec

from registry.deliveries.event import Event
from registry.notify.wording import concerned, headline, matter


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One line. `id` is the same on every repeat, so that a reader of the log can drop what it has."""

    id: str
    to: list[str]
    subject: str


def notice(event: Event) -> Notice:
    """The line of one event, addressed to those it concerns; what a union asks, to the employer."""
    return Notice(
        id=f"{event.about}.{event.position}",
        to=addressed(event),
        subject=f"{headline(event)}: {matter(event)}",
    )


def addressed(event: Event) -> list[str]:
    """Whom an event is for."""
    if event.type == "request.made" or event.side == "employer":
        return [event.employer_id]
    return sorted({*concerned(event), *event.to})
