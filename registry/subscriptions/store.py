"""The table subscription. The caller holds the transaction."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Final, LiteralString
from uuid import UUID

import msgspec

from registry.db import Connection, row_to, rows_to
from registry.errors import NotFound
from registry.subscriptions.subscription import State, Subscription


class Made(msgspec.Struct, frozen=True):
    """A subscription, and the digest of the body it was made with."""

    subscription: Subscription
    body_digest: bytes | None


FIND_SUBSCRIPTION: Final[LiteralString] = """
SELECT subscription_id, subject, principal, way, address, form, wish, pace, state, state_reason, secrets,
       unsubscribe, failing_since, rests_until, revision, created_at, changed_at
FROM subscription
WHERE subscription_id = $1 AND ($2::text IS NULL OR subject = $2) AND state <> 'ended'
"""

# No stronger than that, so that deliveries are made for it meanwhile.
LOCK_SUBSCRIPTION: Final[LiteralString] = """
SELECT subscription_id, subject, principal, way, address, form, wish, pace, state, state_reason, secrets,
       unsubscribe, failing_since, rests_until, revision, created_at, changed_at
FROM subscription
WHERE subscription_id = $1 AND ($2::text IS NULL OR subject = $2) AND state <> 'ended'
FOR NO KEY UPDATE
"""

FIND_BY_UNSUBSCRIBE: Final[LiteralString] = """
SELECT subscription_id, subject, principal, way, address, form, wish, pace, state, state_reason, secrets,
       unsubscribe, failing_since, rests_until, revision, created_at, changed_at
FROM subscription
WHERE unsubscribe = $1
"""

FIND_BY_KEY: Final[LiteralString] = """
SELECT subscription_id, subject, principal, way, address, form, wish, pace, state, state_reason, secrets,
       unsubscribe, failing_since, rests_until, revision, created_at, changed_at, body_digest
FROM subscription
WHERE key_digest = $1
"""

LIST_SUBSCRIPTIONS: Final[LiteralString] = """
SELECT subscription_id, subject, principal, way, address, form, wish, pace, state, state_reason, secrets,
       unsubscribe, failing_since, rests_until, revision, created_at, changed_at
FROM subscription
WHERE ($1::text IS NULL OR subject = $1) AND state <> 'ended'
  AND ($2::uuid IS NULL OR subscription_id < $2)
ORDER BY subscription_id DESC
LIMIT $3
"""

FIND_LETTER_BOX: Final[LiteralString] = """
SELECT subscription_id, subject, principal, way, address, form, wish, pace, state, state_reason, secrets,
       unsubscribe, failing_since, rests_until, revision, created_at, changed_at
FROM subscription
WHERE subject = $1 AND way = 'email' AND state = 'active'
ORDER BY subscription_id
LIMIT 1
"""

LOCK_SUBSCRIPTIONS: Final[LiteralString] = """
SELECT subscription_id, subject, principal, way, address, form, wish, pace, state, state_reason, secrets,
       unsubscribe, failing_since, rests_until, revision, created_at, changed_at
FROM subscription
WHERE subscription_id = ANY ($1::uuid[])
FOR NO KEY UPDATE
"""

LOAD_SUBSCRIPTIONS: Final[LiteralString] = """
SELECT subscription_id, subject, principal, way, address, form, wish, pace, state, state_reason, secrets,
       unsubscribe, failing_since, rests_until, revision, created_at, changed_at
FROM subscription
WHERE subscription_id = ANY ($1::uuid[])
"""

# Whoever resumes one of them waits for the deliveries that are being kept for it. In one order, so that two
# who hold some do not wait for each other.
HOLD_STATES: Final[LiteralString] = """
SELECT subscription_id, state FROM subscription
WHERE subscription_id = ANY ($1::uuid[])
ORDER BY subscription_id
FOR SHARE
"""

COUNT_OWN: Final[LiteralString] = """
SELECT count(*) FROM subscription WHERE subject = $1 AND state <> 'ended'
"""

INSERT_SUBSCRIPTION: Final[LiteralString] = """
INSERT INTO subscription (subscription_id, subject, principal, way, address, form, wish, pace, state,
                          state_reason, secrets, unsubscribe, failing_since, rests_until, revision,
                          created_at, changed_at, key_digest, body_digest)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
"""

CHANGE_SUBSCRIPTION: Final[LiteralString] = """
UPDATE subscription
SET principal = $2, address = $3, form = $4, wish = $5, pace = $6, state = $7, state_reason = $8,
    secrets = $9, failing_since = $10, rests_until = $11, revision = revision + 1, changed_at = $12
WHERE subscription_id = $1
RETURNING revision
"""

# Everybody who may have to be told. What is disabled is kept for a while, so that nothing is lost when it is
# resumed; whoever does not come back within that while gets nothing for the time after.
LIST_READERS: Final[LiteralString] = """
SELECT subscription_id, subject, principal, way, address, form, wish, pace, state, state_reason, secrets,
       unsubscribe, failing_since, rests_until, revision, created_at, changed_at
