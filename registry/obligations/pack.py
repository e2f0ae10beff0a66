"""A pack: the obligations of one agreement edition as data, content-addressed.

Written in TOML, held against `schemas/pack/1.0.json`, then compiled: every condition is type-checked
against the catalogue of facts before a pack is used for anything.
"""

import datetime as dt
import hashlib
import tomllib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec.structs import force_setattr

from registry.errors import Fault, Invalid
from registry.obligations.clocks import WrittenClock
from registry.obligations.conditions import Condition
from registry.obligations.due import Due
from registry.obligations.finding import Citation, Finding, Severity
from registry.obligations.params import Basis, Param, Params, ParamValue, timeline

__all__ = ["Basis", "Param", "ParamValue", "Params"]

Status = Literal["in_force", "proposed", "vetoed", "negotiated"]
"""How far a text has come: only one in force judges; bills, vetoed laws and drafts are shown and never do."""


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"condition": "if"}):
    """One condition as written: the condition, how a person says it, and the reason code when it is false."""

    condition: str
    words: str = ""
    reason: str = "no-trigger"


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"condition": "if"}):
    """Something only a person, or a text nobody found, can decide; asked when the condition holds."""

    ask: str
    condition: str = ""


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A worked example kept with the obligation: facts and the verdict they must give."""

    name: str
    facts: dict[str, Any]
    expect: Literal["violation", "satisfied", "not_applicable", "insufficient_information"]
    as_of: dt.date | None = None


Few = Annotated[list[Term], msgspec.Meta(max_length=12)]
Asks = Annotated[list[Ask], msgspec.Meta(max_length=12)]
"""No duty that ships has more than five of a kind: what is judged at every filing stays short."""


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One obligation as written in a pack.

    `since`, `until` and `status` stand in for the pack's where one duty has its own. `shadow` names facts
    that are shown, and decide nothing, while the text is not in force. While what it asks to be filed is
    overdue, a duty that `holds` holds back the questions about its production.
    """

    id: str
    clause: str
    says: str
    owed_to: str
    about: str
    source: str
    confidence: Basis
    when: Few = []
    breach: Few = []
    met: Few = []
    excused: Few = []
    undecided: Asks = []
    review: Asks = []
    due: Due | None = None
    occurred: str = ""
    severity: Severity = "major"
    remedy: str = "grievance"
    clocks: list[str] = []
    quiet: bool = False
    breach_verdict: Literal["violation", "insufficient_information"] = "violation"
    alert: Literal["", "accuracy"] = ""
    since: dt.date | None = None
    until: dt.date | None = None
    status: Status | None = None
    shadow: dict[str, str] = {}
    holds: bool = False
    tests: Annotated[list[Example], msgspec.Meta(max_length=60)] = []


class WrittenPack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pack as written.

    An agreement binds through `agreements`; a law binds every production made in one of its `places`, or
    shown in one of its `territories` (ISO 3166 codes). `follows` names the edition before this one: a use
    that began under it goes on under this one. From `deprecated` on, `successor` is the one to look at.
    """

    pack: str
    title: str
    union: str
    agreements: list[str]
    params: str
    sources: dict[str, str]
    obligation: Annotated[list[Written], msgspec.Meta(max_length=100)]
    since: dt.date | None = None
    until: dt.date | None = None
    basis: str = ""
    status: Status = "in_force"
    places: list[str] = []
    territories: list[str] = []
    follows: str = ""
    deprecated: dt.date | None = None
    successor: str = ""
    clock: list[WrittenClock] = []


class Obligation(msgspec.Struct, frozen=True):
    """One obligation, compiled."""

    written: Written
    when: list[tuple[Condition, str]]
    breach: list[Condition]
    met: list[Condition]
    excused: list[Condition]
    undecided: list[tuple[Condition, str]]
    review: list[tuple[Condition | None, str]]
    not_done: Condition | None
    rule: str
    citation: Citation
    parameters: list[str]
    clocks: tuple[WrittenClock, ...] = ()
    """The time limits beside its findings."""
    gate: tuple[str, ...] = ()
    """The facts that its trigger reads."""
    reads: tuple[str, ...] = ()
    """Every fact that a decision rests on."""
    closed: dict[Any, Any] = {}
    """The decisions not to apply it that are remembered, by the facts of its gate."""
    decisions: dict[Any, Any] = {}
    """The other decisions that are remembered, by the facts it reads."""

    def __post_init__(self) -> None:
        """Work out what it reads."""
        asked = [condition for condition, _ in (*self.undecided, *self.review) if condition]
        gate = [name for condition, _ in self.when for name in condition.names]
        terms = [*self.breach, *self.met, *self.excused, *asked, *([self.not_done] if self.not_done else [])]
        due = self.written.due
        days = [due.event, due.done] if due else []
        days += [self.written.occurred] if self.written.occurred else []
        names = [*gate, *(name for condition in terms for name in condition.names), *days]
        force_setattr(self, "gate", tuple(dict.fromkeys(gate)))
        force_setattr(self, "reads", tuple(dict.fromkeys(names)))

    @property
    def dated(self) -> bool:
        """Whether a decision may hang on the instant it is made for."""
        return self.written.due is not None or bool(self.written.occurred)


class Pack(msgspec.Struct, frozen=True):
    """One agreement edition's obligations, compiled and addressed by the digest of its bytes."""

    name: str
    digest: str
    body: bytes
    written: WrittenPack
    obligations: list[Obligation]
    outlines: dict[str, Finding] = {}
    """What every finding of an obligation says, by its rule, before anybody is judged."""
    pact: bool = False
    """Whether it is an agreement between parties, and not a law or a rule for everybody."""
    whose: str = ""
    """Of whom it has to be known who is party to it: of the pact itself; all laws ask alike."""

    def __post_init__(self) -> None:
        """Write down what its findings have in common."""
        pact = bool(self.written.agreements) and "*" not in self.written.agreements
        force_setattr(self, "outlines", {duty.rule: outline(self, duty) for duty in self.obligations})
        force_setattr(self, "pact", pact)
        force_setattr(self, "whose", f"parties {self.digest if pact else self.written.union}")


