"""One history row against its ledger entry.

Each check raises Corrupt with a message that names the table, the key and what differs; never the content.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from registry.disclosures import upgrade
from registry.disclosures.document import sections as sections_of
from registry.errors import Corrupt
from registry.ledger import entry as entries
from registry.ledger.entry import Entry
from registry.observations.entry import canonical
from registry.redactions.tombstone import NOTHING, Taken
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
    "access_batch": ("batch_id",),
    "export": ("export_id",),
    "ledger_log": ("number",),
    "redaction": ("employer_id", "redaction_id"),
}
"""The columns that name a row of each history table."""

COUNTED: Final[Mapping[str, str]] = {
    "employer_version": "revision",
    "production_version": "revision",
    "disclosure_version": "version",
    "alert_move": "revision",
    "request_entry": "revision",
    "thread_entry": "number",
    "access_batch": "number",
}
"""The column that counts the versions of one record, in the tables that have one."""

OWN_KINDS: Final = frozenset({"thread_entry"})
"""Tables whose `kind` is their own affair: in the ledger their rows are all of one."""

WITHDRAWAL: Final = "withdrawal"


class Row(NamedTuple):
    """One history row: its columns, and beside them what was read along with it to check it by."""

    table: str
    ledger_index: int
    columns: Mapping[str, Any]
    beside: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, ...]:
        """The table and what names the row in it, as redactions name it."""
        return self.table, *(str(self.columns[key]) for key in KEYS[self.table])

    @property
    def name(self) -> str:
        """The row as messages name it."""
        return named(*self.key)


def named(table: str, *key: Any) -> str:
    """A row as messages name it: table and key."""
    return f"{table} {'/'.join(str(part) for part in key)}"


def require(holds: bool, row: Row | str, fault: str) -> None:
    """Raise Corrupt, naming the row, unless it *holds*."""
    if not holds:
        raise Corrupt(f"{row if isinstance(row, str) else row.name}: {fault}")


def read_entry(index: int, data: bytes, appended_at: datetime) -> Entry:
    """The entry at *index*; its own instant must be the stored one."""
    try:
        entry = entries.decode(data)
    except Corrupt as fault:
        raise Corrupt(f"ledger_entry {index}: {fault.detail}") from None
    if entry.at != entries.stamp(appended_at):
        raise Corrupt(f"ledger_entry {index}: appended_at is not what it says")
    return entry


def owned(index: int, entry: Entry, row: Row | None) -> Row:
    """*row*, when it is the one history row of the entry at *index*: the next one of its table."""
    table = entries.TABLES[entry.kind]
    if row is not None and row.ledger_index < index:
        raise stray(row)
    if row is None or row.ledger_index > index:
        raise Corrupt(f"{table}: the row of ledger entry {index} ({entry.kind} {entry.id}) is missing")
    return row


def stray(row: Row) -> Corrupt:
    """The fault of a row that no entry vouches for."""
    return Corrupt(
        f"{row.name}: names ledger entry {row.ledger_index}, which is not its own or does not exist"
    )


def check_row(entry: Entry, row: Row, taken: Taken = NOTHING) -> None:
    """Everything *row* says must be what its *entry* vouches for, or the redaction that has changed it."""
    columns, table = row.columns, row.table
    whole = {name: sha256(columns[name]) for name in entries.WHOLE if columns.get(name) is not None}
    digest = entries.row_digest(table, {**columns, **whole})
    if digest != entry.record:
        check_left(entry, row, taken, digest)
    check_kind(entry, row)
    check_chain(entry, row)
    match table:
        case "disclosure_version":
            check_content(entry, row, taken)
        case "publication":
            said = columns["digest"].hex()
            require(whole["body"] == said, row, "the body has another digest")
            require(entry.sha256 == said, row, "its entry vouches for another digest")
        case "judgement":
            same = entry.sha256 == whole["findings"] or row.key in taken.rows
            require(same, row, "the findings have another digest")
            require(entry.findings in (None, entry.sha256), row, "its entry vouches for other findings")
        case "alert_move":
            require(not row.beside["says_json_null"], row, "the stored row says null where it said nothing")
        case "observation":
            said = sha256(canonical(columns["document"]))
            require(entry.sha256 == said, row, "the document has another digest")
        case "thread_entry":
            said = digest_of(columns["kind"], columns["salt"], columns["document"])
            require(entry.sha256 == said, row, "the document has another digest")
        case _:
            require(entry.sha256 == whole.get("body"), row, "the body has another digest")


def check_left(entry: Entry, row: Row, taken: Taken, digest: str) -> None:
    """A row that is not its entry's any more is what the newest redaction of it says it left."""
    left = taken.rows.get(row.key)
    fault = f"the stored row is not the one of ledger entry {row.ledger_index}"
    if left is None:
        raise Corrupt(f"{row.name}: {fault}")
    require(left.was == entry.record, row, f"{fault}, nor was it before it was redacted")
    require(left.now == digest, row, f"{fault}, nor what its redaction left of it")


