import asyncio
import datetime as dt
import hashlib
import json

import papers
import pytest

from registry.auth.scope import Principal
from registry.errors import (
    Forbidden,
    IllegalMove,
    Invalid,
    KeyReused,
    Malformed,
    NotFound,
    PreconditionMissing,
    Stale,
    TooLarge,
)
from registry.ledger import entry
from registry.ledger import store as ledger
from registry.productions import store as productions
from registry.requests import act, store

INTERNATIONAL = Principal(subject="intl", role="representative", unions=["IATSE"])


async def row_of(db, index):
    async with db.snapshot() as conn:
        return dict(await conn.fetchrow("SELECT * FROM request_entry WHERE ledger_index = $1", index))


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


async def messages(db):
    async with db.snapshot() as conn:
        rows = await conn.fetch("SELECT payload FROM pgqueuer WHERE entrypoint = 'ledger.moved' ORDER BY id")
    return [json.loads(row["payload"]) for row in rows]


async def heard(db, as_of=None):
    async with db.snapshot() as conn:
        return await store.load_heard(conn, *papers.KEY, as_of)


async def test_a_request_is_a_row_an_entry_a_fact_and_a_message(office, ask, asked, now):
    """All of it in one transaction, and the sweep is called for at that instant."""
    before = await facts(office)
    made = await ask()
    row = await row_of(office, made.recorded.ledger.index)
    told = await entry_at(office, made.recorded.ledger.index)
    (message,) = await messages(office)

    assert (told.kind, told.seq, told.prev) == ("request", 1, None)
    assert told.id == str(made.recorded.request.request_id)
    assert told.sha256 == hashlib.sha256(json.dumps(asked()).encode()).hexdigest()
    assert told.record == entry.row_digest("request_entry", row)
    assert await facts(office) == before + 1
    assert message == {"position": made.recorded.ledger.index}
    assert "CutAssist" not in json.dumps(message)


async def test_the_same_key_makes_nothing_twice(office, ask, answer, now):
    """A repeat is answered with what was said first, even after the request has moved on."""
    first = await ask()
    await answer(first.recorded.request.request_id, text="We can meet.")
    size = await papers.count(office, "ledger_entry")
    again = await ask(at=now + dt.timedelta(days=2))

    assert (first.replayed, again.replayed) == (False, True)
    assert again.recorded == first.recorded
    assert again.headers == first.headers | {"Idempotency-Replayed": "true"}
    assert await papers.count(office, "ledger_entry") == size
    assert await papers.count(office, "request") == 1


async def test_a_key_of_another_request_is_refused(office, ask):
    """Another body, of this production or another, under a key that was used is a mistake of the caller's."""
    await ask()
    for changes in ({"text": "Another matter."}, {"production_id": papers.SECOND[1]}):
        with pytest.raises(KeyReused):
            await ask(**changes)
    await ask(key="k-2", text="Another matter.")

    assert await papers.count(office, "request") == 2


async def test_a_key_counts_for_its_party_alone(office, ask):
    """The union's own key is another one, and so nobody runs into keys they cannot know."""
    first, second = await ask(), await ask(principal=INTERNATIONAL, local=None)

    assert not second.replayed
    assert first.recorded.request.request_id != second.recorded.request.request_id


@pytest.mark.parametrize("other", [papers.KEY[1], papers.SECOND[1]])
async def test_one_key_sent_at_once_makes_one_request(office, ask, other):
    """Whoever comes second waits, and finds the first: the same answer, or a key that is taken."""
    tried = [ask(), ask(production_id=other), ask(), ask(production_id=other)]
    done = await asyncio.gather(*tried, return_exceptions=True)
    made = [each for each in done if not isinstance(each, Exception)]

    assert await papers.count(office, "request") == 1
    assert sum(not each.replayed for each in made) == 1
    assert {type(each) for each in done if isinstance(each, Exception)} <= {KeyReused}
    assert len(made) == (4 if other == papers.KEY[1] else 2)


