"""The table redaction, what rests on a version, and the one function that takes anything out.

The caller holds the transaction, with every production of the employer locked.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

import msgspec

from registry.db import Connection, row_to, rows_to
from registry.judging.ruling import Ruled
from registry.redactions.entry import Redacted

ADD_REDACTION: Final[LiteralString] = """
INSERT INTO redaction (employer_id, redaction_id, disclosure_id, version, sections, ground, ordered_by, body,
                       recorded_at, recorded_by, key_digest, ledger_index)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""

FIND_BY_KEY: Final[LiteralString] = """
SELECT employer_id, redaction_id, disclosure_id, version, sections, ground, ordered_by, body, recorded_at,
       recorded_by, key_digest, ledger_index
  FROM redaction WHERE employer_id = $1 AND key_digest = $2
"""

FIND_OF: Final[LiteralString] = """
SELECT employer_id, redaction_id, disclosure_id, version, sections, ground, ordered_by, body, recorded_at,
       recorded_by, key_digest, ledger_index
  FROM redaction WHERE employer_id = $1 AND disclosure_id = $2 ORDER BY ledger_index
"""

LIST_ALL: Final[LiteralString] = """
SELECT employer_id, redaction_id, disclosure_id, version, sections, ground, ordered_by, body, recorded_at,
       recorded_by, key_digest, ledger_index
  FROM redaction ORDER BY ledger_index
"""

LIST_PRODUCTIONS: Final[LiteralString] = """
SELECT production_id FROM production WHERE employer_id = $1 ORDER BY production_id
"""

# Made in sight of the version at position $3: of its own production after it, of others knowing it.
LIST_JUDGEMENTS: Final[LiteralString] = """
SELECT employer_id, judgement_id, production_id, judged_at, cause, disclosure_id, version, packs, findings,
       known_to, ledger_index
  FROM judgement
 WHERE employer_id = $1 AND production_id = $2 AND ledger_index > $3
 ORDER BY ledger_index
"""

LIST_MOVES: Final[LiteralString] = """
SELECT m.employer_id, m.alert_id, m.revision, m.move, m.from_state, m.to_state, m.author, m.reason, m.outcome,
       m.finding, m.course, m.moved_at
  FROM alert a JOIN alert_move m USING (employer_id, alert_id)
 WHERE a.employer_id = $1 AND a.production_id = $2 AND m.ledger_index > $3
 ORDER BY m.alert_id, m.revision
"""

LIST_ANSWERS: Final[LiteralString] = """
SELECT key, answer, headers,
       substring(receipt FROM '"disclosure_id":"([0-9a-f-]{36})"') AS disclosure_id,
       substring(receipt FROM '"version":([0-9]{1,9})[,}]')::int AS version
  FROM (SELECT key, answer, headers, encode(substring(answer FROM 1 FOR 2000), 'escape') AS receipt
          FROM idempotency WHERE employer_id = $1) AS kept
 ORDER BY key
"""

REDACT: Final[LiteralString] = """
SELECT redact($1, $2)
"""

# A draft was made from the version, or became it; what is still to be confirmed quotes it, too.
CLEAR_DRAFTS: Final[LiteralString] = """
UPDATE draft
   SET document = document - $3::text[], revision = revision + 1, changed_at = $4,
       to_confirm = coalesce((SELECT jsonb_agg(c ORDER BY number)
                                FROM jsonb_array_elements(to_confirm) WITH ORDINALITY AS each (c, number)
                               WHERE NOT c -> 'path' ->> 0 = ANY ($3::text[])), '[]')
 WHERE employer_id = $1 AND document ?| $3::text[]
   AND (disclosure_id = $2 OR source ->> 'disclosure_id' = $2::text OR filed ->> 'disclosure_id' = $2::text)
"""

# Whatever is being judged with the old facts is judged again; the losses of before are forgotten.
MOVE_FACTS: Final[LiteralString] = """
WITH moved AS (
    UPDATE production SET facts = facts + 1 WHERE employer_id = $1
)
INSERT INTO loss_change (employer_id, production_id, position, changed_at, spread)
SELECT $1, $2, $3, $4, true WHERE $5
"""


async def find_by_key(conn: Connection, employer_id: str, key_digest: bytes) -> Redacted | None:
    """What was redacted with this key before."""
    row = await conn.fetchrow(FIND_BY_KEY, employer_id, key_digest)
    return row_to(Redacted, row) if row else None


async def find_of(conn: Connection, employer_id: str, disclosure_id: UUID) -> list[Redacted]:
    """What was taken out of one disclosure, oldest first."""
    return rows_to(Redacted, await conn.fetch(FIND_OF, employer_id, disclosure_id))


async def list_all(conn: Connection) -> list[Redacted]:
    """Every redaction, oldest first."""
    return rows_to(Redacted, await conn.fetch(LIST_ALL))


async def list_productions(conn: Connection, employer_id: str) -> list[tuple[str, str]]:
    """The keys of every production of an employer."""
    return [(employer_id, row["production_id"]) for row in await conn.fetch(LIST_PRODUCTIONS, employer_id)]


async def list_judgements(conn: Connection, key: tuple[str, str], after: int) -> list[Ruled]:
    """The judgements of a production made after position *after*."""
    return rows_to(Ruled, await conn.fetch(LIST_JUDGEMENTS, *key, after))


async def list_moves(conn: Connection, key: tuple[str, str], after: int) -> list[dict[str, Any]]:
    """The moves of a production's alerts after position *after*, without their place in the ledger."""
    return [dict(row) for row in await conn.fetch(LIST_MOVES, *key, after)]


async def list_answers(conn: Connection, employer_id: str) -> list[Mapping[str, Any]]:
    """The answers kept for an employer, with the version each tells of."""
    return [dict(row) for row in await conn.fetch(LIST_ANSWERS, employer_id)]


async def redact(conn: Connection, row: Redacted, changes: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Write the tombstone *row*, then take out what it names, and of its rows what *changes* says."""
    await conn.execute(ADD_REDACTION, *msgspec.structs.astuple(row))
    await conn.execute(REDACT, row.redaction_id, changes)
    key = row.employer_id, row.disclosure_id, row.sections
    await conn.execute(CLEAR_DRAFTS, *key, row.recorded_at)


async def move_facts(
    conn: Connection, production: tuple[str, str], position: int, now: dt.datetime, *, losses: bool
) -> None:
    """What is known of an employer's productions is not what it was; of *losses* neither."""
    await conn.execute(MOVE_FACTS, *production, position, now, losses)
