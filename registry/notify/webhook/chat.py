"""The bytes for Slack and for Teams, and for what understands their bodies.

Nothing that stands in an event can act there: blocks are plain text, Slack's other text is escaped, Teams'
text runs know no markup. A mention needs an @, which gets an invisible neighbour.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from registry.deliveries.event import Event
from registry.notify.webhook.body import LARGEST
from registry.notify.wording import (
    PRIMA_FACIE,
    TRIAL,
    TRIAL_TEXT,
    capital,
    facts,
    headline,
    line,
    matter,
    short,
    summary,
)

MOST: Final = 20
"""Events of a digest that are shown; the others are counted."""
HEADER: Final = 150
WIDTHS: Final = (600, 300, 150, 75)
"""Letters of a line: as many as let the whole be sent; in some alphabets a letter has three bytes."""
NEIGHBOUR: Final = "\u200b"


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown: a title, lines with or without a name, and where to read on."""

    title: str
    lines: list[tuple[str, str]]
    link: str
    url: str


def card(events: Sequence[Event], base: str) -> Card:
    """The card of one event, of a digest, or of a trial when there is no event at all."""
    if not events:
        return Card(
            title=TRIAL, lines=[("", TRIAL_TEXT)], link="Subscriptions", url=f"{base}/v1/subscriptions"
        )
    if len(events) == 1:
        event = events[0]
        said = [("", matter(event)), *facts(event), ("", PRIMA_FACIE)]
        return Card(title=headline(event), lines=said, link=f"Read the {event.thread}", url=base + event.path)
    more = [("", f"and {len(events) - MOST} more")] if len(events) > MOST else []
    said = [*(("", line(event)) for event in events[:MOST]), *more, ("", PRIMA_FACIE)]
    return Card(title=capital(summary(events)), lines=said, link="Read the alerts", url=f"{base}/v1/alerts")


def fitted(write: Callable[[Card], bytes], shown: Card) -> bytes:
    """The card as *write* writes it, its lines cut until it may be sent."""
    body = b""
    for width in WIDTHS:
        lines = [(name, short(value, width)) for name, value in shown.lines]
        body = write(msgspec.structs.replace(shown, lines=lines))
        if len(body) <= LARGEST:
            break
    return body


def slack(shown: Card) -> bytes:
    """The body of a Slack-compatible webhook."""
    return fitted(slack_body, shown)


def teams(shown: Card) -> bytes:
    """The body of a Teams-compatible webhook."""
    return fitted(teams_body, shown)


def slack_body(shown: Card) -> bytes:
    """For Slack; `text` says all of it where blocks are not understood."""
    link = f"<{escaped(shown.url)}|{escaped(shown.link)}>"
    said = [f"{name}: {value}" if name else value for name, value in shown.lines]
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": plain(short(shown.title, HEADER))},
        *({"type": "section", "text": plain(one)} for one in said),
        {"type": "section", "text": {"type": "mrkdwn", "text": link}},
    ]
    text = "\n".join([*(escaped(unmentioned(one)) for one in [shown.title, *said]), link])
    return msgspec.json.encode({"text": text, "blocks": blocks})


def plain(text: str) -> dict[str, Any]:
    """A text object of Slack's in which nothing acts."""
    return {"type": "plain_text", "text": unmentioned(text), "emoji": False}


def escaped(text: str) -> str:
    """*text* with the three letters escaped that open commands and links in Slack's markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unmentioned(text: str) -> str:
    """*text* in which no @ calls anybody."""
    return text.replace("@", "@" + NEIGHBOUR)


def teams_body(shown: Card) -> bytes:
    """For Teams: a message with one adaptive card."""
    body = [
        rich({"text": unmentioned(shown.title), "weight": "Bolder", "size": "Large"}),
        *(rich(*runs(name, unmentioned(value))) for name, value in shown.lines),
    ]
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.2",
        "fallbackText": unmentioned(shown.title),
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": shown.link, "url": shown.url}],
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": content,
    }
    return msgspec.json.encode({"type": "message", "attachments": [attachment]})


def runs(name: str, value: str) -> list[dict[str, Any]]:
    """A line as text runs: its name in bold, where it has one."""
    return [*([{"text": f"{name}: ", "weight": "Bolder"}] if name else []), {"text": value}]


def rich(*inlines: dict[str, Any]) -> dict[str, Any]:
    """A block of text runs, which show letters as they are."""
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", **inline} for inline in inlines]}
