"""Answers already given, by employer and Idempotency-Key. Kept for good, like the receipts in them."""

import datetime as dt
from typing import Final, LiteralString

import msgspec

from registry.db import Connection, row_to

# Held until the transaction ends, so whoever comes second while the first is at work is told to wait; whoever
# comes after it finds the answer. A collision of the hash costs a repeat, never a wrong answer.
CLAIM_KEY: Final[LiteralString] = """
SELECT pg_try_advisory_xact_lock(hashtextextended($1::text || ' ' || $2::text, 0))
"""

FIND_ANSWER: Final[LiteralString] = """
SELECT fingerprint, status, headers, answer FROM idempotency WHERE employer_id = $1 AND key = $2
"""

ADD_ANSWER: Final[LiteralString] = """
INSERT INTO idempotency (employer_id, key, fingerprint, status, headers, answer, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
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


async def add_answer(conn: Connection, employer_id: str, key: str, given: Given, now: dt.datetime) -> bool:
    """Keep an answer with its key, in the transaction that makes it true; False when the key has one."""
    added = await conn.fetchval(
        ADD_ANSWER, employer_id, key, given.fingerprint, given.status, given.headers, given.answer, now
    )
    return added is not None
