"""Nothing that was committed goes untold, whatever is killed and whenever (issue: word that arrives)."""

import asyncio
import contextlib
import datetime as dt
import json
import os
import random
from collections import Counter, defaultdict

import httpx
import pytest
import told
import world
from told import AGENT, OFFICE, OTHERS, REP, finding, judge, rows, until
from victims import Programs, Receiver, free_port

from registry import house
from registry.agreements import act as agreements
from registry.auth.issuer import local_issuer, mint
from registry.auth.scope import Principal
from registry.productions import act as records
from registry.settings import Settings
from registry.subscriptions import act as subscriptions

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("CRASH_SECONDS", "60"))
FILMS, FILINGS = "quiet-films", 40
FILER = Principal(subject="filer", role="employer", employer_id=FILMS)
UNREAD = """
SELECT d.delivery_id FROM delivery d
WHERE d.state = 'delivered' AND NOT EXISTS (
    SELECT FROM access_log l
    WHERE l.request_id = 'msg_' || replace(coalesce(d.message_id, d.delivery_id)::text, '-', ''))
"""
INTERNATIONAL = Principal(subject="intl", role="representative", unions=["IATSE"])


async def harass(programs, ends):
    """Until *ends*: let them work for a moment, kill one of them, start it again."""
    chance, loop = random.Random(7), asyncio.get_running_loop()
    while loop.time() < ends:
        await asyncio.sleep(chance.uniform(0.3, 3.0))
        # A server takes longer to be up again than a worker; it is killed less often, so that work is done.
        name = "server" if chance.random() < 0.2 else "worker"
        await programs.kill(name)
        await programs.start(name)


async def talk(client, tokens, alerts, ends, number):
    """Say things about the alerts and move them, until *ends*; a refused or broken request is let go."""
    chance, loop, done, turn = random.Random(number), asyncio.get_running_loop(), Counter(), 0
    while loop.time() < ends:
        who = chance.choice(list(tokens))
        alert = f"/v1/alerts/{chance.choice(alerts[who])}"
        headers = {"Authorization": f"Bearer {tokens[who]}", "If-Match": "*"}
        turn += 1
        headers["Idempotency-Key"] = f'"{number}-{turn}"'
        door, body = "comment", {"text": f"Word {turn} of {number}."}
        if who in {"rep", "agent"} and chance.random() < 0.4:
            door, body = chance.choice(
                [
                    ("acknowledge", {}),
                    ("reopen", {"reason": "Not done yet."}),
                    ("ask", {"question": "When was it?"}),
                ]
            )
        try:
            answer = await client.post(f"{alert}/{door}", json=body, headers=headers)
            done[answer.status_code] += 1
        except httpx.HTTPError:
            done["broken off"] += 1
            await asyncio.sleep(0.1)
    return done


async def films(db):
    """An employer whose productions wait for their first filing, judged by the rules that ship."""
    now, boss = dt.datetime.now(dt.UTC), told.ADMINISTRATOR
    await agreements.publish_shipped(db, house.shipped(), now)
    await records.create_employer(db, boss, json.dumps(world.employer_record(FILMS)).encode(), now)
    for number in range(FILINGS):
        record = json.dumps(world.production_record(FILMS, f"film-{number}")).encode()
        await records.create_production(db, boss, record, now)


async def file(client, token, ends):
    """File for one production after the other until *ends*; each again, with its key, until it is answered."""
    loop, done = asyncio.get_running_loop(), Counter()
    for number in range(FILINGS):
        body = world.document(FILMS, f"film-{number}")
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f'"film-{number}"'}
        due = loop.time() + SECONDS / FILINGS / 2
        answered = False
        while not answered and loop.time() < ends:
            with contextlib.suppress(httpx.HTTPError):
                answer = await client.post("/v1/disclosures", json=body, headers=headers)
                answered = answer.is_success
                done[f"filing {answer.status_code}"] += 1
            await asyncio.sleep(max(due - loop.time(), 0.1))
    return done


async def expected(db, sides, employer=None, local=None):
    """The places of everything that a subscriber is to hear of."""
    found = await rows(
        db,
        """
        SELECT m.ledger_index FROM alert_move m JOIN alert a USING (employer_id, alert_id)
        WHERE ($2::text IS NULL OR employer_id = $2) AND ($3::text IS NULL OR $3 = ANY (a.locals))
          AND m.course ->> 'held_by' IS NULL
        UNION ALL
        SELECT t.ledger_index FROM thread_entry t
        JOIN alert a ON a.employer_id = t.employer_id AND a.alert_id = t.thread_id
        WHERE t.kind IN ('comment', 'note') AND t.side = ANY ($1::text[])
          AND ($2::text IS NULL OR t.employer_id = $2) AND ($3::text IS NULL OR $3 = ANY (a.locals))
        """,
        sides,
        employer,
        local,
    )
    return {row["ledger_index"] for row in found}


async def settled(db):
    """Whether the ledger has been told, and nothing waits."""
    behind = await rows(db, "SELECT 1 FROM dispatch d, ledger_head h WHERE d.position < h.size")
    return not behind and not await rows(db, "SELECT 1 FROM delivery WHERE state = 'waiting'")


