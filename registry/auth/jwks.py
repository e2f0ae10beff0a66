"""The key sets of the configured issuers, fetched over the network and kept.

A key set is fetched when first needed, again after an hour, and again for an unknown key name, at most once
a minute: a stranger with made-up key names cannot make the registry hammer an issuer. When an issuer does
not answer, the keys it gave before stay good for a day.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Final

import httpx
import structlog

from registry.auth.keys import Key, keys_of
from registry.errors import Busy, Invalid

FRESH: Final = 3600.0
KEPT: Final = 86400.0
PAUSE: Final = 60.0
TIMEOUT: Final = 5.0
LARGEST: Final = 1 << 18

log = structlog.get_logger()


class KeySource:
    """One issuer's key set at one address."""

    def __init__(
        self,
        issuer: str,
        address: str,
        client: httpx.AsyncClient,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.issuer = issuer
        self.address = address
        self.client = client
        self.ticks = ticks
        self.keys: dict[str, Key] = {}
        self.fetched_at = -KEPT
        self.tried_at = -PAUSE
        self.lock = asyncio.Lock()

    async def find(self, kid: str) -> Key | None:
        """This issuer's key named *kid*, or None; Busy when the issuer never answered."""
        if kid not in self.keys or self.ticks() - self.fetched_at > FRESH:
            async with self.lock:
                if self.ticks() - self.tried_at >= PAUSE:
                    await self.refresh()
        if self.ticks() - self.fetched_at > KEPT:
            raise Busy("the keys of a token issuer cannot be fetched at the moment")
        return self.keys.get(kid)

    async def refresh(self) -> None:
        """Fetch the key set; on failure the keys known before stay."""
        self.tried_at = self.ticks()
        try:
            self.keys = keys_of(self.issuer, await self.fetch())
        except (httpx.HTTPError, Invalid) as fault:
            log.warning("issuer.unreachable", issuer=self.issuer, fault=repr(fault)[:200])
            return
        self.fetched_at = self.ticks()

    async def fetch(self) -> bytes:
        """The bytes at the key set's address, no more than a key set may have."""
        body = bytearray()
        async with self.client.stream("GET", self.address) as response:
            response.raise_for_status()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LARGEST:
                    raise Invalid(f"the key set of {self.issuer} is larger than {LARGEST} bytes")
        return bytes(body)


class Keyring:
    """Every key a token may be signed with: the configured issuers', or the local issuer's alone."""

    def __init__(self, sources: list[KeySource], local: Mapping[str, Key] | None = None) -> None:
        self.sources = sources
        self.local = dict(local or {})

    async def find(self, kid: str) -> list[Key]:
        """Every accepted issuer's key named *kid*; an issuer that is away hides only its own keys."""
        found = [self.local[kid]] if kid in self.local else []
        away: Busy | None = None
        for source in self.sources:
            try:
                key = await source.find(kid)
            except Busy as fault:
                away = fault
                continue
            if key is not None:
                found.append(key)
        if not found and away is not None:
            raise away
        return found


def client() -> httpx.AsyncClient:
    """A client for key sets: short patience, no redirects."""
    return httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False, headers={"Accept": "application/json"})
