"""The table draft. Every statement names the employer: nobody else's drafts can be reached.

The caller holds the transaction. A draft moves by compare-and-set on its revision.
"""

from typing import Final, LiteralString
from uuid import UUID

import msgspec

from registry.db import Connection, row_to, rows_to
from registry.drafts.draft import Draft, DraftLine, DraftState
from registry.errors import NotFound

FIND_DRAFT: Final[LiteralString] = """
SELECT employer_id, draft_id, production_id, disclosure_id, base_version, source, to_confirm, document, state,
       revision, author, editor, review, filed, key_digest, request_digest, created_at, changed_at
FROM draft
WHERE employer_id = $1 AND draft_id = $2
"""

LOCK_DRAFT: Final[LiteralString] = """
SELECT employer_id, draft_id, production_id, disclosure_id, base_version, source, to_confirm, document, state,
       revision, author, editor, review, filed, key_digest, request_digest, created_at, changed_at
FROM draft
WHERE employer_id = $1 AND draft_id = $2
FOR NO KEY UPDATE
"""

FIND_BY_KEY: Final[LiteralString] = """
SELECT employer_id, draft_id, production_id, disclosure_id, base_version, source, to_confirm, document, state,
       revision, author, editor, review, filed, key_digest, request_digest, created_at, changed_at
FROM draft
WHERE employer_id = $1 AND key_digest = $2
"""

# What a document says of itself may be of any kind while it is in the making; only short text is shown.
LIST_DRAFTS: Final[LiteralString] = """
SELECT draft_id, production_id, source ->> 'kind' AS made_from, disclosure_id,
       left(document #>> '{filing,type}', 40) AS type,
       left(document #>> '{filing,period,from}', 40) AS period_from,
       left(document #>> '{filing,period,to}', 40) AS period_to,
       state, revision, jsonb_array_length(to_confirm) AS unconfirmed, author, editor, created_at, changed_at
FROM draft
WHERE employer_id = $1
  AND ($2::text IS NULL OR production_id = $2)
  AND (CASE WHEN $3::text IS NULL THEN state <> 'discarded' ELSE state = $3 END)
  AND ($4::uuid IS NULL OR draft_id < $4)
ORDER BY draft_id DESC
LIMIT $5
"""

INSERT_DRAFT: Final[LiteralString] = """
INSERT INTO draft (employer_id, draft_id, production_id, disclosure_id, base_version, source, to_confirm,
                   document, state, revision, author, editor, review, filed, key_digest, request_digest,
                   created_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
"""

UPDATE_DRAFT: Final[LiteralString] = """
UPDATE draft
SET base_version = $4, to_confirm = $5, document = $6, state = $7, editor = $8, review = $9, filed = $10,
    changed_at = $11, revision = $3
WHERE employer_id = $1 AND draft_id = $2 AND revision = $3 - 1
RETURNING revision
"""


async def find(conn: Connection, employer_id: str, draft_id: UUID, *, lock: bool = False) -> Draft:
    """The employer's draft; NotFound when it has none with this id. With *lock* only the caller moves it."""
    row = await conn.fetchrow(LOCK_DRAFT if lock else FIND_DRAFT, employer_id, draft_id)
    if row is None:
        raise NotFound("there is no such draft among yours")
    return row_to(Draft, row)


async def find_by_key(conn: Connection, employer_id: str, key_digest: bytes) -> Draft | None:
    """The draft that was made with a key before, or None."""
    row = await conn.fetchrow(FIND_BY_KEY, employer_id, key_digest)
    return row_to(Draft, row) if row else None


async def find_page(
    conn: Connection,
    employer_id: str,
    *,
    production_id: str | None,
    state: DraftState | None,
    before: UUID | None,
    limit: int,
) -> list[DraftLine]:
    """Up to *limit* of the employer's drafts, newest first; discarded ones only when they are asked for."""
    rows = await conn.fetch(LIST_DRAFTS, employer_id, production_id, state, before, limit)
    return rows_to(DraftLine, rows)


async def add(conn: Connection, draft: Draft) -> None:
    """Keep a new draft."""
    kept = msgspec.structs.asdict(draft)
    await conn.execute(INSERT_DRAFT, *(plain(value) for value in kept.values()))


async def move(conn: Connection, draft: Draft) -> bool:
    """Make *draft* what is kept; False when another revision got there first."""
    done = await conn.fetchval(
        UPDATE_DRAFT,
        draft.employer_id,
        draft.draft_id,
        draft.revision,
        draft.base_version,
        plain(draft.to_confirm),
        draft.document,
        draft.state,
        draft.editor,
        plain(draft.review),
        plain(draft.filed),
        draft.changed_at,
    )
    return done is not None


def plain(value: object) -> object:
    """A struct or a list of structs as JSON has it; anything else as it is."""
    return msgspec.to_builtins(value) if isinstance(value, msgspec.Struct | list) else value
