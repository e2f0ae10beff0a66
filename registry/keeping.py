"""The commands of those who keep a registry: verify, rebuild, back up, restore, the log's key, a witness."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Final

import msgspec
from cyclopts import App, Parameter
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from registry import clock, serving, tables
from registry.agreements import act as agreements
from registry.audit import act as audit
from registry.audit import verified as verification
from registry.audit.act import Tally
from registry.audit.recomputed import Findings, Mismatch
from registry.audit.verified import Progress as Reached
from registry.audit.verified import Verified
from registry.backups import act as backups
from registry.backups.continuous import act as continuous
from registry.backups.restoring import act as restoring
from registry.commands import Json, configured
from registry.db import Database
from registry.errands import ERR, OUT, say, told
from registry.errors import NotFound
from registry.ledger.log.owner import act as owner
from registry.ledger.moment import stated
from registry.rebuilding import act as rebuilding
from registry.witnessing.own import act as witnesses
from registry.witnessing.own import worker as witness_worker

CORRUPT: Final = 3
MOST_DIFFERENCES: Final = 100
"""How many differences between judgements and what comes out are shown; all of them are counted."""

ledger = App(name="ledger", help="The log: who signs it, and what to do when nothing is signed.")
witness = App(
    name="witness", help="A witness of your own: it signs only what continues what it signed before."
)


def verify(
    *,
    findings: Annotated[
        bool, Parameter(help="Make every judgement again, too, and compare it.", negative=())
    ] = False,
    since: Annotated[
        Path | None,
        Parameter(help="A file of yours that says how far you verified; read if it is there, and written."),
    ] = None,
    json: Json = False,
) -> int:
    """Recompute the whole history from its bytes, trusting no stored hash; 3 if it does not add up."""
    known = verification.decode(since.read_bytes()) if since and since.exists() else None
    with serving.database(configured(), say) as found:
        tally, made = asyncio.run(verified(found.database_url, known, findings=findings))
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
    dsn: str, known: Verified | None, *, findings: bool
) -> tuple[Tally, tuple[Findings, list[Mismatch]] | None]:
    """The whole history recomputed; with *findings*, every judgement too, and the first differences found."""
    different: list[Mismatch] = []

    def kept(each: Mismatch) -> None:
        if len(different) < MOST_DIFFERENCES:
            different.append(each)

    async with Database.open(dsn, size=2) as opened:
        with bars() as report:
            tally = await audit.verify(opened, known, report)
        if not findings:
            return tally, None
        return tally, (await audit.verify_findings(opened, agreements.editions(), kept), different)


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
    told(made) if json else tables.show(OUT, record("Made anew", made))
    return 0


@ledger.command(name="status", help_epilogue="Examples:\n  registry ledger status")
def log_status(*, json: Json = False) -> int:
    """Who signs, how far, and why nothing is signed, if nothing is; changes nothing."""
    settings = configured()
    with serving.database(settings, say) as found:
        status = asyncio.run(owner.status(found.database_url, settings))
    told(status) if json else tables.show(OUT, record("The log", status))
    return 1 if status.problem or status.halted else 0


@ledger.command(
    name="rotate",
    help_epilogue='Examples:\n  registry ledger rotate --by j.doe --why "the key was seen elsewhere"',
)
def rotate_log(
    *,
    by: Annotated[str, Parameter(help="Who begins the new log.")],
    why: Annotated[str, Parameter(help="Why; everybody reads it.")],
    origin: Annotated[str | None, Parameter(help="Its name; unsaid, the old one's with a number.")] = None,
    key_file: Annotated[Path | None, Parameter(help="Its key; made if the file is not there.")] = None,
    clock_is_right: Annotated[bool, Parameter(help="The newest entry is of a clock that was ahead.")] = False,
    json: Json = False,
) -> int:
    """Begin a new log over the same entries, with a new name and key; the old key signs nothing any more."""
    settings = configured()
    now = clock.reader(settings.clock_file)()
    with serving.database(settings, say) as found:
        made = asyncio.run(
            owner.rotate(
                found.database_url,
                settings,
                now=now,
                by=by,
                why=why,
                origin=origin,
                key_file=key_file,
                clock_is_right=clock_is_right,
            )
        )
    told(made) if json else tables.show(OUT, record("The new log", made))
    return 0


@ledger.command(name="resume", help_epilogue="Examples:\n  registry ledger resume --by j.doe")
def resume_log(*, by: Annotated[str, Parameter(help="Who has looked into it.")]) -> int:
    """Go on with this history after somebody else was seen to hold another one."""
    with serving.database(configured(), say) as found:
        reason = asyncio.run(owner.resume(found.database_url, by))
    if reason is None:
        raise NotFound("nothing was halted")
    say(f"goes on; it was halted because {reason}")
    return 0


@witness.command(
    name="init", help_epilogue="Examples:\n  registry witness init /srv/witness --name iatse.example/witness"
)
def init_witness(
    folder: Annotated[Path, Parameter(help="Its folder, on a machine of your own.")],
    /,
    *,
    name: Annotated[str, Parameter(help="What its key is called: an address of yours, without scheme.")],
) -> int:
    """Make a witness: its key in a folder; prints the vkey to be given to the registries it signs for."""
    OUT.file.write(witnesses.init_witness(folder, name) + "\n")
    return 0


@witness.command(
    name="serve",
    help_epilogue="Examples:\n  registry witness serve /srv/witness --policy logs.policy --port 8441",
)
def serve_witness(
    folder: Annotated[Path, Parameter(help="Its folder.")],
    /,
    *,
    policy: Annotated[Path, Parameter(help="Which logs it signs for: a line `log VKEY ADDRESS` each.")],
    host: Annotated[str, Parameter(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, Parameter(help="The port.")] = 8441,
    key: Annotated[Path | None, Parameter(help="Its key, if it lies elsewhere.")] = None,
    adopt: Annotated[
        bool, Parameter(help="Take a folder without its mark for what it is, once.", negative=())
    ] = False,
) -> int:
    """Sign checkpoints of the logs of a policy until told to stop; never two that contradict each other."""
    witness_worker.run_witness(folder, policy, host, port, key=key, adopt=adopt, say=say)
    return 0


def record(title: str, said: msgspec.Struct) -> Table:
    """What a struct says, a line for each field that says something."""
    rows = [[name.replace("_", " "), value] for name, value in msgspec.to_builtins(said).items() if value]
    return tables.plain(title, ["", ""], rows)


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
    told(made) if json else tables.show(OUT, record("Restored", made))
    return 1 if made.problem else 0
