"""What a backup is: which tree, which files with which digests, which key signs; and its note."""

import base64
import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from registry.errors import Corrupt
from registry.ledger import note
from registry.ledger.checkpoint import Seal
from registry.ledger.note import Note, Verifier

FORM: Final = 1
MANIFEST: Final = "manifest.json"
NOTE: Final = "manifest.note"
DUMP: Final = "registry.dump"
BASE: Final = "base"
REDACTIONS: Final = "redactions"
"""The folder beside the backups in which every redaction is kept, for restores of backups from before it."""

Way = Literal["dump", "base"]


class BackupFile(msgspec.Struct, frozen=True):
    """One file of a backup."""

    name: str
    bytes: int
    sha256: str


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """The manifest. `checkpoint` is the newest signed one; `vkey` the log's public key.

    A dump is of exactly this tree. A base is of this tree or a larger one, and goes on with the archive of
    write-ahead logs in *archive*, as far as that has been kept.
    """

    way: Way
    made_at: dt.datetime
    tree_size: int
    root: str
    checkpoint: str | None
    origin: str | None
    vkey: str | None
    rows: dict[str, int]
    postgres: int
    migration: str
    archive: str | None = None
    form: int = FORM
    files: list[BackupFile] = []

    @property
    def body(self) -> bytes:
        """Its canonical bytes."""
        return msgspec.json.encode(self, order="sorted")


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What a restore has found: the tree, what was recounted, and why a start would be refused, if so."""

    tree_size: int
    root: str
    rows_checked: int
    redactions_again: int
    problem: str | None
    advice: list[str]


def name_of(backup: Backup) -> str:
    """The folder of a backup: when it was made, and how large the tree is."""
    return f"{backup.made_at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}-{backup.tree_size}-{backup.way}"


def signed(backup: Backup, seal: Seal | None) -> bytes | None:
    """The note of a backup, signed with the log's key; None where the key is not at hand.

    It is no checkpoint: its second line is no size of a tree.
    """
    if seal is None:
        return None
    text = text_of(backup)
    return Note(text, [note.sign(text, seal.origin, seal.key)]).signed.encode()


def text_of(backup: Backup) -> str:
    """What is signed."""
    root = base64.b64encode(bytes.fromhex(backup.root)).decode()
    digest = hashlib.sha256(backup.body).hexdigest()
    return (
        f"ai-use-registry backup v{FORM}\nmanifest sha256 {digest}\ntree {backup.tree_size} {root}\n"
        f"made {backup.made_at.isoformat()}\n"
    )


def read(name: str, body: bytes, said: bytes | None, key: Verifier | None) -> Backup:
    """The manifest in *body*; raises Corrupt, naming it, unless it is whole and *said* is its signed note.

    Without a note it is only as good as the place it lay in; *key* is whose signature is asked for, the one
    the manifest itself names when None.
    """
    try:
        found = msgspec.json.decode(body, type=Backup)
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise Corrupt(f"{name}/{MANIFEST} is damaged: {fault}") from None
    if found.form != FORM or found.body != body:
        raise Corrupt(f"{name}/{MANIFEST} is damaged, or was written by another version of this program")
    key = key or (note.read_vkey(found.vkey) if found.vkey else None)
    if said is None:
        if key is not None:
            raise Corrupt(
                f"{name}/{NOTE} is missing: nothing says that the manifest is the one that was written"
            )
        return found
    opened = note.read(said)
    if opened.text != text_of(found) or key is None or not note.verified(opened, [key]):
        raise Corrupt(f"{name}/{NOTE} does not sign this manifest")
    return found


def check_files(name: str, backup: Backup, there: Mapping[str, tuple[int, str]]) -> None:
    """Raise Corrupt, naming each, for files that are missing, damaged or not of the backup."""
    told = {each.name: (each.bytes, each.sha256) for each in backup.files}
    wrong = [f"{each} is missing" for each in sorted(told.keys() - there.keys())]
    wrong += [f"{each} does not belong to it" for each in sorted(there.keys() - told.keys())]
    wrong += [
        f"{each} is damaged ({there[each][0]} bytes, SHA-256 {there[each][1]}; it had {size} and {digest})"
        for each, (size, digest) in sorted(told.items())
        if each in there and there[each] != (size, digest)
    ]
    if wrong:
        raise Corrupt(f"the backup {name} is not whole: {'; '.join(wrong[:10])}")


def advice(backup: Backup, problem: str | None, *, archived: bool) -> list[str]:
    """What a person has to know or do after a restore."""
    found = []
    if problem:
        found.append(f"The registry will refuse to start here: {problem}.")
    if backup.vkey is None:
        found.append("The ledger was not signed when this backup was made, so its manifest is not, either.")
    if archived:
        found.append("Write-ahead logs are not archived from here on; begin again with a base backup.")
    return found
