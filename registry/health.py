"""Whether the registry can answer, and whether the worker works; and what Prometheus is told of both.

Alive is the process, ready is the database with every migration, working is a worker that is not late.
"""

import datetime as dt
import hmac
import math
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, LiteralString

import msgspec
import structlog
from prometheus_client import REGISTRY, Gauge, Metric, generate_latest
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from registry import files
from registry.db import Database
from registry.errors import Busy, Unauthenticated

log = structlog.get_logger()

PARTS: Final = ("dispatch", "deliver", "sweep", "rouse", "publish", "access", "keep")
"""The parts of a worker that give signs of life."""

READ_MIGRATIONS: Final[LiteralString] = """
SELECT version FROM schema_migrations ORDER BY version
"""


class Health(msgspec.Struct, frozen=True):
    """The answer of a healthy registry."""

    status: Literal["alive", "ready"]


def known_migrations(folder: Path = files.MIGRATIONS) -> frozenset[str]:
    """The versions of the migrations that ship with this code."""
    return frozenset(path.name.partition("_")[0] for path in folder.glob("*.sql"))


READ_PULSES: Final[LiteralString] = """
SELECT part, beat_at FROM worker_pulse
"""

BEAT: Final[LiteralString] = """
INSERT INTO worker_pulse (part, beat_at) VALUES ($1, $2)
ON CONFLICT (part) DO UPDATE SET beat_at = greatest(worker_pulse.beat_at, excluded.beat_at)
"""

READ_LAG: Final[LiteralString] = """
SELECT (SELECT min(judged_again_at) FROM production WHERE judged_again_at <= $1) AS judging,
       (SELECT min(wakes_at) FROM alert WHERE wakes_at <= $1) AS alerts,
       (SELECT h.size - d.position FROM ledger_head h, dispatch d) AS untold
"""


class WorkerHealth(msgspec.Struct, frozen=True):
    """The answer of a healthy worker: when each part was last well, and what it has still to tell."""

    status: Literal["working"]
    parts: dict[str, dt.datetime]
    untold: int


async def beat(db: Database, part: str, now: dt.datetime) -> None:
    """Say that *part* of a worker is well at *now*."""
    async with db.transaction() as conn:
        await conn.execute(BEAT, part, now)


async def working(db: Database, now: dt.datetime, late: int, sweep_seconds: int) -> WorkerHealth:
    """Raise Busy when a part of the worker, or what it has to do, is more than *late* seconds behind."""
    async with db.snapshot() as conn:
        parts = {row["part"]: row["beat_at"] for row in await conn.fetch(READ_PULSES)}
        lag = await conn.fetchrow(READ_LAG, now)
    assert lag is not None
    patience = {part: dt.timedelta(seconds=late) for part in PARTS}
    # Who lets it sweep seldom does not want to hear that it does.
    patience["sweep"] = patience["rouse"] = dt.timedelta(seconds=late + sweep_seconds)
    slow = [part for part in PARTS if part not in parts or now - parts[part] > patience[part]]
    slow += [name for name in ("judging", "alerts") if lag[name] and now - lag[name] > patience["sweep"]]
    if slow:
        raise Busy(f"the worker is late ({', '.join(slow)}); is `registry work` running?")
    return WorkerHealth(status="working", parts=parts, untold=lag["untold"])


async def ready(db: Database, wanted: frozenset[str]) -> Health:
    """Raise Busy unless the database answers and has every migration in *wanted*."""
    async with db.snapshot() as conn:
        rows = await conn.fetch(READ_MIGRATIONS)
    lacking = wanted - {row["version"] for row in rows}
    if lacking:
        raise Busy(f"the database lacks {len(lacking)} migrations; run `registry migrate`")
    return Health(status="ready")


READ_OPEN: Final[LiteralString] = """
SELECT kind,
       CASE WHEN opened_at > $1::timestamptz - interval '1 day' THEN 'under 1 day'
            WHEN opened_at > $1::timestamptz - interval '7 days' THEN 'under 7 days'
            WHEN opened_at > $1::timestamptz - interval '30 days' THEN 'under 30 days'
            ELSE '30 days and more' END AS age,
       count(*) AS number
FROM alert
WHERE state NOT IN ('resolved', 'withdrawn')
GROUP BY 1, 2
"""

READ_NUMBERS: Final[LiteralString] = """
SELECT (SELECT count(*) FROM alert
        WHERE state NOT IN ('resolved', 'withdrawn')
          AND clock_on BETWEEN $1::timestamptz::date AND $1::timestamptz::date + 7) AS clocks,
       (SELECT count(*) FROM delivery WHERE state = 'waiting') AS waiting,
       (SELECT count(*) FROM delivery WHERE state = 'waiting' AND attempts > 0) AS failing,
       (SELECT count(*) FROM delivery WHERE state = 'held') AS held,
       (SELECT count(*) FROM subscription WHERE state = 'disabled') AS disabled,
       (SELECT h.size - d.position FROM ledger_head h, dispatch d) AS untold,
       (SELECT extract(epoch FROM $1 - min(judged_again_at)) FROM production
        WHERE judged_again_at <= $1) AS judging,
       (SELECT extract(epoch FROM $1 - min(wakes_at)) FROM alert WHERE wakes_at <= $1) AS waking
"""

