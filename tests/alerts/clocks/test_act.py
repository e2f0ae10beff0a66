"""Asking for more time, consenting, refusing: both parties' words, the alert's move, and the ledger."""

import asyncio
import datetime as dt
import json

import pytest

from registry.alerts import act as alerts
from registry.alerts.clocks import act
from registry.auth.scope import Principal, scope_of
from registry.errors import (
    Conflict,
    Forbidden,
    IllegalMove,
    Invalid,
    KeyReused,
    Malformed,
    NotFound,
    PreconditionMissing,
    Stale,
)

OFFICE = Principal(subject="office", role="employer", employer_id="northlight-pictures")
COLLEAGUE = Principal(subject="rep-700b", role="representative", locals=["IATSE:700"])
FIGURES = {
    "clock": "grievance",
    "kind": "extend",
    "until": "2026-05-15",
    "reason": "The figures come in May.",
}
LATER = {"clock": "due", "kind": "toll", "days": 21, "reason": "The vendor is late."}


@pytest.fixture
async def alert_id(judge, finding):
    """An open alert with a clock to 1 April 2026, on a duty due on 9 March."""
    (moved,) = await judge(finding())
    return moved.alert_id


@pytest.fixture(autouse=True)
async def verified(recounted):
    """What a test appends is verified."""
    yield
    await recounted()


@pytest.fixture
def ask(db, alert_id, now):
    async def make(said, by=OFFICE, *, key="k-1", at=now, about=None):
        return await act.ask(db, by, about or alert_id, json.dumps(said).encode(), key, at)

    return make


@pytest.fixture
def consent(db, alert_id, now):
    async def make(number, by, *, if_match="*", at=now, body=b""):
        return await act.consent(db, by, alert_id, number, body, if_match, at)

    return make


@pytest.fixture
def refuse(db, alert_id, now):
    async def make(number, by, body=b'{"reason": "No."}'):
        return await act.turn_down(db, by, alert_id, number, body, now)

    return make


async def count(db, table):
    async with db.snapshot() as conn:
        return await conn.fetchval(f"SELECT count(*) FROM {table}")


async def test_more_time_takes_both_parties(db, ask, consent, rep, alert_id, now):
    """Asked, nothing changes; consented to, the clock ends later, the alert has a move, and its state stays."""
    asked = (await ask(FIGURES)).shown
    before = await alerts.show(db, rep, alert_id, now)
    assert (asked.number, asked.state, asked.party, asked.ends_on) == (
        1,
        "asked",
        "northlight-pictures",
        dt.date(2026, 4, 1),
    )
    assert [clock.until for clock in before.clocks if clock.name == "grievance"] == [dt.date(2026, 4, 1)]

    page = await consent(1, rep, if_match=alerts.etag(before.revision))

    [clock] = [clock for clock in page.clocks if clock.name == "grievance"]
    assert clock.until == dt.date(2026, 5, 15)
    assert clock.steps[-1] == "It was extended by agreement of 2 March 2026 to 15 May 2026."
    assert (page.state, page.revision, page.history[-1].move, page.verdict) == (
        "open",
        before.revision + 1,
        "extend",
        before.verdict,
    )
    [change] = page.changes
    assert (change.number, change.proposed_by, change.consented_by) == (1, "office", "rep-700")
    [shown] = await act.show(db, OFFICE, alert_id)
    assert (shown.state, shown.answered_by, shown.answered_at) == ("agreed", "rep-700", now)


async def test_the_union_may_ask_and_the_employer_consents(ask, consent, rep, alert_id):
    """Either party asks: the clock stands still for so many days from where it was."""
    asked = (await ask({"clock": "grievance", "kind": "toll", "days": 14, "reason": "We talk."}, rep)).shown
    page = await consent(1, OFFICE, body=b'{"reason": "Agreed."}')

    assert (asked.party, asked.would_end_on) == ("IATSE:700", dt.date(2026, 4, 15))
    assert [clock.until for clock in page.clocks if clock.name == "grievance"] == [dt.date(2026, 4, 15)]


async def test_a_refusal_changes_nothing_and_stays_on_record(db, ask, refuse, rep, alert_id, now):
    """The clock runs on; the proposal shows who refused it, and why."""
    await ask(FIGURES)
    shown = await refuse(1, rep)

    assert (shown.state, shown.answered_by, shown.answer) == ("refused", "rep-700", "No.")
    page = await alerts.show(db, rep, alert_id, now)
    assert (page.revision, page.changes) == (1, [])


async def test_more_time_for_the_duty_itself_lets_the_alert_rest(db, ask, consent, rep, alert_id):
    """Granted, the alert is waived until the new day, with who asked and who granted; the verdict stands."""
    await ask(LATER)
    page = await consent(1, rep)

    assert page.state == "waived"
    assert (page.waiver.until, page.waiver.author, page.waiver.approver) == (
        dt.date(2026, 3, 30),
        "office",
        "rep-700",
    )
    assert [told.move for told in page.history] == ["open", "extend", "waive"]
    assert page.verdict == "violation"
    assert [clock.until for clock in page.clocks if clock.name == "due"] == [dt.date(2026, 3, 30)]


