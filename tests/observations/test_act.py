import asyncio
import datetime as dt
import hashlib
import itertools
import json

import msgspec
import papers
import pytest

from registry.auth.scope import Principal
from registry.errors import Forbidden, Invalid, KeyReused, Malformed, NotFound, TooLarge
from registry.ledger import entry
from registry.ledger import store as ledger
from registry.observations import act, store
from registry.productions import store as productions


async def row_of(db, index):
    async with db.snapshot() as conn:
        return dict(await conn.fetchrow("SELECT * FROM observation WHERE ledger_index = $1", index))


async def entry_at(db, index):
    async with db.snapshot() as conn:
        stored = await ledger.get_entry(conn, index)
    return entry.decode(stored.entry)


async def facts(db):
    """How much is known of the production, which is to be judged at once."""
    async with db.snapshot() as conn:
        found = await productions.find_production(conn, *papers.KEY)
    assert found.judged_again_at is not None
    return found.facts


async def test_an_observation_is_a_row_an_entry_and_a_fact(office, report, observed, now):
    """In one transaction; the production is judged again; the receipt says where it stands."""
    before = await facts(office)
    done = (await report()).recorded
    row, told = await row_of(office, done.ledger.index), await entry_at(office, done.ledger.index)

    assert (told.kind, told.seq, told.prev) == ("observation", 1, None)
    assert told.id == str(done.observation.observation_id)
    assert told.sha256 == hashlib.sha256(msgspec.json.encode(observed(), order="sorted")).hexdigest()
    assert told.record == entry.row_digest("observation", row)
    assert await facts(office) == before + 1
    assert await papers.count(office, "pgqueuer") == 0


async def test_the_same_key_records_nothing_twice(office, report, now):
    """A repeat gets the same answer; another body under the key is refused; so are two at once."""
    first, again = await report(), await report(at=now + dt.timedelta(days=1))
    with pytest.raises(KeyReused):
        await report(text="Another thing.")
    with pytest.raises(KeyReused):
        await report(production_id=papers.SECOND[1])
    done = await asyncio.gather(*(report(key="k-2", text="Once.") for _ in range(4)))

    assert (again.replayed, again.recorded) == (True, first.recorded)
    assert sum(not each.replayed for each in done) == 1
    assert await papers.count(office, "observation") == 2


async def test_a_key_is_required(office, report):
    """And it must be one."""
    for key in (None, "a b"):
        with pytest.raises(Invalid, match="Idempotency-Key"):
            await report(key=key)


@pytest.mark.parametrize(
    ("principal", "changes", "refusal"),
    [
        (papers.OFFICE, {}, Forbidden),
        (papers.AUDITOR, {}, Forbidden),
        (papers.ADMINISTRATOR, {}, Forbidden),
        (papers.ARTISTS, {}, NotFound),
        (papers.EDITORS, {"production_id": "nothing"}, NotFound),
        (papers.EDITORS, {"local": "IATSE:600"}, Invalid),
        (papers.EDITORS, {"local": None}, Invalid),
    ],
)
async def test_only_the_productions_own_unions_report(office, report, principal, changes, refusal):
    """A representative, of a local that works on it, in that local's name."""
    with pytest.raises(refusal):
        await report(principal=principal, **changes)

    assert await papers.count(office, "observation") == 0


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", Malformed),
        (b"null", Invalid),
        (b'{"text": "a\\u0000b"}', Malformed),
        (b'{"tool": "a\x00b"}', Malformed),
        (b'{"text": "' + b"x" * 10_000_000 + b'"}', TooLarge),
    ],
)
async def test_what_is_no_observation_is_refused(office, now, body, refusal):
    """Whatever the bytes."""
    with pytest.raises(refusal):
        await act.report(office, papers.EDITORS, body, "k-1", now)


async def test_a_reporter_who_wants_it_is_named_and_not_to_the_employer(office, report, reporter):
    """The union, an auditor and the administrator read the name; the employer reads the rest."""
    name = (await report(reporter=reporter)).recorded.observation.observation_id
    for reader in (papers.EDITORS, papers.AUDITOR, papers.ADMINISTRATOR):
        assert msgspec.to_builtins((await act.show(office, reader, name)).reporter) == reporter
    shown = await act.show(office, papers.OFFICE, name)
    (listed,) = (await act.find(office, papers.OFFICE)).items

    assert shown == listed
    assert shown.reporter is None
    assert shown.tool == "VoxClone"
    assert b"Achterberg" not in msgspec.json.encode([shown, listed])


async def test_a_guessed_reporter_is_not_confirmed_by_the_public_ledger(office, report, reporter, observed):
    """Somebody who knows all but the name, and guesses that right, finds no digest of it in the entry."""
    done = (await report(reporter=reporter)).recorded
    told = await entry_at(office, done.ledger.index)
    row = await row_of(office, done.ledger.index)
    named = observed(reporter=reporter)
    guesses = [
        hashlib.sha256(encoded).hexdigest()
        for encoded in (json.dumps(named).encode(), msgspec.json.encode(named, order="sorted"))
    ]
    unsalted = {**row, "salt": ""}

    assert told.sha256 not in guesses
    assert told.record != entry.row_digest("observation", unsalted)
    assert len(row["salt"]) >= 20
    assert (await report(key="k-2")).recorded.ledger.leaf != done.ledger.leaf


async def test_each_reader_sees_their_own(office, report):
    """Employer, local, the International, a mandate; not the neighbours."""
    name = (await report()).recorded.observation.observation_id
    for reader, sees in [
        (papers.OFFICE, True),
        (papers.EDITORS, True),
        (Principal(subject="intl", role="representative", unions=["IATSE"]), True),
        (papers.ADMINISTRATOR, True),
        (papers.OTHERS, False),
        (papers.ARTISTS, False),
        (Principal(subject="a", role="auditor", employers=["other-films"]), False),
    ]:
        listed = await act.find(office, reader, production=papers.KEY[1])
        assert [each.observation_id for each in listed.items] == ([name] if sees else [])
        if not sees:
            with pytest.raises(NotFound):
                await act.show(office, reader, name)


async def test_the_list_comes_in_pages(office, report):
    """Newest first, each once, of one production when asked."""
    for number in range(3):
        await report(key=f"k-{number}", text=f"{number}")
    cursor, seen = None, []
    for _ in itertools.count():
        page = await act.find(office, papers.EDITORS, cursor=cursor, limit=2)
        seen += [each.text for each in page.items]
        cursor = page.next
        if cursor is None:
            break

    assert seen == ["2", "1", "0"]
    assert (await act.find(office, papers.EDITORS, production=papers.SECOND[1])).items == []


async def test_the_judge_hears_what_was_observed_and_never_the_reporter(
    office, report, reporter, observed, now
):
    """Body, role, union, instant and place in the ledger; nothing that was not known at a day."""
    done = (await report(reporter=reporter)).recorded
    async with office.snapshot() as conn:
        (told,) = await store.load_heard(conn, *papers.KEY)
        before = await store.load_heard(conn, *papers.KEY, now - dt.timedelta(seconds=1))

    apart = {"employer_id", "production_id", "union"}
    assert told.body == {key: value for key, value in observed().items() if key not in apart}
    assert (told.id, told.kind, told.at) == (str(done.observation.observation_id), "observation", now)
    assert (told.by, told.union, told.ledger_index) == ("representative", "IATSE", done.ledger.index)
    assert before == []
