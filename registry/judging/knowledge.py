"""What a judgement is made from, beside packs and instant: now, and as it was at any point of the history.

Of the production itself everything is known that stands before the judgement in the ledger: its row lock sees
to that. Of everything else (the employer's record, what its other productions filed) it is what stands before
the position at which the ledger was looked at, which the judgement names.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar

import msgspec

from registry.agreements.terms import Edition
from registry.disclosures.version import Told
from registry.obligations import workforce
from registry.obligations.assemble import Record, Statement, assemble
from registry.obligations.judge import Judgement, judge
from registry.obligations.pack import PackSet
from registry.obligations.statement import Heard, Known, Loss, Production
from registry.productions.record import EmployerRecord, ProductionRecord, statement_production


class Noted(Protocol):
    """Something told to the registry outside filings, as its room gives it, at its place in the ledger."""

    @property
    def id(self) -> str:
        """The id of the matter."""

    @property
    def kind(self) -> Any:
        """Request, answer or observation."""

    @property
    def at(self) -> dt.datetime:
        """When it was told."""

    @property
    def by(self) -> str:
        """The role of whoever told it."""

    @property
    def union(self) -> str:
        """The union it concerns."""

    @property
    def body(self) -> dict[str, Any]:
        """What was told."""

    @property
    def ledger_index(self) -> int:
        """Where it stands in the ledger."""


class Other(Told, frozen=True):
    """One version filed about another production of the employer: what its losses are made from, no more."""

    production_id: str
    time_zone: str


class Lost(msgspec.Struct, frozen=True):
    """The losses of another production since they last changed."""

    production_id: str
    position: int
    changed_at: dt.datetime
    losses: list[Loss]


class Knowledge(msgspec.Struct, frozen=True):
    """Everything told about one production, and about its employer's other productions, in order.

    Of the other productions it holds either all that was filed, or, for an instant later than all of it, the
    losses that come of it.
    """

    production: Production
    known: list[Known]
    heard: list[Heard] = []
    others: list[Other] = []
    lost: list[Lost] = []

    def elsewhere(self, as_of: dt.datetime) -> list[Loss]:
        """The losses of the employer's other productions, as they were told until *as_of*."""
        if self.lost:
            return [loss for each in self.lost for loss in each.losses]
        return losses_of(
            self.production.employer_id, [each for each in self.others if each.filed_at <= as_of]
        )

    def judged(self, packs: PackSet, as_of: dt.datetime, on: dt.datetime | None = None) -> Judgement:
        """What *packs* say for the instant *on* (unsaid: *as_of*) with what was told until *as_of*."""
        elsewhere = self.elsewhere(as_of)
        return judge(packs, self.production, self.known, as_of, on=on, heard=self.heard, elsewhere=elsewhere)

    def news(self, after: dt.datetime) -> dt.datetime | None:
        """The first instant later than *after* at which something was told that no filing judged."""
        told = [*(each.at for each in self.heard), *(each.filed_at for each in self.others)]
        return min((at for at in told if at > after), default=None)


class Employers(msgspec.Struct, frozen=True):
    """One version of an employer's record."""

    record: EmployerRecord
    recorded_at: dt.datetime
    ledger_index: int


class Records(msgspec.Struct, frozen=True):
    """One version of a production's record."""

    record: ProductionRecord
    recorded_at: dt.datetime
    ledger_index: int


class Cut(msgspec.Struct, frozen=True):
    """How far knowledge goes: before two positions in the ledger, or until an instant."""

    own: int | None = None
    others: int | None = None
    at: dt.datetime | None = None

    def holds(self, ledger_index: int, at: dt.datetime, limit: int | None) -> bool:
        """Whether what stands at *ledger_index* and was told *at* an instant is known."""
        return (limit is None or ledger_index < limit) and (self.at is None or at <= self.at)


class Past(msgspec.Struct, frozen=True):
    """The whole history that judgements of one production can rest on, in the order of the ledger."""

    employers: list[Employers]
    records: list[Records]
    told: list[Told]
    noted: Sequence[Any]
    others: list[Other]

    def until(self, cut: Cut, editions: Mapping[str, Edition]) -> Knowledge | None:
        """What was known at *cut*; None before the production was on record."""
        employers = [e for e in self.employers if cut.holds(e.ledger_index, e.recorded_at, cut.others)]
        records = [r for r in self.records if cut.holds(r.ledger_index, r.recorded_at, cut.own)]
        if not employers or not records:
            return None
        told = known([each for each in self.told if cut.holds(each.ledger_index, each.filed_at, cut.own)])
        others = [each for each in self.others if cut.holds(each.ledger_index, each.filed_at, cut.others)]
        return Knowledge(
            statement_production(employers[-1].record, records[-1].record, editions),
            told,
            heard([each for each in self.noted if cut.holds(each.ledger_index, each.at, cut.own)]),
            others if loses(told) else [],
        )