async def test_what_falls_overdue_while_more_time_was_agreed_goes_on_resting(
    db, ask, consent, judge, finding, rep, alert_id, now
):
    """The verdict changes on the old day and is shown; the alert opens by itself when the agreed time is over."""
    moved = await judge(finding(), finding("due_soon", subject="U-2"))
    soon = moved[0].alert_id
    await ask(LATER, about=soon)
    await act.consent(db, rep, soon, 1, b"", "*", now)

    overdue = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
    await judge(finding(), finding(subject="U-2"), at=overdue)
    page = await alerts.show(db, rep, soon, overdue)
    assert (page.kind, page.verdict, page.state) == ("violation", "violation", "waived")
    assert [clock.left for clock in page.clocks if clock.name == "due"] == ["20 days left"]

    over = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)
    await alerts.wake(db, over)
    page = await alerts.show(db, rep, soon, over)
    assert (page.state, page.history[-1].move) == ("open", "lapse")


async def test_more_time_again_makes_the_rest_longer_and_never_shorter(ask, consent, rep):
    """A second extension of the duty moves the end of the waiver with it; other clocks leave it alone."""
    await ask(LATER)
    await consent(1, rep)
    await ask({**LATER, "days": 7}, key="k-2")
    page = await consent(3, rep)
    assert (page.state, page.waiver.until) == ("waived", dt.date(2026, 4, 6))

    await ask(FIGURES, key="k-3")
    page = await consent(5, rep)
    assert (page.state, page.waiver.until) == ("waived", dt.date(2026, 4, 6))


async def test_an_alert_that_may_not_rest_is_only_given_time(db, ask, consent, rep, alert_id, now):
    """What is grieved stays grieved when more time for the duty is agreed."""
    async with db.transaction() as conn:
        await alerts.move_in(conn, scope_of(rep), alert_id, "grieve", author="rep-700", now=now)
    await ask(LATER)
    page = await consent(1, rep)

    assert (page.state, page.waiver) == ("grieved", None)
    assert [clock.until for clock in page.clocks if clock.name == "due"] == [dt.date(2026, 3, 30)]


@pytest.mark.parametrize(
    ("asker", "colleague"), [(OFFICE, OFFICE), (COLLEAGUE, COLLEAGUE), (COLLEAGUE, "rep")]
)
async def test_nobody_answers_what_their_own_side_asked(ask, consent, refuse, rep, asker, colleague):
    """Not the asker, nor a colleague of theirs: the other party answers, or nobody."""
    await ask(FIGURES, asker)
    own = rep if colleague == "rep" else colleague

    with pytest.raises(Forbidden, match="the other party"):
        await consent(1, own)
    with pytest.raises(Forbidden, match="the other party"):
        await refuse(1, own)


async def test_an_answer_is_given_once(ask, consent, refuse, rep):
    """What was consented to is not refused later, nor the other way round."""
    await ask(FIGURES)
    await consent(1, rep)
    with pytest.raises(Conflict, match="agreed already, by rep-700"):
        await refuse(1, rep)

    await ask({**FIGURES, "until": "2026-06-15"}, key="k-2")
    await refuse(3, rep)
    with pytest.raises(Conflict, match="refused already"):
        await consent(3, rep)


async def test_of_two_who_answer_at_once_one_does(db, ask, consent, refuse, rep):
    """A consent and a refusal at the same moment: one stands, the other is told so."""
    await ask(FIGURES)

    done = await asyncio.gather(consent(1, rep), refuse(1, COLLEAGUE), return_exceptions=True)

    assert [isinstance(each, Conflict) for each in done].count(True) == 1
    assert await count(db, "thread_entry") == 2


async def test_the_same_request_again_asks_for_nothing_twice(db, ask, consent, rep, judge, finding):
    """Its key gives the first answer again, as it stands by then; with another body it is refused."""
    first = await ask(FIGURES)
    again = await ask(FIGURES)
    assert (again.replayed, again.shown) == (True, first.shown)
    await consent(1, rep)
    assert (await ask(FIGURES)).shown.state == "agreed"

    with pytest.raises(KeyReused):
        await ask({**FIGURES, "until": "2026-07-01"})
    moved = await judge(finding(), finding(subject="U-2"))
    with pytest.raises(KeyReused):
        await ask(FIGURES, about=moved[0].alert_id)
    assert await count(db, "thread_entry") == 2


