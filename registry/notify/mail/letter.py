"""A letter: subject, text and HTML, threading, the way out.

All letters about one alert have one subject and name one first letter that was never sent, so that mail
programs show them as one conversation whichever of them arrived. The instant is that of the attempt.
"""

import base64
import datetime as dt
import email.policy
import email.utils
import hashlib
from collections.abc import Sequence
from email.header import Header
from email.message import EmailMessage
from html import escape
from typing import Final

import msgspec

from registry.deliveries.event import Event
from registry.notify.mail.server import sender_of
from registry.notify.wording import (
    PRIMA_FACIE,
    TRIAL,
    TRIAL_TEXT,
    facts,
    headline,
    line,
    matter,
    short,
    summary,
)

WHOLE: Final = email.policy.SMTP.clone(max_line_length=400, cte_type="7bit")
"""Ids and addresses stand on one line: a folded Message-ID is read as another by some programs."""
LINE: Final = 76
"""Letters of a line in which an encoded word stands; the word itself has at most 75 (RFC 2047)."""
SUBJECT: Final = 150
LONGEST_NOTE: Final = 2000
NOTE: Final = "About your subscriptions to the AI-use registry"
MOST: Final = 200
"""Events of a digest that are told; the others are counted."""
HEAD_OF_PAGE: Final = '<head><meta charset="utf-8"></head>'
"""For a letter that is kept as a page, without the head that says its charset."""
STYLE: Final = "font-family:sans-serif;font-size:15px;line-height:1.4;color:#111;overflow-wrap:anywhere"


class Head(email.policy.EmailPolicy):
    """How the head of a letter is written: the subject folded, all else on one line."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """One header as bytes. Where the library folds a subject by itself, it loses spaces between words."""
        if name != "Subject":
            return WHOLE.fold_binary(name, value)
        plain = value.isascii() and all(len(word) < LINE // 2 for word in value.split())
        charset = "us-ascii" if plain else "utf-8"
        told = Header(value, charset, maxlinelen=LINE, header_name=name).encode(linesep="\r\n")
        return f"{name}: {told}\r\n".encode("ascii")


HEAD: Final = Head(linesep="\r\n", max_line_length=400, cte_type="7bit")


class Line(msgspec.Struct, frozen=True):
    """One thing a letter says: its value, with a name, or with an address to read it at."""

    value: str
    name: str = ""
    url: str = ""


def letter(
    events: Sequence[Event],
    message_id: str,
    to: str,
    *,
    sender: str,
    base: str,
    unsubscribe: bytes | None,
    now: dt.datetime,
    note: str = "",
) -> bytes:
    """The letter of one event, of a digest, of a *note* of the registry's own, or else of a trial."""
    domain = sender_of(sender).rpartition("@")[2]
    out = f"{base}/v1/subscriptions/unsubscribe/{token_of(unsubscribe)}" if unsubscribe else ""
    made = EmailMessage(policy=email.policy.SMTP)
    made["From"] = sender
    made["To"] = to
    made["Subject"] = unencoded(short(NOTE if note else subject(events), SUBJECT))
    made["Date"] = email.utils.format_datetime(now)
    made["Message-ID"] = f"<{message_id}@{domain}>"
    if len(events) == 1:
        first = f"<{events[0].thread}-{events[0].about}@{domain}>"
        made["In-Reply-To"] = first
        made["References"] = first
    made["Auto-Submitted"] = "auto-generated"
    made["List-Id"] = f"<registry.{domain}>"
    if out:
        made["List-Unsubscribe"] = f"<{out}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    said = [Line(short(note, LONGEST_NOTE))] if note else lines(events, base)
    link = base + (events[0].path if len(events) == 1 else "/v1/alerts" if events else "/v1/subscriptions")
    made.set_content(text(said, link, out), charset="utf-8", cte="quoted-printable")
    made.add_alternative(html(said, link, out), subtype="html", charset="utf-8", cte="quoted-printable")
    made.set_boundary("=_" + hashlib.sha256(message_id.encode()).hexdigest()[:32])
    return made.as_bytes(policy=HEAD)


def subject(events: Sequence[Event]) -> str:
    """The same for every letter about one matter, or programs would take them apart."""
    if not events:
        return TRIAL
    return matter(events[0]) if len(events) == 1 else f"AI-use registry: {summary(events)}"


def unencoded(text: str) -> str:
    """*text* without encoded words: the library would decode them, line ends and all, into the head."""
    return text.replace("=?", "= ?")


def lines(events: Sequence[Event], base: str) -> list[Line]:
    """What the letter says. Of a digest, each event with its own address."""
    if not events:
        return [Line(TRIAL_TEXT)]
    if len(events) == 1:
        named = [Line(value, name=name) for name, value in facts(events[0])]
        return [Line(f"{headline(events[0])}."), *named, Line(PRIMA_FACIE)]
    more = [Line(f"and {len(events) - MOST} more")] if len(events) > MOST else []
    told = [Line(line(event), url=base + event.path) for event in events[:MOST]]
    return [*told, *more, Line(PRIMA_FACIE)]


def text(said: Sequence[Line], link: str, out: str) -> str:
    """The letter without markup."""
    body = "\n".join(
        (f"{each.name}: " if each.name else "") + each.value + (f"\n  {each.url}" if each.url else "")
        for each in said
    )
    end = f"\n\n--\nTo be told no more: {out}\n" if out else "\n"
    return f"{body}\n\nRead it: {link}{end}"


def html(said: Sequence[Line], link: str, out: str) -> str:
    """The same in HTML: what stands in an event is escaped, and nothing is loaded from anywhere."""
    body = "".join(paragraph(each) for each in said)
    end = f'<p style="color:#555"><a href="{escape(out)}">Be told no more</a></p>' if out else ""
    read = f'<p><a href="{escape(link)}">Read it in the registry</a></p>'
    shown = f'<body style="{STYLE}">{body}{read}{end}</body>'
    return f'<!doctype html><html lang="en">{HEAD_OF_PAGE}{shown}</html>'


def paragraph(said: Line) -> str:
    """A line in HTML."""
    name = f"<b>{escape(said.name)}</b>: " if said.name else ""
    value = escape(said.value)
    return f"<p>{name}" + (f'<a href="{escape(said.url)}">{value}</a>' if said.url else value) + "</p>"


def token_of(unsubscribe: bytes) -> str:
    """The secret part of the link that ends a subscription."""
    return base64.urlsafe_b64encode(unsubscribe).decode().rstrip("=")
