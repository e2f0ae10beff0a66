"""The shipped packs and worked cases, read once for the tests of this room."""

from pathlib import Path

from registry import files
from registry.obligations import lint, scenario

PACK_FILES = {path.name: path.read_bytes() for path in sorted(files.PACKS.glob("*.toml"))}
PACKS = lint.load(PACK_FILES)
CASES = {
    case.case: case
    for case in (
        scenario.read(path.read_bytes())
        for path in sorted((Path(__file__).parents[1] / "scenarios").glob("*.json"))
    )
}
