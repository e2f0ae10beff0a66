"""How fast the registry files and judges, beside simpler things, in one run on one machine: `make bench`.

filing     requests a second of one filing over HTTP with everything on, at 64 connections
first      the same for the first filing of each production, which raises all its alerts
bare       the same client, server kind and database for a handler that only decodes and inserts the JSON
pgbench    one-row inserts of the same JSON, by PostgreSQL's own client
copy       rows a second of COPY, the same JSON again
word       from the answer to a filing to the first webhook about it, server, worker and receiver running
backtest   disclosures a second of judging history with a draft pack beside the one in force, on every core
verify     entries a second of verifying a whole history, beside a bare loop of hashlib over the same bytes
million    only by `make bench ARGS=million`: pages of searches, as-of reads and the inbox at 10,000 versions and
           at 1,000,000, as milliseconds and ratios
judging    CPU time of judging one disclosure against every pack of a fully union feature, stage by stage

Rounds of bare and filing alternate, so that whatever else the machine does strikes both. Nothing is tuned
for the run: the embedded PostgreSQL 18 with its defaults, fsync on, one server process each, eight database
connections each. Every number is checked against what is stored; a number whose check fails does not count,
and the exit status is 1. A table goes to standard error, JSON to standard output.
"""

import argparse
import asyncio
import datetime as dt
import json
import logging
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

import asyncpg
import backtest
import judging
import million
import msgspec
import season
import structlog
import verifying
import word
from rich.console import Console
from rich.table import Table

from registry import cluster, db, embedded, house
from registry.agreements import act as agreements
from registry.auth.scope import Principal
from registry.db import Database
from registry.judging import act as judgements
from registry.productions import act as productions

HERE = Path(__file__).parent
EMPLOYER = "bench-pictures"
BARS = {"filing_to_bare": 0.5, "word_p99_ms": 1000.0, "judging_ms": 1.0, "backtest_per_second": backtest.BAR}
BARS["verify_bytes_to_bare"] = verifying.BAR
AIMS = {"filing_to_bare": 1.0, "word_p99_ms": 250.0, "judging_ms": 0.2}
BARE_TABLE = "CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body jsonb NOT NULL)"
COUNTS = """
SELECT (SELECT count(*) FROM disclosure_version) AS versions, (SELECT count(*) FROM disclosure) AS disclosures,
       (SELECT count(*) FROM disclosure_content) AS contents, (SELECT count(*) FROM idempotency) AS answers,
       (SELECT count(*) FROM judgement) AS judgements, (SELECT count(*) FROM alert_move) AS moves,
       (SELECT count(*) FROM ledger_entry) AS entries, (SELECT size FROM ledger_head) AS size,
       (SELECT array_agg(ledger_index) FROM disclosure_version) AS positions
"""


def wanted():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--seconds", type=float, default=6, help="of each round")
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--connections", type=int, default=64)
    words.add_argument("--productions", type=int, default=192, help="the filings are spread over so many")
    words.add_argument("--word-seconds", type=float, default=5, help="of each round of word")
    words.add_argument(
        "--word-rate", type=float, default=word.OFFERED, help="filings a second that are offered"
    )
    words.add_argument("--rows", type=int, default=20000, help="of COPY")
    words.add_argument("--judgings", type=int, default=500)
    words.add_argument("--few", type=int, default=10_000, help="versions of million's smaller history")
    words.add_argument("--many", type=int, default=1_000_000, help="versions of its larger one")
    words.add_argument(
        "part", nargs="?", choices=["verify", "million"], help="this part alone; everything without"
    )
    return words.parse_args()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(words, port, given, folder):
    """A server process that answers on *port* for as long as the block runs; its log is written, as it would be."""
    with (
        (folder / f"{port}.log").open("wb") as log,
        subprocess.Popen(words, env=os.environ | given, stdout=log, stderr=log) as process,
    ):
        try:
            for _ in range(300):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert process.poll() is None, f"{words} ended"
                    time.sleep(0.1)
            yield process
        finally:
            process.terminate()
            process.wait(30)


