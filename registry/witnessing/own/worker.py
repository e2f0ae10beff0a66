"""The process of a witness of one's own: looks at its folder, says its key, serves until told to stop."""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

from registry.witnessing.calling import act as calling
from registry.witnessing.own import act, http
from registry.witnessing.own.act import Witness
from registry.witnessing.policy import Policy

DEATH_OF_PARENT: Final = 1
"""PR_SET_PDEATHSIG of prctl(2)."""

Say = Callable[[str], None]


def run_witness(
    folder: Path,
    policy: Path,
    host: str,
    port: int,
    *,
    key: Path | None = None,
    adopt: bool = False,
    say: Say,
) -> None:
    """Serve the witness in *folder* for the logs of the file *policy*; raises first if it must not."""
    logs = act.policy_in(policy)
    with Witness.opened(folder, logs, key=key, adopt=adopt) as witness:
        silent = asyncio.run(looked(witness))
        vkey = witness.verifier.vkey
    for origin, why in silent.items():
        say(f"{origin} could not be asked for what it shows of ours: {why}")
    say(f"witness {vkey}")
    say(f"listening on http://{host}:{port}, for {', '.join(log.key.name for log in logs.logs)}")
    server = Server(
        "witness",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=1,
        websockets=False,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=partial(loaded, folder, logs, key, os.getpid()), wrap_loader=False)
    say("stopped")


async def looked(witness: Witness) -> dict[str, str]:
    """Compare the folder with what the logs show of this witness's signatures."""
    async with calling.client() as client:
        return dict(await act.remembered(witness, partial(calling.fetched, client)))


def loaded(folder: Path, logs: Policy, key: Path | None, parent: int) -> Any:
    """The application, in the process that serves it and ends with its parent: the folder is free then."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DEATH_OF_PARENT, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before the kernel was asked
            raise SystemExit(1)
    return http.create(folder, logs, key=key)
