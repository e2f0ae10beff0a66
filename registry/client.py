"""The registry as a caller sees it: requests over HTTP, answers with their problems, patience.

Used by the command line, the importer and the demonstration; it knows addresses and tokens, not tables.
What a caller may simply repeat (no connection, 503, a first request still running) is repeated with growing
pauses; everything else is an answer, refusals included.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from registry.errors import Busy, Fault, Refused

TRIES: Final = 7
PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
TIMEOUT: Final = httpx.Timeout(60, connect=5)
RUNNING: Final = "request-still-running"


class Problem(msgspec.Struct, frozen=True):
    """A refusal as the server words it (RFC 9457)."""

    type: str = "about:blank"
    title: str = ""
    status: int = 0
    detail: str = ""
    errors: list[Fault] = []

    @property
    def slug(self) -> str:
        """The last part of the problem's type."""
        return self.type.rpartition("/")[2].rpartition(":")[2]


class Answer(msgspec.Struct, frozen=True):
    """What came back. `problem` is None when the request was carried out."""

    status: int
    headers: Mapping[str, str]
    body: Any
    raw: bytes
    problem: Problem | None = None

    def wanted(self) -> Any:
        """The body; raises Refused with the server's words when there is a problem."""
        if self.problem is not None:
            said = (
                f"{self.problem.title}: {self.problem.detail}" if self.problem.title else self.problem.detail
            )
            raise Refused(f"{said} ({self.status})", self.problem.errors)
        return self.body


class Registry:
    """One server, one caller."""

    def __init__(self, http: httpx.AsyncClient, token: str, tries: int = TRIES) -> None:
        self.http = http
        self.token = token
        self.tries = tries

    def acting(self, token: str) -> "Registry":
        """The same server with another caller's token."""
        return Registry(self.http, token, self.tries)

    async def get(self, path: str, **query: Any) -> Answer:
        """Read *path*; query values that are None are left out."""
        given = {name: value for name, value in query.items() if value is not None}
        return await self.send("GET", path, params=given)

    async def every(self, path: str, **query: Any) -> list[Any]:
        """All items of a paged list, page after page."""
        items: list[Any] = []
        cursor = None
        while True:
            page = (await self.get(path, cursor=cursor, limit=200, **query)).wanted()
            items += page["items"]
            cursor = page.get("next")
            if not cursor:
                return items

    async def file(self, body: bytes, key: str | None = None) -> Answer:
        """File the disclosure in *body*; without a key the body's own digest is one."""
        headers = {"idempotency-key": key or f"body-{hashlib.sha256(body).hexdigest()}"}
        return await self.send("POST", "/v1/disclosures", content=body, headers=headers)

    async def amend(self, disclosure_id: str, body: bytes, if_match: str) -> Answer:
        """Put a new version in the place of the one *if_match* names."""
        path = f"/v1/disclosures/{disclosure_id}"
        return await self.send("PUT", path, content=body, headers={"if-match": if_match})

    async def post(self, path: str, document: Any, if_match: str | None = None) -> Answer:
        """Send *document* to *path*."""
        headers = {"if-match": if_match} if if_match else {}
        return await self.send("POST", path, content=msgspec.json.encode(document), headers=headers)

    async def send(self, method: str, path: str, **words: Any) -> Answer:
        """One request, repeated while the server is busy; raises Busy when it stays so."""
        headers = dict(words.pop("headers", {}))
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        if "content" in words:
            headers.setdefault("content-type", "application/json")
        why = ""
        for attempt in range(self.tries):
            try:
                answer = answered(await self.http.request(method, path, headers=headers, **words))
            except httpx.TransportError as fault:
                why = f"no answer from {self.http.base_url} ({fault.__class__.__name__})"
            else:
                if not passing(answer):
                    return answer
                why = f"the server stays busy: {answer.status}"
            await asyncio.sleep(min(PAUSE * 2**attempt, LONGEST_PAUSE))
        raise Busy(f"{why}, {self.tries} tries; is the registry running there?")

    async def download(self, path: str, into: Path, **query: Any) -> Answer:
        """Read *path* into a file, piece by piece; the file is there whole, or not at all.

        The answer has no body, unless it is a problem.
        """
        given = {name: value for name, value in query.items() if value is not None}
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        part = into.with_name(f"{into.name}.part")
        try:
            async with self.http.stream("GET", path, params=given, headers=headers) as response:
                if response.status_code >= 400:
                    await response.aread()
                    return answered(response)
                with part.open("wb") as file:
                    async for piece in response.aiter_bytes():
                        file.write(piece)
        except httpx.TransportError as fault:
            part.unlink(missing_ok=True)
            raise Busy(f"{path} broke off ({fault.__class__.__name__}); ask again") from fault
        part.replace(into)
        return Answer(response.status_code, dict(response.headers), None, b"")


@contextlib.asynccontextmanager
async def connected(address: str, token: str = "", tries: int = TRIES) -> AsyncIterator[Registry]:
    """A caller of the registry at *address* for as long as the block runs."""
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    async with httpx.AsyncClient(base_url=address, timeout=TIMEOUT, limits=limits) as http:
        yield Registry(http, token, tries)


def answered(response: httpx.Response) -> Answer:
    """*response* as an Answer; a body that is not JSON is kept as text."""
    raw = response.content
    body = decoded(raw)
    problem = None
    if response.status_code >= 400:
        problem = Problem(title=response.reason_phrase, status=response.status_code, detail=str(body)[:200])
        if response.headers.get("content-type", "").startswith("application/problem+json"):
            with contextlib.suppress(msgspec.ValidationError):
                problem = msgspec.convert(unhashed(body), Problem)
    return Answer(response.status_code, dict(response.headers), body, raw, problem)


def unhashed(body: Any) -> Any:
    """A problem document with its pointers as Fault has them: without the leading `#`."""
    if not isinstance(body, dict):
        return body
    faults = [
        {**each, "pointer": str(each.get("pointer", "")).removeprefix("#")}
        for each in body.get("errors") or []
    ]
    return {**body, "errors": [{"code": "", "detail": "", **fault} for fault in faults]}


def decoded(raw: bytes) -> Any:
    """*raw* as JSON, or as text."""
    try:
        return msgspec.json.decode(raw) if raw else None
    except msgspec.DecodeError:
        return raw.decode(errors="replace")


def passing(answer: Answer) -> bool:
    """Whether the same request may simply be sent again."""
    running = answer.status == 409 and answer.problem is not None and answer.problem.slug == RUNNING
    return answer.status in {502, 503, 504} or running
