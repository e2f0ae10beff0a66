"""The commands of those who keep a registry's database: verify, rebuild, back up, restore, scrub."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Final

from cyclopts import App, Parameter
from cyclopts.types import PositiveInt
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from registry import clock, serving, tables
from registry.access import act as access
from registry.agreements import act as agreements
from registry.audit import act as audit
from registry.audit import verified as verification
from registry.audit.recomputed import Findings, Mismatch
from registry.audit.verified import Progress as Reached
from registry.audit.verified import Tally, Verified
from registry.auth.reading import showing
from registry.backups import act as backups
from registry.backups.continuous import act as continuous
from registry.backups.restoring import act as restoring
from registry.commands import Json, configured
from registry.db import Database
from registry.errands import ERR, OUT, say, told
from registry.ledger.moment import stated
from registry.rebuilding import act as rebuilding
from registry.redactions.leavings import act as leavings

CORRUPT: Final = 3
MOST_DIFFERENCES: Final = 100
"""How many differences between judgements and what comes out are shown; all of them are counted."""

redactions = App(name="redactions", help="What orders to redact leave to be done.")


def verify(
    *,
    findings: Annotated[
        bool, Parameter(help="Make every judgement again, too, and compare it.", negative=())
    ] = False,
    since: Annotated[
        Path | None,
        Parameter(help="A file of yours that says how far you verified; read if it is there, and written."),
    ] = None,
    jobs: Annotated[PositiveInt | None, Parameter(help="Processes to share it; unsaid, one a core.")] = None,
    json: Json = False,
) -> int:
    """Recompute the whole history from its bytes, trusting no stored hash; 3 if it does not add up."""
    known = verification.decode(since.read_bytes()) if since and since.exists() else None
    with serving.database(configured(), say) as found:
        tally, made = asyncio.run(verified(found.database_url, known, jobs, findings=findings))
    if since and tally.verified:
        since.write_bytes(verification.encode(tally.verified))
    different = [] if made is None else made[1]
    if json:
        said = {"size": tally.size, "root": tally.root.hex(), "rows_checked": tally.rows_checked}
        said |= {"first": tally.first, "checkpoints": tally.checkpoints, "redacted": tally.redacted}
        judged = {"judgements": made[0].judgements, "mismatches": different} if made else {}
        told({**said, **judged, "keys": tally.keys, "verified": not different})
    else:
        OUT.print(line(tally, made and made[0]), highlight=False, soft_wrap=True)
        rows = [[each.judgement, each.rule, each.subject, each.stored, each.recomputed] for each in different]
        if rows:
            columns = ["judgement", "rule", "subject", "stored", "comes out"]
            tables.show(OUT, tables.plain("What was judged, and what comes out", columns, rows))
    return CORRUPT if different else 0


def line(tally: Tally, made: Findings | None) -> str:
    """What was verified, in one line."""
    said = f"{tally.size} entries, {tally.rows_checked} rows, root {tally.root.hex()}"
    if tally.first:
        said = f"{tally.size} entries, of them {tally.size - tally.first} new, {said.partition(', ')[2]}"
    if tally.checkpoints:
        said += f"; {tally.checkpoints} signed checkpoints hold"
    if tally.redacted:
        said += f"; {tally.redacted} rows redacted by {tally.redactions} orders"
    if made:
        said += f"; {made.judgements} judgements made again, {made.mismatches} differences"
        said += f", {made.redacted} redacted and not made again" if made.redacted else ""
    return said


async def verified(
    dsn: str, known: Verified | None, jobs: int | None = None, *, findings: bool
) -> tuple[Tally, tuple[Findings, list[Mismatch]] | None]:
    """The whole history recomputed; with *findings*, every judgement too, and the first differences found."""
    different: list[Mismatch] = []

    def kept(each: Mismatch) -> None:
        if len(different) < MOST_DIFFERENCES:
            different.append(each)

    async with Database.open(dsn, size=2) as opened:
        with bars() as report:
            tally = await audit.verify(opened, known, report, jobs=jobs or audit.cores())
        if not findings:
            return tally, None
        made = await audit.verify_findings(opened, agreements.editions(), kept)
        if different:
            now = clock.reader(configured().clock_file)()
            async with access.by_operator(opened, "registry verify --findings", now):
                showing(*{each.judgement.partition("/")[0] for each in different})
        return tally, (made, different)


@contextlib.contextmanager
def bars() -> Iterator[Callable[[Reached], None]]:
    """A bar for each part of a verification, on a terminal."""
    if not ERR.is_terminal:
        yield lambda _reached: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=ERR, transient=True) as shown:
        parts: dict[str, TaskID] = {}

        def report(reached: Reached) -> None:
            if reached.part not in parts:
                parts[reached.part] = shown.add_task(reached.part)
            shown.update(parts[reached.part], completed=reached.done, total=reached.of)

        yield report


def rebuild(*, json: Json = False) -> int:
    """Make every copy anew from the history, while readers go on; writers wait. 3 if they cannot agree.

    Needs the rights of the tables' owner, as migrations do.
    """
    with serving.database(configured(), say) as found:
        made = asyncio.run(
            rebuilding.rebuild(
                found.database_url,
                agreements.editions(),
                lambda copy, rows: say(f"{copy}: {rows} rows") if rows else None,
            )
        )
    told(made) if json else tables.show(OUT, tables.record("Made anew", made))
    return 0


@redactions.command(name="scrub", help_epilogue="Examples:\n  registry redactions scrub")
def scrub_redactions(*, json: Json = False) -> int:
    """Write the tables anew that redactions took words from, so that the disk has them no more.

    Each table stands still while it is written; choose a quiet hour. Says what it cannot reach.
    """
    settings = configured()
    now = clock.reader(settings.clock_file)()
    with serving.database(settings, say) as found:
        made = asyncio.run(leavings.scrub(found.database_url, now, say))
    told(made) if json else tables.show(OUT, tables.record("Scrubbed", made))
    return 0


Backups = Annotated[Path, Parameter(help="The folder of backups.")]


def backup(
    folder: Backups,
    /,
    *,
    base: Annotated[
        bool, Parameter(help="A base backup, for point in time; needs `--archive` first.", negative=())
    ] = False,
    archive: Annotated[
        bool, Parameter(help="Only switch the archive of the write-ahead log on.", negative=())
    ] = False,
) -> int:
    """Back up the whole history to a folder, with a signed manifest of the tree it holds."""
    settings, folder = configured(), folder.resolve()
    now = clock.reader(settings.clock_file)()
    if archive:
        asyncio.run(continuous.archive(settings, folder, say))
        return 0
    made = asyncio.run((continuous.base if base else backups.backup)(settings, folder, now, say))
    OUT.file.write(f"{made}\n")
    return 0


def restore(
    path: Annotated[Path, Parameter(help="The backup: one folder in the folder of backups.")],
    /,
    *,
    until: Annotated[str | None, Parameter(help="Of a base backup: the instant it is restored to.")] = None,
    archived: Annotated[
        Path | None, Parameter(help="Of a base backup: where its archive lies now, if it was moved.")
    ] = None,
    vkey: Annotated[str | None, Parameter(help="The log's key that must have signed it.")] = None,
    json: Json = False,
) -> int:
    """Restore a backup into an empty place, and check all of it against what was published, before it serves.

    1 when it is sound but older than what was published: it says what to do, and signs nothing until then.
    """
    settings = configured()
    now = clock.reader(settings.clock_file)()
    path = path.resolve()
    found = asyncio.run(backups.check(path))
    if found.way == "base" or until or archived:
        at = stated(until, "until")
        made = asyncio.run(continuous.restore(path, settings, at, now, say, archived, vkey))
    else:
        made = asyncio.run(restoring.restore(path, settings, now, say, vkey))
    told(made) if json else tables.show(OUT, tables.record("Restored", made))
    return 1 if made.problem else 0
