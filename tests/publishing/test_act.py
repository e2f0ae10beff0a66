"""Packs published while the registry runs: what is filed, judged again, refused, and kept."""

import asyncio
import datetime as dt

import papers
import pytest
from drafts import DUTY, NAME, RULE
from papers import ADMINISTRATOR, KEY, NOW, OFFICE

from registry.agreements import act as agreements
from registry.db import Database
from registry.errors import Forbidden, Invalid, TooLarge
from registry.filing import act as filing
from registry.judging import act as judging
from registry.judging import ruling, store
from registry.judging.history import store as history
from registry.ledger import entry
from registry.ledger import store as ledger
from registry.publishing import act

LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def changed(shipped):
    """The shipped pack with a duty more, which the papers' use of a tool breaks."""
    return shipped + DUTY.encode()


async def publish(db, house, body, now=LATER, principal=ADMINISTRATOR):
    return await act.publish(db, house, principal, body, now)


async def file(db, house, key="k-1", now=LATER, said=None):
    said = said or papers.document(**papers.uses())
    return await filing.file_one(db, house.newest, papers.submission(said, key=key, now=now))


async def latest(db, key=KEY):
    async with db.snapshot() as conn:
        return await store.find_latest(conn, key)


async def progress(db, house, digest):
    return (await act.show_publication(db, house, NAME, digest)).progress


async def alerts(db, rule=RULE):
    async with db.snapshot() as conn:
        rows = await conn.fetch("SELECT state, outcome FROM alert WHERE rule = $1", rule)
    return [tuple(row) for row in rows]


async def test_a_filing_right_after_a_publication_is_judged_with_it(office, house, changed):
    """No restart, no waiting: the next filing says what the new pack says, in this process and in another."""
    before = await file(office, house)
    done = await publish(office, house, changed)
    after = await file(office, house, "k-2", LATER + dt.timedelta(minutes=1))
    other = await file(office, papers.house(), "k-3", LATER + dt.timedelta(minutes=2))

    assert not done.unchanged
    assert RULE not in papers.violations(before.findings)
    assert RULE in papers.violations(after.findings)
    assert RULE in papers.violations(other.findings)
    assert (await latest(office)).packs[NAME] == done.publication.digest
    assert house.newest.packs.packs[NAME].digest == done.publication.digest
    assert house.packs.packs[NAME].digest != done.publication.digest


async def test_productions_are_judged_again_in_the_background_until_none_is_left(
    office, house, changed, shipped
):
    """The sweep opens the new duty's alert; going back to the old edition settles it."""
    await file(office, house, now=NOW)
    done = await publish(office, house, changed)
    digest = done.publication.digest
    first = await progress(office, house, digest)
    swept = await judging.sweep(office, house, LATER)
    last = await progress(office, house, digest)

    assert done.progress == first
    assert (first.productions, first.judged, first.left, first.failed) == (3, 0, 3, 0)
    assert swept.failed == []
    assert (last.productions, last.judged, last.left, last.failed) == (3, 3, 0, 0)
    assert await alerts(office) == [("open", None)]
    assert RULE in papers.violations(ruling.decode((await latest(office)).findings))

    back = await publish(office, house, shipped, LATER + dt.timedelta(hours=1))
    await judging.sweep(office, house, LATER + dt.timedelta(hours=1))
    assert not back.unchanged
    assert (await latest(office)).packs[NAME] == back.publication.digest
    assert [state for state, _ in await alerts(office)] == ["resolved"]


async def test_what_cannot_be_judged_is_counted_as_failed(office, house, changed, monkeypatch):
    """It holds up no other, and the next sweep takes it in."""
    await judging.sweep(office, house, NOW)
    done = await publish(office, house, changed)
    whole = history.load_knowledge

    async def breaks(conn, ground, *more):
        if ground.key == KEY:
            raise RuntimeError("this one cannot be read")
        return await whole(conn, ground, *more)

    monkeypatch.setattr(history, "load_knowledge", breaks)
    await judging.sweep(office, house, LATER)
    broken = await progress(office, house, done.publication.digest)
    monkeypatch.undo()
    await judging.sweep(office, house, LATER)
    mended = await progress(office, house, done.publication.digest)

    assert (broken.judged, broken.left, broken.failed) == (2, 0, 1)
    assert (mended.judged, mended.left, mended.failed) == (3, 0, 0)


