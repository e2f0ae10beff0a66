"""What to say about a move of an alert, and to whom.

A notice is *prima facie* wording, for a person's review. It carries no content of a disclosure: whoever is
told reads the alert itself, and that reading is recorded.
"""

from typing import Final

import msgspec

from registry.alerts.lifecycle import KIND_IN_WORDS, OUTCOMES
from registry.alerts.move import Message

HEADLINES: Final = {
    "open": "New alert",
    "update": "Alert updated",
    "acknowledge": "Alert acknowledged",
    "settle": "Alert settled",
    "resolve": "Alert resolved",
    "reopen": "Alert reopened",
}
"""How a notice about each move begins."""


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
