"""What can be exported: one table for each kind of record, its columns, and how its rows are made.

A row of the history becomes no, one or several rows of a table. Columns of tools, uses and workforce events
are those the disclosure schema names.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from registry.disclosures.release import kept, shown
from registry.exports.column import Column, Kind, Part, of_schema, plain
from registry.obligations.finding import Finding

Row = Mapping[str, Any]
Cells = list[Any]
Maker = Callable[[Row, str, Sequence[Column]], Iterator[Cells]]


class Table(msgspec.Struct, frozen=True):
    """One kind of record: what it is, its columns, and how its rows are made.

    *group* is how many rows a piece of a Parquet file has.
    """

    name: str
    says: str
    fixed: tuple[Column, ...]
    made: Maker
    part: Part | None = None
    group: int = 5_000

    def columns(self, schema: Mapping[str, Any]) -> list[Column]:
        """Every column, in order; those of a disclosure's parts as *schema* names them."""
        return [*self.fixed, *(of_schema(schema, self.part) if self.part else ())]


OF_ROW: Final = (
    *("employer_id", "production_id", "disclosure_id", "disclosure_version", "filed_at", "ledger_index"),
)
"""What a row of a disclosure's parts says beside what the part itself says."""


def columns(*said: tuple[str, Kind, str]) -> tuple[Column, ...]:
    """Columns from name, type and meaning."""
    return tuple(Column(*each) for each in said)


def of_row(row: Row, role: str, named: Sequence[Column]) -> Iterator[Cells]:  # noqa: ARG001  the form of a Maker
    """The row's own columns under their own names."""
    yield [plain(row[column.name]) for column in named]


def of_record(row: Row, role: str, named: Sequence[Column]) -> Iterator[Cells]:  # noqa: ARG001  the same
    """What a record says, and the row's own columns beside it."""
    told = {**row["record"], **row}
    yield [plain(told.get(column.name)) for column in named]


def of_version(row: Row, role: str, named: Sequence[Column]) -> Iterator[Cells]:
    """One version of a disclosure, as far as a caller of this *role* may read it."""
    document = row["document"]
    hidden = kept(document, row["later"], role)
    told = {
        **row,
        "document": {name: value for name, value in shown(document, role).items() if name not in hidden},
        "withheld": hidden,
        "sha256": row["sha256"].hex(),
    }
    yield [plain(told[column.name]) for column in named]


def of_part(section: str, inside: str = "") -> Maker:
    """Rows of a list in the disclosures in force, as far as the caller may read it."""

    def made(row: Row, role: str, named: Sequence[Column]) -> Iterator[Cells]:
        # A member that is not known is not to be taken from the version it stands in.
        own = {name: row[name] for name in OF_ROW}
        for item in shown(row["document"], role).get(section) or ():
            for each in (item.get(inside) or ()) if inside else (item,):
                told = {**own, **{f"{section}_{name}": value for name, value in item.items()}, **each}
                yield [plain(told.get(column.name)) for column in named]

    return made


def of_judgement(row: Row, role: str, named: Sequence[Column]) -> Iterator[Cells]:  # noqa: ARG001  the same
    """The findings of a judgement that the caller may see; the store has left out the others."""
    findings: list[Finding] = row["findings"]
    for finding in findings:
        told = {**row, **msgspec.to_builtins(finding), **msgspec.to_builtins(finding.citation)}
        told |= {"alert_kind": finding.alert_kind, "due_at": finding.due_at}
        yield [plain(told[column.name]) for column in named]


def of_alert(row: Row, role: str, named: Sequence[Column]) -> Iterator[Cells]:  # noqa: ARG001  the same
    """An alert as it stood, with what its finding says."""
    finding = row["finding"]
    told = {**finding, **finding["citation"], **row, "held_by": (row["course"] or {}).get("held_by")}
    yield [plain(told.get(column.name)) for column in named]


def of_document(row: Row, role: str, named: Sequence[Column]) -> Iterator[Cells]:  # noqa: ARG001  the same
    """What a party told, and the row's own columns around it; nobody who wants to stay unnamed is named."""
    told = {**row["document"], **{name: value for name, value in row.items() if name != "document"}}
    told.pop("reporter", None)
    yield [plain(told.get(column.name)) for column in named]


EMPLOYER: Final = ("employer_id", "text", "Key of the employer.")
PRODUCTION: Final = ("production_id", "text", "Key of the production, unique within its employer.")
DISCLOSURE: Final = ("disclosure_id", "text", "Id of the disclosure.")
PLACE: Final = ("ledger_index", "integer", "Where the entry of this row stands in the ledger.")
LOCALS: Final = ("locals", "list", "Keys of the locals concerned.")
UNIONS: Final = ("unions", "list", "Keys of the unions concerned.")
RULE: Final = ("rule", "text", "The obligation, as pack/id.")
SUBJECT: Final = (
    ("subject_kind", "text", "What the obligation was judged on: a production, a use, an event, …"),
    ("subject", "text", "Which of them."),
)
CITED: Final = (
    ("clause", "text", "The clause the obligation comes from."),
    ("source", "text", "The document the clause was taken from."),
    ("confidence", "text", "How sure the wording is: quoted, reported, memory or inferred."),
)
RECORDED: Final = ("recorded_at", "instant", "When it was put on record.")
FILED: Final = ("filed_at", "instant", "When it was received.")
