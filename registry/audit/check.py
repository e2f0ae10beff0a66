"""One history row against its ledger entry, and one living record against its history.

Each check raises Corrupt with a message that names the table, the key and what differs; never the content.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from registry.auth.scope import union_of
from registry.disclosures import document as documents
from registry.disclosures import upgrade
from registry.errors import Corrupt, RegistryError
from registry.ledger import entry as entries
from registry.ledger.entry import Entry
from registry.obligations.finding import Finding, fingerprint
from registry.observations.entry import canonical
from registry.threads.entry import digest_of
from registry.threads.evidence import File

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "employer_version": ("employer_id", "revision"),
    "production_version": ("employer_id", "production_id", "revision"),
    "publication": ("kind", "name"),
    "disclosure_version": ("employer_id", "disclosure_id", "version"),
    "judgement": ("employer_id", "judgement_id"),
    "alert_move": ("employer_id", "alert_id", "revision"),
    "request_entry": ("employer_id", "request_id", "revision"),
    "observation": ("employer_id", "observation_id"),
    "thread_entry": ("employer_id", "thread_id", "number"),
}
"""The columns that name a row of each history table."""

COUNTED: Final[Mapping[str, str]] = {
    "employer_version": "revision",
    "production_version": "revision",
    "disclosure_version": "version",
    "alert_move": "revision",
    "request_entry": "revision",
    "thread_entry": "number",
}
"""The column that counts the versions of one record, in the tables that have one."""

WITHDRAWAL: Final = "withdrawal"


class Row(NamedTuple):
    """One history row: its columns, and beside them what was read along with it to check it by."""

    table: str
    ledger_index: int
    columns: Mapping[str, Any]
    beside: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The row as messages name it."""
        return named(self.table, *(self.columns[key] for key in KEYS[self.table]))


def named(table: str, *key: Any) -> str:
    """A row as messages name it: table and key."""
    return f"{table} {'/'.join(str(part) for part in key)}"


def require(holds: bool, name: str, fault: str) -> None:
    """Raise Corrupt, naming the row, unless it *holds*."""
    if not holds:
        raise Corrupt(f"{name}: {fault}")


def read_entry(index: int, data: bytes, appended_at: datetime) -> Entry:
    """The entry at *index*; its own instant must be the stored one."""
    try:
        entry = entries.decode(data)
    except Corrupt as fault:
        raise Corrupt(f"ledger_entry {index}: {fault.detail}") from None
    require(
        entry.at == entries.stamp(appended_at), f"ledger_entry {index}", "appended_at is not what it says"
    )
    return entry


def owned(index: int, entry: Entry, row: Row | None) -> Row:
    """*row*, when it is the one history row of the entry at *index*: the next one in the ledger's order."""
    table = entries.TABLES[entry.kind]
    if row is not None and row.ledger_index < index:
        raise stray(row)
    if row is None or row.ledger_index > index:
        raise Corrupt(f"{table}: the row of ledger entry {index} ({entry.kind} {entry.id}) is missing")
    if row.table != table:
        raise Corrupt(f"{row.name}: names ledger entry {index}, which belongs to {table}")
    return row


def stray(row: Row) -> Corrupt:
    """The fault of a row that no entry vouches for."""
    return Corrupt(
        f"{row.name}: names ledger entry {row.ledger_index}, which is not its own or does not exist"
    )


def check_row(entry: Entry, row: Row) -> None:
    """Everything *row* says must be what its *entry* vouches for."""
    columns, name = row.columns, row.name
    digest = entries.row_digest(row.table, columns)
    require(digest == entry.record, name, f"the stored row is not the one of ledger entry {row.ledger_index}")
    # What a thread's entry is of a kind of is its own affair; in the ledger they are all of one.
    kind = "thread" if row.table == "thread_entry" else columns.get("kind")
    require(kind in (None, entry.kind), name, f"its entry is of the kind {entry.kind}")
    check_chain(entry, row)
    match row.table:
        case "disclosure_version":
            check_content(entry, row)
        case "publication":
            require(sha256(columns["body"]) == columns["digest"].hex(), name, "the body has another digest")
            require(entry.sha256 == columns["digest"].hex(), name, "its entry vouches for another digest")
        case "judgement":
            require(entry.sha256 == sha256(columns["findings"]), name, "the findings have another digest")
            require(entry.findings in (None, entry.sha256), name, "its entry vouches for other findings")
        case "alert_move":
            null = row.beside["says_json_null"]
            require(not null, name, "the stored row says null where it said nothing")
        case "observation":
            said = canonical(columns["document"])
            require(entry.sha256 == sha256(said), name, "the document has another digest")
        case "thread_entry":
            digest = digest_of(columns["kind"], columns["salt"], columns["document"])
            require(entry.sha256 == digest, name, "the document has another digest")
        case _:
            require(entry.sha256 == sha256(columns["body"]), name, "the body has another digest")


