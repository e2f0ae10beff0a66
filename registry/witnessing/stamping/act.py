"""Asks the authority for a stamp of the newest checkpoint, every so often."""

import hashlib
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import httpx
import structlog
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from registry.db import Database
from registry.errors import Invalid
from registry.ledger.log.signed import Signed
from registry.witnessing import store
from registry.witnessing.calling import act as calling
from registry.witnessing.calling.act import Unanswered
from registry.witnessing.record import Stamp, Told
from registry.witnessing.stamping import reply

AGAIN_SECONDS: Final = 60
"""After how long an authority that failed is asked again, if that is sooner than the next stamp."""
QUERY: Final = "application/timestamp-query"

log = structlog.get_logger()


def name_of(url: str) -> str:
    """The authority at *url* as it is shown: without a password, or what is asked behind `?`."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def due(told: Told | None, seconds: int, size: int, now: datetime) -> bool:
    """Whether it is time for a stamp of the tree of *size*."""
    if told is None:
        return True
    if told.error is not None:
        return now - told.told_at >= timedelta(seconds=min(seconds, AGAIN_SECONDS))
    return told.size < size and now - told.told_at >= timedelta(seconds=seconds)


async def stamp(
    db: Database, client: httpx.AsyncClient, url: str, seconds: int, newest: Signed, now: datetime
) -> bool:
    """Have *newest* stamped if the last stamp is *seconds* old; False when the authority failed."""
    authority = name_of(url)
    async with db.snapshot() as conn:
        told = await store.get_told(conn, authority, newest.log)
    if not due(told, seconds, newest.size, now):
        return True
    signed = newest.note.encode()
    question = (
        TimestampRequestBuilder().data(signed).hash_algorithm(HashAlgorithm.SHA256).nonce(nonce=True)
    ).cert_request(cert_request=True)
    asked = question.build()
    try:
        answer = calling.good(await calling.posted(client, url, asked.as_bytes(), QUERY))
        at = reply.read(answer, hashlib.sha256(signed).digest(), asked.nonce)
    except (Unanswered, Invalid) as fault:
        async with db.transaction() as conn:
            await store.fail(conn, authority, newest.log, str(fault), now)
        log.warning("checkpoint.not_stamped", authority=authority, why=str(fault))
        return False
    async with db.transaction() as conn:
        await store.add_stamp(conn, Stamp(newest.size, newest.log, authority, answer, at))
        await store.tell(conn, authority, newest.log, newest.size, now)
    return True
