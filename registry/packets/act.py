"""Make the packet of a case: read it in one snapshot, put it into words, print it, pack it.

Files of evidence are never held in memory whole: they go from the database to a temporary file, from there
into the packet, which is a temporary file itself.
"""

import asyncio
import datetime as dt
import functools
import hashlib
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import IO, Final
from uuid import UUID

import msgspec
import structlog

from registry.auth.scope import Principal, Scope, scope_of, within
from registry.db import Connection, Database
from registry.errors import Corrupt, Fault, Invalid
from registry.explanations.answer import Wanted, answer, words_of
from registry.explanations.explanation import Explanation
from registry.judging import act as judging
from registry.judging.house import House
from registry.judging.ruling import Ruled, concerning, decode
from registry.ledger.entry import stamp
from registry.ledger.moment import LAST, stated
from registry.packets import archive, store, vouching
from registry.packets.archive import Evidence
from registry.packets.case import Case, Cited, Row, Told, cited
from registry.packets.chapters import chapters
from registry.packets.folder import MANIFEST, Folder, digests, folder, manifest
from registry.packets.form import Form, Packet, packet_name
from registry.packets.paper import paper
from registry.packets.sheet import text
from registry.threads import store as threads
from registry.threads.store import Matter

log = structlog.get_logger()

MOST: Final = 6
"""Judgements looked through for the one an alert rests on."""
HERE: Final = Path(__file__).parent
FONT: Final = HERE / "font" / "DejaVuSans.ttf"
PROGRAM: Final = HERE / "shipped" / "verify.py"
PRINTING: Final = threading.Lock()
"""The typesetter keeps its fonts for the whole process, and one print at a time is load enough."""


async def make(
    db: Database,
    house: House,
    principal: Principal,
    alert_id: UUID,
    as_of: dt.datetime | str | None,
    now: dt.datetime,
    form: Form = "zip",
) -> Packet:
    """The packet of an alert as known at an instant (None: now), as a zip, or as a PDF with it attached.

    The same alert, instant and role give the same bytes. What the caller may not read is not in it.
    """
    instant = stated(as_of) or now
    if instant > now:
        detail = "The packet tells what was known, and this instant is still to come."
        raise refused(detail, f"Ask for {stamp(now)}")
    with tempfile.TemporaryFile() as spool:
        async with db.snapshot() as conn:
            case = await read(conn, house, principal, alert_id, instant, now)
            made = folder(case)
            places = await spooled(conn, made, spool)
        packet = await asyncio.to_thread(packed, case, made, spool, places, form)
    log.info("packet.made", alert=str(alert_id), as_of=stamp(instant), form=form, bytes=packet.size)
    return packet


def refused(detail: str, fix: str) -> Invalid:
    """The refusal of an instant."""
    return Invalid(f"{detail} {fix}.", [Fault("", "as_of", detail, f"{fix}.")])


async def read(
    conn: Connection,
    house: House,
    principal: Principal,
    alert_id: UUID,
    as_of: dt.datetime,
    now: dt.datetime,
) -> Case:
    """Everything known of an alert at an instant, as far as *principal* may read it."""
    scope = scope_of(principal)
    matter = await threads.find_matter(conn, scope, "alert", alert_id)
    moves = await store.list_moves(conn, matter.employer_id, alert_id, as_of)
    if not moves:
        moves = await store.list_moves(conn, matter.employer_id, alert_id, LAST)
        opened = stamp(moves[0]["moved_at"])
        raise refused(f"The alert was opened at {opened}; nothing was known before.", f"Ask for {opened}")
    size = await store.find_size(conn, as_of)
    judged, explained = await explain(conn, house, principal, matter, moves, (size, as_of, now))
    finding = moves[-1]["finding"]
    rests_on = cited(explained, judged, (finding["subject_kind"], finding["subject"]))
    rules = await store.list_rules(conn, rules_of(finding, judged), size)
    told = await history(conn, scope, matter, (moves, judged, rules), rests_on, as_of)
    return Case(
        alert_id=alert_id,
        employer_id=matter.employer_id,
        production_id=matter.production_id,
        role=principal.role,
        as_of=as_of,
        size=size,
        root=await store.find_root(conn, size),
        told=told,
        contents=await store.list_contents(conn, matter.employer_id, rests_on.disclosures),
        explanation=explained,
        hidden=hidden(scope, told),
        entries=await store.place(conn, [row["ledger_index"] for _, row in told.rows()], size),
    )


async def explain(
    conn: Connection,
    house: House,
    principal: Principal,
    matter: Matter,
    moves: Sequence[Row],
    at: tuple[int, dt.datetime, dt.datetime],
) -> tuple[list[Row], Explanation | None]:
    """The judgement an alert rested on at an instant, and its finding taken apart.

    When its matter was gone from what was filed by then, that is one before the newest moves.
    """
    size, as_of, now = at
    finding = moves[-1]["finding"]
    wanted = Wanted(finding["rule"], finding["subject"], finding["subject_kind"])
    key = matter.employer_id, matter.production_id
    tried: dict[UUID, Row] = {}
    for before in [size, *(move["ledger_index"] for move in reversed(moves))]:
        row = await store.find_judgement(conn, key, before, as_of)
        if row is None or row["judgement_id"] in tried or len(tried) == MOST:
            continue
        tried[row["judgement_id"]] = row
        recalled = await judging.recall(conn, house, msgspec.convert(row, Ruled), now)
        made = answer(recalled, None, principal.role, wanted, words_of(house.schemas)).explanations
        if made:
            return [row], made[0]
    return list(tried.values())[:1], None


