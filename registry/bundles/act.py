"""Make a bundle: read one snapshot of the ledger and write it, file by file, into one zip; and verify one.

Nothing is held in memory whole but the names of the files: rows are streamed from the database into a
temporary file, and the file to whoever asked.
"""

import asyncio
import base64
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Final

import msgspec
import structlog

from registry.access import act as access
from registry.auth import reading
from registry.auth.scope import Principal, Scope, scope_of
from registry.bundles import checking, index, layout, showing, store
from registry.bundles.checking import Verdict
from registry.bundles.index import Index
from registry.bundles.opened import manifest_line
from registry.bundles.showing import Read, Reader
from registry.bundles.store import Row, Wanted
from registry.bundles.zipped import Zip
from registry.db import Connection, Database
from registry.errors import Busy, Corrupt, Fault, Invalid, NotFound
from registry.ledger import entry as entries
from registry.ledger import tiles
from registry.ledger.log import act as log_act
from registry.ledger.log import store as log_store
from registry.ledger.log.signed import Signed
from registry.ledger.moment import Moment

log = structlog.get_logger()

PROGRAM: Final = Path(__file__).parent / "shipped" / "verify.py"
TOGETHER: Final = 50
"""Rows whose proofs are read at once."""
PIECE: Final = 262_144
LONGEST: Final = 63


class Asked(msgspec.Struct, frozen=True):
    """Of what a bundle is wanted: of one employer, or of one production of it; of all the caller may see."""

    employer_id: str | None = None
    production_id: str | None = None


class Bundle(msgspec.Struct, frozen=True):
    """A finished bundle: an open temporary file, which is gone when it is closed."""

    file: IO[bytes]
    index: Index
    files: int
    size: int
    sha256: bytes

    @property
    def headers(self) -> dict[str, str]:
        """What it leaves with: as a download under its own name, with its digest (RFC 9530)."""
        return {
            "Content-Type": "application/zip",
            "Content-Length": str(self.size),
            "Content-Disposition": f'attachment; filename="bundle-{self.index.size}.zip"',
            "Content-Digest": f"sha-256=:{base64.b64encode(self.sha256).decode()}:",
            "Cache-Control": "private, no-cache",
            "ETag": f'"{self.sha256.hex()}"',
        }


async def make(db: Database, principal: Principal, asked: Asked, moment: Moment | None = None) -> Bundle:
    """A bundle of what *principal* may see, for the newest signed tree, or the newest by a moment.

    The same tree, caller's rights and scope give the same bytes, but for cosignatures and stamps come since.
    """
    into = tempfile.TemporaryFile()  # noqa: SIM115 (whoever sends it closes it)
    try:
        async with db.snapshot() as conn:
            signed = await find_signed(conn, moment)
            wanted = await scoped(conn, principal, asked, signed.size)
            if wanted.productions is None:
                await access.show_within(conn, Scope(employers=wanted.employers))
            else:
                reading.showing(*{employer_id for employer_id, _ in wanted.productions})
            made = Making(Hashing(into), conn, signed)
            found = await made.write(principal, asked, wanted)
    except BaseException:
        into.close()
        raise
    size = into.tell()
    log.info("bundle.made", tree=signed.size, files=len(made.zip.members), bytes=size)
    return Bundle(into, found, len(made.zip.members), size, made.into.hashed.digest())


async def write(
    db: Database, principal: Principal, path: Path, asked: Asked | None = None, moment: Moment | None = None
) -> Index:
    """The same into the file *path*, which is there whole or not at all."""
    made = await make(db, principal, asked or Asked(), moment)
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            async for piece in sent(made):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return made.index


async def verify(path: Path, vkey: str | None = None) -> Verdict:
    """Check the bundle at *path* with the registry's own code; it says what verify.py says of it."""
    return await asyncio.to_thread(verified, path, vkey)


def verified(path: Path, vkey: str | None) -> Verdict:
    """The same, at once."""
    try:
        with path.open("rb") as file:
            return checking.check(file, vkey)
    except OSError as fault:
        raise Invalid(f"{path} cannot be read: {fault.strerror}") from None


async def sent(bundle: Bundle) -> AsyncIterator[bytes]:
    """The bytes of a bundle for whoever asked for it; the file is gone afterwards."""
    with bundle.file as file:
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


async def find_signed(conn: Connection, moment: Moment | None) -> Signed:
    """The newest signed checkpoint, or the newest of a moment's tree."""
    found = await (log_store.find_before(conn, moment.size) if moment else log_store.find_checkpoint(conn))
    if found is None and moment:
        detail = f"no tree of {moment.size} entries or fewer was signed, and a bundle stands on a signed one"
        raise Invalid(detail, [Fault("", "tree_size", detail, "Ask for a later moment, or for none.")])
    if found is None:
        raise Busy("the log has signed no tree yet, and a bundle stands on a signed one; ask again later")
    return await log_act.let_out(conn, found)


