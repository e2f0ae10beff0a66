"""What the public is shown, and how long it may be kept."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from registry.disclosures.release import PUBLIC, shown
from registry.productions.record import EmployerRecord, Location, ProductionRecord
from registry.released.counts import Counted
from registry.released.name import is_released, public_id, public_name

CACHING: Final = "public, max-age=60"


class PublicProduction(msgspec.Struct, frozen=True, kw_only=True):
    """A production as the public may know it.

    Before its title is released, `name` is its code name or says only that there is one, and what leads to
    the title is null. `id` is that of its entries in the ledger. `disclosures` of which something is
    released, newest first, a hundred at most.
    """

    id: UUID
    name: str
    released: bool
    format: str
    work_type: str | None
    locations: list[Location]
    disclosures: list[UUID]
    employer: str | None = None
    employer_id: str | None = None
    production_id: str | None = None
    eidr: str | None = None
    isan: str | None = None


class PublicDisclosure(msgspec.Struct, frozen=True, kw_only=True):
    """What is released of a disclosure's newest version. The rest of it is not even named.

    `production` is null where its employer keeps from the public which production it is.

    `sha256` of the bytes received and `ledger_index` are in the ledger, for anybody to check.
    """

    disclosure_id: UUID
    production: UUID | None
    name: str
    state: str
    version: int
    filed_at: dt.datetime
    sha256: str
    ledger_index: int
    document: dict[str, Any]


class PublicCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How much is on record. Null: fewer than `least` of something, or what would tell such a number."""

    tree_size: int
    least: int
    employers: int | None
    productions: Counted
    disclosures: Counted
    disclosures_by_state: Counted
    alerts: Counted
    alerts_by_state: Counted


class Answer(msgspec.Struct, frozen=True):
    """An answer that caches may keep; without content where the caller has it already."""

    content: Any
    status: int
    headers: dict[str, str]


def production(
    record: ProductionRecord, employer: EmployerRecord, disclosures: Sequence[UUID], now: dt.datetime
) -> PublicProduction:
    """*record* as the public may know it at *now*."""
    known = is_released(record, now)
    leads = {
        "employer": employer.legal_name,
        "employer_id": record.employer_id,
        "production_id": record.production_id,
        "eidr": record.eidr,
        "isan": record.isan,
    }
    return PublicProduction(
        id=public_id(record),
        name=public_name(record, now),
        released=known,
        format=record.format,
        work_type=record.work_type,
        locations=record.locations,
        disclosures=list(disclosures),
        **(leads if known else {}),
    )


def released(document: dict[str, Any], *, titled: bool) -> dict[str, Any] | None:
    """What is released of *document*; None where that is nothing."""
    found = shown(document, PUBLIC, titled=titled)
    return found if found.keys() - {"schema_version"} else None


def answer(content: Any, if_none_match: str | None) -> Answer:
    """*content* with its strong ETag, or 304 where the caller has the same."""
    tag = f'"{hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": CACHING}
    had = {each.strip().removeprefix("W/") for each in (if_none_match or "").split(",")}
    return Answer(None, 304, headers) if had & {tag, "*"} else Answer(content, 200, headers)
