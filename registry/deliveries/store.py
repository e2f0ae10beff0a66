"""The tables delivery and delivery_attempt, as workers write them. The caller holds the transaction."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

from registry.db import Connection, rows_to
from registry.deliveries.delivery import Delivery, Settled
from registry.deliveries.sending import Sent

LOOKED_AT: Final = 500
"""How many that are due are looked at for each claim: a long queue is not walked through every time."""

INSERT_DELIVERIES: Final[LiteralString] = """
INSERT INTO delivery (delivery_id, subscription_id, position, type, about, event, state, digest, claims,
                      attempts, not_before, created_at, changed_at)
SELECT delivery_id, subscription_id, position, type, about, event, state, digest, 0, 0, not_before,
       $2::timestamptz, $2::timestamptz
FROM jsonb_to_recordset($1::jsonb)
     AS r (delivery_id uuid, subscription_id uuid, position bigint, type text, about uuid, event jsonb,
           state text, digest bool, not_before timestamptz)
ON CONFLICT (subscription_id, position) DO NOTHING
"""

# What presses takes along what was said before about the same matter and only waited for its hour: the order
# holds, and nothing is held back. What has been tried already keeps its own time.
HASTEN: Final[LiteralString] = """
UPDATE delivery d
SET not_before = r.not_before, digest = false, changed_at = $2
FROM (
    SELECT subscription_id, about, max(position) AS position, min(not_before) AS not_before
    FROM jsonb_to_recordset($1::jsonb)
         AS r (subscription_id uuid, about uuid, position bigint, not_before timestamptz)
    GROUP BY subscription_id, about
) AS r
WHERE d.subscription_id = r.subscription_id AND d.about = r.about AND d.position < r.position
  AND d.state = 'waiting' AND d.attempts = 0 AND d.not_before > r.not_before AND d.not_before > $2
"""

# One attempt at a time for one matter of one subscription, in order. An address that fails is tried with one
# message at a time, so that a dead one costs little; a living one is given as much as the worker can carry.
CLAIM: Final[LiteralString] = """
WITH ready AS (
    SELECT d.delivery_id, d.subscription_id, d.position, d.not_before, s.failing_since
    FROM delivery d
    JOIN subscription s USING (subscription_id)
    WHERE d.state = 'waiting' AND NOT d.digest AND d.not_before <= $1
      AND (d.leased_until IS NULL OR d.leased_until <= $1)
      AND s.state = 'active' AND (s.rests_until IS NULL OR s.rests_until <= $1)
      AND NOT EXISTS (
          SELECT FROM delivery e
          WHERE e.subscription_id = d.subscription_id AND e.about = d.about AND e.position < d.position
            AND e.state = 'waiting')
      AND (s.failing_since IS NULL OR NOT EXISTS (
          SELECT FROM delivery l
          WHERE l.subscription_id = d.subscription_id AND l.state = 'waiting' AND l.leased_until > $1))
    ORDER BY d.not_before
    LIMIT $4
), due AS (
    SELECT *, row_number() OVER (PARTITION BY subscription_id ORDER BY position) AS place
    FROM ready
), chosen AS (
    SELECT d.delivery_id
    FROM delivery d
    JOIN due USING (delivery_id)
    WHERE (due.failing_since IS NULL OR due.place = 1)
      AND d.state = 'waiting' AND (d.leased_until IS NULL OR d.leased_until <= $1)
    ORDER BY due.not_before, d.position
    LIMIT $3
    FOR UPDATE OF d SKIP LOCKED
)
UPDATE delivery d
SET leased_until = $2, claims = d.claims + 1
FROM chosen
WHERE d.delivery_id = chosen.delivery_id
RETURNING d.delivery_id, d.subscription_id, d.position, d.about, d.event, d.digest, d.message_id, d.claims,
          d.attempts, d.created_at
"""

# The subscription's row is held, so that of two workers one puts a digest together. One whose digests all
# wait for something earlier is not chosen: it would be chosen again and again, and nobody else's would go.
CHOOSE_DIGEST: Final[LiteralString] = """
SELECT s.subscription_id
FROM subscription s
WHERE s.state = 'active' AND (s.rests_until IS NULL OR s.rests_until <= $1)
  AND s.subscription_id IN (
      SELECT d.subscription_id FROM delivery d
      WHERE d.state = 'waiting' AND d.digest AND d.not_before <= $1
        AND (d.leased_until IS NULL OR d.leased_until <= $1)
        AND (d.message_id IS NOT NULL OR NOT EXISTS (
            SELECT FROM delivery e
            WHERE e.subscription_id = d.subscription_id AND e.about = d.about AND e.position < d.position
              AND e.state = 'waiting' AND (NOT e.digest OR e.message_id IS NOT NULL))))
LIMIT 1
FOR NO KEY UPDATE SKIP LOCKED
"""

# The oldest message of the subscription that is due: one put together before, whole, or a new one.
CLAIM_DIGEST: Final[LiteralString] = """
WITH oldest AS (
    SELECT message_id
    FROM delivery
    WHERE subscription_id = $1 AND state = 'waiting' AND digest AND not_before <= $2
      AND (leased_until IS NULL OR leased_until <= $2)
    ORDER BY message_id NULLS LAST
    LIMIT 1
), chosen AS (
    SELECT d.delivery_id, first_value(d.delivery_id) OVER (ORDER BY d.position) AS first
    FROM delivery d
    JOIN oldest o ON d.message_id IS NOT DISTINCT FROM o.message_id
    WHERE d.subscription_id = $1 AND d.state = 'waiting' AND d.digest AND d.not_before <= $2
      AND (d.leased_until IS NULL OR d.leased_until <= $2)
      AND (d.message_id IS NOT NULL OR NOT EXISTS (
          SELECT FROM delivery e
          WHERE e.subscription_id = d.subscription_id AND e.about = d.about AND e.position < d.position
            AND e.state = 'waiting' AND (NOT e.digest OR e.message_id IS NOT NULL)))
    ORDER BY d.position
    LIMIT $4
)
UPDATE delivery d
SET leased_until = $3, claims = d.claims + 1, message_id = coalesce(d.message_id, chosen.first)
FROM chosen
WHERE d.delivery_id = chosen.delivery_id
RETURNING d.delivery_id, d.subscription_id, d.position, d.about, d.event, d.digest, d.message_id, d.claims,
          d.attempts, d.created_at