OPEN_ALERTS: Final = Gauge(
    "registry_alerts_open", "Alerts that nobody has settled, by kind and age.", ["kind", "age"]
)
CLOCKS: Final = Gauge("registry_clocks_under_7_days", "Alerts whose next clock ends within seven days.")
DELIVERIES: Final = Gauge(
    "registry_deliveries", "Deliveries that have not arrived, by what they do.", ["state"]
)
DISABLED: Final = Gauge("registry_subscriptions_disabled", "Subscriptions that nothing is sent to.")
UNTOLD: Final = Gauge("registry_ledger_untold", "Entries of the ledger that no worker has looked at.")
LAG: Final = Gauge("registry_sweep_lag_seconds", "By how much the longest overdue look is late.", ["part"])
PULSE: Final = Gauge(
    "registry_worker_pulse_age_seconds", "Since when a part of the worker is silent.", ["part"]
)
FRESH_SECONDS: Final = 15.0
"""How often the gauges are read from the database, however often they are asked for."""
READ_AT: Final[dict[Database, float]] = {}


async def refresh(db: Database, now: dt.datetime) -> None:
    """Read the gauges, unless that was done a moment ago; a database that does not answer leaves them be."""
    ticks = time.monotonic()
    if ticks - READ_AT.get(db, -FRESH_SECONDS) < FRESH_SECONDS:
        return
    READ_AT.clear()
    READ_AT[db] = ticks
    try:
        async with db.snapshot() as conn:
            opened = await conn.fetch(READ_OPEN, now)
            numbers = await conn.fetchrow(READ_NUMBERS, now)
            pulses = await conn.fetch(READ_PULSES)
    except Exception as fault:  # noqa: BLE001  what is known of requests is told all the same
        log.warning("metrics.not_read", kind=type(fault).__name__)
        return
    assert numbers is not None
    OPEN_ALERTS.clear()
    for row in opened:
        OPEN_ALERTS.labels(row["kind"], row["age"]).set(row["number"])
    CLOCKS.set(numbers["clocks"])
    for state in ("waiting", "failing", "held"):
        DELIVERIES.labels(state).set(numbers[state])
    DISABLED.set(numbers["disabled"])
    UNTOLD.set(numbers["untold"])
    for part in ("judging", "waking"):
        LAG.labels(part).set(float(numbers[part] or 0))
    for row in pulses:
        PULSE.labels(row["part"]).set((now - row["beat_at"]).total_seconds())


COUNTING: Final = frozenset(
    {
        "registry_alerts_open",
        "registry_clocks_under_7_days",
        "registry_deliveries",
        "registry_subscriptions_disabled",
    }
)
"""What is counted of people's matters: few of them may be somebody's."""
FEWEST: Final = 5
"""Fewer than so many are not told to everybody; see the same rule in statistics."""
OF_REQUESTS: Final = "registry_request"
OPENLY: Final = ("/health", "/ledger", "/problems", "/docs", "/.well-known", "/metrics")
"""Addresses whose requests say nothing about anybody."""
TOGETHER: Final = "all others"


def metrics(authorization: str | None, token: str) -> bytes:
    """What is counted, as Prometheus reads it: all of it for who has the *token*, else what is nobody's.

    A number that is held back is NaN, which no rule takes for zero. Raises Unauthenticated for another token.
    """
    if authorization is None:
        return generate_latest(Everybodys())
    given = authorization.removeprefix("Bearer ").strip().encode()
    if not token or not hmac.compare_digest(given, token.encode()):
        raise Unauthenticated("this is not the token for /metrics; leave it out for what everybody may know")
    return generate_latest()


class Everybodys(Collector):
    """What is counted, without small numbers of people's matters, and without which doors people use."""

    def collect(self) -> Iterator[Metric]:
        """Every metric, as everybody may know it."""
        for each in REGISTRY.collect():
            if each.name in COUNTING:
                few = [s._replace(value=math.nan) if 0 < s.value < FEWEST else s for s in each.samples]
                yield like(each, few)
            else:
                yield summed(each) if each.name.startswith(OF_REQUESTS) else each


def summed(metric: Metric) -> Metric:
    """*metric*, with the samples of all addresses that concern somebody added up."""
    found: dict[tuple[str, tuple[tuple[str, str], ...]], float] = defaultdict(float)
    for each in metric.samples:
        path = each.labels.get("path", "")
        labels = {**each.labels, "path": path if path.startswith(OPENLY) else TOGETHER}
        if not each.name.endswith("_created"):  # an instant, of which there is no sum
            found[each.name, tuple(labels.items())] += each.value
    made = like(metric, [])
    for (name, kept), value in found.items():
        made.add_sample(name, dict(kept), value)
    return made


def like(metric: Metric, samples: list[Sample]) -> Metric:
    """A metric of that name, with other samples."""
    made = Metric(metric.name, metric.documentation, metric.type)
    made.samples = samples
    return made
