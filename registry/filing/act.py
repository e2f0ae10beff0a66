"""File, amend, withdraw: many as naturally as one, and each in one transaction with all it brings about.

Reading comes first and holds nothing: what can be refused is refused, and the production is judged with
the new document. The transaction then locks the production and compares its count of facts; when it has
moved, the judgement is made again there, so no verdict that is kept rests on stale facts.

Locks are taken in one order: keys (never waited for), drafts, productions by id, alerts, the ledger's head.
"""

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import structlog
from uuid_utils.compat import uuid7

from registry.auth.scope import Principal
from registry.db import Connection, Database, savepoint
from registry.disclosures import store as disclosures
from registry.disclosures.receipt import receipt_of
from registry.disclosures.version import Content
from registry.errors import Corrupt, NotFound, RegistryError, StillRunning
from registry.filing import admission, answer, record, store, trial
from registry.filing.admission import Seen, Standing
from registry.filing.answer import Outcome
from registry.filing.prepare import check_employer, employer_of, prepare
from registry.filing.submission import Prepared, Submission
from registry.filing.trial import Preflight
from registry.judging import act as judging
from registry.judging import knowledge
from registry.judging.house import House
from registry.judging.store import Held
from registry.judging.weighing import Weighed
from registry.ledger import store as ledger
from registry.search import act as search

log = structlog.get_logger()

Result = Outcome | RegistryError


async def file_one(db: Database, house: House, submission: Submission) -> Outcome:
    """File, amend or withdraw one disclosure; raises what it is refused for."""
    (result,) = await file(db, house, [submission])
    if isinstance(result, RegistryError):
        raise result
    return result


async def file(db: Database, house: House, submissions: Sequence[Submission]) -> list[Result]:
    """File, amend or withdraw each of *submissions* in one transaction; a refusal stands in its own place.

    What is answered with an outcome is committed when this returns. Each must be possible as things stood
    before: one that builds on another of the batch, as an amendment of an amendment, belongs in the next.
    """
    results: dict[int, Result] = {}
    ready: dict[int, Prepared] = {}
    for place, submission in enumerate(submissions):
        try:
            ready[place] = prepare(house.schemas, submission)
        except RegistryError as refused:
            results[place] = refused
    seen: dict[int, Seen] = {}
    for place, found in (await look(db, house, ready)).items():
        if isinstance(found, Seen):
            seen[place] = found
        else:
            results[place] = found
    results |= await commit(db, house, seen)
    for place in sorted(seen):
        tell(results[place])
    return [results[place] for place in range(len(submissions))]


def tell(result: Result) -> None:
    """A line in the log for what was committed: a promise that the entry exists."""
    if not isinstance(result, RegistryError) and not result.replayed:
        log.info(answer.EVENTS[result.receipt.kind], **answer.summary(result))


async def look(db: Database, house: House, ready: dict[int, Prepared]) -> dict[int, Seen | Result]:
    """Each of *ready* held against what stands, and judged; nothing is locked and nothing written."""
    found: dict[int, Seen | Result] = {}
    moved: set[tuple[str, str]] = set()
    if not ready:
        return found
    async with db.snapshot() as conn:
        for place, prepared in ready.items():
            try:
                found[place] = await answered(conn, prepared) or await see(conn, house, prepared, moved)
            except RegistryError as refused:
                found[place] = refused
    return found


async def see(conn: Connection, house: House, prepared: Prepared, moved: set[tuple[str, str]]) -> Seen:
    """*prepared* against what stands now, judged unless its production is among *moved*; raises refusals."""
    standing = await stand(conn, prepared, uuid7())
    key = standing.ground.key
    weighed = None
    if key not in moved:
        weighed = await judging.weigh(
            conn, house, standing.ground, prepared.now, [admission.told(prepared, standing)]
        )
    moved.add(key)
    return Seen(prepared, standing, weighed)


