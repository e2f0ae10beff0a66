"""The season's deeds, one after the other, over HTTP; and what was answered to each."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from registry.auth.scope import Principal
from registry.client import Answer, Registry
from registry.demo.season import Person, Season, Step, document

PATIENCE: Final = 30.0
"""Seconds a sweep may take to raise what the season waits for."""
PAUSE: Final = 0.25
TRIES: Final = 3
STALE: Final = 412
STILL: Final = 3.0
"""Seconds without a new alert, after which the sweep has nothing left to do."""

Mint = Callable[[Principal], str]
Aside = Callable[[datetime], Awaitable[None]]
"""What is played beside the steps, until an instant."""


class Played(msgspec.Struct, frozen=True):
    """One step and the answer to it; `surprise` says how it differs from what the season expects."""

    step: Step
    status: int
    body: Any
    faults: int = 0
    surprise: str = ""


class Stage:
    """Where the season is played: one server, everybody's tokens, and the clock."""

    def __init__(self, season: Season, registry: Registry, mint: Mint, clock: Path) -> None:
        self.season = season
        self.registry = registry
        self.mint = mint
        self.clock = clock
        self.instant = season.opens
        self.offices = {person.employer: name for name, person in season.people.items() if person.employer}
        self.callers = {
            name: registry.acting(mint(principal(name, who))) for name, who in season.people.items()
        }
        self.disclosures: dict[str, str] = {}
        """Name in the season → id the registry gave."""
        self.versions: dict[str, str] = {}
        """Name in the season → the newest ETag."""

    def now(self, instant: datetime) -> None:
        """Move the clock; readers see the old instant or the new one, never half of one."""
        self.instant = instant
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(instant.isoformat())
        fresh.replace(self.clock)

    def office(self, production_id: str) -> Registry:
        """The production's own office."""
        return self.callers[self.offices[self.season.production(production_id)["employer_id"]]]


def principal(name: str, person: Person) -> Principal:
    """Who *person* is to the registry."""
    subject = f"{name}@demo.example"
    return Principal(subject, person.role, person.employer, person.unions, person.locals)


async def put_on_record(stage: Stage) -> None:
    """The administrator's part: employers and productions."""
    administrator = stage.registry.acting(
        stage.mint(Principal("administrator@demo.example", "administrator"))
    )
    for employer in stage.season.employers:
        (await administrator.post("/v1/employers", employer)).wanted()
    for production in stage.season.productions:
        (await administrator.post("/v1/productions", production)).wanted()


async def play(stage: Stage, aside: Aside, told: Callable[[Played], None]) -> list[Played]:
    """Every step in its order, each at its instant, after what *aside* has for the time before."""
    stage.now(stage.season.opens)
    await put_on_record(stage)
    played = []
    for step in stage.season.steps:
        await aside(step.at)
        stage.now(step.at)
        done = await deed(stage, step)
        played.append(done)
        told(done)
    await aside(stage.season.ends)
    stage.now(stage.season.ends)
    await swept(stage)
    return played


async def deed(stage: Stage, step: Step) -> Played:
    """One step, and how it compares with what was expected."""
    if step.does == "await":
        return await awaited(stage, step)
    if step.of and step.of not in stage.disclosures:
        return Played(step, 0, None, surprise=f"{step.of} was not filed")
    answer = await asked(stage, step)
    if step.name and answer.problem is None:
        stage.disclosures[step.name] = answer.body["receipt"]["disclosure_id"]
    if (step.name or step.of) and answer.problem is None:
        stage.versions[step.name or step.of] = answer.headers.get("etag", "")
    faults = len(answer.problem.errors) if answer.problem else 0
    return Played(step, answer.status, answer.body, faults, surprise(step, answer, faults))


async def asked(stage: Stage, step: Step) -> Answer:
    """The request a step is, and its answer."""
    match step.does:
        case "file":
            return await stage.office(step.production).file(bytes_of(stage, step))
        case "preflight":
            return await stage.office(step.production).post(
                "/v1/disclosures/preflight", document(stage.season, step)
            )
        case "amend":
            key, version = stage.disclosures[step.of], stage.versions[step.of]
            return await stage.office(step.production).amend(key, bytes_of(stage, step), version)
        case "withdraw":
            words = {
                "reason": step.reason,
                "explanation": step.explanation,
                "attested_by": {"name": "Labor Relations", "title": "Production office"},
            }
            path = f"/v1/disclosures/{stage.disclosures[step.of]}/withdrawal"
            return await stage.office(step.production).post(path, words, stage.versions[step.of])
        case _:
            return await moved(stage, step)


async def moved(stage: Stage, step: Step) -> Answer:
    """A representative's move of the alert of a rule on a production."""
    representative = stage.callers[step.by]
    alert = await found(representative, step)
    if alert is None:
        return await representative.get("/v1/alerts/00000000-0000-7000-8000-000000000000")
    words = (
        {"note": step.note} if step.does == "acknowledge" else {"outcome": step.outcome, "reason": step.note}
    )
    return await move(representative, f"/v1/alerts/{alert['alert_id']}", step.does, words)


async def move(caller: Registry, alert: str, door: str, words: Mapping[str, Any]) -> Answer:
    """One move of *alert* as the caller reads it now; read again when the registry moved it in between."""
    for _ in range(TRIES):
        standing = await caller.get(alert)
        answer = await caller.post(f"{alert}/{door}", words, standing.headers.get("etag"))
        if answer.status != STALE:
            break
    return answer


async def found(caller: Registry, step: Step) -> Any | None:
    """The alert a step means, or None while there is none."""
    alerts = await caller.every("/v1/alerts", production=step.production)
    return next((each for each in alerts if each["rule"] == step.rule and each["kind"] == "violation"), None)


async def awaited(stage: Stage, step: Step) -> Played:
    """Wait until the sweep has raised what the clock has made due; nobody files anything."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    while loop.time() < end:
        if alert := await found(stage.callers[step.by], step):
            return Played(step, 200, alert)
        await asyncio.sleep(PAUSE)
    return Played(step, 0, None, surprise=f"the sweep raised no alert of {step.rule} in {PATIENCE:.0f} s")


async def swept(stage: Stage) -> None:
    """Wait until the sweep has caught up with the clock: no alert has been new or changed for a while."""
    auditor = stage.callers["auditor"]
    loop = asyncio.get_running_loop()
    end, before, since = loop.time() + PATIENCE, None, loop.time()
    while loop.time() < end and (before is None or loop.time() - since < STILL):
        alerts = await auditor.every("/v1/alerts")
        seen = {(each["alert_id"], each["revision"]) for each in alerts}
        if seen != before:
            before, since = seen, loop.time()
        await asyncio.sleep(PAUSE)


def bytes_of(stage: Stage, step: Step) -> bytes:
    """The document of *step*, as a production office's system would send it."""
    return msgspec.json.encode(document(stage.season, step))


def surprise(step: Step, answer: Answer, faults: int) -> str:
    """How *answer* differs from what the season expects; empty when it does not."""
    refused = answer.problem is not None
    if refused != (step.expect == "refused"):
        said = answer.problem.detail if answer.problem else "accepted"
        first = (
            "; ".join(f"{each.pointer}: {each.detail}" for each in answer.problem.errors[:3])
            if answer.problem
            else ""
        )
        return f"expected to be {step.expect}, but {answer.status}: {said} {first}".strip()
    if faults < step.faults:
        return f"expected at least {step.faults} faults, got {faults}"
    return ""
