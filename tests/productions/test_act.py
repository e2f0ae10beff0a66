import asyncio
import hashlib
from datetime import timedelta

import msgspec
import pytest

from registry.auth.scope import Principal
from registry.errors import (
    AlreadyExists,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionMissing,
    Stale,
)
from registry.ledger import entry
from registry.ledger import store as ledger
from registry.productions import act, store
from registry.productions.version import entry_id

KEY = ("northlight-pictures", "harbor-lights-s1")
FRIEND = Principal(subject="rep@700", role="representative", locals=["IATSE:700"])


@pytest.fixture
async def recorded(db, administrator, employer, production, now):
    """An employer and one production of it, on record."""
    await act.create_employer(db, administrator, employer(), now)
    return await act.create_production(db, administrator, production(), now)


async def entry_at(db, index):
    async with db.snapshot() as conn:
        stored = await ledger.get_entry(conn, index)
    return entry.decode(stored.entry)


async def row_of(db, table, index):
    async with db.snapshot() as conn:
        return dict(await conn.fetchrow(f"SELECT * FROM {table} WHERE ledger_index = $1", index))


async def size(db):
    async with db.snapshot() as conn:
        return (await ledger.head(conn)).size


async def test_a_public_entry_names_neither_employer_nor_production(db, recorded):
    """Anybody may read the ledger; who produces what under which title is not anybody's."""
    async with db.snapshot() as conn:
        said = b"".join([row.entry async for row in ledger.stream_entries(conn)]).decode()

    assert said
    assert not [name for name in KEY if name in said]


async def test_a_new_employer_is_a_version_an_entry_and_a_record(db, administrator, employer, now):
    """The bytes received are kept, and the entry holds their digest and that of the row."""
    body = msgspec.json.format(msgspec.json.encode(employer()))
    done = await act.create_employer(db, administrator, body, now)
    made = await entry_at(db, done.ledger.index)
    row = await row_of(db, "employer_version", done.ledger.index)

    assert (made.kind, made.id, made.seq, made.prev) == ("employer", entry_id("employer", KEY[0]), 1, None)
    assert made.sha256 == hashlib.sha256(body).hexdigest()
    assert made.record == entry.row_digest("employer_version", row)
    assert (row["body"], row["recorded_by"], row["recorded_at"]) == (body, "admin@registry", now)


async def test_a_new_production_is_judged_at_once(db, recorded, now):
    """Its first revision counts as one change of what is known, due now."""
    async with db.snapshot() as conn:
        stored = await store.find_production(conn, *KEY)

    assert (stored.revision, stored.facts, stored.judged_again_at) == (1, 1, now)
    assert stored.record == recorded.record


async def test_a_changed_production_names_the_entry_before(db, recorded, administrator, production, now):
    """The second revision's entry has the leaf of the first as `prev`; the newest record is the second."""
    later = now + timedelta(days=1)
    changed = production(title="Harbor Lights, season one")
    done = await act.change_production(db, administrator, *KEY, changed, '"1"', later)
    made = await entry_at(db, done.ledger.index)
    row = await row_of(db, "production_version", done.ledger.index)
    async with db.snapshot() as conn:
        stored = await store.find_production(conn, *KEY)

    assert (made.seq, made.prev) == (2, recorded.ledger.leaf)
    assert made.id == entry_id("production", "/".join(KEY))
    assert made.record == entry.row_digest("production_version", row)
    assert (stored.revision, stored.facts, stored.judged_again_at) == (2, 2, later)
    assert stored.record.title == "Harbor Lights, season one"


async def test_other_signatures_have_every_production_judged_again(
    db, recorded, administrator, employer, production, now
):
    """`facts` moves and the sweep is called for, on all productions of the employer."""
    await act.create_production(db, administrator, production(production_id="second"), now)
    later = now + timedelta(days=1)
    signed = [*employer()["agreements"], {"agreement": "tag-2024"}]
    await act.change_employer(db, administrator, KEY[0], employer(agreements=signed), '"1"', later)
    async with db.snapshot() as conn:
        found = [await store.find_production(conn, KEY[0], each) for each in (KEY[1], "second")]

    assert [(each.facts, each.judged_again_at, each.revision) for each in found] == [(2, later, 1)] * 2


