"""What the command line asks of a running registry about alerts, and about the word of them.

Each errand returns the exit status: 0 well, 1 refused or found. Programs read JSON on standard output; people
read tables there.
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from rich.text import Text
from uuid_utils.compat import uuid7

from registry import casetables, tables
from registry.client import Answer, Registry, connected
from registry.errands import IMPATIENT, OUT, say, told
from registry.errors import NotFound, Refused

WHOLE_ID: Final = len("00000000-0000-0000-0000-000000000000")
KINDS: Final = {"zip": "application/zip", "pdf": "application/pdf"}


async def list_alerts(address: str, token: str, query: Mapping[str, Any], *, as_json: bool) -> int:
    """Every alert the caller may see that fits *query*."""
    async with connected(address, token, IMPATIENT) as registry:
        found = await registry.every("/v1/alerts", **query)
    if as_json:
        told(found)
    else:
        tables.show(OUT, tables.alerts(found), Text(f"{len(found)} alerts. {tables.NOTE}", style="dim"))
    return 0


async def show_alert(address: str, token: str, alert: str, *, as_json: bool) -> int:
    """One alert with its clause, facts, clocks and history, and what the parties said to each other."""
    async with connected(address, token, IMPATIENT) as registry:
        path = f"/v1/alerts/{await named(registry, '/v1/alerts', 'alert_id', alert)}"
        found = (await registry.get(path)).wanted()
        said = await registry.every(f"{path}/thread")
    if as_json:
        told({**found, "thread": said})
    else:
        tables.show(OUT, tables.alert(found), casetables.thread(said))
    return 0


async def move_alerts(
    address: str, token: str, alerts: Sequence[str], move: str, words: Mapping[str, Any], *, as_json: bool
) -> int:
    """Make one move of the alerts as they stand now: of one by itself, of several in one request.

    1 when any of several did not move; the others did.
    """
    async with connected(address, token, IMPATIENT) as registry:
        standing = [await standing_of(registry, alert) for alert in alerts]
        if len(standing) == 1:
            [one] = standing
            path = f"/v1/alerts/{one.body['alert_id']}/{move}"
            moved = (await registry.post(path, words, one.headers.get("etag"))).wanted()
            told(moved) if as_json else tables.show(OUT, tables.alert(moved))
            return 0
        names = [{name: each.body[name] for name in ("alert_id", "revision")} for each in standing]
        found = (await registry.post("/v1/alerts/moves", {"move": move, **words, "alerts": names})).wanted()
    results = found["results"]
    told(found) if as_json else tables.show(OUT, casetables.moved_one_by_one(results))
    return int(any(each["status"] >= 400 for each in results))


async def standing_of(registry: Registry, alert: str) -> Answer:
    """The alert as it stands now, with its ETag."""
    found = await registry.get(f"/v1/alerts/{await named(registry, '/v1/alerts', 'alert_id', alert)}")
    found.wanted()
    return found


async def packet(address: str, token: str, alert: str, path: Path, as_of: str, *, as_json: bool) -> int:
    """The grievance packet of an alert, written to *path*: a folder as .zip, or the printed one as .pdf."""
    kind = KINDS.get(path.suffix.lstrip(".").lower())
    if kind is None:
        raise Refused(f"a packet is a .zip or a .pdf; {path.name} is neither")
    async with connected(address, token, IMPATIENT) as registry:
        name = await named(registry, "/v1/alerts", "alert_id", alert)
        query = {"as_of": as_of} if as_of else {}
        found = await registry.send(
            "GET", f"/v1/alerts/{name}/packet", params=query, headers={"accept": kind}
        )
        found.wanted()
    await asyncio.to_thread(path.write_bytes, found.raw)
    if as_json:
        told({"alert_id": name, "path": str(path), "bytes": len(found.raw), "type": kind})
    else:
        say(f"{path}: {len(found.raw)} bytes, the packet of alert {name}")
    return 0


async def list_subscriptions(address: str, token: str, *, as_json: bool) -> int:
    """Every subscription the caller may see."""
    async with connected(address, token, IMPATIENT) as registry:
        found = await registry.every("/v1/subscriptions")
    told(found) if as_json else tables.show(OUT, casetables.subscriptions(found))
    return 0


async def subscribe(address: str, token: str, wanted: Mapping[str, Any], *, as_json: bool) -> int:
    """A new subscription; its secret is shown this once."""
    async with connected(address, token, IMPATIENT) as registry:
        headers = {"idempotency-key": str(uuid7())}
        made = await registry.send(
            "POST", "/v1/subscriptions", content=msgspec.json.encode(wanted), headers=headers
        )
    tell_subscription(made.wanted(), as_json=as_json)
    return 0


async def change_subscription(
    address: str, token: str, subscription: str, does: str, *, as_json: bool
) -> int:
    """End, resume or try a subscription, or exchange its secret."""
    async with connected(address, token, IMPATIENT) as registry:
        name = await named(registry, "/v1/subscriptions", "subscription_id", subscription)
        path = f"/v1/subscriptions/{name}"
        standing = await registry.get(path)
        standing.wanted()
        match = {"if-match": standing.headers.get("etag", "")}
        if does == "end":
            (await registry.send("DELETE", path, headers=match)).wanted()
            say(f"subscription {name} has ended")
            return 0
        answer = await registry.send("POST", f"{path}/{does}", content=b"{}", headers=match)
    tell_subscription(answer.wanted(), as_json=as_json)
    return 0


def tell_subscription(found: Mapping[str, Any], *, as_json: bool) -> None:
    """A subscription, or what became of a trial of it, for a program or a person."""
    if as_json:
        told(found)
        return
    line = found.get("subscription", found)
    if "subscription_id" in line and "way" in line:
        tables.show(OUT, casetables.subscriptions([line]))
    else:
        tables.show(OUT, tables.plain("", ["", ""], [[name, value] for name, value in found.items()]))
    if found.get("secret"):
        tables.show(OUT, Text(f"secret, shown this once: {found['secret']}", style="bold"))


async def list_deliveries(address: str, token: str, query: Mapping[str, Any], *, as_json: bool) -> int:
    """What was sent to the caller, and what became of it."""
    async with connected(address, token, IMPATIENT) as registry:
        given = dict(query)
        if given.get("subscription"):
            given["subscription"] = await named(
                registry, "/v1/subscriptions", "subscription_id", str(given["subscription"])
            )
        found = await registry.every("/v1/deliveries", **given)
    told(found) if as_json else tables.show(OUT, casetables.deliveries(found))
    return 0


async def show_delivery(address: str, token: str, delivery: str, does: str, *, as_json: bool) -> int:
    """One delivery with every attempt; *does* is `replay` to send it again."""
    async with connected(address, token, IMPATIENT) as registry:
        path = f"/v1/deliveries/{await named(registry, '/v1/deliveries', 'delivery_id', delivery)}"
        answer = await (registry.post(f"{path}/replay", {}) if does == "replay" else registry.get(path))
    found = answer.wanted()
    if as_json:
        told(found)
    else:
        tables.show(OUT, casetables.deliveries([found]), casetables.attempts(found["tried"]))
    return 0


async def replay_all(
    address: str, token: str, subscription: str, span: tuple[str, str], state: str, *, as_json: bool
) -> int:
    """Send again everything of a subscription from one moment to before another that is in *state*."""
    sent = 0
    async with connected(address, token, IMPATIENT) as registry:
        name = await named(registry, "/v1/subscriptions", "subscription_id", subscription)
        start: str | None = span[0]
        while start:
            body = {"subscription_id": name, "from": start, "until": span[1], "state": state}
            found = (await registry.post("/v1/deliveries/replay", body)).wanted()
            sent, start = sent + found["replayed"], found["next"]
    told({"subscription_id": name, "replayed": sent}) if as_json else say(f"{sent} deliveries are sent again")
    return 0


async def named(registry: Registry, path: str, key: str, name: str) -> str:
    """The id that *name* names: whole, or its end as the list at *path* shows it."""
    if len(name) == WHOLE_ID:
        return name
    ends = [each[key] for each in await registry.every(path) if each[key].endswith(name)]
    if len(ends) > 1:
        raise Refused(f"{len(ends)} of {path.rpartition('/')[2]} end in {name}; give more of the id")
    if not ends:
        raise NotFound(f"none of the {path.rpartition('/')[2]} you may see ends in {name[:80]}")
    found: str = ends[0]
    return found
