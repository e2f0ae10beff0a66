"""Ask every witness for the newest checkpoint of ours that it has signed; refuse a tree that lacks one."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

import httpx
import structlog

from registry import keyfile
from registry.db import Database
from registry.errors import RegistryError
from registry.ledger import checkpoint
from registry.ledger.checkpoint import Checkpoint, Seal
from registry.ledger.log import act as logs
from registry.ledger.log import store as log_store
from registry.ledger.log.fork import act as fork
from registry.ledger.note import Verifier
from registry.settings import Settings
from registry.witnessing import submission
from registry.witnessing.act import policy_of
from registry.witnessing.calling import act as calling
from registry.witnessing.calling.act import Unanswered
from registry.witnessing.policy import Witness

SECONDS: Final = 4.0
"""How long all witnesses together are waited for."""
NOTHING: Final = "it answered 404"
"""What a witness says that has signed nothing of ours."""

Say = Callable[[str], None]
log = structlog.get_logger()


class Unwaited(ThreadPoolExecutor):
    """Threads that a loop does not wait for at its end: looking up a name may take longer than all else."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002  the library's own
        """Begin nothing more, and wait for nothing."""
        super().shutdown(wait=False, cancel_futures=cancel_futures)


class Shown(NamedTuple):
    """What one witness shows: a checkpoint of ours, or why there is none; neither when it has signed none."""

    witness: Witness
    said: Checkpoint | None = None
    why: str = ""


async def look(dsn: str, settings: Settings, say: Say, client: httpx.AsyncClient | None = None) -> None:
    """Ask every witness, all at once; raises Corrupt when one of them shows what this database lacks.

    Who does not answer is told to *say*, and changes nothing. They are asked by *client*, or by one made
    here. The database is looked at after they have answered: what another process let out meanwhile is in it.
    """
    rule = policy_of(settings)
    asked = [each for each in rule.witnesses if each.address is not None] if rule else []
    verifier = await ours(dsn, settings) if asked else None
    if verifier is None:
        return
    asyncio.get_running_loop().set_default_executor(Unwaited())
    async with contextlib.nullcontext(client) if client else calling.client() as by:
        answers = await asyncio.gather(*(ask(by, each, verifier) for each in asked))
    for each in answers:
        if each.why:
            say(f"the witness {each.witness.name} could not be asked what it has signed: {each.why}")
            log.warning("witness.not_asked", witness=each.witness.name, why=each.why)
    await hold(dsn, answers)


async def ask(client: httpx.AsyncClient, witness: Witness, verifier: Verifier) -> Shown:
    """What one witness shows of the log that *verifier* is of."""
    address = f"{witness.address}/{submission.log_id(verifier.name)}/checkpoint"
    try:
        found = await calling.fetched(client, address, SECONDS)
        return Shown(witness, checkpoint.opened(found, verifier)[0])
    except Unanswered as fault:
        return Shown(witness, why="" if str(fault) == NOTHING else str(fault))
    except RegistryError as fault:
        return Shown(witness, why=f"what it shows cannot be used: {fault.detail}")


async def hold(dsn: str, answers: list[Shown]) -> None:
    """Raise unless our tree begins with every one of those that are shown, the largest first."""
    known = [each for each in answers if each.said is not None]
    async with Database.open(dsn, size=1) as db, db.snapshot() as conn:
        for each in sorted(known, key=lambda each: each.said.size if each.said else 0, reverse=True):
            assert each.said is not None, "only those that show something were kept"
            where = f"the witness {each.witness.name} has signed it"
            await fork.refuse_other(conn, where, each.said.size, each.said.root)


async def ours(dsn: str, settings: Settings) -> Verifier | None:
    """Whose signature counts: the newest log's, or of a database without a log that of the key lying here."""
    async with Database.open(dsn, size=1) as db, db.snapshot() as conn:
        past = await log_store.list_logs(conn)
    if past:
        return past[-1].verifier
    path = Path(settings.log_key) if settings.log_key else settings.data_dir / logs.KEY
    if not path.exists():
        return None
    return Seal(logs.origin_of(settings), keyfile.read(path, logs.WHOSE)).verifier
