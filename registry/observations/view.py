"""An observation as it is shown: to the employer without its reporter."""

import datetime as dt
from uuid import UUID

import msgspec

from registry.auth.scope import Role
from registry.observations.entry import Kept
from registry.observations.observed import Reporter
from registry.productions.view import Place


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """What was observed, by whose representative, and where in the ledger it stands.

    `reporter` is there only when the reporter wants to be named, and never for the employer.
    """

    observation_id: UUID
    employer_id: str
    production_id: str
    union: str
    local: str | None = None
    observed_on: dt.date
    until: dt.date | None = None
    tool: str | None = None
    category: str | None = None
    department: str | None = None
    headcount: int | None = None
    asked_other_departments: bool | None = None
    text: str
    reporter: Reporter | None = None
    role: Role
    recorded_at: dt.datetime
    ledger_index: int


class ObservationRecorded(msgspec.Struct, frozen=True):
    """The answer to a report: what is on record now, and where the proof is."""

    observation: Observation
    ledger: Place


def observation(row: Kept, reader: Role) -> Observation:
    """*row* as a *reader* of this role sees it."""
    named = row.reporter_name is not None and reader != "employer"
    return msgspec.convert(
        {
            **row.document,
            "observation_id": row.observation_id,
            "reporter": {"name": row.reporter_name, "contact": row.reporter_contact} if named else None,
            "role": row.role,
            "recorded_at": row.recorded_at,
            "ledger_index": row.ledger_index,
        },
        Observation,
    )
