"""The House as it ships: disclosure schemas, packs and editions, read from their files once.

Deciding code is handed the House; it never looks for files itself.
"""

from pathlib import Path

from registry import files
from registry.agreements import act as agreements
from registry.disclosures import schemas
from registry.judging.house import House
from registry.obligations import lint


def contents(folder: Path, pattern: str) -> dict[str, bytes]:
    """File name → bytes, for the files in *folder* that match *pattern*, in order."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob(pattern))}


def shipped() -> House:
    """The schemas, packs and editions that ship with this code; raises Invalid for a file that is wrong."""
    return House(
        schemas=schemas.load(
            contents(files.SCHEMAS / "disclosure", "*.json"), contents(files.SCHEMAS / "codes", "*.json")
        ),
        packs=lint.load(contents(files.PACKS, "*.toml")),
        editions=agreements.editions(),
    )
