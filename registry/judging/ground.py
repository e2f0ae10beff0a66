"""The production a judgement is about, and its employer, as registered now."""

from collections.abc import Mapping

import msgspec

from registry.agreements.terms import Edition
from registry.obligations.statement import Production
from registry.productions.record import EmployerRecord, ProductionRecord, statement_production


class Ground(msgspec.Struct, frozen=True):
    """A production as registered, with the count of changes to what is known about it.

    The newest pack or parameter set was published at *stands_at* of the ledger (-1: none yet).

    It was read when the ledger had *known_to* entries; anything read later is read no further than that.
    `heard` says whether anything was told about it outside filings, `losses` whether another production of
    its employer has filed workforce events.
    """

    employer: EmployerRecord
    record: ProductionRecord
    facts: int
    stands_at: int = -1
    known_to: int = 0
    heard: bool = False
    losses: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Employer and production id: what locks, alerts and judgements are kept under."""
        return self.record.employer_id, self.record.production_id

    def production(self, editions: Mapping[str, Edition]) -> Production:
        """The production in the words the rules use."""
        return statement_production(self.employer, self.record, editions)
