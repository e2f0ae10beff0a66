"""A table filed row by row through the API, with a result for every row.

Each row ends in the result file (NDJSON) as accepted, accepted_with_warnings or refused with its reasons. A
line is on the disk before the row counts as done, so a run that was killed goes on where it stopped; a line
torn by the kill is ignored. A row's Idempotency-Key is the digest of its document: if the kill came between
the server's answer and our line, the row is sent again and the server answers with the same receipt. So a
second run files nothing twice, not even without the result file.
"""

import asyncio
import contextlib
import errno
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from registry import files
from registry.client import Answer, Registry
from registry.errors import Busy, Conflict, Fault, Invalid, Refused
from registry.filing import mapping, tabular
from registry.filing.mapping import Mapped, Recipe

PARALLEL: Final = 8
KEPT: Final = files.HERE / "filing" / "mappings"
FATAL: Final = frozenset({401, 403, 500})
"""Answers that say nothing about the row: the run stops, and goes on when it is started again."""

Ended = Literal["accepted", "accepted_with_warnings", "refused"]


class Head(msgspec.Struct, frozen=True):
    """The first line of a result file: which input and mapping its rows belong to."""

    input: str
    sha256: str
    mapping: str
    mapping_sha256: str
    encoding: str
    rows: int


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one row ended."""

    row: int
    line: int
    outcome: Ended
    key: str = ""
    employer: str = ""
    production: str = ""
    disclosure_id: str | None = None
    ledger_index: int | None = None
    replayed: bool = False
    findings: dict[str, int] = {}
    warnings: list[Fault] = []
    reasons: list[Fault] = []


class Tally(msgspec.Struct, frozen=True):
    """A finished run. `rows` is what the file has; the three outcomes add up to it."""

    input: str
    encoding: str
    says: str
    results: str
    rows: int
    accepted: int
    accepted_with_warnings: int
    refused: int
    sent: int
    replayed: int
    disclosures: int


class Work(msgspec.Struct, frozen=True):
    """What there is to file: the table as read, and where the results go."""

    head: Head
    says: str
    recipe: Recipe
    header: list[str]
    rows: list[tabular.Row]
    results: Path


def recipe_file(name: str) -> Path:
    """The mapping called *name*: a file, or one of those kept in the project; raises FileNotFoundError."""
    kept = {path.stem: path for path in sorted(KEPT.glob("*.toml"))}
    if name in kept and not Path(name).is_file():
        return kept[name]
    if not Path(name).exists():
        said = f"there is no such mapping file, and those kept in the project are {', '.join(kept)}"
        raise FileNotFoundError(errno.ENOENT, said, name)
    return Path(name)


def read(source: Path, recipe_file: Path, results: Path | None) -> Work:
    """The table in *source* and the mapping in *recipe_file*; raises Invalid when they do not fit."""
    raw, recipe_raw = source.read_bytes(), recipe_file.read_bytes()
    recipe = mapping.load(recipe_raw)
    decoded = tabular.decode(raw, recipe.encodings)
    header, records = tabular.table(decoded.text, recipe.delimiter)
    if gone := mapping.missing(recipe, header):
        hints = [mapping.column_hint(name, header, recipe.delimiter) for name in gone]
        faults = [
            Fault("", "column-missing", f"there is no column `{name[:160]}`", hint)
            for name, hint in zip(gone, hints, strict=True)
        ]
        raise Invalid(f"{source.name} lacks {len(gone)} columns the mapping {recipe.name} needs", faults)
    rows = list(records)
    head = Head(
        input=source.name,
        sha256=hashlib.sha256(raw).hexdigest(),
        mapping=recipe.name,
        mapping_sha256=hashlib.sha256(recipe_raw).hexdigest(),
        encoding=decoded.encoding,
        rows=len(rows),
    )
    return Work(head, decoded.says, recipe, header, rows, results or source.with_suffix(".results.ndjson"))


def earlier(work: Work) -> dict[int, Result]:
    """The results a former run of the same input left; raises Conflict for another input's file."""
    if not work.results.exists():
        return {}
    lines = work.results.read_bytes().split(b"\n")[:-1]  # what follows the last line end was torn by a kill
    if not lines:
        return {}
    try:
        head = msgspec.json.decode(lines[0], type=Head)
        done = [msgspec.json.decode(line, type=Result) for line in lines[1:]]
    except msgspec.MsgspecError:
        raise Conflict(f"{work.results} is not a result file; move it away or name another") from None
    if head != work.head:
        raise Conflict(
            f"{work.results} belongs to {head.input} ({head.sha256[:12]}…) under the mapping {head.mapping} "
            f"({head.mapping_sha256[:12]}…), not to this input; move it away or name another with --results"
        )
    return {result.row: result for result in done}


class Book:
    """The open result file: every line is on the disk when `write` returns."""

    def __init__(self, work: Work) -> None:
        fresh = not work.results.exists()
        self.number = os.open(work.results, os.O_RDWR | os.O_CREAT, 0o644)
        whole = 0 if fresh else work.results.read_bytes().rfind(b"\n") + 1
        os.truncate(self.number, whole)
        os.lseek(self.number, 0, os.SEEK_END)
        if whole == 0:
            self.write(work.head)

    def write(self, line: msgspec.Struct) -> None:
        """Append *line* and wait for the disk."""
        os.write(self.number, msgspec.json.encode(line) + b"\n")
        os.fsync(self.number)

    def close(self) -> None:
        """Close the file."""
        os.close(self.number)


