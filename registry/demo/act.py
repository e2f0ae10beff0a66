"""Play the season: a PostgreSQL, a server and a worker of its own; at the end the whole history verified."""

import asyncio
import contextlib
import datetime as dt
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from registry import embedded, serving, tables
from registry.audit import act as audit
from registry.audit.verified import Verified
from registry.auth import issuer
from registry.auth.scope import Principal
from registry.client import Registry, connected
from registry.db import Database
from registry.demo import book, packet, pages, rewritten, scenes, tamper, view
from registry.demo import season as seasons
from registry.demo.case import Pursuit
from registry.demo.ear import Ear
from registry.demo.play import Played, Stage, play
from registry.demo.season import Season
from registry.demo.view import Ledger, Proof, Seen, Summary
from registry.errors import Busy, Corrupt
from registry.ledger import merkle
from registry.settings import Settings

SEASON: Final = Path(__file__).with_name("season.toml")
PURSUED: Final = SEASON.with_name("case.toml")
"""The one case that is followed from its filing to its settlement."""
READY_WITHIN: Final = 40.0
LOOPBACK: Final = "127.0.0.0/8"
"""Where webhooks go that the demonstration itself receives."""
FLIPPED: Final = "orchard-q3"
"""The disclosure whose amendment flips a verdict."""
BEFORE: Final = "2025-11-15T12:00:00Z"
OFFICE: Final = "northlight"
REPRESENTATIVE: Final = "editors"
CASE: Final = "iatse-ba-2024/prompt-displacement"

Say = Callable[[str], None]


def run(say: Say, *, as_json: bool, keep: Path | None = None) -> int:
    """The whole demonstration; 0 when everything was as the season expects and the history adds up.

    The packet of its case is kept at *keep*, a .zip or a .pdf.
    """
    packet.keepable(keep)
    began = time.monotonic()
    season = seasons.load(SEASON.read_bytes())
    say(season.title)
    with folder() as place, embedded.running(place / "postgres", hasty=True) as dsn:
        say(f"PostgreSQL in {place} after {time.monotonic() - began:.1f} s")
        settings = Settings(
            database_url=dsn,
            data_dir=place,
            port=serving.free_port(),
            clock_file=str(place / "clock"),
            sweep_seconds=1,
            log_format="json",
            outgoing_allow=LOOPBACK,
        )
        (place / "clock").write_text(season.opens.isoformat())
        with processes(settings, place):
            played, seen, pursuit = asyncio.run(played_on(season, settings, say, keep))
        ledger, kept = asyncio.run(verified(dsn))
        forged = asyncio.run(tamper.tampered(dsn, place, kept)) if kept else []
        check = packet.checked(place) if pursuit.course.packet else None
    told = book.book(pursuit.case, pursuit.course, pursuit.ear, check)
    for surprise in told.surprises:
        say(f"  {surprise}")
    found = view.summary(played, seen, ledger, told, forged)
    show(pursuit, played, seen, found, as_json=as_json)
    say(f"{time.monotonic() - began:.0f} s in all")
    if not ledger.verified:
        return 3
    unseen = not all(each.found for each in forged)
    return 1 if found.surprises or unseen or not seen.proof.holds else 0


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder that PostgreSQL's user can enter, gone when the block ends."""
    place = Path(tempfile.mkdtemp(prefix="registry-demo-"))
    place.chmod(0o755)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def processes(settings: Settings, place: Path) -> Iterator[None]:
    """A server with a worker beside it, answering, for as long as the block runs."""
    words = [sys.executable, "-m", "registry", "serve", "--work", "--parent", str(os.getpid())]
    with (place / "server.log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603  our own words, no shell
            words,
            env=serving.environment(settings),
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            cwd=place,
        )
        try:
            asyncio.run(answering(settings, server))
            yield
        except Busy as fault:
            tail = (place / "server.log").read_text(errors="replace").splitlines()[-8:]
            raise Busy(f"{fault.detail}. The server's last lines: {' | '.join(tail)}") from None
        finally:
            serving.ended(server)


async def answering(settings: Settings, server: "subprocess.Popen[bytes]") -> None:
    """Wait until the server is ready; raises Busy when it ends or takes too long."""
    end = time.monotonic() + READY_WITHIN
    async with connected(settings.address) as registry:
        while time.monotonic() < end and server.poll() is None:
            with contextlib.suppress(Busy):
                if (await registry.get("/health/ready")).status == 200:
                    return
    raise Busy(f"the server did not come up in {READY_WITHIN:.0f} s")