def rules_of(finding: Row, judged: Sequence[Row]) -> list[bytes]:
    """The digests of the pack and the parameters that a case was judged by."""
    named = {finding["pack_digest"]}
    for row in judged:
        named |= {row["packs"][name] for name in (finding["pack"], finding["params"]) if name in row["packs"]}
    return sorted(bytes.fromhex(each) for each in named)


async def history(
    conn: Connection,
    scope: Scope,
    matter: Matter,
    found: tuple[Sequence[Row], Sequence[Row], Sequence[Row]],
    rests_on: Cited,
    as_of: dt.datetime,
) -> Told:
    """Every row of the case until an instant: the moves, judgements and rules *found*, and all others.

    Of requests of other unions the threads are left out.
    """
    moves, judgements, rules = found
    employer_id = matter.employer_id
    requests = await store.list_requests(conn, employer_id, rests_on.requests, as_of)
    open_ = {row["request_id"] for row in requests if readable(scope, row)}
    return Told(
        employers=await store.list_employer(conn, employer_id, as_of),
        productions=await store.list_production(conn, employer_id, matter.production_id, as_of),
        moves=moves,
        thread=await store.list_thread(conn, employer_id, [matter.thread_id, *sorted(open_)], as_of),
        requests=requests,
        observations=await store.list_observations(conn, employer_id, rests_on.observations, as_of),
        versions=await store.list_versions(
            conn, (employer_id, matter.production_id), rests_on.disclosures, as_of
        ),
        judgements=judgements,
        rules=rules,
    )


def readable(scope: Scope, row: Row) -> bool:
    """Whether what one party told may be read within *scope*."""
    return within(scope, row["employer_id"], [row["party"]])


def hidden(scope: Scope, told: Told) -> frozenset[int]:
    """The entries whose records are not the caller's to read: of other unions' findings and words."""
    others = {row["ledger_index"] for row in [*told.requests, *told.observations] if not readable(scope, row)}
    for row in told.judgements:
        findings = decode(row["findings"])
        if len(concerning(scope, findings)) < len(findings):
            others.add(row["ledger_index"])
    return frozenset(others)


async def spooled(conn: Connection, made: Folder, spool: IO[bytes]) -> dict[str, int]:
    """Put every file of evidence into *spool*; where in it each begins."""
    places = {}
    for name, file in made.evidence.items():
        places[name] = spool.tell()
        async for piece in store.stream_evidence(conn, file.employer_id, file.evidence_id):
            spool.write(piece)
        if spool.tell() - places[name] != file.size:
            raise Corrupt(f"evidence_chunk {file.evidence_id}: the file is not whole")
    return places


def packed(case: Case, made: Folder, spool: IO[bytes], places: dict[str, int], form: Form) -> Packet:
    """The packet, written out: it computes for a while, and has a thread of its own."""
    printed = finished(case, made)
    evidence = {
        name: Evidence(file.size, file.sha256, functools.partial(pieces, spool, places[name], file.size))
        for name, file in made.evidence.items()
    }
    top = packet_name(case)
    into = tempfile.TemporaryFile()  # noqa: SIM115 (whoever sends it closes it)
    try:
        around = archive.Around(printed, f"{top}.zip") if form == "pdf" else None
        into.write(around.before if around else b"")
        start = into.tell()
        archive.write(into, top, made.made, evidence)
        into.write(around.behind(into.seek(0, 2) - start) if around else b"")
        return measured(into, f"{top}.{form}", form)
    except BaseException:
        into.close()
        raise


def finished(case: Case, made: Folder) -> bytes:
    """Add to *made* what is said in words, the program, and the manifest; the print."""
    made.made[vouching.PROGRAM] = PROGRAM.read_bytes()
    made.made[vouching.VERIFY] = vouching.how(case).encode()
    sheet = vouching.sheet(case, made, chapters(case))
    with PRINTING:
        printed = paper(sheet, FONT.read_bytes())
    made.made[vouching.PRINT] = printed
    made.made[vouching.WORDS] = text(sheet).encode()
    made.made[MANIFEST] = manifest(digests(made))
    return printed


def measured(file: IO[bytes], name: str, form: Form) -> Packet:
    """The finished packet with its length and digest."""
    size = file.seek(0, 2)
    hashed = hashlib.sha256()
    for piece in pieces(file, 0, size):
        hashed.update(piece)
    return Packet(file, name, form, size, hashed.digest())


def pieces(file: IO[bytes], start: int, size: int) -> Iterator[bytes]:
    """*size* bytes of *file* from *start* on, a little at a time."""
    file.seek(start)
    while size > 0:
        piece = file.read(min(archive.PIECE, size))
        assert piece, "it was written before"
        size -= len(piece)
        yield piece


async def sent(packet: Packet) -> AsyncIterator[bytes]:
    """The bytes of a packet for whoever asked for it; the file is gone afterwards."""
    with packet.file:
        for piece in pieces(packet.file, 0, packet.size):
            yield piece