FROM subscription
WHERE state IN ('active', 'disabled')
"""

# It grows with every change, since revisions only grow and nothing is deleted.
READ_STAMP: Final[LiteralString] = """
SELECT count(*) + coalesce(sum(revision), 0) FROM subscription
"""

SET_FAILING: Final[LiteralString] = """
UPDATE subscription
SET failing_since = coalesce(failing_since, $2), rests_until = greatest(rests_until, $3)
WHERE subscription_id = $1
"""

SET_WELL: Final[LiteralString] = """
UPDATE subscription SET failing_since = NULL, rests_until = NULL
WHERE subscription_id = $1 AND failing_since IS NOT NULL
"""


async def get(
    conn: Connection, subscription_id: UUID, subject: str | None, *, lock: bool = False
) -> Subscription:
    """One subscription that has not ended, of *subject* if one is given; NotFound when there is none."""
    row = await conn.fetchrow(LOCK_SUBSCRIPTION if lock else FIND_SUBSCRIPTION, subscription_id, subject)
    if row is None:
        raise NotFound("there is no such subscription among those you may see")
    return row_to(Subscription, row)


async def find_by_unsubscribe(conn: Connection, token: bytes) -> Subscription | None:
    """The subscription whose mails carry *token*, ended or not."""
    row = await conn.fetchrow(FIND_BY_UNSUBSCRIBE, token)
    return row_to(Subscription, row) if row else None


async def find_by_key(conn: Connection, key_digest: bytes) -> Made | None:
    """The subscription that was made with a key before."""
    row = await conn.fetchrow(FIND_BY_KEY, key_digest)
    return Made(row_to(Subscription, row), row["body_digest"]) if row else None


async def find_page(
    conn: Connection, subject: str | None, before: UUID | None, limit: int
) -> list[Subscription]:
    """The newest subscriptions, of *subject* if one is given, older than *before*."""
    return rows_to(Subscription, await conn.fetch(LIST_SUBSCRIPTIONS, subject, before, limit))


async def count_own(conn: Connection, subject: str) -> int:
    """How many subscriptions *subject* has."""
    found: int = await conn.fetchval(COUNT_OWN, subject)
    return found


async def insert(
    conn: Connection, row: Subscription, key_digest: bytes | None, body_digest: bytes | None
) -> None:
    """Write a new subscription."""
    values = msgspec.structs.asdict(row)
    await conn.execute(INSERT_SUBSCRIPTION, *values.values(), key_digest, body_digest)


async def change(conn: Connection, row: Subscription) -> Subscription:
    """Write *row* over the subscription, which the caller has locked; as it is with its new revision."""
    revision = await conn.fetchval(
        CHANGE_SUBSCRIPTION,
        row.subscription_id,
        row.principal,
        row.address,
        row.form,
        row.wish,
        row.pace,
        row.state,
        row.state_reason,
        row.secrets,
        row.failing_since,
        row.rests_until,
        row.changed_at,
    )
    return msgspec.structs.replace(row, revision=revision)


async def load(conn: Connection, ids: Iterable[UUID], *, lock: bool = False) -> dict[UUID, Subscription]:
    """The subscriptions with these ids, ended ones too."""
    found = await conn.fetch(LOCK_SUBSCRIPTIONS if lock else LOAD_SUBSCRIPTIONS, list(ids))
    rows = rows_to(Subscription, found)
    return {row.subscription_id: row for row in rows}


async def hold_states(conn: Connection, ids: Collection[UUID]) -> dict[UUID, State]:
    """The states of these subscriptions, which nobody changes until the caller's transaction ends."""
    if not ids:
        return {}
    return {row["subscription_id"]: row["state"] for row in await conn.fetch(HOLD_STATES, list(ids))}


async def find_letter_box(conn: Connection, subject: str) -> Subscription | None:
    """Where *subject* gets mail, if anywhere."""
    row = await conn.fetchrow(FIND_LETTER_BOX, subject)
    return row_to(Subscription, row) if row else None


async def readers(conn: Connection) -> list[Subscription]:
    """Every subscription that may have to be told something."""
    return rows_to(Subscription, await conn.fetch(LIST_READERS))


async def stamp(conn: Connection) -> int:
    """A number that is another after every change of any subscription."""
    return int(await conn.fetchval(READ_STAMP))


async def set_failing(conn: Connection, subscription_id: UUID, now: dt.datetime, until: dt.datetime) -> None:
    """Nothing arrives there at *now*; leave it in peace *until* then."""
    await conn.execute(SET_FAILING, subscription_id, now, until)


async def set_well(conn: Connection, subscription_id: UUID) -> None:
    """Something has arrived there."""
    await conn.execute(SET_WELL, subscription_id)
