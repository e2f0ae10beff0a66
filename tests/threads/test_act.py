"""Speaking in a thread: who may, who reads it, what a repeat gets, and what two at once make."""

import asyncio
import hashlib
import json
from uuid import uuid4

import papers
import pytest

from registry.errors import Forbidden, Invalid, KeyReused, Malformed, NotFound
from registry.filing import act as filing
from registry.filing.submission import Submission
from registry.ledger import entry as entries
from registry.ledger import store as ledger
from registry.outbox.wake import TOPIC
from registry.requests import act as requests
from registry.threads import act, store
from registry.threads.entry import Said, sealed

CONCERNED = ["the employer", "the representative", "a colleague", "the International"]
READING = [*CONCERNED, "an auditor", "the administrator"]
FOREIGN = ["another employer", "another local", "another's auditor"]


async def test_both_parties_read_what_is_said_to_both(about, say, read):
    """A comment is read by both parties, auditors and administrators, with its author and its ledger entry."""
    made = await say(about)

    assert made.shown.kind == "comment"
    assert made.shown.number == 1
    assert made.shown.author == "office@northlight"
    assert made.shown.party == "northlight-pictures"
    assert made.headers == {"Location": f"/v1/{about[0]}s/{about[1]}/thread"}
    for caller in READING:
        assert (await read(about, caller))[-1] == made.shown


async def test_a_note_is_read_by_its_own_side_alone(about, say, read):
    """A note is shown to its author's side, and to nobody else: not to the other, nor to an auditor."""
    for by, expected in (("the employer", {"the employer"}), ("the representative", {*CONCERNED[1:]})):
        made = await say(about, by=by, seen_by="us")
        reading = {who for who in READING if made.shown in await read(about, who)}

        assert made.shown.kind == "note"
        assert reading == expected


async def test_nothing_of_a_note_is_in_the_ledger(request_, say, office):
    """Who guesses the words of a note cannot prove it by the public entry: a salt is in every digest."""
    made = await say(request_, "We would settle for less.", seen_by="us")
    async with office.snapshot() as conn:
        stored = await ledger.get_entry(conn, made.shown.ledger.index)
        salt = await conn.fetchval("SELECT salt FROM thread_entry WHERE ledger_index = $1", stored.place)
    entry = entries.decode(stored.entry)
    document = {"text": "We would settle for less."}
    body = json.dumps({**document, "seen_by": "us"}).encode()

    assert entry.kind == "thread"
    assert entry.sha256 == hashlib.sha256(sealed(salt, document)).hexdigest()
    assert entry.sha256 not in {
        hashlib.sha256(guess).hexdigest()
        for guess in (body, json.dumps(document).encode(), sealed("", document))
    }


async def test_the_words_of_a_note_are_not_in_the_log_or_the_queue(request_, say, office, capsys):
    """What wakes the worker says a place in the ledger and nothing else; the log names the thread alone."""
    made = await say(request_, "We would settle for less.", seen_by="us")
    async with office.snapshot() as conn:
        told = await conn.fetch("SELECT payload FROM pgqueuer WHERE entrypoint = $1", TOPIC)

    assert json.dumps({"position": made.shown.ledger.index}, separators=(",", ":")).encode() in [
        row["payload"] for row in told
    ]
    assert all(b"settle" not in row["payload"] for row in told)
    logged = capsys.readouterr().out
    assert "thread.entered" in logged
    assert "settle for less" not in logged


async def test_who_looks_on_does_not_speak(request_, say, show):
    """Auditors and administrators read, and say nothing."""
    for by in ("an auditor", "the administrator"):
        with pytest.raises(Forbidden):
            await say(request_, by=by)
        with pytest.raises(Forbidden):
            await show(request_, by=by)


async def test_a_foreign_thread_looks_as_none(about, say, read):
    """Reading or speaking in another tenant's or local's thread is answered as if there were none."""
    await say(about)
    for by in FOREIGN:
        with pytest.raises(NotFound) as foreign:
            await read(about, by)
        with pytest.raises(NotFound) as absent:
            await read((about[0], uuid4()), by)

        assert foreign.value.detail == absent.value.detail
    for by in FOREIGN[:2]:
        with pytest.raises(NotFound):
            await say(about, by=by)