async def test_the_same_request_twice_at_once_asks_once(db, ask, judge, finding):
    """One of the two asks and the other gets its answer; about two alerts at once, one of them is refused."""
    done = await asyncio.gather(ask(FIGURES), ask(FIGURES))
    assert sorted(each.replayed for each in done) == [False, True]

    other, third = (
        each.alert_id for each in await judge(finding(), finding(subject="2"), finding(subject="3"))
    )
    done = await asyncio.gather(
        ask(FIGURES, key="k-2", about=other), ask(FIGURES, key="k-2", about=third), return_exceptions=True
    )
    assert [isinstance(each, KeyReused) for each in done].count(True) == 1
    assert await count(db, "thread_entry") == 2


async def test_one_side_asks_for_one_change_of_a_clock_at_a_time(ask, rep):
    """A second one waits until the first is answered; the other side may ask meanwhile."""
    await ask(FIGURES)
    with pytest.raises(Conflict, match="entry 1"):
        await ask({**FIGURES, "until": "2026-05-20"}, key="k-2")

    assert (await ask({**FIGURES, "until": "2026-05-20"}, rep, key="k-3")).shown.number == 2


async def test_what_was_asked_is_weighed_again_when_it_is_answered(ask, consent, rep, now):
    """By the time of the consent another change may have gone further, or the day may have passed."""
    await ask(FIGURES)
    await ask({**FIGURES, "until": "2026-05-20"}, rep, key="k-2")
    await consent(2, OFFICE)
    with pytest.raises(Invalid, match="no later than the present last day, 20 May 2026"):
        await consent(1, rep)

    await ask(LATER, key="k-3")
    with pytest.raises(Invalid, match="30 March 2026 has passed"):
        await consent(4, rep, at=now + dt.timedelta(days=29))
    assert (await consent(4, rep, at=now + dt.timedelta(days=28))).state == "waived"


async def test_a_consent_needs_the_alert_as_it_is(ask, consent, rep):
    """Without If-Match it is not taken, with an old one neither, and the clock stays."""
    await ask(FIGURES)
    with pytest.raises(PreconditionMissing):
        await consent(1, rep, if_match=None)
    with pytest.raises(Stale):
        await consent(1, rep, if_match='"7"')


@pytest.mark.parametrize("state", ["resolve", "withdraw"])
async def test_a_closed_alert_has_no_clocks_to_change(db, ask, consent, rep, alert_id, now, state):
    """What was asked before it was closed is not agreed to any more, and nothing is asked after."""
    await ask(FIGURES)
    async with db.transaction() as conn:
        outcome = "cured" if state == "resolve" else None
        await alerts.move_in(
            conn, scope_of(rep), alert_id, state, author="rep-700", reason="Over.", outcome=outcome, now=now
        )

    with pytest.raises(IllegalMove):
        await consent(1, rep)
    with pytest.raises(IllegalMove):
        await ask({**FIGURES, "clock": "due"}, key="k-2")


async def test_only_parties_ask_and_only_about_what_is_theirs(ask, consent, others, db, alert_id):
    """Auditors and administrators read; another employer or union finds nothing."""
    for name in ("an auditor", "the administrator"):
        with pytest.raises(Forbidden):
            await ask(FIGURES, others[name])
        with pytest.raises(Forbidden):
            await consent(1, others[name])
    for name in ("another employer", "another union", "local 800"):
        with pytest.raises(NotFound):
            await ask(FIGURES, others[name])
        with pytest.raises(NotFound):
            await act.show(db, others[name], alert_id)
    assert await act.show(db, others["an auditor"], alert_id) == []


async def test_an_entry_that_asks_for_nothing_is_not_answered(ask, consent, refuse, rep):
    """A number that is no proposal of this thread is not found, a refusal's own number neither."""
    with pytest.raises(NotFound):
        await consent(1, rep)
    await ask(FIGURES)
    await refuse(1, rep)
    for number in (2, 3, 2**31, 2**63):
        with pytest.raises(NotFound):
            await consent(number, rep)


async def test_a_refusal_without_a_reason_is_refused(ask, refuse, rep):
    """The reason is owed, in words that can be kept; after as many faults it can still be given."""
    await ask(FIGURES)
    for body in (
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"reason": ""}',
        b'{"reason": "a\\u0000b"}',
        b'{"reason": 5, "why": 1}',
    ):
        with pytest.raises((Invalid, Malformed)):
            await refuse(1, rep, body)
    assert (await refuse(1, rep)).state == "refused"


async def test_words_too_long_or_broken_are_refused_cleanly(db, alert_id, now):
    """NUL, lone surrogates, more than can be kept: a refusal that says so, and nothing is written."""
    for body in (
        json.dumps({**FIGURES, "reason": "x" * 4001}).encode(),
        json.dumps({**FIGURES, "reason": "a\x00b"}).encode(),
        json.dumps({**FIGURES, "reason": "\ud800"}).encode(),
        b'{"clock": "\xff"}',
        b'{"until": "2026-05-15", "until": "2026-05-16"}',
    ):
        with pytest.raises((Invalid, Malformed)):
            await act.ask(db, OFFICE, alert_id, body, "k", now)
    assert await count(db, "thread_entry") == 0
