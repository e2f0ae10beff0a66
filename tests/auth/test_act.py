"""Admission: in order, and nothing written down for those who stay outside."""

from datetime import UTC, datetime
from types import SimpleNamespace

import msgspec
import pytest

from registry.auth import act
from registry.auth.act import Gate
from registry.auth.issuer import local_issuer, mint
from registry.auth.jwks import Keyring
from registry.auth.reading import showing
from registry.auth.scope import Principal
from registry.auth.visit import Visit
from registry.errors import Forbidden, Invalid, NotFound, Unauthenticated
from registry.settings import Settings

AUDITOR = Principal(subject="aud-1", role="auditor", employers=["a"])
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROLES = {"roles": {"auditor"}}


@pytest.fixture
def local(tmp_path):
    return local_issuer(Settings(data_dir=tmp_path))


@pytest.fixture
def gate(local):
    return Gate(Keyring([], local.keys), "ai-use-registry", 0, lambda: NOW)


def visit(local=None, *, method="GET", path="/v1/papers", query=""):
    token = mint(local, AUDITOR, "ai-use-registry", datetime.now(UTC)) if local else ""
    return Visit(method=method, path=path, query=query, authorization=f"Bearer {token}", request_id="r-1")


async def rows(db):
    async with db.snapshot() as conn:
        return [dict(row) for row in await conn.fetch("SELECT read_at, subject, path, query FROM access_log")]


async def whose(db):
    async with db.snapshot() as conn:
        return [row[0] for row in await conn.fetch("SELECT employer_id FROM access_subject ORDER BY 1")]


async def test_an_admitted_reading_is_recorded_at_the_registrys_present(gate, db, local):
    """The principal comes back; when the answer is made the log says who read what, when, and of whose data."""
    admitted = await act.admit(gate, db, visit(local, query="a=1"), ROLES)
    before = await rows(db)
    await act.record([{"employer_id": "a"}, {"document": {"employer_id": "b"}}])

    assert admitted == AUDITOR
    assert before == []
    assert await rows(db) == [{"read_at": NOW, "subject": "aud-1", "path": "/v1/papers", "query": "a=1"}]
    assert await whose(db) == ["a", "b"]


async def test_a_reading_is_recorded_once(gate, db, local):
    """Neither a second answer nor an error after the answer adds another row; nor does the next open route."""
    await act.admit(gate, db, visit(local), ROLES)
    await act.record(None)
    await act.record(None)
    await act.record_refused()
    await act.admit(gate, db, visit(local), ROLES)
    await act.admit(gate, db, visit(), {"public": True})
    await act.record(None)

    assert len(await rows(db)) == 1


async def test_a_reading_that_came_to_nothing_showed_nobodys_data(gate, db, local):
    """It was tried, and that is on record; a database that is gone does not hide the refusal."""
    await act.admit(gate, db, visit(local), ROLES)
    showing("a")
    await act.record_refused()
    await act.admit(gate, SimpleNamespace(pool=None), visit(local), ROLES)
    await act.record_refused()

    assert len(await rows(db)) == 1
    assert await whose(db) == []


async def test_a_long_question_is_recorded_short(gate, db, local):
    """The access log keeps the first 2000 characters."""
    await act.admit(gate, db, visit(local, query="a=" + "x" * 9000), ROLES)
    await act.record(None)

    assert len((await rows(db))[0]["query"]) == 2000


async def test_a_reason_that_cannot_be_kept_refuses_the_reading(gate, db, local):
    """The caller is told before anything is read."""
    with pytest.raises(Invalid, match="at most 500 letters"):
        await act.admit(gate, db, msgspec.structs.replace(visit(local), reason="x" * 501), ROLES)
    await act.record(None)

    assert await rows(db) == []


@pytest.mark.parametrize(
    ("opt", "known", "path", "refusal"),
    [
        (ROLES, False, "/v1/papers", Unauthenticated),
        ({"roles": {"employer"}}, True, "/v1/papers", Forbidden),
        (ROLES, True, "/v1/\x00", NotFound),
    ],
)
async def test_whoever_stays_outside_leaves_no_row(gate, db, local, opt, known, path, refusal):
    """Refused callers have read nothing."""
    with pytest.raises(refusal):
        await act.admit(gate, db, visit(local if known else None, path=path), opt)
    await act.record(None)

    assert await rows(db) == []


async def test_a_public_route_asks_nobody(gate, db):
    """No principal, no row."""
    assert await act.admit(gate, db, visit(), {"public": True}) is None
    await act.record(None)

    assert await rows(db) == []