async def test_another_name_moves_no_facts(db, recorded, administrator, employer, now):
    """What the rules do not read has nothing judged again."""
    later = now + timedelta(days=1)
    await act.change_employer(db, administrator, KEY[0], employer(legal_name="Northlight"), '"1"', later)
    async with db.snapshot() as conn:
        stored = await store.find_production(conn, *KEY)

    assert (stored.facts, stored.judged_again_at) == (1, now)


async def test_a_change_must_say_which_revision_it_changes(db, recorded, administrator, employer, now):
    """Nothing said, and an old revision, are refused in their own ways; nothing is recorded."""
    before = await size(db)

    with pytest.raises(PreconditionMissing):
        await act.change_employer(db, administrator, KEY[0], employer(), None, now)
    for tag in ('"2"', "1", "*", '"0"', 'W/"1"', ""):
        with pytest.raises(Stale):
            await act.change_employer(db, administrator, KEY[0], employer(), tag, now)

    assert await size(db) == before


async def test_of_two_changes_at_once_one_wins(db, recorded, administrator, production, now):
    """Both name revision 1; the other is told that it is stale, and there is one second revision."""
    done = await asyncio.gather(
        *(
            act.change_production(db, administrator, *KEY, production(title=title), '"1"', now)
            for title in ("one", "two", "three")
        ),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in done) == ["Recorded", "Stale", "Stale"]
    assert await size(db) == 3


async def test_of_two_creations_at_once_one_wins(db, administrator, employer, now):
    """The other is told that the key is taken, and leaves nothing in the ledger."""
    done = await asyncio.gather(
        *(act.create_employer(db, administrator, employer(), now) for _ in range(4)), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in done) == ["AlreadyExists"] * 3 + ["Recorded"]
    assert await size(db) == 1


async def test_changes_of_an_employer_and_its_productions_do_not_wait_for_each_other_forever(
    db, recorded, administrator, employer, production, now
):
    """All of them end, each with an answer, and the ledger has one entry for each that was accepted."""
    before = await size(db)
    changed = employer(agreements=[*employer()["agreements"], {"agreement": "tag-2024"}])
    done = await asyncio.wait_for(
        asyncio.gather(
            act.change_employer(db, administrator, KEY[0], changed, '"1"', now),
            act.change_production(db, administrator, *KEY, production(title="x"), '"1"', now),
            *(
                act.create_production(db, administrator, production(production_id=f"p{number}"), now)
                for number in range(4)
            ),
        ),
        timeout=30,
    )

    assert await size(db) == before + len(done)


async def test_one_company_is_one_employer(db, administrator, employer, now):
    """A second employer with the same LEI is refused."""
    lei = "5493001KJTIIGC8Y1R12"
    await act.create_employer(db, administrator, employer(lei=lei), now)

    with pytest.raises(AlreadyExists, match="LEI"):
        await act.create_employer(db, administrator, employer(employer_id="other", lei=lei), now)
    assert await size(db) == 1


async def test_a_production_needs_an_employer_that_signed(db, administrator, employer, production, now):
    """No such employer, and an agreement it has not signed, are faults with their pointers."""
    with pytest.raises(Invalid) as missing:
        await act.create_production(db, administrator, production(), now)
    await act.create_employer(db, administrator, employer(agreements=[]), now)
    with pytest.raises(Invalid) as unsigned:
        await act.create_production(db, administrator, production(), now)

    assert [fault.pointer for fault in missing.value.faults] == ["/employer_id"]
    assert [fault.pointer for fault in unsigned.value.faults] == ["/agreements/0", "/agreements/1"]


async def test_a_signature_in_use_stays(db, recorded, administrator, employer, now):
    """An employer cannot unsay an agreement that a production of it is made under."""
    with pytest.raises(Invalid) as refused:
        await act.change_employer(db, administrator, KEY[0], employer(agreements=[]), '"1"', now)

    assert {fault.code for fault in refused.value.faults} == {"in-use"}


async def test_a_local_that_nothing_covers_is_accepted_with_a_warning(
    db, administrator, employer, production, now
):
    """The record stands, the doubt comes with the answer."""
    await act.create_employer(db, administrator, employer(), now)
    done = await act.create_production(db, administrator, production(locals=["IATSE:52"]), now)

    assert [fault.pointer for fault in done.warnings] == ["/locals/0"]


