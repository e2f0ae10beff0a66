"""What can be asked of the rules without a server: packs, schemas, worked cases, a preflight.

Each returns the exit status: 0 well, 1 refused or found. The house it is asked of is an argument.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from rich.text import Text

from registry import files, tables
from registry.agreements import shelf
from registry.disclosures import document as documents
from registry.disclosures import upgrade
from registry.errands import ERR, OUT, told
from registry.errors import Fault, Invalid, Malformed, NotFound, TooLarge
from registry.filing import act as filing
from registry.filing.trial import Preflight
from registry.judging.house import House
from registry.obligations import lint, scenario
from registry.obligations.pack import is_params, written_params

STATES: Final[Mapping[str, str]] = {"passed": "ok", "failed": "MISMATCH", "skipped": "skipped"}


class Difference(msgspec.Struct, frozen=True):
    """One place where two schemas differ."""

    where: str
    change: str
    before: str = ""
    after: str = ""


def list_agreements(house: House, *, as_json: bool) -> int:
    """Every edition, pack and parameter set."""
    found = shelf.shelf(house)
    if as_json:
        told(found)
        return 0
    judged = {key for pack in found.packs for key in pack.agreements}
    editions = [
        [each.key, each.title, each.since, each.until, "yes" if each.key in judged else "no"]
        for each in found.editions
    ]
    packs = [
        [p.name, p.title, p.agreements, p.since, p.until, p.obligations, p.digest[:12]] for p in found.packs
    ]
    tables.show(
        OUT,
        tables.plain("Editions", ["agreement", "title", "from", "to", "judged here"], editions),
        tables.plain("Packs", ["pack", "title", "agreements", "from", "to", "obligations", "digest"], packs),
        tables.plain(
            "Parameters", ["set", "title", "digest"], [[p.name, p.title, p.digest[:12]] for p in found.params]
        ),
    )
    return 0


def lint_packs(paths: Sequence[Path], *, as_json: bool) -> int:
    """Every fault of the pack files in *paths*, beside the parameter sets that ship; 1 when there are any."""
    bodies = {path.name: path.read_bytes() for path in files_in(paths, ".toml")}
    shipped = [path for path in files_in([files.PACKS], ".toml") if is_params(path.name)]
    params = {made.name: made for made in (written_params(path.name, path.read_bytes()) for path in shipped)}
    faults: list[Fault] = []
    for name, body in sorted(bodies.items(), key=lambda each: not is_params(each[0])):
        try:
            if is_params(name):
                made = written_params(name, body)
                params[made.name] = made
            else:
                lint.pack(name, body, params)
        except Invalid as fault:
            faults += fault.faults
    if as_json:
        told({"files": sorted(bodies), "faults": faults})
    elif faults:
        tables.show(OUT, tables.faults(faults, f"{len(faults)} faults in {len(bodies)} files"))
    else:
        OUT.print(f"{len(bodies)} files, no fault", style="green", highlight=False)
    return 1 if faults else 0


def list_schemas(house: House, *, as_json: bool) -> int:
    """Every version of the disclosure schema."""
    found = shelf.schema_lines(house.schemas)
    if as_json:
        told(found)
        return 0
    rows = [
        [s.version, "current" if s.current else "", s.deprecated_at, s.sunset_at, s.digest[:12]]
        for s in found
    ]
    tables.show(
        OUT, tables.plain("Disclosure schemas", ["version", "", "deprecated", "sunset", "digest"], rows)
    )
    return 0


def show_schema(house: House, version: str) -> int:
    """The JSON Schema itself, byte for byte."""
    OUT.file.write(shelf.schema_body(house.schemas, version).decode())
    return 0


def diff_schemas(house: House, old: str, new: str, *, as_json: bool) -> int:
    """What *new* has that *old* has not, and the other way round; 1 when they differ."""
    bodies = [msgspec.json.decode(shelf.schema_body(house.schemas, version)) for version in (old, new)]
    found = list(differences(*(members(body, body) for body in bodies)))
    if as_json:
        told(found)
    else:
        rows = [[each.change, each.where, each.before, each.after] for each in found]
        tables.show(OUT, tables.plain(f"{old} → {new}", ["", "member", old, new], rows))
    return 1 if found else 0


def members(
    part: Mapping[str, Any], root: Mapping[str, Any], where: str = "", seen: tuple[str, ...] = ()
) -> dict[str, str]:
    """Every member a document may have under *part*, by its place, with what it may be."""
    found: dict[str, str] = {}
    reference = part.get("$ref", "")
    if reference.startswith("#/"):
        if reference in seen:
            return found
        target: Any = root
        for name in reference[2:].split("/"):
            target = target[name]
        found |= members(target, root, where, (*seen, reference))
    for each in (*part.get("allOf", ()), *part.get("anyOf", ()), *part.get("oneOf", ())):
        found |= members(each, root, where, seen)
    for name, inner in part.get("properties", {}).items():
        if isinstance(inner, dict):
            found[f"{where}/{name}"] = form(inner)
            found |= members(inner, root, f"{where}/{name}", seen)
    if isinstance(part.get("items"), dict):
        found |= members(part["items"], root, f"{where}/-", seen)
    return found


def form(part: Mapping[str, Any]) -> str:
    """What a value may be, in a few words."""
    if "enum" in part:
        return " | ".join(str(each) for each in part["enum"])
    if "const" in part:
        return str(part["const"])
    kind = part.get("type", part.get("$ref", "").rpartition("/")[2])
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def differences(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    """The differences of two sets of members, in the order of their places."""
    for where in sorted(old.keys() | new.keys()):
        if where not in old:
            yield Difference(where, "added", after=new[where])
        elif where not in new:
            yield Difference(where, "removed", before=old[where])
        elif old[where] != new[where]:
            yield Difference(where, "changed", old[where], new[where])


def upgrade_document(house: House, body: bytes) -> int:
    """The document in *body* in the newest schema's shape, as JSON; raises what is wrong with it."""
    document = documents.decode(body)
    house.schemas.check(document)
    OUT.file.write(
        msgspec.json.format(msgspec.json.encode(upgrade.upgrade(document)), indent=2).decode() + "\n"
    )
    return 0