def check_kind(entry: Entry, row: Row) -> None:
    """Where a table keeps several kinds, the row is of its entry's."""
    if row.table in OWN_KINDS:
        return
    kind = row.columns.get("kind")
    require(kind in (None, entry.kind), row, f"its entry is of the kind {entry.kind}")


def check_chain(entry: Entry, row: Row) -> None:
    """The entry of a version points back to the entry of the version before it, and versions have no gap."""
    if row.table not in COUNTED:
        return
    number = row.columns[COUNTED[row.table]]
    require(entry.seq == number, row, f"its entry counts it as number {entry.seq}")
    if number == 1:
        require(entry.prev is None, row, "its entry points back, but it is the first")
        return
    before = row.beside["previous_index"]
    require(before is not None, row, "the version before it is missing")
    # An earlier entry's stored leaf is recomputed, here or along a lower stretch; a later one's not yet.
    require(before < row.ledger_index, row, "the version before it stands later in the ledger")
    leaf = row.beside["previous_leaf"]
    require(leaf is not None and entry.prev == leaf.hex(), row, "its entry points back to another one")


def check_content(entry: Entry, row: Row, taken: Taken) -> None:
    """The bytes received, the salts of the commitments, and the document in the searchable copy.

    Of a version that was redacted, the bytes are gone; what is left of its sections opens the commitments to
    them, and no other section is missing than those that were ordered out.
    """
    columns, body, salts = row.columns, row.beside["received"], row.beside["salts"]
    require(entry.sha256 == columns["sha256"].hex(), row, "its entry vouches for another digest")
    if body is None:
        gone = taken.sections.get(row.key[1:])
        require(gone is not None and row.beside["remaining"] is not None, content(row), "is missing")
        received = msgspec.json.decode(row.beside["remaining"], type=dict[str, Any])
    else:
        gone = set()
        require(row.beside["remaining"] is None, content(row), "it is whole, and redacted as well")
        require(sha256(body) == entry.sha256, content(row), "the body has another digest")
        try:
            received = msgspec.json.decode(body, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
            raise Corrupt(f"{content(row)}: the body cannot be read: {fault}") from None
    if not opens(entry, sections_of(received), salts, len(gone or ())):
        raise Corrupt(f"{content(row)}: the salts do not open the commitments in its entry")
    document = received if columns["kind"] == WITHDRAWAL else upgrade.upgrade(received)
    require(columns["document"] == document, row, "the document is not what the bytes received say")


def content(row: Row) -> str:
    """The row that keeps what was received of *row*, as messages name it."""
    return named("disclosure_content", *row.key[1:])


def opens(entry: Entry, sections: Mapping[str, Any], salts: Any, gone: int) -> bool:
    """Whether *sections* with their *salts* open every commitment of *entry* but as many as are *gone*."""
    if not isinstance(salts, dict) or salts.keys() != sections.keys():
        return False
    made = entries.commit_sections(sections, salts)
    # What is left stands in the order of what there was: the sections' names.
    left = iter(entry.sd)
    return len(made) + gone == len(entry.sd) and all(each in left for each in made)


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


def sha256(data: bytes) -> str:
    """The digest of *data* in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
