"""File, amend, withdraw: many as naturally as one, and each in one transaction with all it brings about.

Reading comes first and holds nothing: what can be refused is refused, and the production is judged with
the new document. The transaction then locks the production and compares its count of facts; when it has
moved, the judgement is made again there, so no verdict that is kept rests on stale facts.
Who files one shares that transaction with whoever files at the same time (`together`).

Locks are taken in one order: keys (never waited for), drafts, productions by id, alerts, the ledger's head.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from uuid_utils.compat import uuid7

from registry.auth.scope import Principal
from registry.db import Connection, Database, savepoint
from registry.disclosures import store as disclosures
from registry.errors import Corrupt, NotFound, RegistryError
from registry.filing import admission, answer, trial
from registry.filing.admission import Seen
from registry.filing.answer import Outcome
from registry.filing.prepare import check_employer, employer_of, prepare
from registry.filing.settling import act as settling
from registry.filing.submission import Prepared, Submission
from registry.filing.together import act as together
from registry.filing.trial import Preflight
from registry.judging import act as judging
from registry.judging.house import House
from registry.judging.store import Held
from registry.judging.weighing import Weighed

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
    results |= await written(db, house, seen)
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
                found[place] = await settling.answered(conn, prepared) or await see(
                    conn, house, prepared, moved
                )
            except RegistryError as refused:
                found[place] = refused
    return found


async def see(conn: Connection, house: House, prepared: Prepared, moved: set[tuple[str, str]]) -> Seen:
    """*prepared* against what stands now, judged unless its production is among *moved*; raises refusals."""
    standing = await settling.stand(conn, prepared, uuid7())
    key = standing.ground.key
    weighed = None
    if key not in moved:
        weighed = await judging.weigh(
            conn, house, standing.ground, prepared.now, [admission.told(prepared, standing)]
        )
    moved.add(key)
    return Seen(prepared, standing, weighed)


async def written(db: Database, house: House, seen: dict[int, Seen]) -> dict[int, Result]:
    """The results of all of *seen*, committed: one goes together with what others file at the same time.

    What is done beside a submission in its transaction may have to be undone with it: that one goes alone.
    """
    if len(seen) == 1:
        [(place, each)] = seen.items()
        if each.prepared.submission.also is None:
            return {place: await together.write(db, house, each)}
    return await commit(db, house, seen)


async def commit(db: Database, house: House, seen: dict[int, Seen]) -> dict[int, Result]:
    """Write all of *seen* in one transaction, each of many in a savepoint of its own."""
    if len(seen) < 2:
        return {place: await settling.commit(db, house, each) for place, each in seen.items()}
    results: dict[int, Result] = {}
    async with db.transaction() as conn:
        for place, each in seen.items():
            try:
                await settling.claim(conn, each)
            except RegistryError as refused:
                results[place] = refused
        left = {place: each for place, each in seen.items() if place not in results}
        held = await judging.hold(conn, {each.production for each in left.values()})
        for place, each in left.items():
            results[place] = await attempt(conn, house, each, held)
    return results


async def attempt(conn: Connection, house: House, seen: Seen, held: Held) -> Result:
    """One of many in a savepoint: whatever goes wrong with it is undone and is its own affair."""
    try:
        async with savepoint(conn):
            return await settling.settle(conn, house, seen, held)
    except RegistryError as refused:
        return refused
    except Exception:
        log.exception("disclosure.not_filed", employer=seen.production[0], production=seen.production[1])
        return Corrupt("this submission could not be written; the others of its batch were not touched")


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
