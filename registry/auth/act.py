"""Admit a caller to a route, and record what was read."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
import structlog
from uuid_utils.compat import uuid7

from registry.auth import reading, store, token, visit
from registry.auth.jwks import Keyring
from registry.auth.reading import PENDING, Pending, Reading
from registry.auth.scope import Principal, permit
from registry.auth.visit import Visit
from registry.db import Database

log = structlog.get_logger()


class Gate(msgspec.Struct, frozen=True):
    """What the registry believes tokens by, and when it is."""

    keyring: Keyring
    audience: str
    leeway: int
    clock: Callable[[], datetime]


async def admit(gate: Gate, db: Database, seen: Visit, opt: Mapping[str, Any]) -> Principal | None:
    """The caller of a route with the options *opt*, or None where anybody may come in.

    A reading waits from here on for its answer, and is in the access log before that is sent.
    """
    PENDING.set(None)
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
        PENDING.set(pending(gate, db, seen, principal))
    return principal


async def identify(gate: Gate, authorization: str | None) -> Principal:
    """Who an Authorization header speaks of; raises Unauthenticated."""
    given = token.bearer(authorization)
    keys = await gate.keyring.find(token.kid_of(given))
    return token.principal_of(token.signed(given, keys, gate.audience, gate.leeway))


def pending(gate: Gate, db: Database, seen: Visit, principal: Principal) -> Pending:
    """The reading that begins with this visit; Invalid when the reason given for it cannot be kept."""
    begun = Reading(
        access_id=uuid7(),
        read_at=gate.clock(),
        subject=principal.subject,
        role=principal.role,
        method=seen.method,
        path=visit.shortened(seen.path),
        query=visit.shortened(seen.query),
        request_id=seen.request_id,
        why=visit.why(seen),
        as_of=visit.as_of(seen),
    )
    own = principal.employer_id if principal.role == "employer" else None
    return Pending(reading=begun, db=db, own=own, addressed=seen.addressed)


async def record(content: Any) -> None:
    """Write down the reading that waits, if one does, with whose data its answer of this *content* shows."""
    found = PENDING.get()
    PENDING.set(None)
    if found is not None:
        # One statement, on its own: a transaction around it would be two more ways to the database and back.
        async with found.db.pool.acquire() as conn:
            await store.record(conn, found.reading, reading.shown(found, content))


async def record_refused() -> None:
    """Write down a reading that was admitted and came to nothing; it showed nobody's data.

    A database that does not answer hides it: the refusal goes out all the same.
    """
    found = PENDING.get()
    PENDING.set(None)
    if found is None:
        return
    try:
        async with found.db.pool.acquire() as conn:
            await store.record(conn, found.reading)
    except Exception as fault:  # noqa: BLE001  nothing was read, and the caller is told what went wrong before
        log.warning("access.not_recorded", kind=type(fault).__name__)
