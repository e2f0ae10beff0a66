"""The commands about what vouches for the ledger from outside: the log's key, and a witness of one's own."""

import asyncio
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from registry import clock, serving, tables
from registry.commands import Json, configured
from registry.errands import OUT, say, told
from registry.errors import NotFound
from registry.ledger.log.owner import act as owner
from registry.witnessing.own import act as witnesses
from registry.witnessing.own import worker as witness_worker

ledger = App(name="ledger", help="The log: who signs it, and what to do when nothing is signed.")
witness = App(
    name="witness", help="A witness of your own: it signs only what continues what it signed before."
)


@ledger.command(name="status", help_epilogue="Examples:\n  registry ledger status")
def log_status(*, json: Json = False) -> int:
    """Who signs, how far, and why nothing is signed, if nothing is; changes nothing."""
    settings = configured()
    with serving.database(settings, say) as found:
        status = asyncio.run(owner.status(found.database_url, settings))
    told(status) if json else tables.show(OUT, tables.record("The log", status))
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
    told(made) if json else tables.show(OUT, tables.record("The new log", made))
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