async def scoped(conn: Connection, principal: Principal, asked: Asked, size: int) -> Wanted:
    """Which rows are in a bundle; NotFound for an employer or a production that the caller may not see."""
    scope = scope_of(principal)
    employer_id = asked.employer_id or (principal.employer_id if principal.role == "employer" else None)
    if asked.production_id and not employer_id:
        detail = "production_id names a production of an employer that is not said"
        raise Invalid(detail, [Fault("", "production_id", detail, "Send employer_id, too.")])
    if employer_id and scope.employers is not None and employer_id not in scope.employers:
        raise NotFound("there is no such employer")
    narrowed = bool(asked.production_id) or scope.locals is not None
    if employer_id and not await store.is_known(conn, employer_id):
        raise NotFound("there is no such employer")
    if not narrowed:
        return Wanted(size, [employer_id] if employer_id else scope.employers, None, scope)
    found = await store.list_productions(conn, scope, employer_id, asked.production_id)
    if not found and (asked.production_id or asked.employer_id):
        raise NotFound("there is no such production")
    return Wanted(size, scope.employers, found, scope)


class Hashing:
    """A file that is hashed as it is written."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.hashed = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Write and hash."""
        self.hashed.update(data)
        return self.file.write(data)


class Making:
    """A bundle under way."""

    def __init__(self, into: Hashing, conn: Connection, signed: Signed) -> None:
        self.into, self.conn, self.signed = into, conn, signed
        self.zip = Zip(into)
        self.lines: list[str] = []
        self.gone: set[str] = set()
        self.told: set[str] = set()
        self.left_out: list[int] = []
        self.since = False

    def add(self, name: str, body: bytes) -> None:
        """Write one file and remember its line of the manifest."""
        self.zip.add(name, [body])
        self.lines.append(manifest_line(name, hashlib.sha256(body).hexdigest()))

    async def write(self, principal: Principal, asked: Asked, wanted: Wanted) -> Index:
        """Everything, in an order that follows from the tree and the scope."""
        size, root = self.signed.size, self.signed.root
        self.add(layout.WORDS, index.how(size, root).encode())
        self.add(layout.PROGRAM, PROGRAM.read_bytes())
        note = await log_store.cosigned(self.conn, self.signed)
        self.add(layout.CHECKPOINT, note.encode())
        await self.write_tiles()
        async for body in store.stream_gone(self.conn, wanted.employers):
            self.gone |= showing.digests_in(body)
        reader = Reader(principal.role, wanted.scope, note, self.gone)
        for table in store.TABLES:
            await self.write_table(table, wanted, reader)
        found = await self.write_index(principal, asked, wanted)
        self.zip.add(layout.MANIFEST, ["".join(self.lines).encode()])
        self.zip.close()
        return found

    async def write_tiles(self) -> None:
        """The log as a static server would have it."""
        for tile in tiles.grown(0, self.signed.size):
            if tile.level is None:
                body = tiles.bundle(await log_store.list_entries(self.conn, tile.start, tile.width))
            else:
                body = b"".join(await log_store.list_hashes(self.conn, tile.level, tile.start, tile.width))
            self.add(layout.tile_name(tile), body)

    async def write_table(self, table: str, wanted: Wanted, reader: Reader) -> None:
        """The files of every row of a table, a few rows at a time."""
        waiting: list[tuple[Row, Row]] = []
        async for columns, beside in store.stream(self.conn, table, wanted):
            waiting.append((columns, beside))
            if len(waiting) == TOGETHER:
                await self.write_rows(table, waiting, reader)
                waiting = []
        if waiting:
            await self.write_rows(table, waiting, reader)

    async def write_rows(self, table: str, rows: list[tuple[Row, Row]], reader: Reader) -> None:
        """The files of some rows."""
        placed = await store.place(self.conn, [row["ledger_index"] for row, _ in rows], self.signed.size)
        for row, beside in rows:
            at = placed[row["ledger_index"]]
            entry = entries.decode(at.entry)
            files = showing.files_of(Read(table, row, beside, entry, at.proof), reader)
            if table == "redaction":
                self.told |= showing.digests_in(row["body"])
            if entry.record in self.gone and entry.record not in self.told:
                self.since = True
            elif not files and entry.record in self.told:
                self.left_out.append(row["ledger_index"])
            for name, body in files.items():
                self.add(name, body)

    async def write_index(self, principal: Principal, asked: Asked, wanted: Wanted) -> Index:
        """Earlier checkpoints, stamps, and what the bundle says of itself."""
        size, number = self.signed.size, self.signed.log
        stamps = await store.list_stamps(self.conn, size)
        earlier = await store.list_earlier(self.conn, size, number)
        for each in earlier:
            note = await log_store.cosigned(self.conn, each)
            self.add(layout.checkpoint_name(each.log, each.size), note.encode())
        for stamp in stamps:
            self.add(
                layout.stamp_name(stamp.log, stamp.size, stamp.short), await store.get_stamp(self.conn, stamp)
            )
        logs = await log_store.list_logs(self.conn)
        scope = wanted.scope
        whole = (wanted.employers, wanted.productions, scope.locals) == (None, None, None)
        found = Index(
            form=1,
            size=size,
            root=self.signed.root.hex(),
            log=number,
            logs=[index.Log(each.number, each.origin, each.vkey) for each in logs if each.number <= number],
            witnesses=await store.list_witnesses(self.conn, size),
            checkpoints=[index.Signed(each.log, each.size) for each in earlier],
            stamps=stamps,
            scope=index.Scope(
                principal.role, wanted.employers, asked.production_id, scope.locals, scope.unions
            ),
            complete=whole and not self.since,
            left_out=sorted(self.left_out),
        )
        if len({layout.stamp_name(each.log, each.size, each.short) for each in stamps}) < len(stamps):
            raise Corrupt("ledger_stamp: two authorities have one short name")
        self.add(layout.INDEX, index.canonical(found))
        return found
