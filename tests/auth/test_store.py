"""The access log takes rows and gives none up."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from registry.auth import store
from registry.auth.store import Reading

READING = Reading(UUID(int=7), datetime(2026, 3, 1, tzinfo=UTC), "s", "auditor", "GET", "/v1/x", "", "r")


async def test_a_reading_is_kept(db):
    """What is recorded is there, as it was."""
    async with db.transaction() as conn:
        await store.record(conn, READING)
    async with db.snapshot() as conn:
        row = await conn.fetchrow("SELECT subject, read_at, path FROM access_log")

    assert tuple(row) == (READING.subject, READING.read_at, READING.path)


async def test_a_reading_cannot_be_taken_back(db):
    """The application's role may not change or delete the access log."""
    async with db.transaction() as conn:
        await store.record(conn, READING)
    for statement in ("DELETE FROM access_log", "UPDATE access_log SET subject = 'x'"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.transaction() as conn:
                await conn.execute(statement)