async def test_each_publication_is_in_the_ledger_and_stays_readable(office, house, changed, shipped):
    """It counts on from the edition before it; the same bytes may come into force again, as another entry."""
    done = await publish(office, house, changed)
    back = await publish(office, house, shipped, LATER + dt.timedelta(hours=1))
    lines = await act.list_publications(office, house, NAME)
    async with office.snapshot() as conn:
        entries = [entry.decode((await ledger.get_entry(conn, each.ledger_index)).entry) for each in lines]
        leaf = (await ledger.get_entry(conn, lines[1].ledger_index)).leaf
        old = await agreements.packs_of(conn, {NAME: done.publication.digest})

    assert [each.digest for each in lines] == [
        back.publication.digest,
        done.publication.digest,
        back.publication.digest,
    ]
    assert [each.in_force for each in lines] == [True, False, False]
    assert [each.seq for each in entries] == [3, 2, 1]
    assert entries[0].prev == leaf.hex()
    assert old.packs[NAME].body == changed
    assert await act.show_body(office, house, NAME, done.publication.digest) == changed


async def test_the_bytes_in_force_change_nothing(office, house, shipped):
    """Publishing them again answers what is there, and writes nothing."""
    before = await papers.contents(office)
    done = await publish(office, house, shipped)

    assert done.unchanged
    assert done.publication.in_force
    assert await papers.contents(office) == before


async def test_a_bad_pack_is_refused_with_every_fault_and_nothing_is_stored(office, house, changed):
    """Each fault has its line and the nearest name; form comes first, and names, citations, examples after."""
    before, rows = await papers.contents(office), await papers.count(office, "publication")
    text = changed.decode()
    shapeless = text.replace('confidence = "quoted"\nclocks = []', 'confidense = "quoted"\nclocks = []')
    wrong = (
        text.replace(
            'if = "prompts.required", words = "the prompts were required" }', 'if = "prompts.requird" }'
        )
        .replace('agreements = ["iatse-ba-2024"]', 'agreements = ["iatse-ba-2042"]')
        .replace(
            'source = "Q:SEED2"\nconfidence = "quoted"\nclocks = []',
            'source = "Q:SEED9"\nconfidence = "quoted"\nclocks = []',
        )
    )
    failing = text.replace(
        '"prompts.required" = false }, expect = "satisfied"',
        '"prompts.required" = false }, expect = "violation"',
    )
    with pytest.raises(Invalid) as form:
        await publish(office, house, shapeless.encode())
    with pytest.raises(Invalid) as names:
        await publish(office, house, wrong.encode())
    with pytest.raises(Invalid) as example:
        await publish(office, house, failing.encode())
    with pytest.raises(Invalid):
        await publish(office, house, b"pack = ")
    with pytest.raises(TooLarge, match="1048576"):
        await publish(office, house, b"#" * 1_048_577)
    with pytest.raises(Forbidden):
        await publish(office, house, changed, principal=OFFICE)

    assert [fault.nearest for fault in form.value.faults] == ["confidence"]
    assert {fault.nearest for fault in names.value.faults} >= {"prompts.required", "iatse-ba-2024", "Q:SEED2"}
    assert all(f"{NAME}" in fault.detail for fault in names.value.faults)
    assert "gives satisfied" in example.value.faults[0].detail
    assert await papers.contents(office) == before
    assert await papers.count(office, "publication") == rows


async def test_parameters_keep_what_packs_count_by(office, house):
    """A set without one is refused and names who counts by it; a new value concerns every production under it."""
    name = "params-2026.1"
    body = house.packs.params[name].body
    with pytest.raises(Invalid) as refused:
        await publish(office, house, body.replace(b"[param.CONSULT_DAYS]", b"[param.CONSULT_DAY]"))
    done = await publish(office, house, body + b"\n# the same values, said again\n")
    async with office.snapshot() as conn:
        waiting = await conn.fetchval("SELECT count(*) FROM production WHERE judged_again_at <= $1", LATER)

    assert [fault.nearest for fault in refused.value.faults] == ["CONSULT_DAY"]
    assert done.publication.kind == "params"
    assert done.progress.productions == 3 == waiting
    assert (await file(office, house)).status == 201
    assert (await latest(office)).packs[name] == done.publication.digest


