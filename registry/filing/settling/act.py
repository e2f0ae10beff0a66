"""Write what was looked at: held, compared with what stands, judged again where that moved, and committed.

The caller holds a transaction. In it the production is locked and its count of facts compared; when it has
moved, the judgement is made again there, so no verdict that is kept rests on stale facts.
"""

import itertools
import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from registry.db import Connection, Database
from registry.disclosures import store as disclosures
from registry.disclosures.receipt import receipt_of
from registry.disclosures.store import Added
from registry.disclosures.version import Content
from registry.errors import RegistryError, StillRunning
from registry.filing import admission, answer, record, store
from registry.filing.admission import Seen, Standing
from registry.filing.answer import Outcome
from registry.filing.submission import Prepared
from registry.judging import act as judging
from registry.judging import knowledge
from registry.judging.act import Ruling
from registry.judging.house import House
from registry.judging.store import Held
from registry.ledger import store as ledger
from registry.obligations.judge import Judgement
from registry.search import act as search


class Ready(msgspec.Struct, frozen=True):
    """A submission that was judged, with everything it will write once it has its places in the ledger."""

    prepared: Prepared
    judgement: Judgement
    added: Added
    kept: Ruling
    copy: Any
    entries: list[bytes]
    ages: dict[str, str]


async def commit(db: Database, house: House, seen: Seen) -> Outcome | RegistryError:
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


async def settle(conn: Connection, house: House, seen: Seen, held: Held) -> Outcome:
    """Write one submission and all it brings about; the caller has its key, and its production as *held*."""
    found = await ready(conn, house, seen, held)
    return found if isinstance(found, Outcome) else (await write(conn, [found]))[0]


async def ready(conn: Connection, house: House, seen: Seen, held: Held) -> Outcome | Ready:
    """One submission with everything it will write, or the answer it has had; the ledger is not locked yet.

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
    key, row = standing.ground.key, record.row_of(prepared, standing)
    kept = await judging.plan(conn, key, weighed, prepared.now, "filing", (row.disclosure_id, row.version))
    salts = {name: secrets.token_urlsafe(16) for name in record.sections_of(prepared)}
    kind, period = standing.type_of(prepared), prepared.period
    copy = search.copy_of(row, kind, period, standing.ground.record.locals, kept.row.findings)
    entry = record.entry_of(prepared, standing, row, salts, kept.row.packs, kept.digest)
    added = Added(row, Content(prepared.submission.body, salts), kind, period)
    ages = answer.ages(house.schemas, row.schema_version)
    return Ready(prepared, weighed.judgement, added, kept, copy, [entry, *kept.entries], ages)


async def write(conn: Connection, many: Sequence[Ready]) -> list[Outcome]:
    """Write submissions of as many productions, with judgements, entries, alerts, messages and answers.

    Everybody's filings wait for the ledger from the append to the commit: nothing is read or judged there,
    and one statement writes what it can for all.
    """
    entries = [(entry, each.prepared.now) for each in many for entry in each.entries]
    appended = await ledger.extend_each(conn, *zip(*entries, strict=True))
    left = iter(appended.positions)
    placed = [(each, list(itertools.islice(left, len(each.entries)))) for each in many]
    versions = [each.added.at(places[0].index) for each, places in placed]
    await disclosures.add(conn, versions)
    await judging.carry_out(conn, [(each.kept, at[1:], each.prepared.now) for each, at in placed])
    for each, at in placed:
        await search.add(conn, each.copy, at[0].index, at[1].index)
    papers = [
        receipt_of(version.filed, at[0].leaf, appended.head.size, appended.head.root)
        for version, (_, at) in zip(versions, placed, strict=True)
    ]
    outcomes = [
        answer.outcome(paper, each.prepared.warnings, each.judgement.findings, each.ages)
        for paper, each in zip(papers, many, strict=True)
    ]
    told = [each.prepared for each in many]
    # The same request would have moved the facts, so a key that was answered meanwhile had another.
    if not await store.add_answers(conn, list(zip(told, outcomes, strict=True))):
        raise admission.key_reused()
    return outcomes


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
