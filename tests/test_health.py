"""Health: alive is the process, ready is the database with every migration."""

import datetime as dt

import asyncpg
import doors
import pytest
import told

from registry import health
from registry.access import http as access
from registry.deliveries import act
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


async def test_the_workers_health_is_served_to_anybody(dsn, tmp_path):
    """503 with what to do while no worker gives signs of life, 200 when each part does."""
    async with doors.opened(dsn, tmp_path) as (app, client):
        late = await client.get("/health/worker")
        now = dt.datetime.now(dt.UTC)
        for part in health.PARTS:
            await health.beat(app.state.db, part, now)
        well = await client.get("/health/worker")

    assert late.status_code == 503
    assert "registry work" in late.json()["detail"]
    assert (well.status_code, well.json()["status"], well.json()["untold"]) == (200, "working", 0)


async def test_a_sweep_that_is_overdue_is_late(db):
    """A part may give signs of life and not come forward: what waits to be judged says so."""
    await told.productions(db)
    for part in health.PARTS:
        await health.beat(db, part, told.NOW)
    fine = await health.working(db, told.NOW, 300, 60)
    async with db.transaction() as conn:
        await conn.execute("UPDATE production SET judged_again_at = $1", told.NOW - dt.timedelta(hours=1))
    with pytest.raises(Busy, match="judging"):
        await health.working(db, told.NOW, 300, 60)

    assert fine.status == "working"


TOKEN = {"Authorization": "Bearer of the scraper"}


def metered(dsn, tmp_path):
    return doors.opened(dsn, tmp_path, access.routes, metrics_token="of the scraper")


async def test_metrics_tell_of_alerts_deliveries_and_the_worker(db, dsn, tmp_path):
    """By kind and age, clocks that end soon, what has not arrived; read again after a while, not each time."""
    await told.productions(db)
    await told.subscribe(db)
    await told.judge(db, told.finding("U-1"), told.finding("U-2"))
    await act.dispatch(db, act.Known(), told.NOW, lambda _: None)
    async with metered(dsn, tmp_path) as (_, client):
        first = (await client.get("/metrics", headers=TOKEN)).text
        await told.judge(db, told.finding("U-1"))
        again = (await client.get("/metrics", headers=TOKEN)).text

    assert 'registry_alerts_open{age="30 days and more",kind="violation"} 2.0' in first
    assert 'registry_deliveries{state="waiting"} 2.0' in first
    assert "registry_sweep_lag_seconds" in first
    assert 'kind="violation"} 2.0' in again


async def test_small_numbers_are_told_to_the_scraper_only(db, dsn, tmp_path):
    """One to four are NaN to everybody else, none and five are told; which doors people use is one sum."""
    await told.productions(db)
    await told.judge(db, *(told.finding(f"U-{number}") for number in range(5)))
    await told.judge(db, told.finding("V-1"), key=told.OTHER, at=dt.datetime.now(dt.UTC))
    async with metered(dsn, tmp_path) as (_, client):
        await client.get("/v1/access-log")
        await client.get("/health/live")
        everybody = (await client.get("/metrics")).text
        scraper = (await client.get("/metrics", headers=TOKEN)).text
        wrong = await client.get("/metrics", headers={"Authorization": "Bearer of another"})

    assert 'registry_alerts_open{age="30 days and more",kind="violation"} 5.0' in everybody
    assert 'registry_alerts_open{age="under 1 day",kind="violation"} NaN' in everybody
    assert 'registry_alerts_open{age="under 1 day",kind="violation"} 1.0' in scraper
    assert 'registry_deliveries{state="waiting"} 0.0' in everybody
    assert "/v1/" not in everybody
    assert 'path="all others"' in everybody
    assert 'path="/health/live"' in everybody
    assert 'path="/v1/access-log"' in scraper
    assert "registry_worker_pulse_age_seconds" in everybody
    assert (wrong.status_code, wrong.json()["type"].rpartition("/")[2]) == (401, "unauthenticated")


async def test_without_a_token_set_nobody_is_told_small_numbers(dsn, tmp_path):
    """An empty bearer token is no key to an empty setting."""
    async with doors.opened(dsn, tmp_path) as (_, client):
        answer = await client.get("/metrics", headers={"Authorization": "Bearer "})

    assert answer.status_code == 401
