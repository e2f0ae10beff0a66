"""Answers already given, by employer and Idempotency-Key. Kept for good, like the receipts in them."""

from collections.abc import Sequence
from typing import Final, LiteralString

import msgspec

from registry.db import Connection, row_to
from registry.filing.answer import Outcome
from registry.filing.submission import Prepared

# Held until the transaction ends, so whoever comes second while the first is at work is told to wait; whoever
# comes after it finds the answer. A collision of the hash costs a repeat, never a wrong answer.
CLAIM_KEY: Final[LiteralString] = """
SELECT pg_try_advisory_xact_lock(hashtextextended($1::text || ' ' || $2::text, 0))
"""

FIND_ANSWER: Final[LiteralString] = """
SELECT fingerprint, status, headers, answer FROM idempotency WHERE employer_id = $1 AND key = $2
"""

ADD_ANSWERS: Final[LiteralString] = """
INSERT INTO idempotency (employer_id, key, fingerprint, status, headers, answer, created_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::int[], $5::jsonb[], $6::bytea[],
                     $7::timestamptz[])
ON CONFLICT (employer_id, key) DO NOTHING
RETURNING key
"""


class Given(msgspec.Struct, frozen=True):
    """An answer as it was given, and the fingerprint of the request it answers."""

    fingerprint: bytes
    status: int
    headers: dict[str, str]
    answer: bytes


async def claim_key(conn: Connection, employer_id: str, key: str) -> bool:
    """Hold *key* until the transaction ends; False when another transaction holds it."""
    held: bool = await conn.fetchval(CLAIM_KEY, employer_id, key)
    return held


async def find_answer(conn: Connection, employer_id: str, key: str) -> Given | None:
    """The answer given to this key before, or None."""
    row = await conn.fetchrow(FIND_ANSWER, employer_id, key)
    return row_to(Given, row) if row else None


async def add_answers(conn: Connection, made: Sequence[tuple[Prepared, Outcome]]) -> bool:
    """Keep the answers to requests that have a key, in the transaction that makes them true.

    False when one of the keys has an answer.
    """
    rows = [
        (asked.employer_id, asked.key, asked.fingerprint, done.status, done.headers, done.body, asked.now)
        for asked, done in made
        if asked.key
    ]
    added = await conn.fetch(ADD_ANSWERS, *zip(*rows, strict=True)) if rows else []
    return len(added) == len(rows)
