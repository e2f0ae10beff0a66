"""What to say about an event, in a person's words: for mail and for the rooms people talk in.

It is *prima facie* wording, for a person's review. It carries nothing of a disclosure and nothing anybody
wrote: whoever is told reads that at the door, and the reading is recorded. It says no days left, only days:
a message that is repeated later says the same.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from registry.alerts.lifecycle import KIND_IN_WORDS
from registry.deliveries.event import Event

HEADLINES: Final[Mapping[str, str]] = {
    "alert.opened": "New alert",
    "alert.updated": "Alert updated",
    "alert.settled": "Alert settled",
    "alert.reminder": "Reminder: an alert waits for you",
    "alert.escalated": "Alert passed up to you",
    "alert.waiver_ended": "A waiver has ended, the alert is open again",
    "alert.acknowledged": "Alert acknowledged",
    "alert.assigned": "Alert assigned",
    "alert.asked": "A question about an alert",
    "alert.accepted": "The answer to an alert was accepted",
    "alert.disputed": "The answer to an alert is disputed",
    "alert.in_consultation": "An alert went into consultation",
    "alert.grieved": "A grievance was filed on an alert",
    "alert.waiver_proposed": "A waiver of an alert is proposed",
    "alert.waived": "Alert waived until a day",
    "alert.resolved": "Alert resolved",
    "alert.withdrawn": "Alert withdrawn",
    "alert.reopened": "Alert reopened",
    "alert.answered": "The employer has answered an alert",
    "alert.extended": "A clock was extended by agreement",
    "request.made": "New request",
    "request.answered": "A request was answered",
    "request.closed": "A request was answered and closed",
    "thread.comment": "A new comment",
    "thread.note": "A new note of your own side",
    "thread.evidence": "New evidence",
    "thread.extension_asked": "An extension is asked for",
    "thread.extension_refused": "An extension was refused",
}
"""What each type of event is called when people are told of it."""
ASKED_FOR: Final[Mapping[str, str]] = {
    "consultation": "a consultation",
    "meeting": "a meeting",
    "information": "information",
    "bargaining": "bargaining",
}
"""What a request is for, in a sentence."""
PRIMA_FACIE: Final = "Prima facie, and for your review; no legal conclusion."
TRIAL: Final = "A trial of your subscription"
TRIAL_TEXT: Final = "You asked the AI-use registry for a trial. It arrived; nothing has happened."
OVER: Final = {"resolved", "withdrawn"}
LONGEST: Final = 600
"""Letters of one fact that are told; the whole of it is read at the door."""


def headline(event: Event) -> str:
    """What happened, in a few words."""
    return HEADLINES.get(event.type, "Something happened")


def matter(event: Event) -> str:
    """What it is about: the same words for every event of one alert or request."""
    production = short(event.title) or event.production_id
    if event.thread == "request":
        return f"Request for {ASKED_FOR.get(event.asks or '', 'something')} on {production}"
    about = f"Alert {event.rule}" if event.rule else "Alert"
    return f"{about} on {production}"


def facts(event: Event) -> list[tuple[str, str]]:
    """What a person needs to know at once: name and value, the gravest first."""
    over = event.state in OVER
    ends = f"{event.clock or 'the next one'} ends on {day(event.clock_on)}" if event.clock_on else ""
    found = [
        ("What", capital(KIND_IN_WORDS[event.kind]) if event.kind else ""),
        ("Severity", event.severity or ""),
        ("Duty", event.says or ""),
        ("Clause", event.clause or ""),
        ("Due", day(event.due_on) if event.due_on and not over else ""),
        ("Clock", "" if over else ends),
        ("State", (event.state or "").replace("_", " ")),
        ("Production", f"{event.title} ({event.production_id})" if event.title else event.production_id),
        ("Employer", event.employer_id),
        ("Concerns", ", ".join(concerned(event))),
        ("Addressed to", ", ".join(event.to)),
    ]
    return [(name, told) for name, value in found if (told := short(value))]


def concerned(event: Event) -> list[str]:
    """The locals concerned, and those unions of which no local is named."""
    named = {local.partition(":")[0] for local in event.locals}
    return sorted({*event.locals, *(union for union in event.unions if union not in named)})


def line(event: Event) -> str:
    """One event of a digest in one line."""
    ends = f"; {event.clock or 'a clock'} ends on {day(event.clock_on)}" if event.clock_on else ""
    due = f"; due on {day(event.due_on)}" if event.due_on and not event.clock_on else ""
    return short(f"{headline(event)}: {matter(event)}{'' if event.state in OVER else ends or due}")


def summary(events: Sequence[Event]) -> str:
    """What a digest holds, in a few words."""
    about = len({event.about for event in events})
    things = "1 thing" if len(events) == 1 else f"{len(events)} things"
    return f"{things} about {about} {'matter' if about == 1 else 'matters'}"


def day(date: dt.date) -> str:
    """A day as people write it: 2 May 2025."""
    return f"{date.day} {date:%B} {date.year}"


def short(text: str, longest: int = LONGEST) -> str:
    """*text* in one line, without what steers a terminal or a mail, and no longer than is told."""
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


def capital(text: str) -> str:
    """*text* with its first letter large; the others as they are."""
    return text[:1].upper() + text[1:]
