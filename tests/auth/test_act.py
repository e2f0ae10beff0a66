"""Admission: in order, and nothing written down for those who stay outside."""

from datetime import UTC, datetime

import pytest

from registry.auth import act
from registry.auth.act import Gate
from registry.auth.issuer import local_issuer, mint
from registry.auth.jwks import Keyring
from registry.auth.scope import Principal
from registry.auth.visit import Visit
from registry.errors import Forbidden, NotFound, Unauthenticated
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


async def test_an_admitted_reading_is_recorded_at_the_registrys_present(gate, db, local):
    """The principal comes back, and the access log says who read what, when."""
    admitted = await act.admit(gate, db, visit(local, query="a=1"), ROLES)

    assert admitted == AUDITOR
    assert await rows(db) == [{"read_at": NOW, "subject": "aud-1", "path": "/v1/papers", "query": "a=1"}]


async def test_a_long_question_is_recorded_short(gate, db, local):
    """The access log keeps the first 2000 characters."""
    await act.admit(gate, db, visit(local, query="a=" + "x" * 9000), ROLES)

    assert len((await rows(db))[0]["query"]) == 2000


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

    assert await rows(db) == []


async def test_a_public_route_asks_nobody(gate, db):
    """No principal, no row."""
    assert await act.admit(gate, db, visit(), {"public": True}) is None
    assert await rows(db) == []
