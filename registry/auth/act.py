"""Admit a caller to a route, and record what was read."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
import structlog
from uuid_utils.compat import uuid7

from registry.auth import store, token, visit
from registry.auth.jwks import Keyring
from registry.auth.scope import Principal, permit
from registry.auth.visit import Visit
from registry.db import Database


class Gate(msgspec.Struct, frozen=True):
    """What the registry believes tokens by, and when it is."""

    keyring: Keyring
    audience: str
    leeway: int
    clock: Callable[[], datetime]


async def admit(gate: Gate, db: Database, seen: Visit, opt: Mapping[str, Any]) -> Principal | None:
    """The caller of a route with the options *opt*, or None where anybody may come in.

    A reading is in the access log before this returns, so before it is answered.
    """
    visit.readable(seen)
    if visit.is_open(seen, opt):
        return None
    principal = await identify(gate, seen.authorization)
    # A route may promise that nobody is named, not even in the lines said while it answers.
    named = {} if opt.get("unnamed") else {"caller": principal.subject}
    structlog.contextvars.bind_contextvars(**named, role=principal.role)
    if principal.employer_id:
        structlog.contextvars.bind_contextvars(employer=principal.employer_id)
    permit(principal, opt["roles"])
    if visit.recorded(seen):
        await record(gate, db, seen, principal)
    return principal


async def identify(gate: Gate, authorization: str | None) -> Principal:
    """Who an Authorization header speaks of; raises Unauthenticated."""
    given = token.bearer(authorization)
    keys = await gate.keyring.find(token.kid_of(given))
    return token.principal_of(token.signed(given, keys, gate.audience, gate.leeway))


async def record(gate: Gate, db: Database, seen: Visit, principal: Principal) -> None:
    """Write one reading to the access log, in a transaction of its own."""
    reading = store.Reading(
        access_id=uuid7(),
        read_at=gate.clock(),
        subject=principal.subject,
        role=principal.role,
        method=seen.method,
        path=visit.shortened(seen.path),
        query=visit.shortened(seen.query),
        request_id=seen.request_id,
    )
    async with db.transaction() as conn:
        await store.record(conn, reading)
