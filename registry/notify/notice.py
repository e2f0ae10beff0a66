"""What to say about a move of an alert, or about a request and its answers, and to whom.

A notice is *prima facie* wording, for a person's review. It carries no content of a disclosure: whoever is
told reads the alert itself, and that reading is recorded.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from registry.alerts.lifecycle import KIND_IN_WORDS, OUTCOMES
from registry.alerts.move import Message
from registry.requests.asked import RequestKind
from registry.requests.message import RequestMessage

HEADLINES: Final = {
    "open": "New alert",
    "update": "Alert updated",
    "acknowledge": "Alert acknowledged",
    "settle": "Alert settled",
    "resolve": "Alert resolved",
    "reopen": "Alert reopened",
}
"""How a notice about each move begins."""


ASKED_FOR: Final[Mapping[RequestKind, str]] = {
    "consultation": "a consultation",
    "meeting": "a meeting",
    "information": "information",
    "bargaining": "bargaining",
}
"""What a request is for, in a sentence."""


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to tell. `id` is the same on every repeat, so that a receiver can drop what it has."""

    id: str
    to: list[str]
    subject: str
    text: str


def notice(message: Message) -> Notice:
    """The notice of one move, addressed to the locals concerned, or to a union where no local is named."""
    return Notice(
        id=f"{message.alert_id}.{message.revision}",
        to=addressed(message),
        subject=f"{HEADLINES[message.move]}: {message.rule} on {message.production_id}",
        text="\n".join(sentences(message)),
    )


def addressed(message: Message) -> list[str]:
    """The locals concerned, and those unions of which no local is named."""
    named = {local.partition(":")[0] for local in message.locals}
    return sorted({*message.locals, *(union for union in message.unions if union not in named)})


def sentences(message: Message) -> list[str]:
    """The body of a notice, one sentence a line."""
    lines = [
        f"{KIND_IN_WORDS[message.kind].capitalize()} ({message.severity}), prima facie and for your review.",
        f"The duty: {message.says}",
        f"Clause: {message.clause}",
    ]
    if message.due_on and message.state != "resolved":
        lines.append(f"Due on {message.due_on.isoformat()}.")
    if message.outcome:
        lines.append(f"Outcome: {message.outcome}, {OUTCOMES[message.outcome]}.")
    if message.reason:
        lines.append(f"Reason: {message.reason}")
    lines.append(f"By {message.author} at {message.moved_at.isoformat(timespec='seconds')}.")
    lines.append(f"Read it at /v1/alerts/{message.alert_id}, revision {message.revision}.")
    return lines


def request_notice(message: RequestMessage) -> Notice:
    """The notice of a request, addressed to the employer; of an answer, to the local or union that asked."""
    asked = message.kind == "request"
    headline = "New request" if asked else "Request closed" if message.closes else "Request answered"
    return Notice(
        id=f"{message.request_id}.{message.revision}",
        to=[message.employer_id if asked else message.party],
        subject=f"{headline}: {message.asks_for} on {message.production_id}",
        text="\n".join(request_sentences(message)),
    )


def request_sentences(message: RequestMessage) -> list[str]:
    """The body of a notice about a request, one sentence a line; its text is read at the door."""
    meeting = f" ({message.meeting.replace('_', ' ')})" if message.meeting else ""
    whom = "an employee" if message.on_behalf_of == "employee" else "the union"
    about = f", about {message.uses} use{'s' * (message.uses > 1)}" if message.uses else ""
    lines = [f"{message.party} asks for {ASKED_FOR[message.asks_for]}{meeting}, on behalf of {whom}{about}."]
    if message.kind == "answer":
        lines.append(f"{message.employer_id} has answered{', and closed it' if message.closes else ''}.")
    lines.append(
        f"Recorded at {message.recorded_at.isoformat(timespec='seconds')}; time limits run from then."
    )
    lines.append(f"Read it at /v1/requests/{message.request_id}, revision {message.revision}.")
    return lines