async def test_an_alert_is_not_a_request(alert, request_, read):
    """An id is looked up among its own: an alert's id is no request."""
    with pytest.raises(NotFound):
        await read(("request", alert[1]))
    with pytest.raises(NotFound):
        await read(("alert", request_[1]))


async def test_a_request_and_its_answers_stand_in_its_thread(office, request_, say, read, now):
    """Request, comment and answer come in the order of the ledger; the answer is the employer's."""
    await say(request_, by="the representative")
    body = json.dumps({"text": "We can meet on Friday.", "closes": True}).encode()
    await requests.answer(office, papers.OFFICE, request_[1], body, '"1"', now)
    await say(request_, "Thank you.", by="the representative", key="k-2")
    found = await read(request_)

    assert [(each.kind, each.number, each.revision) for each in found] == [
        ("request", None, 1),
        ("comment", 1, None),
        ("answer", None, 2),
        ("comment", 2, None),
    ]
    assert [each.party for each in found] == ["IATSE:700", "IATSE:700", "northlight-pictures", "IATSE:700"]
    assert found[0].said["text"].startswith("An assistant editor")
    assert [each.ledger.index for each in found] == sorted(each.ledger.index for each in found)


async def test_a_repeat_says_nothing_twice(request_, say, read):
    """The same words with the same key are entered once and answered the same; replays say so."""
    first = await say(request_)
    again = await say(request_)

    assert not first.replayed
    assert again.replayed
    assert again.shown == first.shown
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len([each for each in await read(request_) if each.kind == "comment"]) == 1


async def test_a_key_belongs_to_one_thing(request_, say, show):
    """Other words, another kind, or another thread under a used key are refused; another caller's key is theirs."""
    await say(request_)
    with pytest.raises(KeyReused):
        await say(request_, "Something else.")
    with pytest.raises(KeyReused):
        await say(request_, seen_by="us")
    with pytest.raises(KeyReused):
        await show(request_, key="k-1")

    assert not (await say(request_, by="the representative")).replayed
    assert not (await say(request_, by="a colleague")).replayed


async def test_a_key_is_not_taken_along_to_another_thread(alert, request_, say):
    """The same words with the same key about something else are refused, not answered with the first."""
    await say(alert)
    with pytest.raises(KeyReused):
        await say(request_)


async def test_what_cannot_be_repeated_safely_is_refused(request_, say):
    """A comment without a key, or with one that is none, is refused."""
    for key in (None, "", "\x00", "k" * 256):
        with pytest.raises(Invalid):
            await say(request_, key=key)


async def test_two_repeats_at_once_make_one_entry(request_, say, show, read):
    """Of the same comment, and the same file, sent five times at once one is entered; all get its answer."""
    said = await asyncio.gather(*(say(request_) for _ in range(5)))
    shown = await asyncio.gather(*(show(request_) for _ in range(5)))

    assert len({each.shown.ledger.index for each in said}) == 1
    assert len({each.shown.ledger.index for each in shown}) == 1
    assert sum(not each.replayed for each in [*said, *shown]) == 2
    assert [each.kind for each in await read(request_) if each.number] == ["comment", "evidence"]


async def test_two_who_speak_at_once_are_both_heard(about, say, read):
    """Ten people at once get ten numbers in a row, in the order of the ledger."""
    callers = ["the employer", "the representative", "a colleague", "the International", "the employer"]
    await asyncio.gather(*(say(about, key=f"k-{at}", by=callers[at % 5]) for at in range(10)))
    found = [each for each in await read(about) if each.number]

    assert [each.number for each in found] == list(range(1, 11))


async def test_an_answer_and_a_comment_at_once_do_not_wait_for_each_other_forever(office, request_, say, now):
    """Locks are taken in one order: answers, comments and files on one request all come through."""
    body = json.dumps({"text": "We can meet on Friday."}).encode()
    answered = requests.answer(office, papers.OFFICE, request_[1], body, '"1"', now)

    async with asyncio.timeout(20):
        await asyncio.gather(answered, *(say(request_, key=f"k-{at}") for at in range(6)))


