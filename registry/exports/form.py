"""The forms of an export: rows as NDJSON, CSV or Parquet, a piece at a time, always the same bytes.

A text in CSV that a spreadsheet would take for a formula stands behind an apostrophe, and so does one that
begins with an apostrophe itself: taking one away from every text that has it gives the text back.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, Protocol

import msgspec

from registry.errors import Invalid
from registry.exports.column import MEANS, Column
from registry.exports.table import Cells, Table

Form = Literal["ndjson", "csv", "parquet"]
MEDIA: Final[Mapping[str, str]] = {
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8; header=present",
    "parquet": "application/vnd.apache.parquet",
}
RISKY: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "'", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula, wide letters too, and the apostrophe itself."""
DICTIONARY: Final = "dictionary.csv"
EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Writer(Protocol):
    """Rows into bytes: a beginning, pieces, an end."""

    resumable: bool
    """Whether a piece is the same bytes whatever was written before it."""

    def begin(self) -> bytes:
        """What stands before the first row."""

    def add(self, rows: Sequence[Cells]) -> bytes:
        """*rows*, or what of them is complete."""

    def end(self) -> bytes:
        """What stands behind the last row."""


class Lines:
    """NDJSON: each row an object on its own line, with every column, in order."""

    resumable = True

    def __init__(self, columns: Sequence[Column]) -> None:
        self.names = [column.name for column in columns]

    def begin(self) -> bytes:
        """Nothing stands before the first row."""
        return b""

    def add(self, rows: Sequence[Cells]) -> bytes:
        """*rows* as lines."""
        return b"".join(
            msgspec.json.encode(dict(zip(self.names, cells, strict=True))) + b"\n" for cells in rows
        )

    def end(self) -> bytes:
        """Nothing stands behind the last row."""
        return b""


class Sheet:
    """CSV as RFC 4180 has it, with a line of names."""

    resumable = True

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns

    def begin(self) -> bytes:
        """The line of names."""
        return written([[column.name for column in self.columns]])

    def add(self, rows: Sequence[Cells]) -> bytes:
        """*rows* as lines."""
        return written(
            [cell(column, value) for column, value in zip(self.columns, cells, strict=True)] for cells in rows
        )

    def end(self) -> bytes:
        """Nothing stands behind the last row."""
        return b""


class Columnar:
    """Parquet: pieces of a fixed number of rows, so that the same rows are the same bytes."""

    resumable = False

    def __init__(self, columns: Sequence[Column], group: int) -> None:
        self.arrow = arrow()
        self.columns, self.group = columns, group
        self.schema = self.arrow.schema([(each.name, kind_of(self.arrow, each)) for each in columns])
        self.sink, self.waiting = Sink(), list[Cells]()
        self.writer: Any = None

    def begin(self) -> bytes:
        """The file's first bytes."""
        from pyarrow import parquet  # noqa: PLC0415  an extra; what was missing has been said by now

        self.writer = parquet.ParquetWriter(
            self.arrow.PythonFile(self.sink, mode="w"), self.schema, compression="zstd"
        )
        return self.sink.taken()

    def add(self, rows: Sequence[Cells]) -> bytes:
        """The pieces that *rows* complete."""
        self.waiting += rows
        while len(self.waiting) >= self.group:
            self.piece(self.waiting[: self.group])
            self.waiting = self.waiting[self.group :]
        return self.sink.taken()

    def end(self) -> bytes:
        """The last piece and the file's own directory."""
        if self.waiting:
            self.piece(self.waiting)
        self.writer.close()
        return self.sink.taken()

    def piece(self, rows: Sequence[Cells]) -> None:
        """Write *rows* as one piece."""
        arrays = [
            self.arrow.array([columnar(each, cells[at]) for cells in rows], kind_of(self.arrow, each))
            for at, each in enumerate(self.columns)
        ]
        made = self.arrow.Table.from_arrays(arrays, schema=self.schema)
        self.writer.write_table(made, row_group_size=len(rows))


class Sink(io.RawIOBase):
    """A file that is taken away while it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.place, self.kept = 0, list[bytes]()

    def writable(self) -> bool:
        """It can be written."""
        return True

    def tell(self) -> int:
        """How much has been written."""
        return self.place

    def write(self, data: Any) -> int:
        """Keep *data* until it is taken."""
        piece = bytes(data)
        self.kept.append(piece)
        self.place += len(piece)
        return len(piece)

    def taken(self) -> bytes:
        """What was written since the last time."""
        found, self.kept = b"".join(self.kept), []
        return found


def arrow() -> Any:
    """The library that writes Parquet; Invalid, in words, where it is not installed."""
    try:
        import pyarrow as pa  # noqa: PLC0415  heavy, and an extra: only who asks for Parquet needs it
    except ImportError:
        raise Invalid(
            "this registry was installed without Parquet; ask for ndjson or csv, or have its operator "
            "install the extra `parquet` (ai-use-registry[parquet])"
        ) from None
    return pa


def writer_name(form: Form) -> str:
    """What writes *form*: the same name and the same rows are the same bytes."""
    return f"pyarrow {arrow().__version__}" if form == "parquet" else "registry 1"


def writer_of(form: Form, table: Table, columns: Sequence[Column]) -> Writer:
    """What writes *table* in *form*."""
    match form:
        case "ndjson":
            return Lines(columns)
        case "csv":
            return Sheet(columns)
        case "parquet":
            return Columnar(columns, table.group)


def written(rows: Iterable[Sequence[Any]]) -> bytes:
    """*rows* as lines of CSV."""
    into = io.StringIO()
    csv.writer(into, lineterminator="\r\n").writerows(rows)
    return into.getvalue().encode()


def cell(column: Column, value: Any) -> str:
    """*value* as a cell: nothing for what is not there, and no formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and column.kind != "json":
        return f"'{value}" if value.startswith(RISKY) else value
    return msgspec.json.encode(value).decode()


def kind_of(pa: Any, column: Column) -> Any:
    """The type of *column* in Parquet."""
    kinds = {
        "text": pa.string(),
        "json": pa.string(),
        "integer": pa.int64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "instant": pa.timestamp("us", tz="UTC"),
        "list": pa.list_(pa.string()),
    }
    return kinds[column.kind]


def columnar(column: Column, value: Any) -> Any:
    """*value* as Parquet takes it."""
    if value is None:
        return None
    match column.kind:
        case "date":
            return dt.date.fromisoformat(value)
        case "instant":
            return (dt.datetime.fromisoformat(value) - EPOCH) // dt.timedelta(microseconds=1)
        case "json":
            return msgspec.json.encode(value).decode()
        case _:
            return value


def dictionary(tables: Iterable[tuple[str, Sequence[Column]]]) -> bytes:
    """The data dictionary: each file's columns, their types, and what they mean; as CSV."""
    rows = [["file", "column", "type", "holds", "means"]]
    rows += [
        [name, each.name, each.kind, MEANS[each.kind], cell(each, each.means)]
        for name, columns in tables
        for each in columns
    ]
    return written(rows)