T = TypeVar("T", Told, Other)
EVENTS: Final = "events"


def known(told: Sequence[Told]) -> list[Known]:
    """*told* in the judge's words, order kept; a withdrawal carries the document it withdraws."""
    last: dict[Any, dict[str, Any]] = {}
    found = []
    for each in told:
        document = each.document if each.kind != "withdrawal" else last.get(each.disclosure_id, {})
        last[each.disclosure_id] = document
        found.append(
            Known(
                disclosure_id=str(each.disclosure_id),
                version=each.version,
                kind=each.kind,
                type=each.type,
                filed_at=each.filed_at,
                document=document,
                reason=each.reason,
                explanation=each.explanation,
            )
        )
    return found


def heard(noted: Iterable[Noted]) -> list[Heard]:
    """*noted* in the judge's words, in the order of the ledger."""
    return [
        Heard(id=each.id, kind=each.kind, at=each.at, by=each.by, union=each.union, body=each.body)
        for each in sorted(noted, key=lambda each: each.ledger_index)
    ]


def loses(told: Iterable[Known]) -> bool:
    """Whether anything filed tells a workforce event: only then do other productions' losses matter."""
    return any(row.get(EVENTS) for each in told for row in each.document.get("workforce") or ())


def losses_of(employer_id: str, others: Sequence[Other]) -> list[Loss]:
    """The losses that stand in what other productions filed, by production and then as they became known."""
    found: list[Loss] = []
    for production_id in sorted({each.production_id for each in others}):
        told = [each for each in others if each.production_id == production_id]
        found += losses(bare(employer_id, production_id, told[-1].time_zone), known(told))
    return found


def bare(employer_id: str, production_id: str, time_zone: str) -> Production:
    """A production of which nothing is asked but its losses."""
    return Production(employer_id, production_id, production_id, "", time_zone, [], [], [])


def losses(production: Production, told: Sequence[Known]) -> list[Loss]:
    """The reductions that *told* states, each as a loss for the employer's other productions."""
    statement = assemble(production, [slim(each) for each in told])
    people: dict[tuple[str, str], set[str]] = {}
    for row in statement.all("workforce"):
        people.setdefault(whose(statement, row), set()).add(row.id)
    return [
        loss(statement, row, event, people[whose(statement, row)])
        for row in statement.all("workforce")
        for event in workforce.events_of(statement, row)
        if event.get("kind") in workforce.REDUCTIONS
    ]


def slim(told: Known) -> Known:
    """*told* with nothing but what losses are made from: a production has many versions, and long ones."""
    document = told.document
    kept = {
        "filing": document.get("filing") or {},
        "tools": [fields(each, ("id", "category")) for each in document.get("tools") or ()],
        "uses": [fields(each, ("id", "tool", "first", "last")) for each in document.get("uses") or ()],
        "workforce": document.get("workforce") or [],
    }
    return msgspec.structs.replace(told, document=kept)


def fields(record: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Those fields of *record* that are stated."""
    return {name: record[name] for name in names if name in record}


def whose(statement: Statement, row: Record) -> tuple[str, str]:
    """The people a row is about, as patterns count them: a local, and a class of tool."""
    return row.get("local") or "", workforce.category(statement, row)


def loss(statement: Statement, row: Record, event: Record, rows: set[str]) -> Loss:
    """One reduction as a loss; *rows* are all that are about the same people."""
    local, category = whose(statement, row)
    return Loss(
        production_id=statement.production.production_id,
        event_id=event.id,
        disclosure_id=event.disclosure_id,
        filed_at=event.first_filed_at,
        on=workforce.dated_on(statement, event),
        local=local,
        category=category,
        kind=event.get("kind"),
        count=event.get("count") or 0,
        attribution=event.get("attribution") or "",
        reasoned=bool(event.get("attribution_reason")),
        baseline=workforce.first_baseline(statement, rows, []),
    )


def changes_losses(production: Production, before: Sequence[Known], after: Sequence[Known]) -> bool:
    """Whether *after* tells of other losses than *before*; where they were told last makes no difference."""
    if not loses(after):
        return False
    one, other = (
        [msgspec.structs.replace(loss, disclosure_id="") for loss in losses(production, told)]
        for told in (before, after)
    )
    return one != other
