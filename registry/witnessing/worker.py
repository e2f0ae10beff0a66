"""The part of the worker that lets checkpoints out, every few seconds, until it is stopped."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from registry.db import Database
from registry.settings import Settings
from registry.witnessing.act import Publisher
from registry.witnessing.calling import act as calling

PART: Final = "publish"
BEAT_SECONDS: Final = 5.0


async def publish(
    db: Database,
    settings: Settings,
    clock: Callable[[], datetime],
    stop: asyncio.Event,
    beat: Callable[[str], Awaitable[None]],
) -> None:
    """Every `publish_seconds`, let the newest checkpoint out: to witnesses, folder and authority."""
    async with calling.client() as client:
        publisher = Publisher(db, settings, client)
        ticked = -float(settings.publish_seconds)
        try:
            while not stop.is_set():
                if time.monotonic() - ticked >= settings.publish_seconds:
                    ticked = time.monotonic()
                    await publisher.tick(clock())
                await beat(PART)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), min(settings.publish_seconds, BEAT_SECONDS))
        finally:
            await publisher.close()