def check_chain(entry: Entry, row: Row) -> None:
    """The entry of a version points back to the entry of the version before it, and versions have no gap."""
    if row.table not in COUNTED:
        return
    number, before = row.columns[COUNTED[row.table]], row.beside["previous_index"]
    require(entry.seq == number, row.name, f"its entry counts it as number {entry.seq}")
    if number == 1:
        require(entry.prev is None, row.name, "its entry points back, but it is the first")
        return
    require(before is not None, row.name, "the version before it is missing")
    # An earlier entry's stored leaf has been recomputed by now; a later one's has not.
    require(before < row.ledger_index, row.name, "the version before it stands later in the ledger")
    leaf = row.beside["previous_leaf"]
    require(leaf is not None and entry.prev == leaf.hex(), row.name, "its entry points back to another one")


def check_content(entry: Entry, row: Row) -> None:
    """The bytes received, the salts of the commitments, and the document in the searchable copy."""
    columns, body, salts = row.columns, row.beside["body"], row.beside["salts"]
    name = f"disclosure_content {row.name.partition(' ')[2]}"
    require(body is not None, name, "the content is missing")
    require(entry.sha256 == columns["sha256"].hex(), row.name, "its entry vouches for another digest")
    require(sha256(body) == entry.sha256, name, "the body has another digest")
    try:
        received = documents.decode(body)
        document = received if columns["kind"] == WITHDRAWAL else upgrade.upgrade(received)
    except RegistryError as fault:
        raise Corrupt(f"{name}: the body cannot be read: {fault.detail}") from None
    sections = documents.sections(received)
    fits = isinstance(salts, dict) and salts.keys() == sections.keys()
    fits = fits and entries.commit_sections(sections, salts) == entry.sd
    require(fits, name, "the salts do not open the commitments in its entry")
    require(columns["document"] == document, row.name, "the document is not what the bytes received say")


class Pieces:
    """A file of evidence, taken together again from its pieces."""

    def __init__(self, row: Row) -> None:
        try:
            file = msgspec.convert(row.columns["document"], File)
        except msgspec.ValidationError as fault:
            raise Corrupt(f"{row.name}: the file cannot be read: {fault}") from None
        self.key = row.columns["employer_id"], file.evidence_id
        self.name = named("evidence_chunk", *self.key)
        self.said = file.sha256, file.bytes
        self.digest, self.size, self.count = hashlib.sha256(), 0, 0

    def piece(self, number: int, body: bytes) -> None:
        """The next piece there is."""
        self.count += 1
        require(number == self.count, self.name, f"piece {self.count} is missing")
        self.digest.update(body)
        self.size += len(body)

    def finish(self) -> None:
        """After the last piece: the bytes are those that the entry vouches for."""
        found = self.digest.hexdigest(), self.size
        require(found == self.said, self.name, "the bytes have another digest, or are not all there")


def check_alert(row: Mapping[str, Any]) -> None:
    """An alert is what its newest move made it, and what its finding makes of it."""
    name = named("alert", row["employer_id"], row["alert_id"])
    require(row["revision"] is not None, name, "the alert is missing; its moves are there")
    require(row["moved_revision"] is not None, name, "it has no moves")
    require(not row["says_json_null"], name, "the alert says null where it said nothing")
    for column, moved in [
        ("revision", "moved_revision"),
        ("state", "to_state"),
        ("outcome", "moved_outcome"),
        ("finding", "moved_finding"),
        ("course", "moved_course"),
        ("changed_at", "moved_at"),
        ("opened_at", "first_moved_at"),
    ]:
        require(row[column] == row[moved], name, f"{column} is not what its moves say")
    try:
        finding = msgspec.convert(row["finding"], Finding)
        told = msgspec.convert(row["concerned"], list[tuple[list[str], list[str]]])
    except msgspec.ValidationError as fault:
        raise Corrupt(f"{name}: the finding cannot be read: {fault}") from None
    # Whom any of its findings concerned it goes on concerning.
    locals_ = {*finding.locals, *(local for each, _ in told for local in each)}
    unions = {*finding.unions, *(union for _, each in told for union in each)}
    unions |= {union_of(local) for local in locals_}
    mark = fingerprint(finding, row["employer_id"], row["production_id"])
    require(row["fingerprint"] == mark, name, "the fingerprint is not its finding's and production's")
    require(row["rule"] == finding.rule, name, "rule is not its finding's")
    require(row["severity"] == finding.severity, name, "severity is not its finding's")
    require(row["kind"] == (finding.alert_kind or row["kind"]), name, "kind is not its finding's")
    require(row["locals"] == sorted(locals_), name, "locals are not its findings'")
    require(row["unions"] == sorted(unions), name, "unions are not its findings'")


def sha256(data: bytes) -> str:
    """The digest of *data* in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