async def preflight(house: House, place: str, body: bytes, now: dt.datetime, *, as_json: bool) -> int:
    """What would be said of a document if it were filed now, by itself alone; 1 when it has faults."""
    try:
        found = await filing.preflight(None, house, body, now)
    except (Malformed, TooLarge) as refused:  # not a document at all; others on the list may be
        found = Preflight(accepted=False, faults=refused.faults, warnings=[], findings=[], due=[])
    if as_json:
        told(found)
        return 0 if found.accepted else 1
    if not found.accepted:
        tables.show(OUT, tables.faults(found.faults, f"{place}: {faults_counted(len(found.faults))}"))
        return 1
    OUT.print(f"{place}: would be accepted", style="green", highlight=False)
    if found.warnings:
        tables.show(OUT, tables.faults(found.warnings, "Worth adding"))
    plain = msgspec.to_builtins(found)
    tables.show(OUT, tables.findings(plain["findings"]), tables.due(plain["due"]))
    tables.show(OUT, Text(tables.NOTE, style="dim"))
    return 0


def faults_counted(count: int) -> str:
    """How many faults, in words."""
    return "1 fault" if count == 1 else f"{count} faults"


def run_scenarios(house: House, paths: Sequence[Path], *, as_json: bool) -> int:
    """Run the worked cases in *paths*, skipped rows counted; 1 on a mismatch."""
    results = [
        result
        for path in files_in(paths, ".json")
        for result in scenario.run(scenario.read(path.read_bytes()), house.packs)
    ]
    counts = {state: sum(result.state == state for result in results) for state in STATES}
    if as_json:
        told({"counts": counts, "rows": results})
    else:
        rows = [
            [
                r.case,
                r.check,
                r.rule,
                r.expected,
                r.actual,
                tables.coloured(STATES[r.state]),
                "\n".join(r.faults),
            ]
            for r in results
            if r.state != "passed"
        ]
        columns = ["case", "check", "rule", "expected", "actual", "", "why"]
        if rows:
            tables.show(OUT, tables.plain("Rows that did not pass", columns, rows))
        OUT.print(", ".join(f"{number} {state}" for state, number in counts.items()), highlight=False)
    if not results:
        ERR.print("no worked case was found there", style="yellow")
    return 1 if counts["failed"] or not results else 0


def files_in(paths: Sequence[Path], ending: str) -> list[Path]:
    """The files in *paths*; a folder stands for its files of that *ending*."""
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise NotFound(f"there is no file or folder {path}")
        found += sorted(path.glob(f"*{ending}")) if path.is_dir() else [path]
    return found
