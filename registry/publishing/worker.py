"""The processes a backtest is judged in: each is given the trial once, and then productions, as bytes."""

import concurrent.futures
import multiprocessing
import os
from typing import Final

import msgspec

from registry.publishing import history
from registry.publishing.history import Chunk, Setup, Trial

HELD: Final[dict[str, Trial]] = {}
"""The trial this process judges."""


def pool(setup: Setup) -> concurrent.futures.ProcessPoolExecutor:
    """As many processes as the machine has cores; they know nothing of this one but *setup*."""
    return concurrent.futures.ProcessPoolExecutor(
        max_workers=os.cpu_count() or 1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=prepare,
        initargs=(msgspec.json.encode(setup),),
    )


def prepare(setup: bytes) -> None:
    """Compile the trial this process judges."""
    HELD["trial"] = history.trial(msgspec.json.decode(setup, type=Setup))


def judged(chunk: bytes) -> bytes:
    """What the draft would change of the productions in *chunk*."""
    return judged_by(HELD["trial"], chunk)


def judged_by(trial: Trial, chunk: bytes) -> bytes:
    """The same, with *trial*."""
    return msgspec.json.encode(history.judged(trial, msgspec.json.decode(chunk, type=Chunk)))
