"""The table escalation_plan."""

from collections.abc import Collection
from typing import Final, LiteralString

import msgspec

from registry.alerts.course import Plan
from registry.alerts.plans.view import Kept
from registry.db import Connection, rows_to

FIND_PLANS: Final[LiteralString] = """
SELECT party, revision, plan, changed_at, changed_by FROM escalation_plan WHERE party = ANY ($1::text[])
"""

INSERT_PLAN: Final[LiteralString] = """
INSERT INTO escalation_plan (party, revision, plan, changed_at, changed_by)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (party) DO NOTHING
RETURNING revision
"""

UPDATE_PLAN: Final[LiteralString] = """
UPDATE escalation_plan SET revision = $2, plan = $3, changed_at = $4, changed_by = $5
WHERE party = $1 AND revision = $2 - 1
RETURNING revision
"""


async def find(conn: Connection, parties: Collection[str]) -> dict[str, Kept]:
    """The plans of *parties* that have one, by party."""
    rows = rows_to(Kept, await conn.fetch(FIND_PLANS, list(parties)))
    return {row.party: row for row in rows}


async def plans(conn: Connection, parties: Collection[str]) -> dict[str, Plan]:
    """The same, the plans alone: what `plan.followed` takes."""
    return {party: kept.plan for party, kept in (await find(conn, parties)).items()}


async def put(conn: Connection, kept: Kept) -> bool:
    """Make *kept* its party's plan; False when another revision got there first."""
    statement = INSERT_PLAN if kept.revision == 1 else UPDATE_PLAN
    values = (kept.party, kept.revision, msgspec.to_builtins(kept.plan), kept.changed_at, kept.changed_by)
    return await conn.fetchval(statement, *values) is not None
