"""What is said twice, and differently: who said what, and when. Which is right is for people to say.

Observations are held against the filings known; a later filing is held against earlier ones. A contradiction
is never a verdict on anybody: both statements are named, and somebody is asked.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from registry.obligations import workforce
from registry.obligations.assemble import Record, Statement, first_filings, says_something_new
from registry.obligations.filings import NEVER_MEANT, USAGE_DENIED, Filed
from registry.obligations.moments import day, plain, words
from registry.obligations.observed import observed, said
from registry.obligations.statement import Known

UPDATES: Final = frozenset({"quarterly_update", "nil_return"})


def contradictions(statement: Statement, _params: dict[str, Any]) -> Iterator[Filed]:
    """Each observation held against the filings, and each earlier statement a later filing contradicts."""
    for seen in statement.heard:
        if seen.kind == "observation":
            yield from observed(statement, seen)
    if len(statement.known) > 1:
        yield from late_events(statement)
        yield from restated(statement)
        yield from late_uses(statement)


def late_events(statement: Statement) -> Iterator[Filed]:
    """Each workforce event that an earlier update for its days left out of that local's workforce."""
    told_by = first_filings(statement.known)
    for event in statement.all("events"):
        teller, on = told_by["events", event.id], statement.on(event.get("on"))
        row = statement.records["workforce"][event.get("row")]
        if event.get("kind") not in workforce.IMPACTS or on is None or not says_something_new(teller):
            continue
        told = updates(statement, teller, on)
        silent = next((one for one, within in told if left_out(one, row, event, within=within)), None)
        if silent is None:
            continue
        happened = f"{plain(event.get('kind'))} of {words(on)}, {event.get('count') or 'number not stated'}."
        yield contradiction(
            statement,
            f"event/{event.id}",
            "headcount",
            on,
            event.pointer,
            row.get("local"),
            silent,
            teller,
            happened,
        )


def left_out(update: Known, row: Record, event: Record, *, within: bool) -> bool:
    """Whether an update speaks of the row's people without the event, or says that there is nothing to tell.

    Of the days after its period, until it was filed, it speaks only where it says how many there are now, and
    then only of losses. A loss that its own numbers show is not left out, for all that it is not explained.
    """
    if update.type == "nil_return":
        return within
    mine = [one for one in update.document.get("workforce") or () if same_people(one, row)]
    if event.get("kind") not in workforce.REDUCTIONS:
        return within and bool(mine)
    if shown(mine) >= (event.get("count") or 1):
        return False
    return any(within or one.get("headcount_now") is not None for one in mine)


def same_people(stated: dict[str, Any], row: Record) -> bool:
    """Whether a row of a filing is about the same people: one row, or one local and, if stated, one craft."""
    if stated["id"] == row.id:
        return True
    crafts = {str(one).casefold() for one in (stated.get("classification"), row.get("classification")) if one}
    return bool(row.get("local")) and stated.get("local") == row.get("local") and len(crafts) < 2


def shown(rows: list[dict[str, Any]]) -> int:
    """How many people fewer there are now than before, beyond the losses that the same filing tells."""
    counted = [one for one in rows if None not in (one.get("headcount_baseline"), one.get("headcount_now"))]
    fewer: int = sum(one["headcount_baseline"] - one["headcount_now"] for one in counted)
    told = [event for one in counted for event in one.get("events") or ()]
    return fewer - sum(event.get("count") or 0 for event in told if event.get("kind") in workforce.REDUCTIONS)


def restated(statement: Statement) -> Iterator[Filed]:
    """Each headcount of an update that its amendment gives differently for days the update covered."""
    earlier: dict[str, Known] = {}
    for version in statement.known:
        amendment = version.document.get("filing", {}).get("amendment") or {}
        on = statement.on(amendment.get("change_occurred_on"))
        before = earlier.get(version.disclosure_id)
        earlier[version.disclosure_id] = version
        if before is None or not on or not says_something_new(version):
            continue
        if not any(one is before and within for one, within in updates(statement, version, on)):
            continue
        stated = {row["id"]: row.get("headcount_now") for row in before.document.get("workforce") or ()}
        for index, row in enumerate(version.document.get("workforce") or ()):
            was, now = stated.get(row["id"]), row.get("headcount_now")
            if was is None or now is None or was == now or row.get("events"):
                continue
            name = f"headcount/{version.disclosure_id}/{version.version}/{row['id']}"
            says = f"{now} people instead of {was}."
            place = f"/workforce/{index}/headcount_now"
            yield contradiction(
                statement, name, "headcount", on, place, row.get("local"), before, version, says
            )