def load(options, port, prefix, bodies, headers="", *, once=False):
    """What the client saw of one round; *once*: each body is sent once, however long it takes."""
    orders = {
        "port": port,
        "path": "/v1/disclosures",
        "prefix": prefix,
        "headers": headers,
        "bodies": bodies,
        "connections": options.connections,
        "seconds": 120 if once else options.seconds,
        "once": once,
    }
    words = [sys.executable, str(HERE / "load.py")]
    done = subprocess.run(words, input=json.dumps(orders), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


async def prepare(dsn, count, now):
    """An employer with its productions, and everything that ships published."""
    administrator = Principal(subject="bench", role="administrator")
    async with Database.open(dsn) as opened:
        await agreements.publish_shipped(opened, house.shipped(), now)
        await productions.create_employer(
            opened, administrator, msgspec.json.encode(season.employer(EMPLOYER)), now
        )
        for number in range(count):
            record = msgspec.json.encode(season.production(EMPLOYER, number))
            await productions.create_production(opened, administrator, record, now)


def fetch(dsn, statement):
    async def fetched():
        conn = await asyncpg.connect(dsn)
        try:
            return await conn.fetchrow(statement)
        finally:
            await conn.close()

    return asyncio.run(fetched())


def summed(rounds):
    """The rounds of one server as one row."""
    latencies = sorted(value for one in rounds for value in one["latencies"])
    rates = [one["statuses"].get("201", 0) / one["seconds"] for one in rounds]
    statuses = {}
    for one in rounds:
        for status, count in one["statuses"].items():
            statuses[status] = statuses.get(status, 0) + count
    return {
        "per_second": round(statistics.median(rates), 1),
        "rounds": [round(rate, 1) for rate in rates],
        "statuses": statuses,
        "broken": sum(one["broken"] for one in rounds),
        "p50_ms": round(1000 * latencies[len(latencies) // 2], 2),
        "p99_ms": round(1000 * latencies[len(latencies) * 99 // 100], 2),
        "client_cpu_share": round(max(one["client_cpu"] / one["seconds"] for one in rounds), 2),
        "refused": [text for one in rounds for text in one["refused"]][:3],
    }


def over_http(options, folder, dsns, bodies):
    """Rounds of bare and filing by turns; every answer held against what is stored."""
    bare_port, port = free_port(), free_port()
    settings = {
        "REGISTRY_DATABASE_URL": dsns["registry"],
        "REGISTRY_DATA_DIR": str(folder),
        "REGISTRY_PORT": str(port),
        "REGISTRY_LOG_FORMAT": "json",
    }
    registry = [sys.executable, "-m", "registry"]
    bare = [sys.executable, str(HERE / "bare.py"), str(bare_port)]
    minted = [*registry, "token", "employer", "--employer", EMPLOYER]
    with (
        serving(bare, bare_port, {"BARE_DATABASE_URL": dsns["bare"]}, folder),
        serving([*registry, "serve", "--no-work"], port, settings, folder),
    ):
        token = subprocess.check_output(minted, env=os.environ | settings, text=True).split()[-1]
        bearer = f"Authorization: Bearer {token}\r\n"
        rounds = {"bare": [], "filing": []}
        # Each production is filed for once before the rounds: connections are opened, statements prepared, and
        # the alerts of a first filing raised. What is timed is the filing that comes after.
        first = [
            load(options, bare_port, "first", bodies, once=True),
            load(options, port, "first", bodies, bearer, once=True),
        ]
        for number in range(options.rounds):
            rounds["bare"].append(load(options, bare_port, f"b{number}", bodies))
            rounds["filing"].append(load(options, port, f"f{number}", bodies, bearer))
    made = {name: summed(rounds[name]) for name in rounds}
    made["first_filing"] = summed([first[1]])
    made["bare"]["check"] = stored_bare(dsns["bare"], [first[0], *rounds["bare"]])
    made["filing"]["check"] = stored_filings(dsns["registry"], [first[1], *rounds["filing"]], settings)
    return made


def until_word(options, folder, dsn):
    """Filings at a steady rate and the webhooks they bring, server and worker as `registry serve` runs them."""
    port = free_port()
    settings = {
        "REGISTRY_DATABASE_URL": dsn,
        "REGISTRY_DATA_DIR": str(folder),
        "REGISTRY_PORT": str(port),
        "REGISTRY_LOG_FORMAT": "json",
        "REGISTRY_OUTGOING_ALLOW": "127.0.0.0/8",
    }
    registry = [sys.executable, "-m", "registry"]
    roles = {
        "office": ["employer", "--employer", EMPLOYER],
        "steward": ["representative", "--local", season.LOCALS[1]],
    }
    with serving([*registry, "serve", "--work"], port, settings, folder):
        tokens = {
            name: subprocess.check_output(
                [*registry, "token", *role], env=os.environ | settings, text=True
            ).split()[-1]
            for name, role in roles.items()
        }
        keys = [f"feature-{number:04}" for number in range(productions_for_word(options))]
        bodies = [(key, json.dumps(season.document(EMPLOYER, key), separators=(",", ":"))) for key in keys]
        orders = {
            "port": port,
            "dsn": dsn,
            "bodies": bodies,
            "rate": options.word_rate,
            "seconds": options.word_seconds,
            **tokens,
        }
        words = [sys.executable, str(HERE / "word.py")]
        done = subprocess.run(words, input=json.dumps(orders), capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"the rounds of word ended with {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def productions_for_word(options):
    """Enough for the round that warms up and for two at 0.4 of the rate; a round ends when there are no more."""
    warm, seconds = word.WARM
    return int(options.word_rate * options.word_seconds * 0.8 + warm * seconds)


def whole(rounds):
    """Whether every request was answered, and with 201."""
    return all(set(one["statuses"]) == {"201"} and not one["broken"] for one in rounds)


def stored_bare(dsn, rounds):
    """Whether each answer has its row."""
    ids = [receipt[0] for one in rounds for receipt in one["receipts"]]
    rows = fetch(dsn, "SELECT count(*) AS n FROM bare")["n"]
    return {
        "answered": len(ids),
        "distinct": len(set(ids)),
        "rows": rows,
        "right": whole(rounds) and len(ids) == len(set(ids)) == rows,
    }


def stored_filings(dsn, rounds, settings):
    """Whether each receipt is its own, has its version, content, answer, judgement and entry, and all verifies."""
    receipts = [tuple(receipt) for one in rounds for receipt in one["receipts"]]
    row = fetch(dsn, COUNTS)
    words = [sys.executable, "-m", "registry", "verify"]
    verified = subprocess.run(words, env=os.environ | settings, capture_output=True, text=True, check=False)
    found = {
        "answered": len(receipts),
        "distinct_ids": len({receipt[0] for receipt in receipts}),
        "distinct_positions": len({receipt[1] for receipt in receipts}),
        **{name: row[name] for name in row.keys() if name != "positions"},  # noqa: SIM118  a row is no mapping
        "verified": verified.returncode == 0,
    }
    same = {
        found[name] for name in ("answered", "distinct_ids", "distinct_positions", "versions", "contents")
    }
    same |= {found["disclosures"], found["answers"], found["judgements"]}
    found["right"] = (
        whole(rounds)
        and len(same) == 1
        and {receipt[1] for receipt in receipts} == set(row["positions"])
        and found["entries"] == found["size"]
        and found["verified"]
    )
    if not found["verified"]:
        found["verify_said"] = (verified.stdout + verified.stderr)[-400:]
    return found


def by_pgbench(options, folder, dsn, body):
    """One-row inserts by PostgreSQL's own client, as many connections as the servers have to the database."""
    program = cluster.binaries() / "pgbench"
    if not program.exists():
        return {"skipped": "no pgbench here"}
    script = folder / "insert.sql"
    script.write_text(f"INSERT INTO benched (body) VALUES ($json${body}$json$::jsonb);\n")
    words = [program, "-n", "-c", "8", "-j", "1", "-T", str(int(options.seconds)), "-f", script, dsn]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"skipped": done.stderr[-300:]}
    said = {
        line.partition(":")[0]: line.partition(":")[2] for line in done.stdout.splitlines() if ":" in line
    }
    counted = int(said["number of transactions actually processed"].split()[0])
    rate = next(float(line.split()[2]) for line in done.stdout.splitlines() if line.startswith("tps"))
    rows = fetch(dsn, "SELECT count(*) AS n FROM benched")["n"]
    return {
        "per_second": round(rate, 1),
        "check": {"counted": counted, "rows": rows, "right": counted == rows},
    }


async def by_copy(options, dsn, body):
    """COPY of the same JSON, one statement, one commit."""
    conn = await asyncpg.connect(dsn)
    try:
        rows = [(body,)] * options.rows
        began = time.perf_counter()
        await conn.copy_records_to_table("copied", records=rows, columns=["body"])
        took = time.perf_counter() - began
        stored = await conn.fetchval("SELECT count(*) FROM copied")
    finally:
        await conn.close()
    return {
        "per_second": round(options.rows / took, 1),
        "check": {"rows": stored, "right": stored == options.rows},
    }


def by_size(options, server):
    """The same questions of a small history and of a large one."""
    dsns = [server.replace("/postgres?", f"/{name}?") for name in ("few", "many")]
    for dsn, name in zip(dsns, ("few", "many"), strict=True):
        fetch(server, f"CREATE DATABASE {name}")
        db.migrate(dsn)
    return asyncio.run(million.measured(dsns, options.few, options.many, options.rounds))


async def stored_production(dsn):
    """The first production as the judge is given it."""
    shipped = house.shipped()
    async with Database.open(dsn) as opened, opened.snapshot() as conn:
        ground = await judgements.find_ground(conn, EMPLOYER, "feature-0000")
    return ground.production(shipped.editions)


def shown(made):
    table = Table(title="make bench", caption=made["machine"])
    for column, side in (("", "left"), ("value", "right"), ("÷ bare", "right"), ("stored as said", "left")):
        table.add_column(column, justify=side)
    bare = made["bare"]["per_second"] or 1
    for name, says in (
        ("bare", "bare handler, requests/s"),
        ("filing", "filing with everything on, requests/s"),
        ("first_filing", "the same, first filing of each production, requests/s"),
        ("pgbench", "pgbench one-row insert, rows/s"),
        ("copy", "COPY, rows/s"),
        ("backtest", "backtest, disclosures/s"),
    ):
        row = made[name]
        rate = row.get("per_second")
        check = row.get("check") or made["filing"]["check"]
        right = "yes" if check["right"] else row.get("skipped", "NO")
        table.add_row(says, f"{rate:,.0f}" if rate else "-", f"{rate / bare:.2f}" if rate else "-", right)
    for row in made["word"]["rounds"]:
        says = f"word: {row['offered_per_second']:g} filings/s offered, {row['per_second']:g} carried"
        right = "yes" if made["word"]["check"]["right"] else "NO"
        table.add_row(f"{says}: p50 ms", f"{row['p50_ms'] or 0:,.0f}", "", right)
        table.add_row("  answered to webhook received: p99 ms", f"{row['p99_ms'] or 0:,.0f}", "", "")
    verified = made["verify"]
    right = "yes" if verified["check"]["right"] else "NO"
    for name, says in (
        ("bytes", "tree and bytes"),
        ("verify", "everything"),
        ("bytes_alone", "tree and bytes, one process"),
        ("verify_alone", "everything, one process"),
    ):
        rate, ratio = verified[f"{name}_per_second"], verified[f"{name}_to_bare"]
        table.add_row(
            f"verify: {says}, entries/s; ÷ a bare loop of hashlib", f"{rate:,.0f}", f"{ratio}", right
        )
    judged = made["judging"]
    table.add_row(
        f"judging one disclosure, {judged['decisions']} findings, {judged['conditions']} conditions, CPU ms",
        f"{judged['ms']:.3f}",
        "",
        "yes" if judged["check"]["right"] else "NO",
    )
    for name, took in judged["stages_ms"].items():
        table.add_row(f"  {name}", f"{took:.3f}", "", "")
    Console(stderr=True, width=100).print(table)


def main():
    options = wanted()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    now = dt.datetime.now(dt.UTC)
    folder = Path(tempfile.mkdtemp(prefix="registry-bench-"))
    folder.chmod(0o755)
    keys = [f"feature-{number:04}" for number in range(options.productions)]
    bodies = [json.dumps(season.document(EMPLOYER, key), separators=(",", ":")) for key in keys]
    try:
        with embedded.running(folder / "postgres") as server:
            dsns = {
                name: server.replace("/postgres?", f"/{name}?")
                for name in ("registry", "bare", "past", "word", "history")
            }
            if options.part == "million":
                made = by_size(options, server)
                sys.stdout.write(json.dumps({"million": made}, indent=1) + "\n")
                return 0 if made["check"]["right"] else 1
            for name in dsns:
                fetch(server, f"CREATE DATABASE {name}")
            fetch(dsns["bare"], BARE_TABLE)
            fetch(dsns["bare"], BARE_TABLE.replace("bare", "benched"))
            fetch(dsns["bare"], BARE_TABLE.replace("bare", "copied"))
            for name in ("registry", "word", "history"):
                db.migrate(dsns[name])
            if options.part == "verify":
                made = asyncio.run(verifying.measured(dsns["history"], folder / "history"))
                sys.stdout.write(json.dumps({"verify": made}, indent=1) + "\n")
                return 0 if made["check"]["right"] else 1
            asyncio.run(prepare(dsns["registry"], options.productions, now))
            made = over_http(options, folder, dsns, bodies)
            asyncio.run(prepare(dsns["word"], productions_for_word(options), now))
            made["word"] = until_word(options, folder, dsns["word"])
            made["pgbench"] = by_pgbench(options, folder, dsns["bare"], bodies[0])
            made["copy"] = asyncio.run(by_copy(options, dsns["bare"], bodies[0]))
            production = asyncio.run(stored_production(dsns["registry"]))
            made["backtest"] = asyncio.run(backtest.measured(dsns["past"], now))
            made["verify"] = asyncio.run(verifying.measured(dsns["history"], folder / "history"))
            made["judging"] = judging.measured(production, options.judgings)
    finally:
        rmtree(folder, ignore_errors=True)
    ratio = made["filing"]["per_second"] / (made["bare"]["per_second"] or 1)
    made["filing_to_bare"] = round(ratio, 3)
    made["bytes_a_disclosure"] = len(bodies[0])
    made["bars"], made["aims"] = BARS, AIMS
    made["machine"] = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    made["right"] = all(
        made[name].get("check", {"right": True})["right"] for name in made if isinstance(made[name], dict)
    )
    shown(made)
    sys.stdout.write(json.dumps(made, indent=1) + "\n")
    return 0 if made["right"] else 1


if __name__ == "__main__":
    sys.exit(main())
