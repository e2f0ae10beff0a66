"""What follows from pages of rows: the pieces of a file, its digest, and the places to go on from."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from registry.exports.column import Column
from registry.exports.form import DICTIONARY, Form, dictionary, writer_of
from registry.exports.manifest import ExportFile, Mark
from registry.exports.table import Cells, Row
from registry.exports.tables import TABLES

EVERY: Final = 1 << 20
"""Bytes between two places to go on from."""


class Making:
    """One file of an export while it is made: rows in, bytes out; what it was in the end."""

    def __init__(self, entity: str, form: Form, schema: dict[str, Any], role: str) -> None:
        self.table, self.form, self.role = TABLES[entity], form, role
        self.columns: Sequence[Column] = self.table.columns(schema)
        self.writer = writer_of(form, self.table, self.columns)
        self.hashed, self.rows, self.bytes = hashlib.sha256(), 0, 0
        self.marks: list[Mark] = []
        self.employers: set[str] = set()

    def begin(self) -> bytes:
        """What stands before the first row."""
        return self.counted(self.writer.begin())

    def add(self, page: Sequence[Row]) -> bytes:
        """What a page of the history adds."""
        cells: list[Cells] = []
        for row in page:
            before = len(cells)
            cells += self.table.made(row, self.role, self.columns)
            if "employer_id" in row and len(cells) > before:
                self.employers.add(row["employer_id"])
        self.rows += len(cells)
        piece = self.counted(self.writer.add(cells))
        last = self.marks[-1].bytes if self.marks else 0
        if page and self.writer.resumable and self.bytes - last >= EVERY:
            self.marks.append(Mark(self.bytes, self.rows, page[-1]["ledger_index"]))
        return piece

    def end(self) -> bytes:
        """What stands behind the last row."""
        return self.counted(self.writer.end())

    def counted(self, piece: bytes) -> bytes:
        """*piece*, which belongs to the file."""
        self.hashed.update(piece)
        self.bytes += len(piece)
        return piece

    def file(self, name: str) -> ExportFile:
        """What was made."""
        return ExportFile(
            name=name,
            entity=self.table.name,
            rows=self.rows,
            bytes=self.bytes,
            sha256=self.hashed.hexdigest(),
            employers=sorted(self.employers),
            marks=self.marks,
        )


def describe(entities: Sequence[tuple[str, str]], schema: dict[str, Any]) -> bytes:
    """The data dictionary of an export of these tables, each with the name of its file."""
    return dictionary((name, TABLES[entity].columns(schema)) for entity, name in entities)


def described(data: bytes) -> ExportFile:
    """The data dictionary as a file of an export."""
    return ExportFile(
        name=DICTIONARY,
        entity=None,
        rows=data.count(b"\r\n") - 1,
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def start_of(file: ExportFile, first: int) -> Mark:
    """The last place before byte *first* from which *file* can be taken up; its beginning, if none is."""
    return max(
        (mark for mark in file.marks if mark.bytes <= first), default=Mark(0, 0, -1), key=lambda m: m.bytes
    )
