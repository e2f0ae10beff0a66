"""The access log takes rows and gives none up."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from registry.auth import store
from registry.auth.reading import Reading

READING = Reading(
    access_id=UUID(int=7),
    read_at=datetime(2026, 3, 1, tzinfo=UTC),
    subject="s",
    role="auditor",
    method="GET",
    path="/v1/x",
    query="",
    request_id="r",
    why="a complaint",
)


async def test_a_reading_is_kept(db):
    """What is recorded is there as it was, with whose data it showed, and waits for a batch."""
    async with db.transaction() as conn:
        await store.record(conn, READING, ["b", "a", "b"])
    async with db.snapshot() as conn:
        row = await conn.fetchrow("SELECT subject, read_at, path, why, as_of FROM access_log")
        whose = await conn.fetch("SELECT employer_id, access_id, read_at FROM access_subject ORDER BY 1")
        waiting = await conn.fetch("SELECT access_id FROM access_waiting")

    assert tuple(row) == (READING.subject, READING.read_at, READING.path, READING.why, None)
    assert [tuple(each) for each in whose] == [(name, READING.access_id, READING.read_at) for name in "ab"]
    assert [each["access_id"] for each in waiting] == [READING.access_id]


async def test_a_reading_cannot_be_taken_back(db):
    """The application's role may not change or delete the access log."""
    async with db.transaction() as conn:
        await store.record(conn, READING, ["a"])
    for statement in (
        "DELETE FROM access_log",
        "UPDATE access_log SET subject = 'x'",
        "DELETE FROM access_subject",
        "UPDATE access_subject SET employer_id = 'x'",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.transaction() as conn:
                await conn.execute(statement)
