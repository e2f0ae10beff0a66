"""Explain the findings about a disclosure, or an alert's, from what the judgement was made from."""

import datetime as dt
from typing import Final
from uuid import UUID

from registry.alerts import store as alerts
from registry.auth.scope import Principal, scope_of
from registry.db import Database
from registry.disclosures import store as disclosures
from registry.errors import NotFound
from registry.explanations.answer import Content, Wanted, answer, content, words_of
from registry.judging import act as judging
from registry.judging.house import House
from registry.ledger.moment import Moment, size_at, stated

MOST: Final = 6
"""Judgements looked through for the one an alert rests on."""


async def explain_findings(
    db: Database,
    house: House,
    principal: Principal,
    disclosure_id: UUID,
    now: dt.datetime,
    wanted: Wanted,
    *,
    moment: Moment | None = None,
    on: dt.datetime | str | None = None,
    accept: str | None = None,
) -> Content:
    """The findings about a disclosure's production that the caller may read, each taken apart.

    The newest judgement, now or as of a *moment*; with *on*, what its packs would have said of that instant.
    """
    scope, size, on = scope_of(principal), size_at(moment), stated(on, "on")
    async with db.snapshot() as conn:
        listed = await disclosures.find(conn, scope, disclosure_id, size)
        if listed is None:
            raise NotFound("there is no such disclosure")
        row = await judging.standing(conn, (listed.employer_id, listed.production_id), size)
        recalled = await judging.recall(conn, house, row, now, moment if on else None, on)
    found = answer(recalled, scope, principal.role, wanted, words_of(house.schemas))
    return content(found.explanations, found, accept)


async def explain_alert(
    db: Database,
    house: House,
    principal: Principal,
    alert_id: UUID,
    now: dt.datetime,
    accept: str | None = None,
    moment: Moment | None = None,
) -> Content:
    """The finding of an alert taken apart, as the newest judgement has it that the alert rests on.

    When its matter is gone from what was filed, that is the one before the alert was settled.
    """
    scope = scope_of(principal)
    async with db.snapshot() as conn:
        alert = await alerts.get_stored(conn, scope, alert_id, size_at(moment))
        key = alert.employer_id, alert.production_id
        finding = alert.finding
        wanted = Wanted(alert.rule, finding["subject"], finding["subject_kind"])
        history = await alerts.moves(conn, alert.employer_id, alert_id, size_at(moment))
        # The entry of a judgement stands before those of the moves that it asked for.
        moved = [move.ledger_index for move in reversed(history)]
        for size in [size_at(moment), *moved][:MOST]:
            row = await judging.standing(conn, key, size)
            recalled = await judging.recall(conn, house, row, now)
            found = answer(recalled, None, principal.role, wanted, words_of(house.schemas)).explanations
            if found:
                return content(found[:1], found[0], accept)
    raise NotFound("no judgement since the alert's newest moves has what it is about")