@pytest.mark.parametrize("key", [None, "", '"' + "k" * 256 + '"', "k y"])
async def test_a_request_without_a_readable_key_is_refused(office, ask, key):
    """Nothing is recorded that could be recorded twice by mistake."""
    with pytest.raises(Invalid, match="Idempotency-Key"):
        await ask(key=key)


@pytest.mark.parametrize(
    ("principal", "changes"),
    [
        (papers.ARTISTS, {}),
        (papers.EDITORS, {"production_id": "nothing"}),
        (papers.EDITORS, {"employer_id": "nobody"}),
        (Principal(subject="x", role="representative"), {}),
    ],
)
async def test_a_production_outside_the_scope_is_not_found(office, ask, principal, changes):
    """Foreign and absent look the same."""
    with pytest.raises(NotFound):
        await ask(principal=principal, **changes)


@pytest.mark.parametrize(
    ("principal", "changes", "pointer", "code"),
    [
        (papers.EDITORS, {"local": None}, "/union", "not-yours"),
        (papers.EDITORS, {"local": "IATSE:600"}, "/local", "not-on-production"),
        (papers.ADMINISTRATOR, {"union": "DGA", "local": None}, "/union", "not-on-production"),
    ],
)
async def test_a_party_speaks_for_itself_on_its_own_production(
    office, ask, principal, changes, pointer, code
):
    """A local is named by its own representative, and works on the production."""
    with pytest.raises(Invalid) as refusal:
        await ask(principal=principal, **changes)
    (fault,) = refusal.value.faults

    assert (fault.pointer, fault.code) == (pointer, code)
    assert fault.allowed


@pytest.mark.parametrize("principal", [papers.OFFICE, papers.AUDITOR])
async def test_only_unions_and_the_administrator_ask(office, ask, principal):
    """The employer answers; it does not ask itself."""
    with pytest.raises(Forbidden):
        await ask(principal=principal)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", Malformed),
        (b"{", Malformed),
        (b"[]", Invalid),
        (b'{"text": "a\\u0000b"}', Malformed),
        (b'{"text": "a\x00b"}', Malformed),
        (b'{"kind": 1, "kind": 2}', Malformed),
        (b'{"text": "' + b"x" * 10_000_000 + b'"}', TooLarge),
        (b"[" * 10_000, Malformed),
    ],
)
async def test_what_is_no_request_is_refused_and_leaves_nothing(office, now, body, refusal):
    """Whatever the bytes."""
    with pytest.raises(refusal):
        await act.ask(office, papers.EDITORS, body, "k-1", now)

    assert await papers.count(office, "request_entry") == 0


async def test_answers_follow_each_other_until_one_closes(office, ask, answer, now):
    """Each is an entry that points back to the one before; the union is told; the production judged again."""
    before = await facts(office)
    made = (await ask()).recorded
    name = made.request.request_id
    offered = await answer(name, offered_on=["2025-10-20"], at=now + dt.timedelta(days=1))
    held = await answer(
        name, '"2"', held_on="2025-10-17", mode="video", closes=True, at=now + dt.timedelta(days=3)
    )
    entries = [await entry_at(office, each.ledger.index) for each in (made, offered, held)]

    assert [each.kind for each in entries] == ["request", "answer", "answer"]
    assert [each.prev for each in entries] == [None, made.ledger.leaf, offered.ledger.leaf]
    assert [each.request.state for each in (made, offered, held)] == ["open", "answered", "closed"]
    assert [each["position"] for each in await messages(office)] == [
        each.ledger.index for each in (made, offered, held)
    ]
    assert await facts(office) == before + 3
    assert [each.said.mode for each in held.request.answers] == [None, "video"]
    with pytest.raises(IllegalMove):
        await answer(name, '"3"', text="One thing more.")


async def test_an_answer_names_the_revision_it_answers(office, ask, answer):
    """Without If-Match, with an old one, or sent twice, nothing is recorded."""
    name = (await ask()).recorded.request.request_id
    with pytest.raises(PreconditionMissing):
        await answer(name, None, text="x")
    with pytest.raises(Stale):
        await answer(name, '"2"', text="x")
    done = await asyncio.gather(answer(name, text="x"), answer(name, text="x"), return_exceptions=True)

    assert sorted(type(each).__name__ for each in done) == ["RequestRecorded", "Stale"]