async def test_two_administrators_at_once_are_one_after_the_other(office, house, changed, dsn):
    """Both are in the ledger, the second after the first, and the newest is in force."""
    second = changed + b"\n# another edition\n"
    async with Database.open(dsn) as one, Database.open(dsn) as other:
        await asyncio.gather(publish(one, house, changed), publish(other, house, second))
    lines = await act.list_publications(office, house, NAME)
    async with office.snapshot() as conn:
        entries = [entry.decode((await ledger.get_entry(conn, each.ledger_index)).entry) for each in lines]
        leaves = [(await ledger.get_entry(conn, each.ledger_index)).leaf.hex() for each in lines]

    assert [each.seq for each in entries] == [3, 2, 1]
    assert [each.prev for each in entries] == [leaves[1], leaves[2], None]
    assert house.newest.packs.packs[NAME].digest == lines[0].digest


async def test_a_filing_in_flight_stands_on_the_new_pack_or_is_judged_again(office, house, changed, dsn):
    """Filings and publications by turns at once: in the end every newest judgement names what is in force."""
    await judging.sweep(office, house, NOW)
    editions = [changed + f"\n# edition {number}\n".encode() for number in range(4)]
    async with Database.open(dsn, size=4) as one, Database.open(dsn, size=4) as other:

        async def files():
            for number in range(12):
                await file(one, house, f"k-{number}", LATER + dt.timedelta(seconds=number))

        async def publishes():
            for number, body in enumerate(editions):
                await publish(other, papers.house(), body, LATER + dt.timedelta(seconds=3 * number))

        await asyncio.gather(files(), publishes())
    async with office.snapshot() as conn:
        row = await conn.fetchrow(
            "SELECT judged_again_at FROM production WHERE employer_id = $1 AND production_id = $2", *KEY
        )
    standing = (await act.list_publications(office, house, NAME))[0]
    fresh = (await latest(office)).packs[NAME] == standing.digest
    waits = row["judged_again_at"] is not None and row["judged_again_at"] <= LATER + dt.timedelta(minutes=1)
    assert fresh or waits
    await judging.sweep(office, house, LATER + dt.timedelta(minutes=1))
    assert (await latest(office)).packs[NAME] == standing.digest
    assert (await progress(office, house, standing.digest)).left == 0


async def test_a_filing_that_was_looked_at_before_a_publication_is_judged_anew(
    office, house, changed, monkeypatch
):
    """The publication comes between the look and the commit, and concerns the production: the answer names it."""
    whole = judging.hold

    async def published_first(conn, keys):
        monkeypatch.undo()
        await publish(office, papers.house(), changed)
        return await whole(conn, keys)

    monkeypatch.setattr(judging, "hold", published_first)
    filed = await file(office, house)

    assert RULE in papers.violations(filed.findings)


async def test_a_restart_undoes_nothing(office, house, changed):
    """The same program starts again, with the packs it ships: what was published by an administrator stands."""
    done = await publish(office, house, changed)
    started, new = await act.start(office, papers.house(), LATER + dt.timedelta(days=1))

    assert new == 0
    assert started.packs.packs[NAME].digest == done.publication.digest
    assert RULE in papers.violations((await file(office, started)).findings)


async def test_what_was_believed_on_any_day_can_be_asked_for(office, house, changed):
    """Before the publication the old digest, after it the new one; before the first, nothing."""
    done = await publish(office, house, changed)
    before = await papers.moment(office, LATER - dt.timedelta(seconds=1))
    first = await papers.moment(office, NOW - dt.timedelta(days=1))
    old = await act.show_agreement(office, house, NAME, before)
    new = await act.show_agreement(office, house, NAME, await papers.moment(office, LATER))
    listed = await act.list_agreements(office, house, before)
    never = await act.list_agreements(office, house, first)

    assert old.packs[0].digest == house.packs.packs[NAME].digest
    assert new.packs[0].digest == done.publication.digest
    assert {each.name: each.digest for each in listed.packs}[NAME] == old.packs[0].digest
    assert never.packs == []
    assert never.editions


async def test_a_law_concerns_every_production_and_an_agreement_its_own(office, house, shipped):
    """A law is looked for in what was filed, too: more are judged again than need be, never fewer."""
    law = shipped.replace(b'pack = "iatse-ba-2024"', b'pack = "us-test"').replace(
        b'agreements = ["iatse-ba-2024"]', b'agreements = []\nplaces = ["US"]'
    )
    foreign = shipped.replace(b'pack = "iatse-ba-2024"', b'pack = "test-2024"').replace(
        b'agreements = ["iatse-ba-2024"]', b'agreements = ["bccfu"]'
    )

    assert (await publish(office, house, law)).progress.productions == 3
    assert (await publish(office, house, foreign)).progress.productions == 0
