"""Gather the rows that change when sections are taken out, each with its digest before and after."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from registry.agreements import act as agreements
from registry.agreements.terms import Edition
from registry.db import Connection
from registry.disclosures.version import Filed
from registry.judging.history import store as history
from registry.judging.ruling import Ruled
from registry.ledger.entry import row_digest
from registry.redactions import resting, store, taking
from registry.redactions.taking import Name
from registry.redactions.tombstone import Changed

Changes = dict[str, list[dict[str, Any]]]
Production = tuple[str, str]


async def gather(
    conn: Connection, editions: Mapping[str, Edition], filed: Filed, sections: Sequence[str]
) -> tuple[list[Changed], Changes]:
    """Every row that changes, with its digest before and after; and what the rows on the list become."""
    left = taking.version_left(filed, sections)
    key = [filed.employer_id, str(filed.disclosure_id), str(filed.version)]
    one, other = msgspec.structs.asdict(filed), msgspec.structs.asdict(left)
    changed = [changed_row("disclosure_version", key, one, other)]
    changes: Changes = {"judgements": [], "moves": [], "answers": []}
    touched: dict[tuple[str, int | None], set[Name]] = {}
    for production in await store.list_productions(conn, filed.employer_id):
        names: set[Name] = set()
        for judgement, found in await resting_on(conn, editions, production, filed, sections):
            names |= found
            touched.setdefault((str(judgement.disclosure_id), judgement.version), set()).update(found)
            after = taking.judgement_left(judgement, found)
            key = [judgement.employer_id, str(judgement.judgement_id)]
            one, other = msgspec.structs.asdict(judgement), msgspec.structs.asdict(after)
            changed.append(changed_row("judgement", key, one, other))
            changes["judgements"].append(
                {"judgement_id": judgement.judgement_id, "findings": after.findings.hex()}
            )
        await gather_moves(conn, production, filed.ledger_index, names, changed, changes)
    await gather_answers(conn, filed, sections, touched, changes)
    return changed, changes


async def resting_on(
    conn: Connection,
    editions: Mapping[str, Edition],
    production: Production,
    filed: Filed,
    sections: Sequence[str],
) -> list[tuple[Ruled, set[Name]]]:
    """The judgements of a production that rest on *sections* of *filed*, with the names of those findings."""
    rows = await store.list_judgements(conn, production, filed.ledger_index)
    own = production[1] == filed.production_id
    rows = [row for row in rows if own or row.known_to > filed.ledger_index]
    if not rows:
        return []
    before = await history.load_past(conn, production)
    after = resting.without(before, filed.disclosure_id, filed.version, sections)
    found = []
    for row in rows:
        names = resting.names(row, await agreements.packs_of(conn, row.packs), before, after, editions)
        if names:
            found.append((row, names))
    return found


async def gather_moves(
    conn: Connection,
    production: Production,
    after: int,
    names: set[Name],
    changed: list[Changed],
    changes: Changes,
) -> None:
    """The moves of alerts about those findings, added to the list and to what they become."""
    for move in await store.list_moves(conn, production, after) if names else []:
        if not move["finding"] or taking.name_of(move["finding"]) not in names:
            continue
        left = taking.move_left(move)
        key = [move["employer_id"], str(move["alert_id"]), str(move["revision"])]
        changed.append(changed_row("alert_move", key, move, left))
        changes["moves"].append({name: left[name] for name in ("alert_id", "revision", "finding", "reason")})


async def gather_answers(
    conn: Connection,
    filed: Filed,
    sections: Sequence[str],
    touched: Mapping[tuple[str, int | None], set[Name]],
    changes: Changes,
) -> None:
    """The kept answers that tell those findings, or warn about the sections."""
    for row in await store.list_answers(conn, filed.employer_id):
        told = row["disclosure_id"], row["version"]
        own = told == (str(filed.disclosure_id), filed.version)
        if not own and told not in touched:
            continue
        body, headers = taking.answer_left(
            row["answer"], row["headers"], touched.get(told, set()), sections if own else ()
        )
        changes["answers"].append({"key": row["key"], "answer": body.hex(), "headers": headers})


def changed_row(table: str, key: list[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> Changed:
    """One row of the list."""
    return Changed(table, key, row_digest(table, before), row_digest(table, after))
