"""A case as it stood at an instant: everything told of it, and where each part stands in the ledger."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from registry.alerts.course import Course
from registry.explanations.explanation import Explanation, Said

Row = Mapping[str, Any]
"""A history row with every column it has, since its ledger entry vouches for every one."""

ZONE: Final = "America/Los_Angeles"
"""Where a production is whose record does not say it."""


class Content(msgspec.Struct, frozen=True):
    """The exact bytes of one version as they were received, and what opens its section commitments."""

    body: bytes
    salts: dict[str, str]


class Placed(msgspec.Struct, frozen=True):
    """A ledger entry, its leaf hash, and the proof that it is in the tree of the case, leaf sibling first."""

    index: int
    entry: bytes
    leaf: bytes
    proof: list[bytes]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The history of a case, row by row, each list in the order it came about."""

    employers: Sequence[Row]
    productions: Sequence[Row]
    moves: Sequence[Row]
    thread: Sequence[Row]
    requests: Sequence[Row]
    observations: Sequence[Row]
    versions: Sequence[Row]
    judgements: Sequence[Row]
    rules: Sequence[Row]

    def rows(self) -> list[tuple[str, Row]]:
        """Every row with the table it is of, in the order of the ledger."""
        found = [
            *(("employer_version", row) for row in self.employers),
            *(("production_version", row) for row in self.productions),
            *(("alert_move", row) for row in self.moves),
            *(("thread_entry", row) for row in self.thread),
            *(("request_entry", row) for row in self.requests),
            *(("observation", row) for row in self.observations),
            *(("disclosure_version", row) for row in self.versions),
            *(("judgement", row) for row in self.judgements),
            *(("publication", row) for row in self.rules),
        ]
        return sorted(found, key=lambda one: int(one[1]["ledger_index"]))


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known of an alert at `as_of`, as far as a caller of `role` may read it.

    `size` entries had been appended to the ledger by then, and `root` is the root over them. Of the entries
    that are `hidden`, the caller may not read what they vouch for.
    """

    alert_id: UUID
    employer_id: str
    production_id: str
    role: str
    as_of: dt.datetime
    size: int
    root: bytes
    told: Told
    contents: Mapping[tuple[UUID, int], Content]
    explanation: Explanation | None
    hidden: frozenset[int]
    entries: Mapping[int, Placed]

    @property
    def newest(self) -> Row:
        """The newest move of the alert."""
        return self.told.moves[-1]

    @property
    def finding(self) -> dict[str, Any]:
        """The finding of the alert, as its newest move has it."""
        return next(move["finding"] for move in reversed(self.told.moves) if move["finding"])

    @property
    def course(self) -> Course:
        """What has become of the alert beside its finding."""
        return course_of(self.newest)

    @property
    def opened_at(self) -> dt.datetime:
        """When the alert was opened."""
        opened: dt.datetime = self.told.moves[0]["moved_at"]
        return opened

    @property
    def production(self) -> dict[str, Any]:
        """The production's record as it was then."""
        record: dict[str, Any] = self.told.productions[-1]["record"] if self.told.productions else {}
        return record

    @property
    def employer(self) -> dict[str, Any]:
        """The employer's record as it was then."""
        record: dict[str, Any] = self.told.employers[-1]["record"] if self.told.employers else {}
        return record

    @property
    def title(self) -> str:
        """What the production is called."""
        return str(self.production.get("title") or self.production_id)

    @property
    def zone(self) -> ZoneInfo:
        """Where the production's days are counted."""
        return ZoneInfo(self.production.get("time_zone") or ZONE)


def course_of(move: Row) -> Course:
    """The course of an alert after one of its moves."""
    return msgspec.convert(move.get("course") or {}, Course)


def said_in(explanation: Explanation | None) -> list[Said]:
    """Every statement that the facts of an explanation rest on."""
    if explanation is None:
        return []
    time = explanation.time
    stated = [fact for node in explanation.tree for fact in node.facts]
    stated += [time.event, time.done] if time else []
    return [said for fact in stated for said in fact.says]


def cited(explanation: Explanation | None, judgements: Sequence[Row], subject: tuple[str, str]) -> "Cited":
    """What a case rests on outside itself: by its facts, by its judgements, or as its subject."""
    said = said_in(explanation)
    disclosures = {UUID(one.disclosure_id) for one in said if one.disclosure_id}
    disclosures |= {UUID(one.since_disclosure_id) for one in said if one.since_disclosure_id}
    disclosures |= {row["disclosure_id"] for row in judgements if row["disclosure_id"]}
    heard = {one.id.partition(".")[0] for one in said if one.id and one.by in ("request", "answer")}
    if subject[0] in ("request", "consultation"):
        heard.add(subject[1].partition("/")[0])
    observed = {one.id for one in said if one.id and one.by == "observation"}
    if subject[0] == "accuracy":
        observed.add(subject[1].partition("/")[0])
    return Cited(sorted(disclosures), ids(heard), ids(observed))


class Cited(msgspec.Struct, frozen=True):
    """The disclosures, requests and observations a case rests on."""

    disclosures: list[UUID]
    requests: list[UUID]
    observations: list[UUID]


def ids(names: set[str]) -> list[UUID]:
    """Those of *names* that are ids; what a filing itself tells of a request has a key of its own."""
    found = []
    for name in sorted(names):
        try:
            found.append(UUID(name))
        except ValueError:
            continue
    return found
