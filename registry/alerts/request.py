"""The bodies of the moves people make of an alert, and every fault in one."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, get_args
from uuid import UUID

import msgspec

from registry.alerts.alert import MoveName, Outcome
from registry.errors import Fault
from registry.productions import record, shape
from registry.productions.record import Name

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=4000, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
Note = Annotated[str, msgspec.Meta(max_length=4000, pattern=r"^[^\x00]*$")]
Step = Annotated[int, msgspec.Meta(ge=1, le=20)]
Revision = Annotated[int, msgspec.Meta(ge=1, lt=2**31)]
Party = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9:._-]*$")]

LATEST: Final = dt.timedelta(hours=14)
"""Somewhere on earth it is a day later for this long before it is so at Greenwich."""
OLDEST: Final = dt.date(1900, 1, 1)
MOST: Final = 200
"""How many alerts are moved in one request."""
MOST_CURES: Final = 50
MOST_FILES: Final = 50


class Acknowledgement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody has seen the alert and takes it up."""

    note: Note | None = None


class Assignment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who follows the alert from now on: the subject of a person's token; null for nobody in particular."""

    assignee: Name | None
    note: Note | None = None


class Promise(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing the employer undertakes to do, and by which day."""

    what: Reason
    by: dt.date


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An amendment that the employer proposes: of which disclosure, and the document as it would be filed."""

    disclosure_id: UUID
    document: dict[str, Any]


class Answering(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the employer says to an alert: a statement; facts, a cure, files shown before in its thread."""

    statement: Reason
    facts: Facts | None = None
    cure: list[Promise] = []
    evidence: list[UUID] = []


class Acceptance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The union accepts the employer's answer; the alert stays until the matter is over."""

    note: Note | None = None


class Objection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the employer's answer does not do."""

    reason: Reason


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the union wants to know from the employer."""

    question: Reason


class Conferring(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parties talk about the matter."""

    note: Note | None = None


class Grieving(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step of the grievance procedure was taken: which, when, and under which reference of the union."""

    step: Step
    filed_on: dt.date
    reference: Name
    note: Note | None = None


class Rest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Let the alert rest until a day, its last, for a reason; or, as another person, agree to that."""

    until: dt.date | None = None
    reason: Reason | None = None
    approve: bool | None = None


class Resolution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the matter ended, and why it is thought so."""

    outcome: Outcome
    reason: Reason


class Withdrawing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the union does not pursue the matter."""

    reason: Reason


class Reopening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the matter is not over."""

    reason: Reason


class Escalation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom the alert is put before beyond those concerned, and why: a local, a union, `employer`."""

    reason: Reason
    to: Party = "union"


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An alert and the revision of it that is moved."""

    alert_id: UUID
    revision: Revision


class MassMove(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One move of many alerts. What the move itself takes stands beside `alerts`: a reason, an outcome."""

    move: Literal["acknowledge", "assign", "resolve", "withdraw", "reopen", "escalate"]
    alerts: Annotated[list[Named], msgspec.Meta(min_length=1, max_length=MOST)]
    note: Note | None = None
    assignee: Name | None = None
    outcome: Outcome | None = None
    reason: Reason | None = None
    to: Party | None = None


Asked = (
    Acknowledgement
    | Assignment
    | Answering
    | Acceptance
    | Objection
    | Question
    | Conferring
    | Grieving
    | Rest
    | Resolution
    | Withdrawing
    | Reopening
    | Escalation
)

BODIES: Final[Mapping[MoveName, type[Asked]]] = {
    "acknowledge": Acknowledgement,
    "assign": Assignment,
    "answer": Answering,
    "accept": Acceptance,
    "dispute": Objection,
    "ask": Question,
    "consult": Conferring,
    "grieve": Grieving,
    "waive": Rest,
    "resolve": Resolution,
    "withdraw": Withdrawing,
    "reopen": Reopening,
    "escalate": Escalation,
}
"""The body of each move that is asked for by its name."""

MASS: Final[tuple[MoveName, ...]] = get_args(msgspec.structs.fields(MassMove)[0].type)
"""The moves that may be made of many alerts in one request."""


def check(move: MoveName, document: Any, now: dt.datetime) -> list[Fault]:
    """Every fault of the body of *move*, before anything that is stored is looked at."""
    found = shape.check(BODIES[move], document)
    if isinstance(document, dict):
        if move == "waive":
            found += check_rest(document)
        if move == "grieve":
            found += check_filed(document, now)
        if move == "answer":
            found += check_answer(document, now)
    return record.fresh(found)


def check_rest(document: Mapping[str, Any]) -> list[Fault]:
    """The faults of a waiver that is half a proposal, or half an approval."""
    told = [name for name in ("until", "reason") if document.get(name) is not None]
    if document.get("approve") is False:
        detail = "There is nothing to send when a waiver is not approved: it stays a proposal."
        return [Fault("/approve", "not-allowed", detail, fix="Leave it out, or propose another waiver.")]
    if document.get("approve") is not None:
        detail = "An approval takes the waiver as it was proposed."
        return [Fault(f"/{name}", "not-both", detail, fix=f"Leave `{name}` out.") for name in told]
    return [
        Fault(f"/{name}", "missing", f"A waiver needs `{name}`.", fix=f"Add `{name}`, or approve one.")
        for name in ("until", "reason")
        if name not in told
    ]


def check_filed(document: Mapping[str, Any], now: dt.datetime) -> list[Fault]:
    """The fault of a grievance that was filed on a day that has not come."""
    day = a_day(document.get("filed_on"))
    if day is None or OLDEST <= day <= (now + LATEST).date():
        return []
    detail = f"{day} is not a day on which a grievance can have been filed."
    return [Fault("/filed_on", "not-yet", detail, fix="Give the day it was filed.")]


def check_answer(document: Mapping[str, Any], now: dt.datetime) -> list[Fault]:
    """The faults of a cure that is promised for the past, and of too long lists."""
    found = []
    for name, most in (("cure", MOST_CURES), ("evidence", MOST_FILES)):
        items = document.get(name)
        if isinstance(items, list) and len(items) > most:
            detail = f"{len(items)} items are too many."
            found.append(Fault(f"/{name}", "too-long", detail, fix=f"Give at most {most}."))
    cures = document.get("cure")
    for at, cure in enumerate(cures[:MOST_CURES] if isinstance(cures, list) else []):
        day = a_day(cure.get("by")) if isinstance(cure, dict) else None
        if day and day < (now - LATEST).date():
            detail = f"{day} has passed."
            found.append(Fault(f"/cure/{at}/by", "passed", detail, fix="Name a day that is still to come."))
    return found


def check_mass(document: Any, now: dt.datetime) -> list[Fault]:
    """Every fault of one move of many alerts: its name, its own fields, and the alerts it names."""
    if not isinstance(document, dict):
        return [shape.wrong("", "an object", document)]
    found = [] if "move" in document else [missing("move")]
    move, named = document.get("move"), document.get("alerts")
    if "move" in document:
        found += shape.check_word(MASS, move, "/move")
    if move in MASS:
        own = {name: value for name, value in document.items() if name not in ("move", "alerts")}
        found += check(move, own, now)
    if "alerts" not in document:
        return [*found, missing("alerts")]
    found += shape.check(list[Named], named, "/alerts")
    if isinstance(named, list):
        found += check_named(named)
    return record.fresh(found)


def check_named(named: list[Any]) -> list[Fault]:
    """The faults of a list of alerts that is empty, too long, or names one twice."""
    if not 1 <= len(named) <= MOST:
        detail = f"{len(named)} alerts cannot be moved in one request."
        return [Fault("/alerts", "too-long", detail, fix=f"Name 1 to {MOST}.")]
    ids = [str(each.get("alert_id")).lower() if isinstance(each, dict) else None for each in named]
    return [
        Fault(f"/alerts/{at}/alert_id", "twice", "This alert is named twice.", fix="Name it once.")
        for at, each in enumerate(ids)
        if each is not None and each in ids[:at]
    ]


def missing(name: str) -> Fault:
    """The fault of a member that is not there."""
    return Fault(f"/{name}", "missing", f"`{name}` is missing.", fix=f"Add `{name}`.")


def a_day(value: Any) -> dt.date | None:
    """The day that a text names, when it names one."""
    try:
        return msgspec.convert(value, dt.date)
    except msgspec.ValidationError:
        return None
