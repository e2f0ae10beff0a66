"""The row of the copy that a version becomes."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from registry.disclosures.version import Filed
from registry.search import terms

Day = dt.date | None
ENDLESS: Final = 2**63 - 1
"""Until where what is in force is in force."""


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """One version as it is found. Of a withdrawal, what is None is as in the version before."""

    employer_id: str
    disclosure_id: UUID
    version: int
    production_id: str
    type: str
    state: str
    period_from: dt.date | None
    period_to: dt.date | None
    filed_at: dt.datetime
    terms: list[str] | None
    texts: list[str | None]
    parties: list[str]


def copied(filed: Filed, kind: str, period: Sequence[dt.date | None], locals_: Collection[str]) -> Copied:
    """The row of *filed*, of a disclosure of this *kind* about a production with these *locals_*."""
    withdrawn = filed.kind == "withdrawal"
    words = None if withdrawn else terms.words_of(filed.document)
    first, last = period
    return Copied(
        employer_id=filed.employer_id,
        disclosure_id=filed.disclosure_id,
        version=filed.version,
        production_id=filed.production_id,
        type=kind,
        state={"filing": "filed", "amendment": "amended"}.get(filed.kind, "withdrawn"),
        period_from=first,
        period_to=last,
        filed_at=filed.filed_at,
        terms=[*terms.production_terms([filed.production_id]), *words.terms] if words else None,
        texts=[*words.texts] if words else [None] * len(terms.LEVELS),
        parties=terms.party_terms(locals_),
    )


def values(row: Copied) -> list[Any]:
    """The parameters of the statement that writes *row*."""
    given = msgspec.structs.asdict(row)
    return [*(given[name] for name in Copied.__struct_fields__ if name != "texts"), *row.texts]
