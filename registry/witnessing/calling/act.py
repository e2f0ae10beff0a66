"""Posts and fetches, within a time, and reads no more of an answer than is used."""

import asyncio
from typing import Final, NamedTuple

import httpx

SECONDS: Final = 10.0
"""How long one answer is waited for, from the name's look-up to its last byte."""
LARGEST: Final = 1 << 16
CONNECTIONS: Final = 100
HEADERS: Final = {"user-agent": "ai-use-registry", "accept": "*/*", "accept-encoding": "identity"}


class Unanswered(Exception):
    """There was no answer, or none that could be used; says why in words."""


class Reply(NamedTuple):
    """What came back."""

    status: int
    media: str
    body: bytes


def client() -> httpx.AsyncClient:
    """A client for witnesses, authorities and logs; follows nobody elsewhere."""
    limits = httpx.Limits(max_connections=CONNECTIONS, keepalive_expiry=60)
    return httpx.AsyncClient(timeout=SECONDS, limits=limits, headers=HEADERS, follow_redirects=False)


async def posted(
    client: httpx.AsyncClient, address: str, body: bytes, media: str, seconds: float = SECONDS
) -> Reply:
    """Post *body* and read the answer; raises Unanswered when there is none in time."""
    request = client.build_request("POST", address, content=body, headers={"content-type": media})
    return await sent(client, request, seconds)


async def fetched(client: httpx.AsyncClient, address: str, seconds: float = SECONDS) -> bytes:
    """The body at *address*; raises Unanswered for anything but 200."""
    return good(await sent(client, client.build_request("GET", address), seconds))


def good(reply: Reply) -> bytes:
    """The body of an answer of 200; raises Unanswered for any other."""
    if reply.status != 200:
        raise Unanswered(f"it answered {reply.status}")
    return reply.body


async def sent(client: httpx.AsyncClient, request: httpx.Request, seconds: float) -> Reply:
    """Send *request* and read its answer, bounded."""
    try:
        async with asyncio.timeout(seconds):
            response = await client.send(request, stream=True)
            try:
                read = bytearray()
                async for piece in response.aiter_raw():
                    read += piece
                    if len(read) > LARGEST:
                        raise Unanswered(f"its answer has more than {LARGEST} bytes")
            finally:
                await response.aclose()
    except (TimeoutError, httpx.TimeoutException):
        raise Unanswered(f"it did not answer within {seconds:.0f} seconds") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as fault:
        raise Unanswered(f"it could not be reached: {type(fault).__name__}") from None
    return Reply(response.status_code, response.headers.get("content-type", ""), bytes(read))
