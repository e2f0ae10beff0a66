"""One reading of what is not public: who asked for what, as of when and why; and whose data the answer shows.

While a request is answered its reading waits here; it is written down before the answer is sent.
"""

from collections.abc import Iterator
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A row of access_log. Fields stand in the order of the columns."""

    access_id: UUID
    read_at: datetime
    subject: str
    role: str
    method: str
    path: str
    query: str
    request_id: str
    why: str | None = None
    as_of: str | None = None


class Pending(msgspec.Struct, kw_only=True, eq=False):
    """The reading of the request being answered, where it is to be written, and whose data it shows.

    `own` is the employer of the caller: an office is shown no other's. `addressed` is named by the address.
    """

    reading: Reading
    db: Any
    own: str | None = None
    addressed: str | None = None
    employers: set[str] = msgspec.field(default_factory=set)


PENDING: Final[ContextVar[Pending | None]] = ContextVar("pending", default=None)


def showing(*employers: str) -> None:
    """Say that the answer under way shows data of *employers*: for files, streams, and what names nobody."""
    pending = PENDING.get()
    if pending is not None:
        pending.employers.update(employers)


def shown(pending: Pending, content: Any) -> list[str]:
    """Whose data the reader is shown by an answer with this *content*, in order of their keys."""
    if pending.own:
        return [pending.own]
    addressed = {pending.addressed} if pending.addressed else set()
    return sorted(pending.employers | addressed | set(named(content)))


def named(content: Any) -> Iterator[str]:
    """Every employer that *content* names as the one whose data it is: by a member `employer_id`."""
    if isinstance(content, msgspec.Struct):
        members = {name: getattr(content, name) for name in content.__struct_fields__}
    elif isinstance(content, dict):
        members = content
    else:
        members = {}
        for item in content if isinstance(content, list | tuple) else ():
            yield from named(item)
    own = members.get("employer_id")
    if isinstance(own, str):
        # What stands inside is that employer's, too.
        yield own
        return
    for member in members.values():
        if isinstance(member, msgspec.Struct | dict | list | tuple):
            yield from named(member)
