"""A client of its own process: so many connections, each with one request under way, until the time is up.

Raw HTTP/1.1 on asyncio's protocols, requests written beforehand, answers only measured and counted: a client
with comforts would be the slowest part. Reads its orders as JSON from standard input, writes what it saw.
"""

import asyncio
import json
import re
import sys
import time

import uvloop

LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: *(\d+)")
ID = re.compile(rb'"(?:disclosure_id|id)": *"?([0-9a-f-]+)')
INDEX = re.compile(rb'"index": *(\d+)')


class Connection(asyncio.Protocol):
    """One connection: send, wait for the whole answer, send the next."""

    def __init__(self, orders, number, seen, left):
        self.orders, self.number, self.seen, self.left = orders, number, seen, left
        self.bodies = [body.encode() for body in orders["bodies"][number :: orders["connections"]]]
        self.sent = 0
        self.buffer = b""

    def connection_made(self, transport):
        """Begin."""
        self.transport = transport
        self.send()

    def send(self):
        """One request, unless the time is up, or each body was to be sent once and has been."""
        whole = self.orders.get("once") and self.sent == len(self.bodies)
        if whole or time.perf_counter() >= self.orders["deadline"]:
            self.transport.close()
            return
        body = self.bodies[self.sent % len(self.bodies)]
        self.sent += 1
        head = (
            f"POST {self.orders['path']} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"{self.orders['headers']}Idempotency-Key: {self.orders['prefix']}-{self.number}-{self.sent}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.began = time.perf_counter()
        self.transport.write(head.encode() + body)

    def data_received(self, data):
        """Part of an answer; the next request follows when it is whole."""
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        length = LENGTH.search(self.buffer, 0, end)
        if len(self.buffer) < end + 4 + int(length[1]):
            return
        status = int(self.buffer[9:12])
        self.seen["latencies"].append(time.perf_counter() - self.began)
        self.seen["statuses"][status] = self.seen["statuses"].get(status, 0) + 1
        if status == 201:
            found, index = ID.search(self.buffer, end), INDEX.search(self.buffer, end)
            self.seen["receipts"].append([found[1].decode(), int(index[1]) if index else None])
        elif len(self.seen["refused"]) < 3:
            self.seen["refused"].append(self.buffer[end + 4 :].decode()[:600])
        self.buffer = b""
        self.send()

    def connection_lost(self, fault):
        """The end, of its own accord or not."""
        if fault or self.buffer:
            self.seen["broken"] += 1
        self.left["connections"] -= 1
        if not self.left["connections"]:
            self.left["gone"].set()


async def run(orders):
    seen = {"latencies": [], "statuses": {}, "receipts": [], "refused": [], "broken": 0}
    left = {"connections": orders["connections"], "gone": asyncio.Event()}
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    orders["deadline"] = began + orders["seconds"]
    for number in range(orders["connections"]):
        await loop.create_connection(
            lambda number=number: Connection(orders, number, seen, left), "127.0.0.1", orders["port"]
        )
    await left["gone"].wait()
    return seen | {"seconds": time.perf_counter() - began, "client_cpu": time.process_time()}


if __name__ == "__main__":
    json.dump(uvloop.run(run(json.load(sys.stdin))), sys.stdout)
