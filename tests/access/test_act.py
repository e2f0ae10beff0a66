"""Who may know of a reading, and how readings come into the ledger."""

import asyncio
import datetime as dt
import hashlib
import json

import msgspec
import papers
import pytest

from registry.access import act, line, store
from registry.auth.scope import Principal, Scope, scope_of
from registry.db import Database
from registry.errors import Invalid, NotFound
from registry.ledger import store as ledger
from registry.ledger.entry import decode
from registry.productions import act as productions

A = Principal(subject="office", role="employer", employer_id="a")
B = Principal(subject="office", role="employer", employer_id="b")
OF_A = Principal(subject="aud", role="auditor", employers=["a"])
UNION = Principal(subject="rep", role="representative", locals=["IATSE:700"])
LATER = papers.NOW + dt.timedelta(hours=1)


async def paths(db, principal, **asked):
    found = await act.find(db, principal, **asked)
    return [each.path.rpartition("/")[2] for each in found.items]


async def test_each_caller_knows_of_the_readings_that_concern_them(office, read):
    """Employers of their own data, auditors of their mandate, a representative of their own, an administrator all."""
    await read(1, "a")
    await read(2, "b", subject="rep", role="representative")
    await read(3, "a", "b", subject="rep", role="representative")
    await read(4, subject="rep", role="auditor")
    await read(5, "c")

    assert await paths(office, A) == ["3", "1"]
    assert await paths(office, B) == ["3", "2"]
    assert await paths(office, OF_A) == ["3", "1"]
    assert await paths(office, UNION) == ["3", "2"]
    assert await paths(office, papers.ADMINISTRATOR) == ["5", "4", "3", "2", "1"]
    assert await paths(office, Principal(subject="none", role="auditor", employers=[])) == []


async def test_what_others_were_asked_for_is_nobodys_business(office, read):
    """Where others' data was shown too, an employer learns neither the others, nor the words of the question."""
    await read(1, "a", "b", query="q=The+Secret+Title", why="to compare with b")
    await read(2, "a", query="q=mine", why="mine")
    mixed, own = reversed((await act.find(office, A)).items)
    whole = (await act.find(office, papers.ADMINISTRATOR)).items[1]

    assert (mixed.employers, mixed.others, mixed.query, mixed.why, mixed.sha256) == (
        ["a"],
        True,
        None,
        None,
        None,
    )
    assert (own.employers, own.others, own.query, own.why) == (["a"], False, "q=mine", "mine")
    assert (whole.employers, whole.query, whole.why) == (
        ["a", "b"],
        "q=The+Secret+Title",
        "to compare with b",
    )


async def test_filters_narrow_and_never_widen(office, read):
    """By employer, person, role and time; another person's readings are not a representative's to ask for."""
    await read(1, "a")
    await read(2, "a", subject="rep", role="representative")
    await read(3, "b", subject="rep", role="representative")
    first = (papers.NOW + dt.timedelta(seconds=2)).isoformat()

    assert await paths(office, papers.ADMINISTRATOR, employer_id="a") == ["2", "1"]
    assert await paths(office, A, employer_id="b") == []
    assert await paths(office, A, role="representative") == ["2"]
    assert await paths(office, A, subject="aud") == ["1"]
    assert await paths(office, UNION, subject="aud") == []
    assert await paths(office, UNION, role="auditor") == []
    assert await paths(office, UNION, employer_id="b") == ["3"]
    assert await paths(office, papers.ADMINISTRATOR, span=(first, None)) == ["3", "2"]
    assert await paths(office, A, span=(None, first)) == ["2", "1"]


async def test_every_fault_of_a_question_is_told_at_once(still):
    """Both ends of the span, by name; and a span that ends before it begins."""
    async with Database.open(still) as db:
        with pytest.raises(Invalid) as both:
            await act.find(db, A, span=("yesterday", "2026-01-01"))
        with pytest.raises(Invalid, match="until lies before from"):
            await act.find(db, A, span=("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"))

    assert [fault.code for fault in both.value.faults] == ["from", "until"]


async def test_pages_never_shift_while_others_read(office, read):
    """A cursor stands behind an item; what is read meanwhile comes before the first page."""
    for n in range(1, 6):
        await read(n, "a")
    first = await act.find(office, A, limit=2)
    await read(9, "a")
    second = await act.find(office, A, limit=2, cursor=first.next)
    third = await act.find(office, A, limit=2, cursor=second.next)

    numbers = [int(each.path[-1]) for page in (first, second, third) for each in page.items]
    assert numbers == [5, 4, 3, 2, 1]
    assert third.next is None