async def played_on(
    season: Season, settings: Settings, say: Say, keep: Path | None
) -> tuple[list[Played], Seen, Pursuit]:
    """The season and its case on the server of *settings*, and what there is to see at the end."""
    local = issuer.local_issuer(settings)

    def mint(principal: Principal) -> str:
        return issuer.mint(local, principal, settings.audience, dt.datetime.now(dt.UTC))

    async with connected(settings.address) as registry:
        stage = Stage(season, registry, mint, Path(settings.clock_file))
        case = scenes.load(PURSUED.read_bytes(), season)
        began = time.monotonic()
        async with Ear(lambda: stage.instant) as ear:
            pursuit = Pursuit(case, stage, ear, settings.data_dir, keep)
            played = await play(
                stage, pursuit.until, lambda done: say(f"  {done.surprise}") if done.surprise else None
            )
        told = f"{len(played)} steps, and {len(pursuit.course.shown)} of one case,"
        say(f"{told} on {settings.address} in {time.monotonic() - began:.1f} s")
        if pursuit.course.packet:
            await packet.compared(stage.callers["auditor"], settings.data_dir)
        return played, await look(stage, played), pursuit


async def look(stage: Stage, played: list[Played]) -> Seen:
    """What the three users read at the end."""
    office, representative, auditor = (stage.callers[name] for name in (OFFICE, REPRESENTATIVE, "auditor"))
    rep_alerts = await representative.every("/v1/alerts")
    chosen = next((each for each in rep_alerts if each["rule"] == CASE and each["kind"] == "violation"), None)
    flipped = f"/v1/disclosures/{stage.disclosures[FLIPPED]}"
    versions = (await auditor.get(f"{flipped}/versions")).wanted()
    return Seen(
        filed=await office.every("/v1/disclosures"),
        due=due(stage, played),
        rep_alerts=rep_alerts,
        case=(await representative.get(f"/v1/alerts/{chosen['alert_id']}")).wanted() if chosen else None,
        versions=versions["items"] if isinstance(versions, dict) else versions,
        before=(await auditor.get(f"{flipped}/findings", as_of=BEFORE)).wanted()["findings"],
        after=(await auditor.get(f"{flipped}/findings")).wanted()["findings"],
        proof=await proven(auditor, f"{flipped}/receipt"),
        alerts=await auditor.every("/v1/alerts"),
        findings=await newest(auditor),
    )


def due(stage: Stage, played: list[Played]) -> list[dict[str, Any]]:
    """The duties ahead, from the newest answer about each of the office's productions."""
    employer = stage.season.people[OFFICE].employer
    answers = {
        each.step.production: each.body["due"]
        for each in played
        if each.status < 400
        and each.step.does in view.FILINGS
        and stage.season.production(each.step.production)["employer_id"] == employer
    }
    today = stage.season.ends.date().isoformat()
    found = [{**each, "subject": production} for production, ahead in answers.items() for each in ahead]
    return sorted((each for each in found if each["due_on"] >= today), key=lambda each: str(each["due_on"]))


async def newest(auditor: Registry) -> dict[str, list[dict[str, Any]]]:
    """The newest findings of every production that has any disclosure."""
    disclosures = await auditor.every("/v1/disclosures")
    one_each = {
        f"{each['employer_id']}/{each['production_id']}": each["disclosure_id"] for each in disclosures
    }
    return {
        production: (await auditor.get(f"/v1/disclosures/{disclosure}/findings")).wanted()["findings"]
        for production, disclosure in one_each.items()
    }


async def proven(auditor: Registry, path: str) -> Proof:
    """The proof behind a receipt, checked here with nothing but the entry's bytes and the hashes."""
    found = (await auditor.get(path)).wanted()
    place = found["receipt"]["ledger"]
    hashes = [bytes.fromhex(each) for each in found["proof"]]
    leaf, root = merkle.leaf_hash(found["entry"].encode()), bytes.fromhex(place["root"])
    holds = merkle.verify_inclusion(place["index"], place["size"], leaf, hashes, root)
    return Proof(place["index"], place["size"], len(hashes), place["root"], holds)


async def verified(dsn: str) -> tuple[Ledger, Verified | None]:
    """The whole history, recomputed; and what somebody who trusts nobody takes home of it."""
    async with Database.open(dsn, size=2) as opened:
        try:
            tally = await audit.verify(opened)
        except Corrupt:
            async with opened.snapshot() as conn:
                from registry.ledger import store as ledger  # noqa: PLC0415  only a corrupt one is asked again

                head = await ledger.head(conn)
            return Ledger(head.size, head.root.hex(), verified=False), None
    return Ledger(tally.size, tally.root.hex(), verified=True), tally.verified


def show(pursuit: Pursuit, played: list[Played], seen: Seen, found: Summary, *, as_json: bool) -> None:
    """The season on standard output: JSON for programs, tables for people."""
    if as_json:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
        return
    season, console = pursuit.stage.season, tables.console()
    console.print(view.steps(played), highlight=False)
    console.print(pages.shown(season, pursuit.case, pursuit.course, found.case), highlight=False)
    console.print(view.office(season, OFFICE, seen, played), highlight=False)
    console.print(view.representative(season, REPRESENTATIVE, seen), highlight=False)
    console.print(view.auditor(season, "auditor", seen), highlight=False)
    console.print(rewritten.table(found.tampering), highlight=False)
    console.print(view.closing(found), highlight=False)
