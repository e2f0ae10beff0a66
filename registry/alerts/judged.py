"""What a judgement asks of the alerts there are: new ones, updates, settlings, and a matter's coming back.

A resolved or withdrawn alert keeps the finding it was closed on: later changes of wording leave it alone.
When the matter of an alert that a person closed, or that is grieved, is cured as well, that is recorded
(settle, under the person's outcome), so that its recurrence is known for one.

While a disclosure that is due is missing, the questions that its absence raises open held: nobody is told of
them, and they are released when it is filed, or when they turn out to be something graver.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, get_args

import msgspec

from registry.alerts.alert import Alert, MoveName, Outcome
from registry.alerts.clocks.clock import DUE
from registry.alerts.lifecycle import CLOSED, KIND_IN_WORDS, after
from registry.obligations.finding import AlertKind, Finding, fingerprint

GRAVITY: Final = ("due_soon", "review", "insufficient_information", "accuracy", "violation")
assert set(GRAVITY) == set(get_args(AlertKind))

LOOKED_AT: Final = frozenset({"acknowledged", "answered", "waived", "resolved", "withdrawn"})
"""What a person saw as one kind of matter, and has to look at again when it is of another."""

RELEASED: Final = "The disclosure that was missing is there, and the question still stands."
GIVEN_UP: Final = "Nobody waits for the missing disclosure any more, and the question still stands."
LONGEST: Final = 600

Matter = tuple[str, str, str]
"""Rule, kind of subject and subject: what a finding is about, whatever its verdict."""


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A move the registry is about to make: on *alert*, or, when that is None, a new alert for *finding*.

    `finding` is None when no finding has the alert's fingerprint any more. `marks` is what the move makes of
    the alert's course beyond what every such move does.
    """

    alert: Alert | None
    fingerprint: bytes
    move: MoveName
    finding: Finding | None
    reason: str | None = None
    outcome: Outcome | None = None
    marks: Mapping[str, Any] = {}


def canonical(finding: Any) -> bytes:
    """The bytes by which two findings are the same or not: every field counts, nothing is left out."""
    return msgspec.json.encode(finding, order="sorted")


def plan(
    employer_id: str,
    production_id: str,
    existing: Iterable[Alert],
    findings: Sequence[Finding],
    holder: str | None = None,
) -> list[Planned]:
    """What a judgement asks of a production's alerts; nothing at all when it finds what is known already.

    *holder* is the rule whose disclosure is due and missing, when there is one.
    """
    found: dict[Matter, Finding] = {}
    for finding in findings:
        key = (finding.rule, finding.subject_kind, finding.subject)
        other = found.get(key)
        if other is None or gravity(finding) > gravity(other):
            found[key] = finding
    known = {matter(alert): alert for alert in existing}
    holder = None if given_up(holder, found, known) else holder
    moves: list[Planned | None] = []
    for key, finding in found.items():
        alert = known.get(key)
        if alert is not None:
            moves.append(move_on(alert, finding, holder))
        elif finding.alert_kind:
            mark = fingerprint(finding, employer_id, production_id)
            marks = {"held_by": held(finding, holder)}
            moves.append(Planned(alert=None, fingerprint=mark, move="open", finding=finding, marks=marks))
    moves += [gone(alert) for key, alert in known.items() if key not in found]
    return [move for move in moves if move]


def given_up(holder: str | None, found: Mapping[Matter, Finding], known: Mapping[Matter, Alert]) -> bool:
    """Whether people have closed every alert about a disclosure of *holder* that is missing."""
    missing = [key for key, finding in found.items() if key[0] == holder and finding.alert_kind]
    closed = [key for key in missing if key in known and closed_by_hand(known[key])]
    return bool(closed) and len(closed) == len(missing)


def closed_by_hand(alert: Alert) -> bool:
    """Whether *alert* is closed although its matter stands."""
    return alert.state in CLOSED and not alert.course.cured


def matter(alert: Alert) -> Matter:
    """What the fingerprint of *alert* is made of, inside one production."""
    return alert.rule, alert.finding["subject_kind"], alert.finding["subject"]


