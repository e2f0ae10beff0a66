"""How long word takes: from the answer to a filing to the first webhook about its production.

A server and its worker as `registry serve` runs them, one webhook subscription of a representative, and in this
process a client that files at a steady rate and a receiver that answers at once. Each filing is the first of a
production of its own, so each raises alerts, and each alert is a webhook. Both ends read one clock.

Filings are offered at the rate that is asked for; where the machine does not carry it, a second round offers
`SHARE` of what it did carry. No filing may be left without its webhook, and no delivery unsent at the end.
"""

import asyncio
import json
import sys
import time
from contextlib import asynccontextmanager
from types import SimpleNamespace

import asyncpg
import uvloop
from standardwebhooks import Webhook

OFFERED = 100
"""Filings a second."""
CARRIED = 0.95
"""Of the offered rate, from which on it counts as carried."""
SHARE = 0.8
"""Of what was carried, offered in the second round: as much as leaves no queue before the server."""
WARM = 10, 2
"""Filings a second, and for how many seconds, before the first round: statements are prepared, packs opened."""
CONNECTIONS = 64
PATIENCE = 30
"""Seconds after the last answer for the last webhook."""
EVERY = 100
"""Every so many-th signature is checked."""
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
LEFT = """
SELECT count(*) AS made, count(*) FILTER (WHERE state = 'delivered') AS delivered,
       (SELECT count(*) FROM delivery_attempt) AS attempts
FROM delivery
"""
DUE = """
SELECT NOT EXISTS (SELECT FROM worker_pulse WHERE part = 'sweep')
    OR EXISTS (SELECT FROM production WHERE judged_again_at <= now())
    OR (SELECT h.size > d.position FROM ledger_head h, dispatch d)
"""


def length_of(buffer, end):
    """The length the head of a message gives its body."""
    for line in buffer[:end].split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


class Receiver(asyncio.Protocol):
    """Takes webhooks, writes down when each came, and answers at once; they are read when the run is over."""

    def __init__(self, got):
        self.got = got
        self.buffer = b""

    def connection_made(self, transport):
        """Begin."""
        self.transport = transport

    def data_received(self, data):
        """Part of a request, or more than one."""
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            whole = end + 4 + length_of(self.buffer, end)
            if len(self.buffer) < whole:
                return
            self.got.append((time.monotonic(), self.buffer[:end], self.buffer[end + 4 : whole]))
            self.buffer = self.buffer[whole:]
            self.transport.write(OK)


async def ask(port, method, path, token, body=b"", key=""):
    """One request over a connection of its own; status and body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(head_of(method, path, token, body, key) + body)
        return await answer_of(reader)
    finally:
        writer.close()


def head_of(method, path, token, body, key):
    """The head of a request."""
    named = f"Idempotency-Key: {key}\r\n" if key else ""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{named}"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()


async def answer_of(reader):
    """Status and body of one answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    body = await reader.readexactly(length_of(head, len(head) - 4))
    return int(head[9:12]), body


async def file(orders, bodies, rate, seconds, seen):
    """File the next of *bodies* at *rate* a second for *seconds*, or as fast as the server takes them."""
    waiting, began, begun = asyncio.Queue(), time.monotonic(), []

    async def lane():
        reader, writer = await asyncio.open_connection("127.0.0.1", orders["port"])
        try:
            while (one := await waiting.get()) is not None:
                key, body = one
                writer.write(head_of("POST", "/v1/disclosures", orders["office"], body, f"word-{key}") + body)
                status, said = await answer_of(reader)
                if status == 201:
                    seen.answered[key] = time.monotonic(), json.loads(said)["receipt"]["ledger"]["index"]
                else:
                    seen.refused.append(said.decode()[:300])
        finally:
            writer.close()

    lanes = [asyncio.create_task(lane()) for _ in range(CONNECTIONS)]
    for number in range(int(rate * seconds)):
        await asyncio.sleep(began + number / rate - time.monotonic())
        # Where every connection waits for an answer, nothing piles up without end: the offer passes.
        if waiting.empty():
            if (one := next(bodies, None)) is None:
                break
            waiting.put_nowait(one)
            begun.append(one[0])
    for _ in lanes:
        waiting.put_nowait(None)
    ends = await asyncio.gather(*lanes, return_exceptions=True)
    seen.broken += sum(isinstance(end, BaseException) for end in ends)
    return began, begun


async def drained(dsn, seen, keys):
    """Wait until every filing answered had word and nothing waits to be sent; how long that took."""
    began = time.monotonic()
    conn = await asyncpg.connect(dsn)
    try:
        while time.monotonic() - began < PATIENCE:
            row = await conn.fetchrow(LEFT)
            untold = await conn.fetchval("SELECT h.size - d.position FROM ledger_head h, dispatch d")
            if untold == 0 and row["made"] == row["delivered"] and keys <= first_of(seen).keys():
                break
            await asyncio.sleep(0.25)
        return time.monotonic() - began, dict(row)
    finally:
        await conn.close()


