"""The part of the worker that lets checkpoints out, and the process of a witness of one's own."""

import asyncio
import os
import signal
import subprocess
import sys
import time

import httpx
import msgspec
import pytest
from neighbours import Neighbour, policy_file, reaching

from registry import serving
from registry.ledger.log import store as logs
from registry.witnessing import act, store
from registry.witnessing import worker as part
from registry.witnessing.submission import log_id

PROGRAM = """
import sys
from pathlib import Path
from registry.witnessing.own.worker import run_witness
run_witness(Path(sys.argv[1]), Path(sys.argv[2]), "127.0.0.1", int(sys.argv[3]), say=lambda said: print(said, flush=True))
"""


async def test_the_part_lets_out_what_is_appended_until_it_is_stopped(log, tmp_path):
    """The folder follows the ledger, the part gives signs of life, and it ends when it is told to."""
    settings = msgspec.structs.replace(log.settings, tiles_dir=str(tmp_path / "tiles"), publish_seconds=1)
    stop, beats = asyncio.Event(), []

    async def beat(name):
        beats.append(name)

    await log.grow(3)
    task = asyncio.create_task(part.publish(log.db, settings, lambda: log.now, stop, beat))
    async with asyncio.timeout(10):
        await asyncio.to_thread(lies, tmp_path / "tiles" / "checkpoint")
        stop.set()
        await task
    assert set(beats) == {part.PART}


async def test_with_nothing_to_tell_it_asks_nothing(log):
    """Without witnesses, folder and authority a tick does not look into the database."""
    await log.grow(1)
    async with reaching() as client:
        assert await act.Publisher(log.db, log.settings, client).errands(log.now) == {}


def lies(path):
    """Wait until something lies at *path*."""
    for _ in range(1000):
        if path.exists():
            return
        time.sleep(0.01)
    raise AssertionError(path)


def started(folder, policy, port):
    """A witness in a process of its own, listening."""
    words = [sys.executable, "-c", PROGRAM, str(folder), policy, str(port)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    for _ in range(400):
        try:
            httpx.get(f"http://127.0.0.1:{port}/x/checkpoint", timeout=1)
        except httpx.TransportError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
        else:
            return process
    process.kill()
    raise AssertionError(process.communicate())


@pytest.mark.slow
async def test_a_witness_killed_at_any_time_never_signs_two_histories(log, tmp_path):
    """Killed without a word while it signs, and started again: it goes on from what it has signed, and no other."""
    studio = Neighbour(tmp_path / "studio", "studio", log.vkey)
    port = serving.free_port()
    own = policy_file(tmp_path / "logs", f"log {log.vkey}", "quorum none")
    line = f"witness studio {studio.vkey} http://127.0.0.1:{port}"
    rule = policy_file(tmp_path / "policy", line, "quorum studio")
    settings = msgspec.structs.replace(log.settings, witness_policy=rule)
    async with reaching() as client:
        for turn in range(4):
            process = await asyncio.to_thread(started, studio.folder, own, port)
            try:
                await log.grow(2)
                asking = asyncio.create_task(act.publish_once(log.db, settings, client, log.now))
                await asyncio.sleep(0.002 * turn)
                process.kill()
                await asyncio.wait_for(asking, 20)
            finally:
                process.kill()
                process.wait()
                process.stdout.close()
            await asyncio.to_thread(gone, port)
        process = await asyncio.to_thread(started, studio.folder, own, port)
        try:
            refused = await asyncio.to_thread(second, studio.folder, own)
            assert "another process works as the witness" in refused
            assert await act.publish_once(log.db, settings, client, log.now)
            shown = await client.get(f"http://127.0.0.1:{port}/{log_id(log.seal.origin)}/checkpoint")
            assert shown.text.split("\n")[1] == "8"
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
            said = process.stdout.read()
            assert f"witness {studio.vkey}" in said
            assert "stopped" in said
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
    async with log.db.snapshot() as conn:
        assert await logs.find_halt(conn) is None
        assert (await store.get_told(conn, studio.vkey, 1)).size == 8


def second(folder, policy):
    """What a second witness in the same folder says."""
    words = [sys.executable, "-c", PROGRAM, str(folder), policy, str(serving.free_port())]
    return subprocess.run(words, capture_output=True, text=True, check=False).stderr


def gone(port):
    """Wait until nobody listens on *port* any more: children end with their parent."""
    for _ in range(400):
        try:
            httpx.get(f"http://127.0.0.1:{port}/x/checkpoint", timeout=1)
        except httpx.TransportError:
            return
        time.sleep(0.02)
    raise AssertionError(f"somebody still listens on {port}, after process {os.getpid()} killed the witness")
