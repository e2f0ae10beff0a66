"""Write a bundle: the log, the rows, what it says of itself; the order follows from tree and limits."""

import hashlib
import zlib
from pathlib import Path
from typing import IO, Final

from registry.auth import reading
from registry.bundles import index, layout, showing, store, vouched
from registry.bundles.index import Index, Withheld
from registry.bundles.making import store as rows
from registry.bundles.making.store import Row
from registry.bundles.opened import manifest_line
from registry.bundles.showing import Read, Reader
from registry.bundles.wanted import Wanted
from registry.bundles.zipped import Zip
from registry.db import Connection
from registry.errors import Corrupt
from registry.ledger import entry as entries
from registry.ledger import tiles
from registry.ledger.log import store as log_store
from registry.ledger.log.signed import Signed
from registry.threads import store as threads
from registry.threads.evidence import File

PROGRAM: Final = Path(__file__).parent.parent / "shipped" / "verify.py"
TOGETHER: Final = 50
"""Rows whose proofs are read at once."""
EVIDENCE: Final = 1 << 30
"""Bytes of evidence that one bundle takes."""


class Hashing:
    """A file that is hashed as it is written."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.hashed = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Write and hash."""
        self.hashed.update(data)
        return self.file.write(data)


class Making:
    """A bundle under way: *room* is for how many bytes of evidence there is room."""

    def __init__(
        self, into: Hashing, conn: Connection, signed: Signed, wanted: Wanted, role: str, room: int
    ) -> None:
        self.into, self.conn, self.signed = into, conn, signed
        self.wanted, self.role, self.room = wanted, role, room
        self.zip = Zip(into)
        self.lines: list[str] = []
        self.gone: set[str] = set()
        self.told: set[str] = set()
        self.left_out: list[int] = []
        self.withheld: list[Withheld] = []
        self.since = False

    def add(self, name: str, body: bytes) -> None:
        """Write one file and remember its line of the manifest."""
        self.zip.add(name, [body])
        self.lines.append(manifest_line(name, hashlib.sha256(body).hexdigest()))

    async def write(self) -> Index:
        """Everything."""
        size, root = self.signed.size, self.signed.root
        self.add(layout.WORDS, index.how(size, root).encode())
        self.add(layout.PROGRAM, PROGRAM.read_bytes())
        note = await log_store.cosigned(self.conn, self.signed)
        self.add(layout.CHECKPOINT, note.encode())
        await self.write_tiles()
        async for body in rows.stream_gone(self.conn, self.wanted.employers):
            self.gone |= vouched.digests_in(body)
        reader = Reader(self.role, self.wanted.scope, note, self.gone)
        for table in rows.TABLES:
            await self.write_table(table, reader)
        self.withheld += [Withheld(each, "side") for each in await rows.list_kept(self.conn, self.wanted)]
        self.withheld += [Withheld(each, "maker") for each in await rows.list_others(self.conn, self.wanted)]
        found = await self.write_index()
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

    async def write_table(self, table: str, reader: Reader) -> None:
        """The files of every row of a table, a few rows at a time."""
        waiting: list[tuple[Row, Row]] = []
        async for columns, beside in rows.stream(self.conn, table, self.wanted):
            waiting.append((columns, beside))
            if len(waiting) == TOGETHER:
                await self.write_rows(table, waiting, reader)
                waiting = []
        if waiting:
            await self.write_rows(table, waiting, reader)

    async def write_rows(self, table: str, found: list[tuple[Row, Row]], reader: Reader) -> None:
        """The files of some rows."""
        if self.wanted.scope.locals is not None:
            reading.showing(*{row["employer_id"] for row, _ in found if "employer_id" in row})
        placed = await store.place(self.conn, [row["ledger_index"] for row, _ in found], self.signed.size)
        for row, beside in found:
            at = placed[row["ledger_index"]]
            entry = entries.decode(at.entry)
            read = Read(table, row, beside, entry, at.proof)
            files = showing.files_of(read, reader)
            if table == "redaction":
                self.told |= vouched.digests_in(row["body"])
            if entry.record in self.gone and entry.record not in self.told:
                self.since = True
            elif not files and entry.record in self.told:
                self.left_out.append(read.index)
            elif not files:
                self.withheld.append(Withheld(read.index, "others"))
            for name, body in files.items():
                self.add(name, body)
            file = showing.shown_file(read)
            if file is not None:
                await self.write_file(read, file)

    async def write_file(self, read: Read, file: File) -> None:
        """A file of evidence, a piece at a time: read once for its checksum, and once to be written."""
        if file.bytes > self.room:
            self.withheld.append(Withheld(read.index, "size"))
            return
        self.room -= file.bytes
        key = read.row["employer_id"], file.evidence_id
        crc, size, hashed = 0, 0, hashlib.sha256()
        async for _, body in threads.stream_pieces(self.conn, *key):
            crc, size = zlib.crc32(body, crc), size + len(body)
            hashed.update(body)
        if hashed.hexdigest() != read.entry.sha256:
            raise Corrupt(f"evidence_chunk: the file of ledger entry {read.index} is not what it vouches for")
        name = layout.names_of(read.index, read.entry).file
        self.zip.begin(name, crc, size)
        async for _, body in threads.stream_pieces(self.conn, *key):
            self.zip.put(body)
        self.lines.append(manifest_line(name, hashed.hexdigest()))

    async def write_index(self) -> Index:
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
        wanted, scope = self.wanted, self.wanted.scope
        whole = (wanted.employers, wanted.pairs, scope.locals) == (None, None, None)
        found = Index(
            form=1,
            size=size,
            root=self.signed.root.hex(),
            log=number,
            logs=[index.Log(each.number, each.origin, each.vkey) for each in logs if each.number <= number],
            witnesses=await store.list_witnesses(self.conn, size),
            checkpoints=[index.Signed(each.log, each.size) for each in earlier],
            stamps=stamps,
            scope=index.Scope(self.role, wanted.employers, wanted.production, scope.locals, scope.unions),
            complete=whole and not self.since,
            left_out=sorted(self.left_out),
            withheld=sorted(self.withheld, key=lambda each: each.entry),
        )
        if len({layout.stamp_name(each.log, each.size, each.short) for each in stamps}) < len(stamps):
            raise Corrupt("ledger_stamp: two authorities have one short name")
        self.add(layout.INDEX, index.canonical(found))
        return found