async def test_a_parent_must_be_on_record(db, administrator, employer, now):
    """A parent that nobody recorded is a fault."""
    with pytest.raises(Invalid) as refused:
        await act.create_employer(db, administrator, employer(parent_id="nobody"), now)

    assert [fault.pointer for fault in refused.value.faults] == ["/parent_id"]


async def test_a_key_never_changes(db, recorded, administrator, production, now):
    """A record that says another key than its address is refused for each of the two."""
    other = production(production_id="other", employer_id="other")
    with pytest.raises(Invalid) as refused:
        await act.change_production(db, administrator, *KEY, other, '"1"', now)

    assert [fault.pointer for fault in refused.value.faults] == ["/employer_id", "/production_id"]


async def test_what_is_not_on_record_cannot_be_changed(db, administrator, employer, now):
    """It is not found."""
    with pytest.raises(NotFound):
        await act.change_employer(db, administrator, KEY[0], employer(), '"1"', now)


@pytest.mark.parametrize("role", ["employer", "representative", "auditor"])
async def test_only_administrators_record(db, employer, production, now, role):
    """Every other role is refused before anything is looked at."""
    caller = Principal(subject="x", role=role, employer_id=KEY[0])

    with pytest.raises(Forbidden):
        await act.create_employer(db, caller, employer(), now)
    with pytest.raises(Forbidden):
        await act.create_production(db, caller, production(), now)
    with pytest.raises(Forbidden):
        await act.change_employer(db, caller, KEY[0], employer(), '"1"', now)
    with pytest.raises(Forbidden):
        await act.change_production(db, caller, *KEY, production(), '"1"', now)


@pytest.mark.parametrize(
    ("caller", "sees"),
    [
        (Principal("a", "administrator"), True),
        (Principal("a", "auditor"), True),
        (Principal("a", "auditor", employers=[KEY[0]]), True),
        (Principal("a", "auditor", employers=["other"]), False),
        (Principal("a", "auditor", employers=[]), False),
        (Principal("a", "employer", employer_id=KEY[0]), True),
        (Principal("a", "employer", employer_id="other"), False),
        (Principal("a", "employer"), False),
        (Principal("a", "representative", locals=["IATSE:700"]), True),
        (Principal("a", "representative", locals=["IATSE:600"]), False),
        (Principal("a", "representative", unions=["IATSE"]), True),
        (Principal("a", "representative", unions=["DGA"]), True),
        (Principal("a", "representative", unions=["IBT"]), False),
        (Principal("a", "representative", unions=["IATSE"], locals=["IATSE:600"]), False),
        (Principal("a", "representative"), False),
    ],
)
async def test_who_sees_an_employer_and_its_production(db, recorded, caller, sees):
    """One answer for lists and single records alike; what is foreign is not found."""
    employers = await act.list_employers(db, caller, None, None)
    productions = await act.list_productions(db, caller, None, None, None)

    assert [len(employers.items), len(productions.items)] == [int(sees)] * 2
    if sees:
        assert (await act.show_employer(db, caller, KEY[0])).record.employer_id == KEY[0]
        assert (await act.show_production(db, caller, *KEY)).record == recorded.record
    else:
        with pytest.raises(NotFound):
            await act.show_employer(db, caller, KEY[0])
        with pytest.raises(NotFound):
            await act.show_production(db, caller, *KEY)


async def test_pages_hold_every_production_once(db, recorded, administrator, production, now):
    """Page by page, in the order of the keys, also when one is added in between."""
    for number in range(6):
        await act.create_production(db, administrator, production(production_id=f"p{number}"), now)
    found, cursor = [], None
    while True:
        page = await act.list_productions(db, FRIEND, KEY[0], cursor, 2)
        found += [item.record.production_id for item in page.items]
        cursor = page.next
        if cursor is None:
            break
        if len(found) == 2:
            await act.create_production(db, administrator, production(production_id="a-new-one"), now)

    assert found == [KEY[1], *(f"p{number}" for number in range(6))]


async def test_a_held_employer_cannot_change(db, recorded, administrator, employer, now):
    """Who checks a record against its employer keeps it as it is until the commit."""
    async with db.transaction() as conn:
        await store.find_employer(conn, KEY[0], hold=True)
        change = asyncio.create_task(
            act.change_employer(db, administrator, KEY[0], employer(legal_name="Later"), '"1"', now)
        )
        await asyncio.sleep(0.2)

        assert not change.done()
    assert (await change).revision == 2