async def run(
    work: Work,
    registry: Registry,
    token_of: Callable[[str], str],
    *,
    parallel: int = PARALLEL,
    told: Callable[[int, Ended], None] = lambda _row, _ended: None,
) -> Tally:
    """File every row that has no result yet; *token_of* gives an employer's token, *told* hears progress."""
    done = earlier(work)
    for result in done.values():
        told(result.row, result.outcome)
    waiting = iter([row for row in work.rows if row.number not in done])
    sent: list[Result] = []
    book = Book(work)

    async def hand() -> None:
        for row in waiting:
            result = await one(work, row, registry, token_of)
            book.write(result)
            sent.append(result)
            told(result.row, result.outcome)

    try:
        async with asyncio.TaskGroup() as hands:
            for _ in range(max(1, parallel)):
                hands.create_task(hand())
    except* (Busy, Refused) as stopped:
        first = stopped.exceptions[0]
        assert isinstance(first, Busy | Refused)
        raise type(first)(
            f"stopped after {len(sent)} rows: {first.detail}. Run the same again to go on.", first.faults
        ) from None
    finally:
        book.close()
    return tallied(work, [*done.values(), *sent], sent)


async def one(work: Work, row: tabular.Row, registry: Registry, token_of: Callable[[str], str]) -> Result:
    """File one row; raises Busy or Refused when the answer says nothing about the row."""
    try:
        made = mapping.mapped(work.recipe, work.header, row)
    except Invalid as fault:
        return Result(row.number, row.line, "refused", reasons=fault.faults)
    answer = await registry.acting(token_of(made.employer["employer_id"])).file(made.body, made.key)
    if answer.status in FATAL:
        answer.wanted()
    return result_of(row, made, answer)


def result_of(row: tabular.Row, made: Mapped, answer: Answer) -> Result:
    """The line for *row* and the server's answer to it."""
    base: dict[str, Any] = {
        "row": row.number,
        "line": row.line,
        "key": made.key,
        "employer": made.employer["employer_id"],
        "production": made.production["production_id"],
    }
    if answer.problem is not None:
        own = Fault("", answer.problem.slug, answer.problem.detail or answer.problem.title)
        return Result(**base, outcome="refused", reasons=answer.problem.errors or [own])
    warnings = msgspec.convert(answer.body.get("warnings", []), list[Fault])
    receipt = answer.body["receipt"]
    verdicts = Counter(finding["verdict"] for finding in answer.body.get("findings", []))
    return Result(
        **base,
        outcome="accepted_with_warnings" if warnings else "accepted",
        disclosure_id=receipt["disclosure_id"],
        ledger_index=receipt["ledger"]["index"],
        replayed=answer.status == 200 or answer.headers.get("idempotency-replayed") == "true",
        findings=dict(verdicts),
        warnings=warnings,
    )


def tallied(work: Work, results: Sequence[Result], sent: Sequence[Result]) -> Tally:
    """The sums; a row without a result, or with two, is a bug and stops here."""
    assert sorted(result.row for result in results) == [row.number for row in work.rows]
    count = Counter(result.outcome for result in results)
    return Tally(
        input=work.head.input,
        encoding=work.head.encoding,
        says=work.says,
        results=str(work.results),
        rows=len(work.rows),
        accepted=count["accepted"],
        accepted_with_warnings=count["accepted_with_warnings"],
        refused=count["refused"],
        sent=len(sent),
        replayed=sum(result.replayed for result in sent),
        disclosures=len({result.disclosure_id for result in results if result.disclosure_id}),
    )


async def prepare(work: Work, administrator: Registry) -> tuple[int, int]:
    """Put the employers and productions of the table on record; how many were new."""
    made = list(mappable(work))
    employers = {each.employer["employer_id"]: each.employer for each in made}
    productions = {
        (each.employer["employer_id"], each.production["production_id"]): {
            **each.production,
            "employer_id": each.employer["employer_id"],
        }
        for each in made
    }
    new = [await recorded(administrator, "/v1/employers", record) for record in employers.values()]
    more = [await recorded(administrator, "/v1/productions", record) for record in productions.values()]
    return sum(new), sum(more)


def mappable(work: Work) -> Iterator[Mapped]:
    """What the rows become that fit the mapping; the others are refused when their turn comes."""
    for row in work.rows:
        with contextlib.suppress(Invalid):
            yield mapping.mapped(work.recipe, work.header, row)


async def recorded(administrator: Registry, path: str, record: dict[str, Any]) -> bool:
    """Create *record* at *path*; False when one with its key is there already. Raises Refused naming it."""
    answer = await administrator.post(path, record)
    if answer.problem is not None and answer.problem.slug == "already-exists":
        return False
    try:
        answer.wanted()
    except Refused as refused:
        key = record.get("production_id") or record["employer_id"]
        raise Refused(f"{key} cannot be put on record. {refused.detail}", refused.faults) from None
    return True
