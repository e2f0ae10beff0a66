"""The ground a judgement stands on: the registered production, its employer, and everything told about it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from registry.agreements.terms import Edition
from registry.disclosures.version import Told
from registry.obligations.statement import Known, Production
from registry.productions.record import EmployerRecord, ProductionRecord, statement_production


class Ground(msgspec.Struct, frozen=True):
    """A production as registered, with the count of changes to what is known about it."""

    employer: EmployerRecord
    record: ProductionRecord
    facts: int

    @property
    def key(self) -> tuple[str, str]:
        """Employer and production id: what locks, alerts and judgements are kept under."""
        return self.record.employer_id, self.record.production_id

    def production(self, editions: Mapping[str, Edition]) -> Production:
        """The production in the words the rules use."""
        return statement_production(self.employer, self.record, editions)


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
