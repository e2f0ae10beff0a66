"""What is answered: the explanations a caller may read, what is withheld in them, and as JSON or as text."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec

from registry.auth.scope import Scope
from registry.disclosures.release import keeps
from registry.disclosures.schemas import SchemaSet
from registry.explanations import aloud
from registry.explanations.choices import choices
from registry.explanations.explain import Choices, explained
from registry.explanations.explanation import Altered, Explanation, Said, Stated
from registry.judging.ruling import concerning
from registry.judging.said import Recalled
from registry.obligations.finding import Finding
from registry.obligations.judge import Case, opened
from registry.obligations.statement import Known

MOST: Final = 50
"""Findings taken apart in one answer; the rest are counted, and asked for by rule."""
JSON: Final = "application/json"
TEXT: Final = "text/plain"
BETWEEN: Final = "\n" + "=" * aloud.WIDE + "\n\n"

Fact = TypeVar("Fact", Stated, Altered)


class Wanted(msgspec.Struct, frozen=True):
    """Which findings are to be explained: of a rule (or of rules so beginning), of a subject, or all.

    Unless a rule is named, those that do not apply are left out.
    """

    rule: str = ""
    subject: str = ""
    subject_kind: str = ""

    def takes(self, finding: Finding) -> bool:
        """Whether *finding* is one of them."""
        return (
            finding.rule.startswith(self.rule)
            and self.subject in ("", finding.subject)
            and self.subject_kind in ("", finding.subject_kind)
            and (bool(self.rule) or finding.verdict != "not_applicable")
        )


class Explanations(msgspec.Struct, frozen=True, kw_only=True):
    """Findings about a production, each taken apart; `more` of them were left out for length.

    They are what was known at `as_of`, judged for the instant `on`, by the packs of the judgement named.
    """

    employer_id: str
    production_id: str
    judgement_id: UUID
    judged_at: dt.datetime
    ledger_index: int
    packs: dict[str, str]
    as_of: dt.datetime
    on: dt.datetime
    explanations: list[Explanation]
    more: int


class Content(msgspec.Struct, frozen=True):
    """An answer as bytes, and what they are."""

    body: bytes
    media_type: str


def words_of(schemas: SchemaSet) -> Choices:
    """The words each field of a disclosure can be, by the newest schema."""
    return choices(schemas.named(schemas.current).root, schemas.codes)


def case_of(recalled: Recalled) -> Case:
    """The case that a judgement decided, or would decide."""
    knowledge = recalled.knowledge
    return opened(
        recalled.packs,
        knowledge.production,
        knowledge.known,
        recalled.as_of,
        on=recalled.on,
        heard=knowledge.heard,
        elsewhere=knowledge.elsewhere(recalled.as_of),
    )


def answer(
    recalled: Recalled, scope: Scope | None, role: str, wanted: Wanted, words: Choices
) -> Explanations:
    """The findings *wanted* that lie inside *scope* (None: any), taken apart for a caller of *role*."""
    row = recalled.row

    def may(finding: Finding) -> bool:
        return wanted.takes(finding) and (scope is None or bool(concerning(scope, [finding])))

    found, more = explained(case_of(recalled), may, words, MOST)
    known = recalled.knowledge.known
    return Explanations(
        employer_id=row.employer_id,
        production_id=row.production_id,
        judgement_id=row.judgement_id,
        judged_at=row.judged_at,
        ledger_index=row.ledger_index,
        packs=row.packs,
        as_of=recalled.as_of,
        on=recalled.on,
        explanations=[released(each, known, role) for each in found],
        more=more,
    )


def released(explanation: Explanation, known: Sequence[Known], role: str) -> Explanation:
    """*explanation* without the values of facts in sections a caller of this *role* may not read."""
    kept = keeper(known, role)
    time = explanation.time
    return msgspec.structs.replace(
        explanation,
        tree=[msgspec.structs.replace(node, facts=facts_of(node.facts, kept)) for node in explanation.tree],
        time=msgspec.structs.replace(time, event=fact_of(time.event, kept), done=fact_of(time.done, kept))
        if time
        else None,
        changes=[
            msgspec.structs.replace(change, facts=[altered_of(each, kept) for each in change.facts])
            for change in explanation.changes
        ],
    )


def keeper(known: Sequence[Known], role: str) -> Callable[[Said], bool]:
    """Whether a statement stands where its version, or the newest one, keeps it from *role*."""
    newest: dict[str, dict[str, Any]] = {}
    own: dict[tuple[str, int], dict[str, Any]] = {}
    for version in known:
        own[version.disclosure_id, version.version] = version.document
        newest[version.disclosure_id] = version.document

    def kept(said: Said) -> bool:
        if said.by != "filing" or said.disclosure_id is None or said.version is None:
            return False
        told = (newest[said.disclosure_id], own[said.disclosure_id, said.version])
        return any(keeps(document, role, said.pointer) for document in told)

    return kept


def facts_of(facts: Iterable[Stated], kept: Callable[[Said], bool]) -> list[Stated]:
    """Each fact as far as it may be read."""
    return [fact_of(each, kept) for each in facts]


def fact_of(stated: Stated, kept: Callable[[Said], bool]) -> Stated:
    """A fact without its value, where somebody's word for it is kept from the caller."""
    if not any(kept(said) for said in stated.says):
        return stated
    return msgspec.structs.replace(stated, value=None, withheld=True)


def altered_of(altered: Altered, kept: Callable[[Said], bool]) -> Altered:
    """The same, of a fact that would have to differ."""
    if not any(kept(said) for said in altered.says):
        return altered
    return msgspec.structs.replace(altered, now=None, withheld=True)


def content(found: Sequence[Explanation], whole: object, accept: str | None) -> Content:
    """An answer as the caller asked for it: *found* as text, or *whole* as JSON."""
    if not prefers_text(accept or ""):
        return Content(msgspec.json.encode(whole), JSON)
    said = BETWEEN.join(aloud.text(each) for each in found) or "There is no such finding.\n"
    left = whole.more if isinstance(whole, Explanations) else 0
    more = f"\n{left} more findings are not shown; name a rule to see them.\n" if left else ""
    return Content((said + more).encode(), f"{TEXT}; charset=utf-8")


def prefers_text(accept: str) -> bool:
    """Whether an Accept header asks for plain text rather than for JSON."""
    weights: dict[str, float] = {}
    for part in accept.split(","):
        media, *parameters = (each.strip() for each in part.split(";"))
        said = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        weights[media.lower()] = float(said) if said.replace(".", "", 1).isdecimal() else 0.0
    json = max(weights.get(name, 0.0) for name in (JSON, "application/*", "*/*"))
    return weights.get(TEXT, weights.get("text/*", 0.0)) > json or (
        TEXT in weights and JSON not in weights and weights[TEXT] > 0
    )