def late_uses(statement: Statement) -> Iterator[Filed]:
    """Each use that an earlier nil return, or a withdrawal as never deployed, said there was not."""
    dated: dict[str, Known] = {}
    for version in statement.known:
        for use in version.document.get("uses") or () if version.kind != "withdrawal" else ():
            if use.get("first"):
                dated.setdefault(use["id"], version)
    for use in statement.all("uses"):
        teller, begins = dated.get(use.id), statement.on(use.get("first"))
        if teller is None or begins is None or not says_something_new(teller):
            continue
        denied = next((one for one in statement.known if denies(statement, one, teller, use, begins)), None)
        if denied:
            local = (use.get("locals") or [None])[0]
            kind = "withdrawal" if denied.kind == "withdrawal" else "use"
            says = f"use {use.id} from {words(begins)}."
            yield contradiction(
                statement, f"use/{use.id}", kind, begins, f"{use.pointer}/first", local, denied, teller, says
            )


def denies(statement: Statement, one: Known, teller: Known, use: Record, begins: dt.date) -> bool:
    """Whether *one*, known before *teller*, says that *use* was not going on when it was."""
    if one.filed_at >= teller.filed_at:
        return False
    if one.kind == "withdrawal":
        own = {tool["id"] for tool in one.document.get("tools") or ()}
        return (
            one.reason in USAGE_DENIED
            and begins <= day(one.filed_at, statement.zone)
            and use.get("tool") in own
        )
    if one.type != "nil_return" or one.disclosure_id in never_meant(statement):
        return False
    period = one.document.get("filing", {}).get("period") or {}
    ends, last = statement.on(period.get("to")), statement.on(use.get("last"))
    starts = statement.on(period.get("from"))
    return bool(ends and starts and begins <= ends and (last is None or last >= starts))


def updates(statement: Statement, teller: Known, on: dt.date) -> Iterator[tuple[Known, bool]]:
    """The updates and nil returns known before *teller* that speak of the day *on*; is it in their period."""
    undone = never_meant(statement)
    for version in statement.known:
        if version.filed_at >= teller.filed_at or version.type not in UPDATES or version.kind == "withdrawal":
            continue
        period = version.document.get("filing", {}).get("period") or {}
        begins, ends = statement.on(period.get("from")), statement.on(period.get("to"))
        if version.disclosure_id in undone or begins is None or ends is None or on < begins:
            continue
        if on <= ends or on < day(version.filed_at, statement.zone):
            yield version, on <= ends


def never_meant(statement: Statement) -> set[str]:
    """The disclosures withdrawn as filed in error or twice: they state nothing that could be wrong."""
    gone = [one for one in statement.live if one.kind == "withdrawal" and one.reason in NEVER_MEANT]
    return {version.disclosure_id for version in gone}


def contradiction(
    statement: Statement,
    name: str,
    kind: str,
    on: dt.date,
    pointer: str,
    local: str | None,
    earlier: Known,
    later: Known,
    says: str,
) -> Filed:
    """Two filings that do not agree, as what is judged."""
    facts = {"accuracy.kind": kind, "accuracy.on": on, "accuracy.contradicted": True}
    what = "the tool was never deployed" if earlier.kind == "withdrawal" else "nothing of the kind"
    if kind == "headcount" and earlier.type != "nil_return":
        what = "the workforce without it"
    notes = [f"{said(statement, earlier)} {what}.", f"{said(statement, later)} {says}"]
    locals_ = [local] if local else statement.production.locals
    return Filed("accuracy", name, facts, on, pointer, locals_, notes)