async def commit(db: Database, house: House, seen: dict[int, Seen]) -> dict[int, Result]:
    """Write all of *seen* in one transaction, each of many in a savepoint of its own."""
    if len(seen) < 2:
        return {place: await commit_one(db, house, each) for place, each in seen.items()}
    results: dict[int, Result] = {}
    async with db.transaction() as conn:
        for place, each in seen.items():
            try:
                await claim(conn, each)
            except RegistryError as refused:
                results[place] = refused
        left = {place: each for place, each in seen.items() if place not in results}
        held = await judging.hold(conn, {each.production for each in left.values()})
        for place, each in left.items():
            results[place] = await attempt(conn, house, each, held)
    return results


async def commit_one(db: Database, house: House, seen: Seen) -> Result:
    """Write one submission that has no neighbours: its transaction is all the savepoint it needs."""
    try:
        async with db.transaction() as conn:
            await claim(conn, seen)
            return await settle(conn, house, seen, await judging.hold(conn, [seen.production]))
    except RegistryError as refused:
        return refused


async def claim(conn: Connection, seen: Seen) -> None:
    """Hold the submission's key until the transaction ends, else StillRunning; do what is asked beside it."""
    prepared, standing, also = seen.prepared, seen.standing, seen.prepared.submission.also
    if prepared.key and not await store.claim_key(conn, prepared.employer_id, prepared.key):
        raise StillRunning("the first request with this Idempotency-Key is at work; repeat yours in a moment")
    if also is not None:
        await also(conn, standing.disclosure_id, standing.version)


async def answered(conn: Connection, prepared: Prepared) -> Outcome | None:
    """The answer this submission's key has had before; KeyReused when that was to another request."""
    if prepared.key is None:
        return None
    given = await store.find_answer(conn, prepared.employer_id, prepared.key)
    if given is None:
        return None
    if given.fingerprint != prepared.fingerprint:
        raise admission.key_reused()
    return answer.replay(given.status, given.headers, given.answer)


async def attempt(conn: Connection, house: House, seen: Seen, held: Held) -> Result:
    """One of many in a savepoint: whatever goes wrong with it is undone and is its own affair."""
    try:
        async with savepoint(conn):
            return await settle(conn, house, seen, held)
    except RegistryError as refused:
        return refused
    except Exception:
        log.exception("disclosure.not_filed", employer=seen.production[0], production=seen.production[1])
        return Corrupt("this submission could not be written; the others of its batch were not touched")


async def settle(conn: Connection, house: House, seen: Seen, held: Held) -> Outcome:
    """Write one submission and all it brings about; the caller holds its key, and its production as *held*.

    Every filing, amendment, withdrawal and change of the register moves the count of facts. While it is what
    it was at the look, so is everything seen then, and this same request has not been answered since. A pack
    published since asks for another judgement, too.
    """
    prepared, standing, weighed = seen.prepared, seen.standing, seen.weighed
    moved = held.facts.get(seen.production) != standing.ground.facts
    if weighed is None or moved or held.stands_at > weighed.stands_at:
        if (given := await answered(conn, prepared)) is not None:
            return given
        standing = await stand(conn, prepared, standing.disclosure_id)
        about = [admission.told(prepared, standing)]
        weighed = await judging.weigh(conn, house, standing.ground, prepared.now, about)
    return await write(conn, house, prepared, standing, weighed)


async def write(
    conn: Connection, house: House, prepared: Prepared, standing: Standing, weighed: Weighed
) -> Outcome:
    """Write a submission that was judged, with its judgement, entries, alerts, messages and answer.

    Everybody's filings wait for the ledger from the append to the commit: nothing is read or judged there.
    """
    key, now = standing.ground.key, prepared.now
    row = record.row_of(prepared, standing)
    kept = await judging.plan(conn, key, weighed, now, "filing", (row.disclosure_id, row.version))
    salts = {name: secrets.token_urlsafe(16) for name in record.sections_of(prepared)}
    about = standing.type_of(prepared), prepared.period
    copy = search.copy_of(row, *about, standing.ground.record.locals, kept.row.findings)
    entry = record.entry_of(prepared, standing, row, salts, kept.row)
    appended = await ledger.extend(conn, [entry, *kept.entries], now)
    positions, head = appended.positions, appended.head
    row = msgspec.structs.replace(row, ledger_index=positions[0].index)
    await disclosures.add(conn, row, Content(prepared.submission.body, salts), *about)
    await judging.carry_out(conn, kept, positions[1:], now)
    await search.add(conn, copy, positions[0].index, positions[1].index)
    paper = receipt_of(row, positions[0].leaf, head.size, head.root)
    ages = answer.ages(house.schemas, row.schema_version)
    outcome = answer.outcome(paper, prepared.warnings, weighed.judgement.findings, ages)
    if prepared.key:
        given = store.Given(prepared.fingerprint, outcome.status, outcome.headers, outcome.body)
        # The same request would have moved the facts, so a key that was answered meanwhile had another.
        if not await store.add_answer(conn, prepared.employer_id, prepared.key, given, now):
            raise admission.key_reused()
    return outcome


