"""Readings, and a database whose ledger is recounted when a test has used it."""

import datetime as dt
from uuid import UUID

import papers
import pytest

from registry.audit import act as audit
from registry.auth import store
from registry.auth.reading import Reading

NOW = papers.NOW


@pytest.fixture
async def office(db):
    """A database whose ledger is recounted and whose history is verified at the end."""
    yield db
    await audit.verify(db)


@pytest.fixture
def read(office):
    """Write down a reading: number *n*, so many seconds after the first."""

    async def make(n, *employers, subject="aud", role="auditor", **said):
        reading = Reading(
            access_id=UUID(int=(n << 64) + 1),
            read_at=NOW + dt.timedelta(seconds=n),
            subject=subject,
            role=role,
            method="GET",
            path=f"/v1/papers/{n}",
            query=said.pop("query", f"n={n}"),
            request_id=f"r-{n}",
            **said,
        )
        async with office.transaction() as conn:
            await store.record(conn, reading, employers)
        return reading

    return make
