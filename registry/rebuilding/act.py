"""Make every copy anew from its source, in one transaction, and compare before it is committed."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import structlog

from registry.agreements import act as agreements
from registry.agreements.terms import Edition
from registry.audit import store as audit
from registry.audit.copies import act as copies
from registry.db import Connection, Database
from registry.disclosures import upgrade
from registry.errors import Corrupt
from registry.judging.history import store as history
from registry.judging.knowledge import Cut
from registry.judging.ruling import Ruled, encode
from registry.ledger import entry as entries
from registry.rebuilding import made, store
from registry.rebuilding.again import act as marking
from registry.redactions.tombstone import Taken, taken
from registry.search import act as search

log = structlog.get_logger()

Report = Callable[[str, int], None]
AT_ONCE = 200
"""Alerts that are written together."""


class Rebuilt(msgspec.Struct, frozen=True):
    """How many rows of each copy were not what their source says and were written; strays were taken away.

    `search` counts the versions of the searchable copy, which is made anew whole. `compared` is how many rows
    were compared one by one at the end. `looks` counts productions and alerts that nobody would have
    looked at again: the next sweep does, and finds when to look next.
    """

    documents: int
    findings: int
    records: dict[str, int]
    alerts: int
    search: int
    strays: int
    compared: int
    looks: int = 0


async def rebuild(dsn: str, editions: Mapping[str, Edition], report: Report | None = None) -> Rebuilt:
    """Make every copy anew, as the owner of the tables; *report* is told each copy and its rows.

    Reading goes on all the while, and sees the old copies or the new ones; who writes waits. Raises Corrupt,
    and changes nothing, when something cannot be made as its ledger entry vouches for it.
    """
    tell = report or silent
    async with Database.open(dsn, size=1, role=False) as db, db.transaction() as conn:
        await store.lock(conn)
        gone = taken([each async for each in audit.stream_taken(conn)])
        tell("documents", documents := await make_documents(conn, gone))
        strays = await store.drop_strays(conn)
        records = {}
        for table in store.SIMPLE:
            records[table] = await store.make(conn, table)
            tell(table, records[table])
        tell("findings", findings := await make_findings(conn, editions, gone))
        marks, odd = await marking.make(conn, editions)
        records["loss_change"] = marks
        tell("loss_change", marks)
        tell("alert", alerts := await make_alerts(conn))
        tell("looks", looks := await marking.look(conn))
        tell("search", found := await search.rebuild(conn))
        await store.close(conn)
        compared = await copies.verify(conn, 0)
    log.info("copies.rebuilt", documents=documents, findings=findings, alerts=alerts, search=found)
    return Rebuilt(documents, findings, records, alerts, found, strays + odd, compared, looks)


def silent(_copy: str, _rows: int) -> None:
    """Nobody wants to hear."""


async def make_documents(conn: Connection, gone: Taken) -> int:
    """The document of every version from the bytes received, or from what a redaction left of them."""
    written = 0
    async for row in store.stream_versions(conn):
        document = document_of(row)
        if document != row["document"]:
            check(row, document, gone)
            key = row["employer_id"], row["disclosure_id"], row["version"]
            await store.put_document(conn, key, document)
            written += 1
    return written


def document_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the bytes received say, in the newest schema's shape."""
    name = f"disclosure_content {row['employer_id']}/{row['disclosure_id']}/{row['version']}"
    received = row["remaining"]
    if row["body"] is not None:
        try:
            received = msgspec.json.decode(row["body"], type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
            raise Corrupt(f"{name}: the body cannot be read: {fault}") from None
    if received is None:
        raise Corrupt(f"{name}: the content is missing; what was received cannot be made anew")
    document: dict[str, Any] = received if row["kind"] == "withdrawal" else upgrade.upgrade(received)
    return document


def check(row: Mapping[str, Any], document: Mapping[str, Any], gone: Taken) -> None:
    """The version with *document* is the one its entry, or its newest redaction, vouches for."""
    columns = {name: row[name] for name in row if name not in {"body", "remaining", "entry"}}
    digest = entries.row_digest("disclosure_version", {**columns, "document": document})
    key = "disclosure_version", row["employer_id"], str(row["disclosure_id"]), str(row["version"])
    left = gone.rows.get(key)
    if digest != (left.now if left else entries.decode(row["entry"]).record):
        raise Corrupt(f"{key[0]} {'/'.join(key[1:])}: its bytes do not make the row of its ledger entry")


async def make_findings(conn: Connection, editions: Mapping[str, Edition], gone: Taken) -> int:
    """Make each judgement again whose findings are not its entry's: the same bytes come out, or Corrupt."""
    written = 0
    at, past = None, None
    for row in await store.list_broken(conn):
        if ("judgement", row.employer_id, str(row.judgement_id)) in gone.rows:
            continue
        if at != (row.employer_id, row.production_id) or past is None:
            at = row.employer_id, row.production_id
            past = await history.load_past(conn, at)
        knowledge = past.until(Cut(own=row.ledger_index, others=row.known_to), editions)
        name = f"judgement {row.employer_id}/{row.judgement_id}"
        if knowledge is None:
            raise Corrupt(f"{name}: no record of the production or its employer stands before it")
        packs = await agreements.packs_of(conn, row.packs)
        again = msgspec.structs.replace(row, findings=encode(knowledge.judged(packs, row.judged_at).findings))
        await check_findings(conn, name, again)
        await store.put_findings(conn, again)
        written += 1
    return written


async def check_findings(conn: Connection, name: str, row: Ruled) -> None:
    """The judgement made again is the one its entry vouches for, byte for byte."""
    entry = entries.decode(await store.get_entry(conn, row.ledger_index))
    if entries.row_digest("judgement", msgspec.structs.asdict(row)) != entry.record:
        raise Corrupt(f"{name}: made again it is not the row of ledger entry {row.ledger_index}")


async def make_alerts(conn: Connection) -> int:
    """Every alert as its moves made it."""
    ready: list[Mapping[str, Any]] = []
    written = 0
    async for moves in store.stream_moves(conn):
        first = moves[0]
        if first["opened_of"] != first["employer_id"]:
            raise Corrupt(f"alert {first['employer_id']}/{first['alert_id']}: no judgement opened it")
        ready.append(made.alert_of(moves, first["production_id"], first["time_zone"]))
        if len(ready) >= AT_ONCE:
            written += await store.make_alerts(conn, ready)
            ready = []
    return written + await store.make_alerts(conn, ready)
