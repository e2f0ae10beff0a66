"""What moved of an employer's productions between two sizes of the ledger. The caller holds a snapshot."""

from collections.abc import Sequence
from typing import Final, LiteralString

from registry.auth.scope import Scope
from registry.db import Connection, rows_to
from registry.diffs.between import AlertDiff, FiledBetween

# By key: what anything stands in the ledger about from $2 on and before $3.
LIST_TOUCHED: Final[LiteralString] = """
SELECT production_id FROM production_version
 WHERE employer_id = $1 AND ledger_index >= $2 AND ledger_index < $3
UNION
SELECT production_id FROM disclosure_version
 WHERE employer_id = $1 AND ledger_index >= $2 AND ledger_index < $3
UNION
SELECT production_id FROM judgement
 WHERE employer_id = $1 AND ledger_index >= $2 AND ledger_index < $3
UNION
SELECT a.production_id FROM alert_move m JOIN alert a USING (employer_id, alert_id)
 WHERE m.employer_id = $1 AND m.ledger_index >= $2 AND m.ledger_index < $3
ORDER BY production_id
LIMIT $4
"""

LIST_FILED: Final[LiteralString] = """
SELECT disclosure_id, production_id, version, kind, filed_at, reason, ledger_index
  FROM disclosure_version
 WHERE employer_id = $1 AND production_id = ANY ($2::text[]) AND ledger_index >= $3 AND ledger_index < $4
 ORDER BY ledger_index
"""

LIST_ALERTS: Final[LiteralString] = """
SELECT a.alert_id, a.production_id, a.rule, a.severity, b.state AS was, a.state AS now, a.outcome,
       a.revision - coalesce(b.revision, 0) AS moves
  FROM alert_at($6) a
  LEFT JOIN LATERAL (
       SELECT m.revision, m.to_state AS state
         FROM alert_move m
        WHERE m.employer_id = a.employer_id AND m.alert_id = a.alert_id AND m.ledger_index < $5
        ORDER BY m.revision DESC
        LIMIT 1
  ) b ON true
 WHERE a.employer_id = $1 AND a.production_id = ANY ($4::text[])
   AND ($2::text[] IS NULL OR a.locals && $2 OR a.unions && $3::text[])
   AND b.revision IS DISTINCT FROM a.revision
 ORDER BY a.alert_id
"""


async def touched(conn: Connection, employer_id: str, span: tuple[int, int], most: int) -> list[str]:
    """The keys of at most *most* productions about which anything was entered within *span*."""
    return [row["production_id"] for row in await conn.fetch(LIST_TOUCHED, employer_id, *span, most)]


async def filed(
    conn: Connection, employer_id: str, productions: Sequence[str], span: tuple[int, int]
) -> list[FiledBetween]:
    """What was filed about *productions* within *span*, in the order of the ledger."""
    return rows_to(FiledBetween, await conn.fetch(LIST_FILED, employer_id, list(productions), *span))


async def alerts(
    conn: Connection, scope: Scope, employer_id: str, productions: Sequence[str], span: tuple[int, int]
) -> list[AlertDiff]:
    """The alerts about *productions* within *scope* that moved within *span*."""
    given = (employer_id, scope.locals, scope.unions or [], list(productions), *span)
    return rows_to(AlertDiff, await conn.fetch(LIST_ALERTS, *given))