@pytest.mark.parametrize(
    ("principal", "refusal"),
    [
        (papers.OTHERS, NotFound),
        (papers.EDITORS, Forbidden),
        (papers.ADMINISTRATOR, Forbidden),
        (papers.AUDITOR, Forbidden),
    ],
)
async def test_only_its_own_employer_answers(office, ask, answer, principal, refusal):
    """Another employer does not even learn that there is a request."""
    name = (await ask()).recorded.request.request_id
    with pytest.raises(refusal):
        await answer(name, principal=principal, text="x")


async def test_each_reader_sees_their_own(office, ask):
    """Employer, local, the International, a mandate; not the neighbours."""
    name = (await ask()).recorded.request.request_id
    away = Principal(subject="a", role="auditor", employers=["other-films"])
    for reader, sees in [
        (papers.OFFICE, True),
        (papers.EDITORS, True),
        (INTERNATIONAL, True),
        (papers.AUDITOR, True),
        (papers.ADMINISTRATOR, True),
        (papers.OTHERS, False),
        (papers.ARTISTS, False),
        (away, False),
    ]:
        listed = await act.find(office, reader)
        assert [each.request_id for each in listed.items] == ([name] if sees else [])
        if sees:
            assert (await act.show(office, reader, name)).request_id == name
        else:
            with pytest.raises(NotFound):
                await act.show(office, reader, name)


async def test_the_list_is_filtered_and_paged(office, ask, answer):
    """By production and by state, newest first; pages do not shift."""
    first = (await ask()).recorded.request.request_id
    second = (await ask(key="k-2", production_id=papers.SECOND[1])).recorded.request.request_id
    await answer(first, text="x", closes=True)

    async def listed(**more):
        found = await act.find(office, papers.EDITORS, **more)
        return [each.request_id for each in found.items], found.next

    assert await listed() == ([second, first], None)
    assert (await listed(production=papers.KEY[1]))[0] == [first]
    assert (await listed(state="open"))[0] == [second]
    assert (await listed(state="closed"))[0] == [first]
    page, cursor = await listed(limit=1)
    assert page == [second]
    assert await listed(limit=1, cursor=cursor) == ([first], None)


async def test_the_judge_hears_the_recorded_instant(office, ask, answer, now):
    """An earlier day that is stated starts no clock; what was not known yet at a day is not heard of it."""
    made = (await ask(requested_on="2025-10-01")).recorded
    done = await answer(made.request.request_id, declined=True, at=now + dt.timedelta(days=2))
    request, reply = await heard(office)

    assert (request.id, request.kind, request.by, request.union) == (
        str(made.request.request_id),
        "request",
        "representative",
        "IATSE",
    )
    assert (request.at, request.ledger_index) == (now, made.ledger.index)
    assert request.body == {
        "kind": "consultation",
        "local": "IATSE:700",
        "uses": ["U1"],
        "on_behalf_of": "employee",
        "requested_on": entry.stamp(now),
        "stated_on": "2025-10-01",
        "text": "An assistant editor asks to talk about CutAssist.",
    }
    assert reply.body == {"request": request.id, "declined": True, "closes": False}
    assert (reply.kind, reply.by, reply.ledger_index) == ("answer", "employer", done.ledger.index)
    assert await heard(office, now + dt.timedelta(days=1)) == [request]
    assert await heard(office, now - dt.timedelta(days=1)) == []


async def test_a_public_entry_names_nobody(office, ask):
    """Anybody may read the ledger; who asks whom for what is not anybody's."""
    made = (await ask()).recorded
    async with office.snapshot() as conn:
        said = (await ledger.get_entry(conn, made.ledger.index)).entry.decode()

    assert not [word for word in (*papers.KEY, "IATSE", "rep-700", "CutAssist", "consult") if word in said]
