"""The operator's own superuser rewrites history, three ways; each is found. On copies of the database.

1. The searchable document is changed: verification of the database alone finds it.
2. The bytes are changed too, and every hash that follows, up to the root: the signed checkpoints do not fit.
3. And every checkpoint is signed again, with the log's own key: the database is consistent in itself. What
   finds it is a checkpoint that somebody else has kept; the two prove that two histories were signed.
"""

import contextlib
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import msgspec

from registry import keyfile
from registry.audit import act as audit
from registry.audit.verified import Verified
from registry.db import Connection, Database
from registry.errors import Corrupt
from registry.ledger import entry as entries
from registry.ledger.checkpoint import Seal
from registry.ledger.merkle import Frontier, leaf_hash
from registry.search import act as search

SUPERUSER: Final = "SET session_replication_role = replica"
"""Every trigger off, those that keep history append-only among them."""
NOTE: Final = "No AI was used on this production."
COPY: Final = "tampered"

# The last filing that nobody amended: nothing later points back to its entry.
CHOOSE: Final = """
SELECT v.*, c.body, c.salts, e.entry FROM disclosure_version v
JOIN disclosure d USING (employer_id, disclosure_id) JOIN disclosure_content c
    ON c.employer_id = v.employer_id AND c.disclosure_id = v.disclosure_id AND c.version = v.version
JOIN ledger_entry e ON e.index = v.ledger_index
WHERE d.version = 1 AND v.schema_version = '2.0' ORDER BY v.ledger_index DESC LIMIT 1
"""


class Tampering(msgspec.Struct, frozen=True):
    """What was done, what verification of the database says, and what a kept checkpoint says."""

    what: str
    alone: str
    kept: str

    @property
    def found(self) -> bool:
        """Whether anybody noticed."""
        return bool(self.alone or self.kept)


async def tampered(dsn: str, place: Path, kept: Verified) -> list[Tampering]:
    """Each way of rewriting, on a copy of its own; *kept* is what an auditor verified and took home."""
    deeds: list[tuple[str, Callable[[Connection], Awaitable[None]]]] = [
        ("the document in the searchable copy", change_document),
        ("the bytes, and every hash up to the root", rewrite),
        ("and every checkpoint signed again, with the log's key", lambda conn: resign(conn, place)),
    ]
    return [Tampering(what, *await found(dsn, deed, kept)) for what, deed in deeds]


async def found(dsn: str, deed: Callable[[Connection], Awaitable[None]], kept: Verified) -> tuple[str, str]:
    """What is found after *deed*: by the database alone, and by whoever holds *kept*."""
    async with copied(dsn) as address:
        async with Database.open(address, size=1, role=False) as whole, whole.transaction() as conn:
            await conn.execute(SUPERUSER)
            await deed(conn)
        async with Database.open(address, size=1) as opened:
            return await fault(opened, None), await fault(opened, kept)


@contextlib.asynccontextmanager
async def copied(dsn: str) -> AsyncIterator[str]:
    """A copy of the database for as long as the block runs."""
    parts = urlsplit(dsn)
    beside = urlunsplit(parts._replace(path="/template1"))
    async with Database.open(beside, size=1, role=False) as server:
        await server.pool.execute(f'CREATE DATABASE {COPY} TEMPLATE "{parts.path[1:]}"')
        yield urlunsplit(parts._replace(path=f"/{COPY}"))
        await server.pool.execute(f"DROP DATABASE {COPY}")


async def fault(opened: Database, since: Verified | None) -> str:
    """What verification says; empty when everything adds up."""
    try:
        await audit.verify(opened, since)
    except Corrupt as found:
        return found.detail
    return ""


async def change_document(conn: Connection) -> None:
    """What a disclosure says is changed where it is searched, and nowhere else."""
    row = await chosen(conn)
    await conn.execute(
        "UPDATE disclosure_version SET document = $1 WHERE employer_id = $2 AND disclosure_id = $3",
        changed(row["document"]),
        row["employer_id"],
        row["disclosure_id"],
    )


async def chosen(conn: Connection) -> dict[str, Any]:
    """The filing that is tampered with."""
    row = await conn.fetchrow(CHOOSE)
    assert row is not None, "the season files documents of the newest schema"
    return dict(row)


def changed(document: dict[str, Any]) -> dict[str, Any]:
    """*document* with another note."""
    return {**document, "filing": {**document["filing"], "note": NOTE}}


async def rewrite(conn: Connection) -> None:
    """The filing as if it had always said so: bytes, commitments, entry, tree, head; its kept answer gone."""
    row = await chosen(conn)
    body, salts, entry = row.pop("body"), row.pop("salts"), entries.decode(row.pop("entry"))
    received = changed(msgspec.json.decode(body))
    forged = msgspec.json.encode(received)
    digest = hashlib.sha256(forged).digest()
    row |= {"sha256": digest, "document": changed(row["document"])}
    entry = msgspec.structs.replace(
        entry,
        sha256=digest.hex(),
        sd=entries.commit_sections(received, salts),
        record=entries.row_digest("disclosure_version", row),
    )
    key = row["employer_id"], row["disclosure_id"]
    where = "WHERE employer_id = $3 AND disclosure_id = $4"
    await conn.execute(
        f"UPDATE disclosure_version SET sha256 = $1, document = $2 {where}",  # noqa: S608  our own words
        digest,
        row["document"],
        *key,
    )
    await conn.execute(
        "UPDATE disclosure_content SET body = $1 WHERE employer_id = $2 AND disclosure_id = $3", forged, *key
    )
    await conn.execute(
        "DELETE FROM idempotency WHERE employer_id = $1 AND encode(answer, 'escape') LIKE $2",
        key[0],
        f"%{key[1]}%",
    )
    said = entries.encode(entry)
    await conn.execute(
        "UPDATE ledger_entry SET entry = $1, leaf = $2 WHERE index = $3",
        said,
        leaf_hash(said),
        row["ledger_index"],
    )
    await search.rebuild(conn)
    await regrow(conn)


async def regrow(conn: Connection) -> dict[int, bytes]:
    """The tree anew from its leaves; returns its root at every size."""
    frontier, roots, full = Frontier(), {}, []
    for leaf in await conn.fetch("SELECT leaf FROM ledger_entry ORDER BY index"):
        full += frontier.append(leaf["leaf"])
        roots[frontier.size] = frontier.root()
    await conn.execute("DELETE FROM ledger_subtree")
    await conn.executemany("INSERT INTO ledger_subtree (level, index, hash) VALUES ($1, $2, $3)", full)
    await conn.execute("UPDATE ledger_head SET root = $1, frontier = $2", frontier.root(), frontier.roots)
    return roots


async def resign(conn: Connection, place: Path) -> None:
    """The same, and every checkpoint signed again: only who has the log's key can do it."""
    await rewrite(conn)
    roots = await regrow(conn)
    origin = await conn.fetchval("SELECT origin FROM ledger_log WHERE number = 1")
    seal = Seal(origin, keyfile.read(place / "log.pem", "the log's key"))
    for row in await conn.fetch("SELECT size FROM ledger_checkpoint"):
        size = row["size"]
        await conn.execute(
            "UPDATE ledger_checkpoint SET root = $1, note = $2 WHERE size = $3",
            roots[size],
            seal.sign(size, roots[size]),
            size,
        )
