"""The moments of a record, for those who may read the record."""

from uuid import UUID

from registry.agreements import act as agreements
from registry.agreements import shelf
from registry.agreements import store as publications
from registry.alerts import store as alerts
from registry.auth.scope import Principal, scope_of
from registry.db import Database
from registry.disclosures import act as disclosures
from registry.judging.house import House
from registry.ledger.moment import Moment, address_of, size_at
from registry.mementos import store
from registry.mementos.timemap import Change, timemap


async def of_disclosure(
    db: Database, base: str, principal: Principal, disclosure_id: UUID, moment: Moment | None
) -> str:
    """Every version of a disclosure; NotFound when it is not the caller's to see."""
    async with db.snapshot() as conn:
        listed = await disclosures.get_listed(conn, principal, disclosure_id, moment)
        changes = await store.versions(conn, listed.employer_id, disclosure_id, size_at(moment))
    return timemap(f"{base}/v1/disclosures/{disclosure_id}", changes)


async def of_findings(
    db: Database, base: str, principal: Principal, disclosure_id: UUID, moment: Moment | None
) -> str:
    """Every judgement about a disclosure's production; NotFound when it is not the caller's to see."""
    async with db.snapshot() as conn:
        listed = await disclosures.get_listed(conn, principal, disclosure_id, moment)
        changes = await store.judgements(conn, listed.employer_id, disclosure_id, size_at(moment))
    return timemap(f"{base}/v1/disclosures/{disclosure_id}/findings", changes)


async def of_alert(
    db: Database, base: str, principal: Principal, alert_id: UUID, moment: Moment | None
) -> str:
    """Every move of an alert; NotFound when it is not the caller's to see."""
    async with db.snapshot() as conn:
        found = await alerts.get_stored(conn, scope_of(principal), alert_id, size_at(moment))
        changes = await store.moves(conn, found.employer_id, alert_id, size_at(moment))
    return timemap(f"{base}/v1/alerts/{alert_id}", changes)


async def of_agreement(db: Database, base: str, house: House, key: str, moment: Moment | None) -> str:
    """Every publication of the packs that speak for an agreement, and of the parameters they count by."""
    size = size_at(moment)
    async with db.snapshot() as conn:
        packs, _ = await agreements.rules_in_force(conn, None, house.newest.packs, size)
        found = shelf.agreement(House(house.schemas, packs, house.editions), key)
        rows = await publications.list_published(conn)
    names = {each.name for each in (*found.packs, *found.params)}
    changes = [
        Change(row.ledger_index + 1, row.published_at)
        for row in rows
        if row.kind != "schema" and row.name in names and (size is None or row.ledger_index < size)
    ]
    return timemap(f"{base}{address_of(f'/v1/agreements/{key}')}", changes)