"""

# Only by whoever still holds the claim: an attempt that took so long that another worker has taken over
# changes nothing any more.
SETTLE: Final[LiteralString] = """
UPDATE delivery
SET state = $3, not_before = coalesce($4, not_before), leased_until = NULL, status = $5, error = $6,
    body_sha256 = $7, changed_at = $8, attempts = attempts + 1
WHERE delivery_id = ANY ($1::uuid[]) AND claims = $2 AND state = 'waiting'
RETURNING delivery_id
"""

INSERT_ATTEMPTS: Final[LiteralString] = """
INSERT INTO delivery_attempt (delivery_id, number, attempted_at, status, error, body_sha256, milliseconds)
SELECT d.delivery_id,
       (SELECT coalesce(max(a.number), 0) + 1 FROM delivery_attempt a WHERE a.delivery_id = d.delivery_id),
       $2::timestamptz, $3::int, $4::text, $5::bytea, $6::int
FROM unnest($1::uuid[]) AS d (delivery_id)
ON CONFLICT DO NOTHING
"""

FAIL: Final[LiteralString] = """
UPDATE delivery SET state = 'failed', error = $2, leased_until = NULL, changed_at = $3
WHERE delivery_id = ANY ($1::uuid[])
"""

# The link in a mail ends a subscription without knowing what waits for it.
DROP_ENDED: Final[LiteralString] = """
UPDATE delivery d
SET state = 'failed', error = 'the subscription was ended', leased_until = NULL, changed_at = $1
FROM subscription s
WHERE d.subscription_id = s.subscription_id AND s.state = 'ended' AND d.state IN ('waiting', 'held')
"""

PARK: Final[LiteralString] = """
UPDATE delivery SET state = $2, error = coalesce($3, error), leased_until = NULL, changed_at = $4
WHERE subscription_id = $1 AND state = ANY ($5::text[])
"""

# Those that were already given up before stay so; a person may replay them.
RELEASE: Final[LiteralString] = """
UPDATE delivery SET state = 'waiting', attempts = 0, not_before = $2, changed_at = $2
WHERE subscription_id = $1 AND state = 'held'
"""


async def insert(conn: Connection, rows: Sequence[dict[str, Any]], now: dt.datetime) -> None:
    """Write new deliveries; one that is there already stays as it is."""
    if rows:
        await conn.execute(INSERT_DELIVERIES, rows, now)


async def hasten(conn: Connection, pressing: Sequence[dict[str, Any]], now: dt.datetime) -> None:
    """Let what came before *pressing* about the same matter go no later than it."""
    if pressing:
        await conn.execute(HASTEN, pressing, now)


async def claim(conn: Connection, now: dt.datetime, until: dt.datetime, limit: int) -> list[Delivery]:
    """At most *limit* deliveries that go alone and are due, leased *until* then."""
    return rows_to(Delivery, await conn.fetch(CLAIM, now, until, limit, LOOKED_AT))


async def claim_digest(conn: Connection, now: dt.datetime, until: dt.datetime, limit: int) -> list[Delivery]:
    """The deliveries of one digest that is due, leased *until* then; none when there is none."""
    subscription_id = await conn.fetchval(CHOOSE_DIGEST, now)
    if subscription_id is None:
        return []
    return rows_to(Delivery, await conn.fetch(CLAIM_DIGEST, subscription_id, now, until, limit))


async def settle(
    conn: Connection,
    deliveries: Sequence[Delivery],
    sent: Sent,
    settled: Settled,
    now: dt.datetime,
    milliseconds: int,
) -> bool:
    """Record one attempt and what becomes of its deliveries; False when another worker has them by now."""
    ids, claim = [each.delivery_id for each in deliveries], deliveries[0].claims
    error = sent.error or None
    rows = await conn.fetch(
        SETTLE,
        ids,
        claim,
        settled.state,
        settled.not_before,
        sent.status,
        error,
        sent.body_sha256,
        now,
    )
    values = (ids, now, sent.status, error, sent.body_sha256, milliseconds)
    await conn.execute(INSERT_ATTEMPTS, *values)
    return bool(rows)


async def fail(conn: Connection, ids: Sequence[UUID], why: str, now: dt.datetime) -> None:
    """Give deliveries up without an attempt."""
    if ids:
        await conn.execute(FAIL, ids, why, now)


async def drop_ended(conn: Connection, now: dt.datetime) -> None:
    """Give up what waits for subscriptions that have ended."""
    await conn.execute(DROP_ENDED, now)


async def hold(conn: Connection, subscription_id: UUID, now: dt.datetime) -> None:
    """Keep what is waiting for a subscription that is disabled."""
    await conn.execute(PARK, subscription_id, "held", None, now, ["waiting"])


async def drop(conn: Connection, subscription_id: UUID, why: str, now: dt.datetime) -> None:
    """Give up what is waiting for a subscription that nobody wants to hear from any more."""
    await conn.execute(PARK, subscription_id, "failed", why, now, ["waiting", "held"])


async def release(conn: Connection, subscription_id: UUID, now: dt.datetime) -> None:
    """Send what was kept."""
    await conn.execute(RELEASE, subscription_id, now)