BROKEN = (
    b'{"text": "a\\u0000b"}',
    b'{"text": "\\ud800"}',
    b'{"text": "a\x00"}',
    b'{"text": "' + b"x" * 4001 + b'"}',
    b'{"text": "  \\n "}',
    b'{"text": ""}',
    b'{"text": 7}',
    b'{"text": "a", "seen_by": "them"}',
    b'{"text": "a", "side": "both"}',
    b'{"text": "a", "text": "b"}',
    b"{}",
    b"[]",
    b"",
    b"\xff",
)


async def test_what_cannot_be_kept_is_refused(office, request_, now):
    """NUL, lone surrogates, blanks, too much, unknown words and members are refused in words, never a failure."""
    for body in BROKEN:
        with pytest.raises(Invalid) as refused:
            await act.comment(office, papers.OFFICE, request_, body, "k-9", now)

        assert refused.value.faults or isinstance(refused.value, Malformed)


async def test_4000_characters_are_taken(request_, say):
    """The longest comment is taken, in any script."""
    assert (await say(request_, "ж" * 4000)).shown.said == {"text": "ж" * 4000}


async def test_pages_follow_each_other(request_, say, read, office):
    """Pages go forward from the oldest, none shifts, and the notes of the other side leave no hole in a page."""
    for at in range(7):
        await say(request_, f"{at}", key=f"k-{at}", seen_by="us" if at % 2 else "both")
    first = await act.read(office, papers.EDITORS, request_, None, 3)
    second = await act.read(office, papers.EDITORS, request_, first.next, 3)

    assert [each.said["text"] for each in first.items[1:]] == ["0", "2"]
    assert [each.said["text"] for each in second.items] == ["4", "6"]
    assert second.next is None
    with pytest.raises(Invalid):
        await act.read(office, papers.EDITORS, request_, "bm8", 3)


async def test_an_entry_is_undone_with_what_it_belongs_to(office, alert, thread_of, now, read):
    """`add` commits with its caller's transaction or not at all, and leaves no gap in the numbers."""
    thread = await thread_of(alert)
    said = Said(
        kind="ask", party="IATSE:700", document={"text": "?"}, body=b"{}", author="a", role="representative"
    )

    async def undone():
        async with office.transaction() as conn:
            await act.add(conn, thread, said, now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await undone()
    async with office.transaction() as conn:
        row = await act.add(conn, thread, said, now)

    assert row.number == 1
    assert [each.kind for each in await read(alert)] == ["ask"]


async def test_several_entries_of_one_transaction_follow_each_other(office, alert, thread_of, now, read):
    """Two entries of one transaction are numbered and chained in order."""
    thread = await thread_of(alert)
    said = Said(kind="consent", party="a", document={"number": 1}, body=None, author="a", role="employer")
    async with office.transaction() as conn:
        rows = [await act.add(conn, thread, said, now) for _ in range(3)]
        stored = await ledger.get_entry(conn, rows[-1].ledger_index)
        leaf = await store.leaf_at(conn, rows[-2].ledger_index)

    assert [row.number for row in rows] == [1, 2, 3]
    assert entries.decode(stored.entry).prev == leaf.hex()
    assert entries.decode(stored.entry).seq == 3


async def test_a_filing_and_what_is_said_at_once_all_come_through(office, alert, say, show, now):
    """While filings have the alert judged again, comments and files about it wait their turn; none is lost."""

    async def file(at):
        body = json.dumps(papers.document(**papers.uses(id=f"U{at}"))).encode()
        sent = Submission(principal=papers.OFFICE, body=body, now=now, key=f"f-{at}", digest=None)
        return await filing.file_one(office, papers.house(), sent)

    async with asyncio.timeout(30):
        told = [*(say(alert, key=f"k-{at}") for at in range(4)), show(alert, key="e-1")]
        done = await asyncio.gather(*told, *(file(at) for at in range(2, 5)))

    assert sorted(each.shown.number for each in done[:5]) == [1, 2, 3, 4, 5]
    assert {each.status for each in done[5:]} == {201}
