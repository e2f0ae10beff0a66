"""What the command line asks of a running registry: file documents or a table.

Each errand returns the exit status: 0 well, 1 refused or found. Programs read JSON on standard output; people
read tables there, and everything about the errand itself goes to standard error.
"""

import contextlib
import datetime as dt
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from registry import importer, tables
from registry.auth import issuer
from registry.auth.scope import Principal
from registry.client import Answer, Registry, connected
from registry.errors import Fault, Invalid
from registry.settings import Settings

OUT: Final = tables.console()
ERR: Final = Console(stderr=True)
IMPATIENT: Final = 3
"""Tries of an errand somebody waits for; a table's run is more patient."""
UNKNOWN_CALLER: Final = 401
LONG_LIST: Final = 3
"""From this many documents on there is a progress bar, and one line for each instead of tables."""

Headers = Mapping[str, str]


class Document(msgspec.Struct, frozen=True):
    """One document to file, and where it stands: a path, or a path and a line."""

    place: str
    body: bytes


class Minter:
    """Tokens of the local issuer, made when somebody first needs one."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.local = issuer.local_issuer(settings)
        self.made: dict[Principal | str, str] = {}

    def token(self, principal: Principal, lifetime: dt.timedelta = dt.timedelta(hours=12)) -> str:
        """A token for *principal*."""
        return issuer.mint(self.local, principal, self.settings.audience, dt.datetime.now(dt.UTC), lifetime)

    def employer(self, employer_id: str) -> str:
        """The token of an employer's office, always the same one."""
        if employer_id not in self.made:
            subject = f"office@{employer_id}"
            self.made[employer_id] = self.token(Principal(subject, "employer", employer_id))
        return self.made[employer_id]

    def administrator(self) -> str:
        """The token of the registry's administrator."""
        return self.token(Principal("administrator", "administrator"))


def told(value: Any) -> None:
    """*value* as one line of JSON on standard output."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def say(line: str) -> None:
    """One line about what is being done, on standard error."""
    ERR.print(line, highlight=False, markup=False, soft_wrap=True)


def documents(paths: Sequence[str]) -> list[Document]:
    """The documents in *paths*: JSON files, files of one document a line (.ndjson, .jsonl), `-` for input."""
    found: list[Document] = []
    for path in paths:
        body = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        lines = body.splitlines()
        many = path.endswith((".ndjson", ".jsonl")) or (path == "-" and is_ndjson(lines))
        if many:
            found += [Document(f"{path}:{n}", line) for n, line in enumerate(lines, 1) if line.strip()]
        else:
            found.append(Document(path, body))
    return found


def is_ndjson(lines: Sequence[bytes]) -> bool:
    """Whether the first or last of several lines is a whole object, as it never is in one document."""
    full = [line.strip() for line in lines if line.strip()]
    return len(full) > 1 and any(is_object(line) for line in (full[0], full[-1]))


def is_object(line: bytes) -> bool:
    """Whether *line* is one whole JSON object."""
    try:
        return line.startswith(b"{") and isinstance(msgspec.json.decode(line), dict)
    except msgspec.DecodeError:
        return False


@contextlib.contextmanager
def progress(total: int, label: str, *, shown: bool) -> Iterator[Callable[[str], None]]:
    """A bar on a terminal, counted up by calling what this yields with how each thing ended."""
    counts: dict[str, int] = {}

    def counted(bar: Progress | None, task: TaskID | None) -> Callable[[str], None]:
        def count(ended: str) -> None:
            counts[ended] = counts.get(ended, 0) + 1
            if bar is not None and task is not None:
                said = ", ".join(
                    f"{number} {tables.WORDS.get(name, name)}" for name, number in counts.items()
                )
                bar.update(task, advance=1, said=said)

        return count

    if not shown:
        yield counted(None, None)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.fields[said]}"), console=ERR) as bar:
        yield counted(bar, bar.add_task(label, total=total, said=""))


async def file(address: str, token: str, found: Sequence[Document], amend: str, *, as_json: bool) -> int:
    """File each of *found*, or amend one disclosure; 1 when any was refused."""
    if amend and len(found) != 1:
        raise Invalid("an amendment is one document: name exactly one")
    refused = 0
    if not found:
        raise Invalid("there is nothing to file: no document was found")
    many = len(found) >= LONG_LIST
    async with connected(address, token, IMPATIENT) as registry:
        with progress(len(found), "filing", shown=many and ERR.is_terminal) as count:
            for document in found:
                answer = await filed(registry, document, amend)
                if answer.status == UNKNOWN_CALLER and many:
                    answer.wanted()
                refused += answer.problem is not None
                count("refused" if answer.problem else "accepted")
                if as_json:
                    told({"document": document.place, "status": answer.status, "answer": answer.body})
                else:
                    tell_filed(document, answer, many=many)
    return 1 if refused else 0


async def filed(registry: Registry, document: Document, amend: str) -> Answer:
    """The answer to one filing or amendment; an amendment is of the version that stands now."""
    if not amend:
        return await registry.file(document.body)
    standing = await registry.get(f"/v1/disclosures/{amend}")
    standing.wanted()
    return await registry.amend(amend, document.body, standing.headers.get("etag", ""))


def tell_filed(document: Document, answer: Answer, *, many: bool) -> None:
    """One filing, for a person: a line among many, otherwise receipt, warnings, findings and what is due."""
    if answer.problem is not None:
        tables.show(OUT, Text(f"{document.place}: refused: {answer.problem.detail}", style="bold red"))
        if answer.problem.errors:
            tables.show(OUT, tables.faults(answer.problem.errors))
        return
    receipt = answer.body["receipt"]
    place = f"entry {receipt['ledger']['index']}"
    line = f"{document.place}: {receipt['disclosure_id']} version {receipt['version']}, ledger {place}"
    tables.show(OUT, Text(line, style="green"))
    if many:
        return
    warnings = msgspec.convert(answer.body["warnings"], list[Fault])
    if warnings:
        tables.show(OUT, tables.faults(warnings, "Worth adding"))
    shown = [each for each in answer.body["findings"] if each["verdict"] != "not_applicable"]
    tables.show(OUT, tables.findings(shown), tables.due(answer.body["due"]), Text(tables.NOTE, style="dim"))


async def file_table(
    settings: Settings,
    address: str,
    token: str,
    work: importer.Work,
    *,
    prepare: bool,
    parallel: int,
    as_json: bool,
) -> int:
    """File a table row by row; without a token the local issuer signs for each employer of the table."""
    minter = None if token else Minter(settings)
    say(f"{work.head.input}: {work.head.rows} rows, {work.says}")
    async with connected(address, token) as registry:
        if prepare:
            administrator = registry.acting(minter.administrator()) if minter else registry
            employers, productions = await importer.prepare(work, administrator)
            say(f"put on record: {employers} employers, {productions} productions")
        with progress(work.head.rows, "filing rows", shown=ERR.is_terminal) as count:
            tally = await importer.run(
                work,
                registry,
                minter.employer if minter else lambda _employer: token,
                parallel=parallel,
                told=lambda _row, ended: count(ended),
            )
    if as_json:
        told(tally)
    else:
        rows = [[name, value] for name, value in msgspec.to_builtins(tally).items() if name != "says"]
        tables.show(OUT, tables.plain("Filed", ["", ""], rows))
    return 1 if tally.refused else 0