def gravity(finding: Finding) -> int:
    """How much a finding weighs beside another on the same matter; -1 when it asks for no alert."""
    return GRAVITY.index(finding.alert_kind) if finding.alert_kind else -1


def held(finding: Finding, holder: str | None) -> str | None:
    """The rule that holds back an alert for *finding*: questions wait for the disclosure that is missing."""
    return holder if finding.alert_kind == "insufficient_information" else None


def move_on(alert: Alert, finding: Finding, holder: str | None) -> Planned | None:
    """The one move *finding* asks of the alert with its fingerprint, or None."""
    kind, course = finding.alert_kind, alert.course
    if kind is None:
        return None if course.cured else settled(alert, finding, cure(finding))
    again = f"The matter was settled and has come up again, as {KIND_IN_WORDS[kind]}."
    turned = f"What was {KIND_IN_WORDS[alert.kind]} is now {KIND_IN_WORDS[kind]}."
    cured, changed = course.cured, alert.kind != kind
    looked_at = alert.state in LOOKED_AT and not awaited(alert, kind)
    if (cured and alert.state in CLOSED) or (changed and looked_at):
        return Planned(
            alert=alert,
            fingerprint=alert.fingerprint,
            move="reopen",
            finding=finding,
            reason=again if cured else turned,
            # What people could see is not hidden from them because its facts were taken back.
            marks={"held_by": held(finding, holder) if alert.state in CLOSED or course.held_by else None},
        )
    still = held(finding, holder) if course.held_by else None
    released = course.held_by is not None and still is None
    same = still == course.held_by and not cured and canonical(alert.finding) == canonical(finding)
    if alert.state in CLOSED or same:
        return None
    reasons = [(cured, again), (changed, turned), (released, RELEASED)]
    return Planned(
        alert=alert,
        fingerprint=alert.fingerprint,
        move="update",
        finding=finding,
        reason=next((reason for holds, reason in reasons if holds), None),
        # Whoever proposed that it rests had another kind of matter before them.
        marks={"held_by": still, "cured": False} | ({"proposed": None} if changed else {}),
    )


def awaited(alert: Alert, kind: AlertKind) -> bool:
    """Whether both parties gave a duty more time: that it falls overdue while it rests is no news then.

    A rest that the union's own people agreed on is another one, whatever was extended before.
    """
    waiver = alert.course.waiver
    if waiver is None or (alert.state, alert.kind, kind) != ("waived", "due_soon", "violation"):
        return False
    parties = waiver.author, waiver.approver
    return any(
        (each.proposed_by, each.consented_by) == parties for each in alert.course.changes if each.clock == DUE
    )


def gone(alert: Alert) -> Planned | None:
    """The settling of an alert whose matter no filing mentions any more."""
    if alert.course.cured:
        return None
    subject = alert.finding["subject_kind"].replace("_", " ")
    return settled(
        alert,
        None,
        f"No filing in force mentions this {subject} any more, and nothing owed for it remains on record.",
    )


def settled(alert: Alert, finding: Finding | None, reason: str) -> Planned:
    """The registry's own closing of *alert*, with the reason in words; a person's outcome stands.

    What is grieved or withdrawn stays so: the cure is noted on it.
    """
    return Planned(
        alert=alert,
        fingerprint=alert.fingerprint,
        move="settle",
        finding=finding,
        reason=reason,
        outcome=(alert.outcome or "cured") if after(alert.state, "settle") == "resolved" else None,
        marks={"held_by": None},
    )


def cure(finding: Finding) -> str:
    """Why *finding*, which asks for no alert, settles the one there is."""
    if finding.verdict == "satisfied":
        opening = "The filings now show this duty as met."
    elif finding.verdict == "not_applicable":
        opening = f"On the facts now filed this duty does not apply ({finding.reason.replace('_', ' ')})."
    else:
        opening = "The open question is no longer put for this matter."
    text = " ".join([opening, *finding.because])
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