async def listen(port, token, heard):
    """Hold the stream open, and come back with the last id whenever it breaks."""
    headers, last = {"Authorization": f"Bearer {token}"}, "-1"
    while True:
        query = "?after=-1" if last == "-1" else ""
        more = {} if last == "-1" else {"Last-Event-ID": last}
        with contextlib.suppress(httpx.HTTPError):
            async with (
                httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client,
                client.stream("GET", f"/v1/alerts/stream{query}", headers=headers | more) as answer,
            ):
                place, fresh = "", False
                async for line in answer.aiter_lines():
                    name, _, value = line.partition(": ")
                    if name == "id":
                        place = value
                    elif name == "data":
                        fresh = True
                    # An event without the blank line behind it has not come: it comes again.
                    elif not line and place:
                        last = place
                        heard += [int(place)] if fresh else []
                        fresh = False
        await asyncio.sleep(0.2)


async def answers(port):
    """Whether somebody listens on *port*."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def subscribed(db, receiver, where):
    """Each of four who hear of different things has a webhook of their own."""
    settings = Settings(outgoing_allow="127.0.0.0/8")
    for name, who in {"rep": REP, "office": OFFICE, "agent": AGENT, "intl": INTERNATIONAL}.items():
        body = json.dumps({"way": "webhook", "address": f"http://127.0.0.1:{where}/{name}"}).encode()
        made = await subscriptions.make(db, who, body, None, settings, dt.datetime.now(dt.UTC))
        receiver.secrets[name] = made.made.secret


async def wanted(db):
    """What each of them is to hear of."""
    both, union = ["both"], ["both", "union"]
    return {
        "rep": await expected(db, union, local="IATSE:700"),
        "office": await expected(db, [*both, "employer"], employer=told.KEY[0]),
        "agent": await expected(db, union, local="IATSE:600"),
        "intl": await expected(db, union),
    }


def check(arrived, places):
    """All of it, per alert in order of first arrival, each repeat with the id of the first; how many repeats."""
    first, ids = {}, defaultdict(set)
    for place, about, message in arrived:
        first.setdefault(place, about)
        ids[place].add(message)
    in_order = defaultdict(list)
    for place, about in first.items():
        in_order[about].append(place)

    assert set(first) == places
    assert all(each == sorted(each) for each in in_order.values())
    assert all(len(each) == 1 for each in ids.values())
    assert len({next(iter(each)) for each in ids.values()}) == len(ids)
    return len(arrived) - len(first)


async def harassed(db, programs, tokens, alerts, port, filer):
    """Talk and file while both programs are killed; then wait until all is told. What was answered, what the stream said."""
    heard = []
    listening = asyncio.create_task(listen(port, tokens["rep"], heard))
    for name in ("server", "worker"):
        await programs.start(name)
    try:
        await until(lambda: answers(port), 60)
        ends = asyncio.get_running_loop().time() + SECONDS
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=5) as client:
            talking = [talk(client, tokens, alerts, ends, number) for number in range(4)]
            talking.append(file(client, filer, ends))
            _, *done = await asyncio.gather(harass(programs, ends), *talking)
        await until(lambda: settled(db), 120)
        places = await expected(db, ["both", "union"], local="IATSE:700")
        await until(lambda: len(heard) >= len(places), 30)
    finally:
        listening.cancel()
        for name in list(programs.running):
            await programs.kill(name)
    return sum(done, Counter()), heard


async def test_everything_committed_arrives_in_order_whatever_is_killed(db, dsn, tmp_path):
    """Server and worker die by SIGKILL at random; each event arrives, per alert in order, repeats with one id."""
    await told.productions(db)
    await films(db)
    northern = await judge(db, *(finding(f"U-{number}") for number in range(6)))
    others = [finding(f"U-{number}", locals=["IATSE:600"]) for number in range(6)]
    southern = await judge(db, *others, key=told.OTHER)
    receiver, port, local = Receiver(), free_port(), local_issuer(Settings(data_dir=tmp_path))
    people = {"rep": REP, "office": OFFICE, "agent": AGENT, "others": OTHERS}
    now = dt.datetime.now(dt.UTC)
    tokens = {name: mint(local, who, "ai-use-registry", now) for name, who in people.items()}
    alerts = {
        name: [move.alert_id for move in (northern if name in {"rep", "office"} else southern)]
        for name in people
    }
    programs = Programs(dsn, tmp_path, port)
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0)
    await subscribed(db, receiver, server.sockets[0].getsockname()[1])
    filer = mint(local, FILER, "ai-use-registry", now)
    done, heard = await harassed(db, programs, tokens, alerts, port, filer)
    server.close()
    found = await wanted(db)
    repeats = sum(check(receiver.arrived[name], places) for name, places in found.items())

    assert receiver.bad == []
    # What is known to have arrived is in the access log, by its message.
    assert await rows(db, UNREAD) == []
    # The stream, across restarts of the server: each event once, in the ledger's order.
    assert heard == sorted(found["rep"])
    assert done[200] + done[201] > SECONDS / 2, (done, programs.log.read_text()[-3000:])
    assert done["filing 201"] > FILINGS / 4, (done, programs.log.read_text()[-3000:])
    messages = sum(map(len, found.values()))
    print(f"answers {dict(done)}, kills {dict(programs.kills)}, {messages} messages, {repeats} repeats")