async def test_a_batch_vouches_for_its_readings_in_order(office, read):
    """One entry over the body, the body over each reading with whose data it showed, each batch over the last."""
    made = [
        await read(n, *employers, why="x" if n % 2 else None)
        for n, employers in ((2, "ab"), (1, "a"), (3, ""))
    ]
    assert await act.batch(office, LATER) == 3
    await read(4, "b")
    assert await act.batch(office, LATER) == 1
    assert await act.batch(office, LATER) == 0

    first, second = [await act.get_batch(office, number) for number in (1, 2)]
    digests = json.loads(first.body)["readings"]
    wanted = sorted(made, key=lambda each: each.access_id)
    assert digests == [
        line.digest(wanted[0], ["a"]),
        line.digest(wanted[1], ["b", "a"]),
        line.digest(wanted[2], []),
    ]
    async with office.snapshot() as conn:
        entries = [await ledger.get_entry(conn, each.ledger_index) for each in (first, second)]
    told = [decode(each.entry) for each in entries]
    assert told[0].sha256 == hashlib.sha256(first.body).hexdigest()
    assert [(each.kind, each.id, each.seq) for each in told] == [
        ("access", str(first.batch_id), 1),
        ("access", str(second.batch_id), 2),
    ]
    assert (told[0].prev, told[1].prev) == (None, entries[0].leaf.hex())
    shown = (await act.find(office, papers.ADMINISTRATOR)).items
    assert [(each.batch.number, each.batch.place) for each in shown] == [(2, 0), (1, 2), (1, 1), (1, 0)]
    assert [each.sha256 for each in shown[1:]] == digests[::-1]


async def test_a_reading_that_is_changed_no_longer_has_its_digest(office, read):
    """Whose data it showed is part of it: an employer taken out of the table shows."""
    made = await read(1, "a", "b")

    assert len({line.digest(made, each) for each in (["a", "b"], ["a"], [])}) == 3
    assert line.digest(made, ["b", "a"]) == line.digest(made, ["a", "b"])
    assert line.digest_of(msgspec.structs.asdict(made), ["a"]) == line.digest(made, ["a"])


async def test_whose_data_lies_within_a_scope_is_whatever_may_be_read_there(office):
    """An employer without a production for an auditor; one whose alert alone concerns the local."""
    await papers.register(office)
    record = msgspec.json.encode(papers.employer("third-films"))
    await productions.create_employer(office, papers.ADMINISTRATOR, record, papers.NOW)
    said = papers.document(**papers.uses(locals=["IATSE:839"]))
    await papers.file(office, said)
    async with office.snapshot() as conn:
        every = await store.list_within(conn, Scope())
        mandated = await store.list_within(conn, Scope(employers=["third-films"]))
        locals_ = {each for row in await conn.fetch("SELECT locals FROM alert") for each in row["locals"]}
        artists = await store.list_within(conn, scope_of(papers.ARTISTS))
        nobody = await store.list_within(conn, Scope(locals=[], unions=[]))

    assert sorted(every) == ["northlight-pictures", "other-films", "third-films"]
    assert mandated == ["third-films"]
    assert "IATSE:839" in locals_
    assert artists == ["northlight-pictures"]
    assert nobody == []


async def test_two_makers_of_batches_take_each_reading_once(office, read):
    """Ten at once: every reading is in one batch, batches are numbered without a gap."""
    for n in range(1, 21):
        await read(n, "a")
    made = await asyncio.gather(*(act.batch(office, LATER, 4) for _ in range(10)))
    while await act.batch(office, LATER, 4):
        pass

    async with office.snapshot() as conn:
        numbers = [row[0] for row in await conn.fetch("SELECT number FROM access_batch ORDER BY number")]
        places = await conn.fetch("SELECT access_id FROM access_batched")
        order = await conn.fetch("SELECT number FROM access_batch ORDER BY ledger_index")
    assert sum(made) <= 20
    assert numbers == list(range(1, len(numbers) + 1)) == [row[0] for row in order]
    assert len(places) == 20 == len({row["access_id"] for row in places})


async def test_a_batch_that_is_broken_off_leaves_its_readings_waiting(office, read, monkeypatch):
    """Between the ledger and the batch's own row: nothing of either, and the next batch has all of it."""
    await read(1, "a")
    size = await papers.count(office, "ledger_entry")
    with monkeypatch.context() as broken:
        broken.setattr(act.store, "add", None)
        with pytest.raises(TypeError):
            await act.batch(office, LATER)

    assert await papers.count(office, "ledger_entry") == size
    assert await papers.count(office, "access_waiting") == 1
    assert await act.batch(office, LATER) == 1


async def test_batches_are_made_by_the_machines_clock_and_not_at_the_start(office, read):
    """Nothing before the first interval is over, all that waits after it, nothing after the end."""
    await read(1, "a")
    stop, beats = asyncio.Event(), []

    async def beat():
        beats.append(await papers.count(office, "access_batch"))

    task = asyncio.create_task(act.batches(office, 0.2, lambda: LATER, stop, beat))
    for _ in range(200):
        await asyncio.sleep(0.02)
        if await papers.count(office, "access_batch"):
            break
    stop.set()
    await asyncio.wait_for(task, 5)

    assert beats[0] == 0
    assert await papers.count(office, "access_waiting") == 0


async def test_a_batch_that_is_not_there_is_not_found(still):
    """Numbers count from one."""
    async with Database.open(still) as db:
        with pytest.raises(NotFound):
            await act.get_batch(db, 1)