async def stand(conn: Connection, prepared: Prepared, new_id: UUID) -> Standing:
    """What *prepared* meets; raises what it is refused for in that light."""
    head = None
    production_id = prepared.production_id
    if prepared.expected is not None:
        assert prepared.submission.disclosure_id is not None
        found = await disclosures.find_head(conn, prepared.employer_id, prepared.submission.disclosure_id)
        head = admission.check_head(prepared, found)
        production_id = head.production_id
    assert production_id is not None, "a document that names no production has been refused"
    ground = await judging.find_ground(conn, prepared.employer_id, production_id)
    if ground is None:
        raise admission.no_production(prepared.employer_id, production_id)
    standing = Standing(ground, head, head.disclosure_id if head else new_id)
    await check_period(conn, prepared, standing)
    if prepared.kind != "withdrawal":
        return standing
    told = knowledge.known(await disclosures.load_known(conn, *ground.key))
    last = next(each for each in reversed(told) if each.disclosure_id == str(standing.disclosure_id))
    return msgspec.structs.replace(standing, last=last)


async def check_period(conn: Connection, prepared: Prepared, standing: Standing) -> None:
    """Refuse a second disclosure in force for one production, type and period; initial ones may be many."""
    kind = standing.type_of(prepared)
    first, last = prepared.period
    if kind == "initial" or first is None or last is None:
        return
    key = (*standing.ground.key, standing.disclosure_id)
    other = await disclosures.find_same_period(conn, *key, kind, (first, last))
    if other is not None:
        raise admission.same_period(prepared, other, (first, last))


async def preflight(
    db: Database | None,
    house: House,
    body: bytes,
    now: dt.datetime,
    principal: Principal | None = None,
    disclosure_id: UUID | None = None,
) -> Preflight:
    """What would be said of *body* if it were handed in now; nothing is stored and nothing locked.

    Without a database, or about a production that is not on record, only the document itself is judged.
    *disclosure_id* is the disclosure it would amend.
    """
    if db is None or principal is None:
        return trial.alone(house.schemas, house.packs, house.editions, body, now)
    employer_id = employer_of(principal)
    read = trial.read(house.schemas, body)
    if read.document is None:
        return trial.answer(read, [], None, now)
    try:
        check_employer(read.document, employer_id)
        async with db.snapshot() as conn:
            weighed = await weigh_trial(conn, house, employer_id, read.document, disclosure_id, now)
    except NotFound as refused:
        judgement = trial.judge_alone(house.packs, house.editions, read.document, now)
        return trial.answer(read, refused.faults, judgement, now)
    return trial.answer(read, [], weighed.judgement, now)


async def weigh_trial(
    conn: Connection,
    house: House,
    employer_id: str,
    document: dict[str, Any],
    disclosure_id: UUID | None,
    now: dt.datetime,
) -> Weighed:
    """*document* judged with everything known of its production, as new or as an amendment of one."""
    ground = await judging.find_ground(conn, employer_id, document["production"]["id"])
    if ground is None:
        raise admission.no_production(employer_id, document["production"]["id"])
    head = await disclosures.find_head(conn, employer_id, disclosure_id) if disclosure_id else None
    if disclosure_id and head is None:
        raise NotFound("there is no such disclosure to amend", [trial.nothing_to_amend()])
    return await judging.weigh(conn, house, ground, now, [trial.known(document, now, head)])
