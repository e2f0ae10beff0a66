"""One finding taken apart, as a person or a machine reads it: the shapes, and nothing else.

Everything here is what the evaluation itself saw and answered. It is prima facie, never a legal conclusion.
"""

import datetime as dt
from typing import Any, Final, Literal

import msgspec

from registry.obligations.finding import Citation, Clock, Severity, Verdict

NOTE: Final = "Prima facie, for a person to pursue; never a legal conclusion."

Plays = Literal["applies when", "breach if", "met if", "excused if", "nobody knows", "a person decides"]
By = Literal["filing", "request", "answer", "observation", "register", "registry", "nobody"]
"""Who asserts a fact. `registry`: it saw it itself, as when a filing was received. `nobody`: silence."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One statement a fact rests on: by whom, when, in which version, and where in it.

    `since` is when the same was first said, if an earlier version said it and none has said otherwise.
    """

    by: By
    disclosure_id: str | None = None
    version: int | None = None
    kind: str | None = None
    at: dt.datetime | None = None
    attested_by: str | None = None
    since: dt.datetime | None = None
    since_disclosure_id: str | None = None
    since_version: int | None = None
    id: str | None = None
    role: str | None = None
    pointer: str = ""


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """A fact: its value, or that nobody stated it, or that its section is withheld from the reader.

    `words` are the question it answers; its name, where a plain yes or no would not answer the question.
    """

    name: str
    words: str
    pointer: str
    known: bool
    value: Any = None
    withheld: bool = False
    says: list[Said] = []


class Node(msgspec.Struct, frozen=True):
    """One condition that was asked: the part it plays, its words, its text in CEL, its answer, its facts."""

    role: Plays
    words: str
    condition: str
    answer: Literal["true", "false", "unknown"]
    facts: list[Stated]


class Number(msgspec.Struct, frozen=True):
    """A number the days were counted with; `parameter` names the dated parameter it comes from, if any."""

    unit: str
    value: int
    parameter: str | None


class Time(msgspec.Struct, frozen=True):
    """How the duty stands in time, with the arithmetic in words."""

    kind: Literal["before", "after", "window_end"]
    state: str
    says: str
    event: Stated
    done: Stated
    due_on: dt.date | None
    overdue_from: dt.datetime | None
    numbers: list[Number]


class Parameter(msgspec.Struct, frozen=True, rename={"since": "from"}):
    """A named number, its value, from when on it has it, and why; a proposal is no term of any contract."""

    name: str
    title: str
    unit: str
    value: int
    since: dt.date
    reference: str
    confidence: str
    proposal: bool


class Edition(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """The text that judged: its days in force, and the day of the subject that picked it."""

    pack: str
    title: str
    digest: str
    params: str
    status: str
    since: dt.date | None
    until: dt.date | None
    day: dt.date


class Altered(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that would have to differ, from what to what, where it is stated and who can answer."""

    name: str
    words: str
    pointer: str
    asks: str
    now: Any
    known: bool
    to: Any
    withheld: bool = False
    says: list[Said] = []


class Change(msgspec.Struct, frozen=True):
    """Facts that, had they been so, would have given another verdict; found by deciding again.

    `alike` are other values of the one fact that do the same.
    """

    says: str
    facts: list[Altered]
    alike: list[Any]
    verdict: Verdict
    reason: str
    still_missing: list[str]


class Reply(msgspec.Struct, frozen=True):
    """One answer to a question, with the values it stands for, and the verdict it would give.

    Where it does not decide by itself, `asks` is what to ask next and `then` what each answer to that gives.
    """

    says: str
    values: list[Any]
    verdict: Verdict
    reason: str
    still_missing: list[str]
    asks: str = ""
    then: list["Reply"] = []


class Question(msgspec.Struct, frozen=True):
    """What to ask, of whom, where the answer goes, and what each answer would give."""

    fact: str
    question: str
    pointer: str
    asks: str
    replies: list[Reply]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why a finding says what it says, and what would change it."""

    rule: str
    duty: str
    citation: Citation
    source: list[str]
    employer_id: str
    production_id: str
    production_title: str
    time_zone: str
    subject_kind: str
    subject: str
    about: list[str]
    as_of: dt.datetime
    on: dt.datetime
    verdict: Verdict
    reason: str
    severity: Severity
    owed_to: str
    locals: list[str]
    edition: Edition
    tree: list[Node]
    outside: list[str]
    time: Time | None
    parameters: list[Parameter]
    occurred_on: dt.date | None
    known_on: dt.date | None
    clocks: list[Clock]
    review: list[str]
    shadow: dict[str, Any]
    changes: list[Change]
    questions: list[Question]
    searched: int
    cut: bool
    remedy: str
    note: str = NOTE