def outline(pack: Pack, duty: Obligation) -> Finding:
    """What every finding of *duty* says: not yet on whom, nor what is found."""
    written = duty.written
    return Finding(
        rule=duty.rule,
        pack=pack.name,
        pack_digest=pack.digest,
        params=pack.written.params,
        values={},
        subject_kind="",
        subject="",
        verdict="insufficient_information",
        reason="",
        says=written.says,
        because=[],
        missing=[],
        review=[],
        severity=written.severity,
        owed_to=written.owed_to,
        locals=[],
        unions=[],
        occurred_on=None,
        known_on=None,
        due_on=None,
        due_at=None,
        due_soon=False,
        quiet=written.quiet,
        clocks=[],
        citation=duty.citation,
        remedy=written.remedy,
        alert=written.alert,
    )


class PackSet(msgspec.Struct, frozen=True):
    """The packs and parameters a judgement is made with."""

    packs: dict[str, Pack]
    params: dict[str, Params]
    reach: dict[str, list[str]] = {}
    """The names of the packs that bind by an agreement, in a place (ISO 3166), or everybody (`*`)."""
    shows: dict[str, list[str]] = {}
    """The names of the packs that bind by a territory in which a production is shown."""

    def __post_init__(self) -> None:
        """Look up once whom each pack binds."""
        reach: dict[str, list[str]] = {}
        shows: dict[str, list[str]] = {}
        for name, pack in self.packs.items():
            for key in (*pack.written.agreements, *pack.written.places):
                reach.setdefault(key, []).append(name)
            for key in pack.written.territories:
                shows.setdefault(key, []).append(name)
        force_setattr(self, "reach", reach)
        force_setattr(self, "shows", shows)

    def digests(self) -> dict[str, str]:
        """Name and digest of everything in the set."""
        return {name: item.digest for name, item in sorted((self.packs | self.params).items())}


def digest(body: bytes) -> str:
    """The content address of a pack or parameter set."""
    return hashlib.sha256(body).hexdigest()


def parsed(name: str, body: bytes) -> dict[str, Any]:
    """TOML bytes as plain values; raises Invalid with the line."""
    try:
        return tomllib.loads(body.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise Invalid(f"{name} is not TOML: {fault}", [Fault("", "malformed", f"{name}: {fault}")]) from None


def written_params(name: str, body: bytes) -> Params:
    """A parameter set from its bytes."""
    try:
        params = msgspec.convert(parsed(name, body), Params)
    except msgspec.ValidationError as fault:
        raise Invalid(f"{name}: {fault}", [Fault("", "params", f"{name}: {fault}")]) from None
    return msgspec.structs.replace(params, digest=digest(body), body=body, timeline=timeline(params))


def is_params(name: str) -> bool:
    """Whether a file of a pack folder is a parameter set."""
    return name.rpartition("/")[2].startswith("params-")


def sources(files: Mapping[str, bytes]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Pack files and parameter files, apart."""
    return (
        {name: body for name, body in files.items() if not is_params(name)},
        {name: body for name, body in files.items() if is_params(name)},
    )
