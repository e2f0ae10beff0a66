"""Pages of the log, and what is sent again. The caller holds the transaction."""

import datetime as dt
from typing import Final, LiteralString
from uuid import UUID

from registry.db import Connection, row_to, rows_to
from registry.deliveries.log.asked import Span
from registry.deliveries.log.view import Kept, KeptAttempt
from registry.errors import NotFound

LIST_DELIVERIES: Final[LiteralString] = """
SELECT d.delivery_id, d.subscription_id, d.position, d.type, d.about, d.event, d.state, d.digest,
       d.message_id, d.attempts, d.not_before, d.status, d.error, d.body_sha256, d.created_at, d.changed_at
FROM delivery d
WHERE ($1::uuid IS NULL OR d.subscription_id = $1)
  AND ($2::text IS NULL OR d.state = $2)
  AND ($3::uuid IS NULL OR d.delivery_id < $3)
ORDER BY d.delivery_id DESC
LIMIT $4
"""

# A person's newest, from each of their few subscriptions: whoever has none walks through nobody else's.
LIST_OWN: Final[LiteralString] = """
SELECT d.*
FROM subscription s
CROSS JOIN LATERAL (
    SELECT delivery_id, subscription_id, position, type, about, event, state, digest, message_id, attempts,
           not_before, status, error, body_sha256, created_at, changed_at
    FROM delivery
    WHERE subscription_id = s.subscription_id
      AND ($3::text IS NULL OR state = $3)
      AND ($4::uuid IS NULL OR delivery_id < $4)
    ORDER BY delivery_id DESC
    LIMIT $5
) AS d
WHERE s.subject = $1 AND ($2::uuid IS NULL OR s.subscription_id = $2)
ORDER BY d.delivery_id DESC
LIMIT $5
"""

FIND_DELIVERY: Final[LiteralString] = """
SELECT d.delivery_id, d.subscription_id, d.position, d.type, d.about, d.event, d.state, d.digest,
       d.message_id, d.attempts, d.not_before, d.status, d.error, d.body_sha256, d.created_at, d.changed_at
FROM delivery d
JOIN subscription s USING (subscription_id)
WHERE d.delivery_id = $1 AND ($2::text IS NULL OR s.subject = $2)
"""

LIST_ATTEMPTS: Final[LiteralString] = """
SELECT number, attempted_at, status, error, body_sha256, milliseconds
FROM delivery_attempt
WHERE delivery_id = $1
ORDER BY number
"""

# A digest goes again as the whole it was.
REPLAY_MESSAGE: Final[LiteralString] = """
UPDATE delivery
SET state = 'waiting', attempts = 0, not_before = $3, leased_until = NULL, changed_at = $3
WHERE subscription_id = $1 AND state IN ('delivered', 'failed')
  AND (message_id = $2 OR (delivery_id = $2 AND message_id IS NULL))
RETURNING delivery_id
"""

REPLAY_SPAN: Final[LiteralString] = """
WITH chosen AS (
    SELECT DISTINCT coalesce(message_id, delivery_id) AS message
    FROM (
        SELECT message_id, delivery_id
        FROM delivery
        WHERE subscription_id = $1 AND created_at >= $2 AND created_at < $3 AND state = ANY ($4::text[])
        ORDER BY created_at, delivery_id
        LIMIT $6
    ) AS oldest
)
UPDATE delivery d
SET state = 'waiting', attempts = 0, not_before = $5, leased_until = NULL, changed_at = $5
FROM chosen
WHERE d.subscription_id = $1 AND coalesce(d.message_id, d.delivery_id) = chosen.message
  AND d.state IN ('delivered', 'failed')
RETURNING d.created_at
"""


async def find_page(
    conn: Connection,
    subject: str | None,
    subscription_id: UUID | None,
    state: str | None,
    before: UUID | None,
    limit: int,
) -> list[Kept]:
    """The newest deliveries, of *subject*'s subscriptions if one is given, older than *before*."""
    given = (subscription_id, state, before, limit)
    if subject is None:
        return rows_to(Kept, await conn.fetch(LIST_DELIVERIES, *given))
    return rows_to(Kept, await conn.fetch(LIST_OWN, subject, *given))


async def get(conn: Connection, delivery_id: UUID, subject: str | None) -> Kept:
    """One delivery, of *subject*'s subscriptions if one is given; NotFound when there is none."""
    row = await conn.fetchrow(FIND_DELIVERY, delivery_id, subject)
    if row is None:
        raise NotFound("there is no such delivery among those you may see")
    return row_to(Kept, row)


async def attempts(conn: Connection, delivery_id: UUID) -> list[KeptAttempt]:
    """Every attempt of a delivery, first attempt first."""
    return rows_to(KeptAttempt, await conn.fetch(LIST_ATTEMPTS, delivery_id))


async def replay(conn: Connection, row: Kept, now: dt.datetime) -> int:
    """Send the message of a delivery again; how many deliveries that is."""
    message = row.message_id or row.delivery_id
    return len(await conn.fetch(REPLAY_MESSAGE, row.subscription_id, message, now))


async def replay_span(conn: Connection, span: Span, now: dt.datetime, limit: int) -> list[dt.datetime]:
    """Send the oldest of a span again, *limit* and what belongs to them; when each of them was made."""
    values = (span.subscription_id, span.first, span.end, span.states, now, limit)
    return [row["created_at"] for row in await conn.fetch(REPLAY_SPAN, *values)]
