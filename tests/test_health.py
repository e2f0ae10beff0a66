"""Health: alive is the process, ready is the database with every migration."""

import asyncpg
import doors
import pytest

from registry import health
from registry.errors import Busy


async def test_a_migrated_database_is_ready(db):
    """Every migration there: ready."""
    assert (await health.ready(db, health.known_migrations())).status == "ready"


async def test_a_database_that_lacks_a_migration_is_not(db):
    """A migration this code knows and the database does not: Busy, with what to do."""
    with pytest.raises(Busy) as refusal:
        await health.ready(db, health.known_migrations() | {"20991231000000"})

    assert "registry migrate" in refusal.value.detail


async def test_health_is_served_to_anybody(dsn, tmp_path):
    """Live and ready answer 200 without a token; unready answers 503 and stays live."""
    async with doors.opened(dsn, tmp_path) as (_, client):
        live, ready = await client.get("/health/live"), await client.get("/health/ready")
        conn = await asyncpg.connect(dsn)
        await conn.execute("DELETE FROM schema_migrations WHERE version = '20260101000005'")
        await conn.close()
        unready = await client.get("/health/ready")

        assert (live.json(), ready.json()) == ({"status": "alive"}, {"status": "ready"})
        assert unready.status_code == 503
        assert (await client.get("/health/live")).status_code == 200


async def test_metrics_are_served_by_route_not_by_address(dsn, tmp_path):
    """Prometheus sees routes, so that ids do not become labels."""
    async with doors.opened(dsn, tmp_path) as (_, client):
        await client.get("/problems/busy")
        answer = await client.get("/metrics")

    assert "registry_requests_total" in answer.text
    assert '/problems/{slug}"' in answer.text
    assert "/problems/busy" not in answer.text


async def test_the_docs_are_one_page_that_loads_nothing(dsn, tmp_path):
    """People get a page without a script or a foreign address; programs get the document."""
    async with doors.opened(dsn, tmp_path) as (_, client):
        page, document = await client.get("/docs"), await client.get("/docs/openapi.json")

    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    assert "://" not in page.text
    assert document.json()["openapi"].startswith("3.1")
