"""The life of an alert: its states and moves as one table, and what a judgement asks of the alerts there are.

    open ──acknowledge──▶ acknowledged          update    the finding changed, the matter is the same
      ▲  ╲                  │      │            settle    the registry: the finding is cured or gone
      │   resolve, settle   │      │            resolve   a person, with an outcome and a reason
      │    ╲                ▼      │            reopen    a person; or the registry, when the verdict changed
      └─reopen── resolved ◀────────┘                      or a cured matter came up again

A resolved alert keeps the finding it was resolved on: later changes of wording leave it alone. When the
matter of an alert that a person resolved is cured as well, that is recorded (settle, under the person's
outcome), so that its recurrence is known for one.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, get_args

import msgspec

from registry.alerts.alert import Alert, MoveName, Outcome, State
from registry.errors import IllegalMove
from registry.obligations.finding import AlertKind, Finding, fingerprint

TABLE: Final[Mapping[tuple[State | None, MoveName], State]] = {
    (None, "open"): "open",
    ("open", "update"): "open",
    ("open", "acknowledge"): "acknowledged",
    ("open", "settle"): "resolved",
    ("open", "resolve"): "resolved",
    ("acknowledged", "update"): "acknowledged",
    ("acknowledged", "settle"): "resolved",
    ("acknowledged", "resolve"): "resolved",
    ("acknowledged", "reopen"): "open",
    ("resolved", "settle"): "resolved",
    ("resolved", "reopen"): "open",
}
"""Every legal move; what is not here is refused."""

BY_PEOPLE: Final[tuple[MoveName, ...]] = ("acknowledge", "resolve", "reopen")
"""The moves a representative makes; the others are the registry's own."""

OUTCOMES: Final[Mapping[Outcome, str]] = {
    "settled_with_employer": "the employer and the union settled the matter",
    "cured": "what was missing has been done",
    "not_a_breach": "on a person's reading the agreement was kept",
    "grieved": "the matter went to the grievance procedure and is followed there",
    "duplicate": "the same matter is followed under another alert",
    "withdrawn_by_union": "the union does not pursue the matter",
}
"""Every outcome and what it says; each resolution names one."""

assert set(OUTCOMES) == set(get_args(Outcome))

REGISTRY: Final = "registry"
"""The author of the moves nobody made by hand."""

GRAVITY: Final = ("due_soon", "review", "insufficient_information", "accuracy", "violation")
KIND_IN_WORDS: Final[Mapping[str, str]] = {
    "due_soon": "a duty soon due",
    "review": "a matter for a person's review",
    "insufficient_information": "a question for want of facts",
    "accuracy": "two statements that do not agree",
    "violation": "a violation",
}

assert set(GRAVITY) == set(KIND_IN_WORDS) == set(get_args(AlertKind))

LONGEST: Final = 600

Matter = tuple[str, str, str]
"""Rule, kind of subject and subject: what a finding is about, whatever its verdict."""


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A move the registry is about to make: on *alert*, or, when that is None, a new alert for *finding*.

    `finding` is None when no finding has the alert's fingerprint any more.
    """

    alert: Alert | None
    fingerprint: bytes
    move: MoveName
    finding: Finding | None
    reason: str | None = None
    outcome: Outcome | None = None


def after(state: State | None, move: MoveName) -> State:
    """The state *move* leads to from *state*; IllegalMove, saying what is allowed, when it leads nowhere."""
    to = TABLE.get((state, move))
    if to is None:
        allowed = [name for name in BY_PEOPLE if (state, name) in TABLE]
        raise IllegalMove(
            f"an alert that is {state or 'not there yet'} cannot take the move `{move}`; "
            f"{'it can take ' + ' or '.join(f'`{name}`' for name in allowed) if allowed else 'open it first'}"
        )
    return to


def canonical(finding: Any) -> bytes:
    """The bytes by which two findings are the same or not: every field counts, nothing is left out."""
    return msgspec.json.encode(finding, order="sorted")


def plan(
    employer_id: str, production_id: str, existing: Iterable[Alert], findings: Sequence[Finding]
) -> list[Planned]:
    """What a judgement asks of a production's alerts; nothing at all when it finds what is known already."""
    found: dict[Matter, Finding] = {}
    for finding in findings:
        key = (finding.rule, finding.subject_kind, finding.subject)
        found[key] = max(found.get(key, finding), finding, key=gravity)
    known = {matter(alert): alert for alert in existing}
    moves: list[Planned | None] = []
    for key, finding in found.items():
        alert = known.get(key)
        if alert is not None:
            moves.append(move_on(alert, finding))
        elif finding.alert_kind:
            mark = fingerprint(finding, employer_id, production_id)
            moves.append(Planned(alert=None, fingerprint=mark, move="open", finding=finding))
    moves += [gone(alert) for key, alert in known.items() if key not in found]
    return [move for move in moves if move]


def matter(alert: Alert) -> Matter:
    """What the fingerprint of *alert* is made of, inside one production."""
    return alert.rule, alert.finding["subject_kind"], alert.finding["subject"]


def gravity(finding: Finding) -> int:
    """How much a finding weighs beside another on the same matter; -1 when it asks for no alert."""
    return GRAVITY.index(finding.alert_kind) if finding.alert_kind else -1


def move_on(alert: Alert, finding: Finding) -> Planned | None:
    """The one move *finding* asks of the alert with its fingerprint, or None."""
    key, kind = alert.fingerprint, finding.alert_kind
    if kind is None:
        return None if alert.last_move == "settle" else settled(alert, finding, cure(finding))
    if alert.last_move == "settle":
        reason = f"The matter was settled and has come up again, as {KIND_IN_WORDS[kind]}."
        return Planned(alert=alert, fingerprint=key, move="reopen", finding=finding, reason=reason)
    if alert.state != "open" and alert.kind != kind:
        reason = f"What was {KIND_IN_WORDS[alert.kind]} is now {KIND_IN_WORDS[kind]}."
        return Planned(alert=alert, fingerprint=key, move="reopen", finding=finding, reason=reason)
    if alert.state == "resolved" or canonical(alert.finding) == canonical(finding):
        return None
    return Planned(alert=alert, fingerprint=key, move="update", finding=finding)


def gone(alert: Alert) -> Planned | None:
    """The settling of an alert whose matter no filing mentions any more."""
    if alert.last_move == "settle":
        return None
    subject = alert.finding["subject_kind"].replace("_", " ")
    return settled(
        alert,
        None,
        f"No filing in force mentions this {subject} any more, and nothing owed for it remains on record.",
    )


def settled(alert: Alert, finding: Finding | None, reason: str) -> Planned:
    """The registry's own closing of *alert*, with the reason in words; a person's outcome stands."""
    return Planned(
        alert=alert,
        fingerprint=alert.fingerprint,
        move="settle",
        finding=finding,
        reason=reason,
        outcome=alert.outcome or "cured",
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
