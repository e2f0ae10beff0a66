"""Make one table, within the caller's limits, as of a tree of the ledger."""

from registry.access import act as access
from registry.auth.scope import Principal, scope_of
from registry.db import Connection, Database
from registry.ledger import store as ledger
from registry.ledger.moment import Moment
from registry.statistics import store
from registry.statistics.answers import answers
from registry.statistics.clauses import clauses
from registry.statistics.exposure import Exposure
from registry.statistics.punctuality import punctuality, read_all
from registry.statistics.spread import Spread
from registry.statistics.table import About, Form, Statistics, Told, told


async def make(db: Database, principal: Principal, about: About, moment: Moment | None = None) -> Statistics:
    """The table *about* one thing, now or as of a *moment*."""
    async with db.snapshot() as conn:
        await access.show_within(conn, scope_of(principal))
        size = moment.size if moment else (await ledger.head(conn)).size
        return await table_of(conn, principal, about, size)


async def table_of(conn: Connection, principal: Principal, about: About, size: int) -> Statistics:
    """The table *about* one thing in the tree of *size*."""
    scope = scope_of(principal)
    if about in ("exposure", "tools"):
        counted = Exposure(principal.role) if about == "exposure" else Spread(principal.role)
        async for filed in store.stream_in_force(conn, scope, size):
            counted.add(filed)
        return counted.table(size)
    if about == "punctuality":
        judged = [
            (employer, read_all(findings, scope))
            async for employer, findings in store.stream_judged(conn, scope, size)
        ]
        return punctuality(judged, await store.load_updates(conn, scope, size), size)
    if about == "answers":
        return answers(await store.load_answered(conn, scope, size), size)
    return clauses(await store.load_alerts(conn, scope, size), size)


async def tell(
    db: Database,
    principal: Principal,
    about: About,
    moment: Moment | None,
    form: Form | None,
    accept: str | None,
) -> Told:
    """The same, as it is sent."""
    return told(await make(db, principal, about, moment), form, accept)
