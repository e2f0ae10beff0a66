"""Reading and changing the plan of a local or a union.

Alerts that are open keep the plan they opened with; the next ones open with the new one.
"""

import datetime as dt
import functools

import msgspec
import structlog

from registry.agreements import act as agreements
from registry.alerts.plans import asked, store, view
from registry.alerts.plans.asked import AskedPlan
from registry.alerts.plans.view import Kept, PlanShown
from registry.auth.scope import Principal, permit, scope_of, union_of, within
from registry.db import Connection, Database
from registry.disclosures import document
from registry.errors import Forbidden, NotFound, Stale
from registry.productions.version import check_match, refuse

log = structlog.get_logger()

OWNERS = frozenset({"representative", "administrator"})


@functools.cache
def parties() -> frozenset[str]:
    """Every local and every union there is, read once."""
    locals_ = agreements.locals_by_key()
    return frozenset({*locals_, *(union_of(each) for each in locals_)})


async def show(db: Database, principal: Principal, party: str) -> PlanShown:
    """How alerts of *party* are followed up; NotFound when it is no party the caller speaks for."""
    permit(principal, OWNERS)
    check_seen(principal, party)
    async with db.snapshot() as conn:
        return await load(conn, party)


async def change(
    db: Database, principal: Principal, party: str, body: bytes, if_match: str | None, now: dt.datetime
) -> PlanShown:
    """Replace the plan of *party*; of two changes of one revision at once, one is made and one is Stale."""
    permit(principal, OWNERS)
    check_seen(principal, party)
    if not within(scope_of(principal), "", [party]):
        raise Forbidden(f"your token speaks for a local of {party}; its plan is changed by the union itself")
    told = document.decode(body)
    refuse(asked.check(told, party))
    plan = asked.plan_of(msgspec.convert(told, AskedPlan))
    async with db.transaction() as conn:
        before = (await load(conn, party)).revision
        check_match(if_match, before)
        if not await store.put(conn, Kept(party, before + 1, plan, now, principal.subject)):
            raise Stale("somebody changed this plan at the same moment; read it again and repeat your change")
        done = await load(conn, party)
    log.info("escalation_plan.changed", party=party, revision=done.revision)
    return done


def check_seen(principal: Principal, party: str) -> None:
    """Raise NotFound for what is no party, or none of the caller's: their locals, their unions."""
    whole = union_of(party) == party
    seen = whole and any(union_of(each) == party for each in principal.locals)
    if party not in parties() or not (seen or within(scope_of(principal), "", [party])):
        raise NotFound("there is no such local or union among those you speak for")


async def load(conn: Connection, party: str) -> PlanShown:
    """What applies to *party* now."""
    return view.shown(party, await store.find(conn, {party, union_of(party)}))