def first_of(seen):
    """When the first webhook came of what each filing brought about: of what stands after it in the ledger."""
    for came, _, body in seen.got[seen.read :]:
        told = json.loads(body)["data"]
        answered = seen.answered.get(told["production_id"])
        if answered and told["position"] > answered[1]:
            seen.first.setdefault(told["production_id"], came)
    seen.read = len(seen.got)
    return seen.first


async def quiet(dsn):
    """Wait until the worker has judged anew what time had made due, and told of it: nothing else is at work."""
    began = time.monotonic()
    conn = await asyncpg.connect(dsn)
    try:
        while time.monotonic() - began < 2 * PATIENCE:
            if not await conn.fetchval(DUE):
                return
            await asyncio.sleep(0.25)
    finally:
        await conn.close()
    raise SystemExit("the worker was not done with what was due before the rounds")


async def round_of(orders, bodies, rate, seen):
    """One round at one rate: what was offered, answered and told, and how long word took."""
    had = len(seen.got)
    began, begun = await file(orders, bodies, rate, orders["seconds"], seen)
    answered = {key: seen.answered[key] for key in begun if key in seen.answered}
    took = max(at for at, _ in answered.values()) - began
    last, _ = await drained(orders["dsn"], seen, answered.keys())
    first = first_of(seen)
    waits = sorted(max(0.0, first[key] - at) for key, (at, _) in answered.items() if key in first)
    return {
        "offered_per_second": round(rate, 1),
        "per_second": round(len(answered) / took, 1),
        "begun": len(begun),
        "answered": len(answered),
        "told": len(waits),
        "webhooks": len(seen.got) - had,
        "webhooks_per_second": round((len(seen.got) - had) / (seen.got[-1][0] - began), 1)
        if len(seen.got) > had
        else 0,
        "p50_ms": milliseconds(waits, 50),
        "p99_ms": milliseconds(waits, 99),
        "longest_ms": milliseconds(waits, 100),
        "last_after_s": round(last, 2),
    }


def milliseconds(waits, share):
    """The wait that *share* in a hundred do not exceed."""
    return round(1000 * waits[min(len(waits) - 1, len(waits) * share // 100)], 1) if waits else None


@asynccontextmanager
async def receiving(got):
    """A receiver's address while the block runs."""
    server = await asyncio.get_running_loop().create_server(lambda: Receiver(got), "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    finally:
        server.close()


async def subscribed(orders, address):
    """The secret of a new subscription of the representative's to everything."""
    wanted = json.dumps({"way": "webhook", "address": address}).encode()
    status, said = await ask(orders["port"], "POST", "/v1/subscriptions", orders["steward"], wanted, "word")
    assert status == 201, said
    return json.loads(said)["secret"]


def signed_well(got, secret):
    """Whether every hundredth webhook bears a valid signature, by the public library; how many were looked at."""
    checked, right = 0, True
    reader = Webhook(secret)
    for _, head, body in got[::EVERY]:
        lines = (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:])
        headers = {name.strip().lower(): value.strip() for name, _, value in lines}
        checked += 1
        try:
            reader.verify(body.decode(), headers)
        except Exception:  # noqa: BLE001  whatever the library says of it, it is not valid
            right = False
    return checked, right


async def run(orders):
    """Warm up, one round at the rate asked for, and another below what was carried when that was less."""
    seen = SimpleNamespace(got=[], answered={}, first={}, refused=[], broken=0, read=0)
    bodies = iter([(key, body.encode()) for key, body in orders["bodies"]])
    async with receiving(seen.got) as address:
        await quiet(orders["dsn"])
        secret = await subscribed(orders, address)
        _, warm = await file(orders, bodies, *WARM, seen)
        await drained(orders["dsn"], seen, set(warm))
        rounds = [await round_of(orders, bodies, orders["rate"], seen)]
        carried = rounds[0]["per_second"]
        if carried < CARRIED * orders["rate"]:
            rounds.append(await round_of(orders, bodies, SHARE * carried, seen))
        _, left = await drained(orders["dsn"], seen, seen.answered.keys())
    checked, signed = signed_well(seen.got, secret)
    ids = {
        line
        for _, head, _ in seen.got
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"webhook-id")
    }
    check = {
        "filings_answered": len(seen.answered),
        "filings_told": len(seen.answered.keys() & first_of(seen).keys()),
        "webhooks": len(seen.got),
        "distinct_ids": len(ids),
        **{f"deliveries_{name}": count for name, count in left.items()},
        "signatures_checked": checked,
        "signatures_right": signed,
        "refused": seen.refused[:3],
        "broken": seen.broken,
    }
    check["right"] = (
        check["filings_answered"] == check["filings_told"] > 0
        and left["made"] == left["delivered"] == len(ids) <= left["attempts"]
        and signed
        and not seen.refused
        and not seen.broken
    )
    return {"rounds": rounds, **rounds[-1], "client_cpu": round(time.process_time(), 2), "check": check}


if __name__ == "__main__":
    json.dump(uvloop.run(run(json.load(sys.stdin))), sys.stdout)
