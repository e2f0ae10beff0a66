import asyncio
import datetime as dt
import hashlib
import uuid

import msgspec
import pytest

from registry import house
from registry.alerts import act
from registry.alerts.course import DEFAULT, Plan, Step
from registry.alerts.inbox import act as inbox
from registry.alerts.judged import canonical
from registry.auth.scope import Principal, scope_of
from registry.errors import Forbidden, IllegalMove, NotFound, PreconditionMissing, Stale
from registry.ledger import entry
from registry.ledger import store as ledger
from registry.obligations.judge import Judgement


async def entries(db):
    async with db.snapshot() as conn:
        return [entry.decode(row.entry) async for row in ledger.stream_entries(conn)]


async def history(db):
    async with db.snapshot() as conn:
        return await conn.fetch("SELECT * FROM alert_move ORDER BY ledger_index")


async def woken(db):
    """The places in the ledger that those who tell of moves were woken for."""
    async with db.snapshot() as conn:
        rows = await conn.fetch("SELECT payload FROM pgqueuer WHERE entrypoint = 'ledger.moved' ORDER BY id")
    return [msgspec.json.decode(row["payload"])["position"] for row in rows]


async def test_a_finding_becomes_an_alert_and_the_same_finding_nothing(db, judge, finding, only):
    """Judged twice with the same result there is one alert, one move, one entry, one wake-up."""
    await judge(finding())
    moves = await judge(finding())

    assert moves == []
    line = await only()
    assert (line.state, line.kind, line.revision, line.production_title) == (
        "open",
        "violation",
        1,
        "Harbor Lights",
    )
    assert len(await entries(db)) == len(await history(db)) == 1
    assert await woken(db) == [0]


async def test_a_matter_lives_through_cure_and_recurrence_as_one_alert(db, judge, finding, rep, now, only):
    """Opened, changed, cured, back again, gone: five moves of one alert, each behind the last."""
    for findings in ([finding()], [finding(severity="minor")], [finding("satisfied")], [finding()], []):
        await judge(*findings)
    line = await only()
    shown = await act.show(db, rep, line.alert_id, now)

    assert [told.move for told in shown.history] == ["open", "update", "settle", "reopen", "settle"]
    assert [told.outcome for told in shown.history] == [None, None, "cured", None, "cured"]
    assert [told.ledger_index for told in shown.history] == [0, 1, 2, 3, 4]
    assert shown.verdict == "violation"
    recorded = await entries(db)
    assert [each.seq for each in recorded] == [1, 2, 3, 4, 5]
    async with db.snapshot() as conn:
        leaves = [row.leaf.hex() async for row in ledger.stream_entries(conn)]
        await ledger.recount(conn)
    assert [each.prev for each in recorded] == [None, *leaves[:-1]]
    assert await woken(db) == [0, 1, 2, 3, 4]


async def test_every_move_is_what_its_ledger_entry_says(db, judge, finding, listed, make):
    """The digest of each history row read back is the one its entry carries, whoever moved."""
    await judge(finding(values={"days": 5, "more": {"b": [1, None], "a": "ü"}}), finding(subject="U-2"))
    for line in await listed():
        await make(line.alert_id, "acknowledge", note="we call them tomorrow")
        await make(line.alert_id, "grieve", step=1, filed_on="2026-03-02", reference="26-114")
        await make(line.alert_id, "resolve", outcome="decided", reason="the board decided")
    recorded = await entries(db)

    rows = await history(db)
    assert len(rows) == len(recorded) == 8
    for row, said in zip(rows, recorded, strict=True):
        assert entry.row_digest("alert_move", dict(row)) == said.record
        assert (said.kind, said.id, said.seq) == ("alert", str(row["alert_id"]), row["revision"])
        assert said.sha256 == hashlib.sha256(canonical(row["finding"])).hexdigest()


async def test_the_audit_finds_alerts_as_their_moves_left_them(judge, finding, listed, make, now, recounted):
    """After moves of every kind the auditors' recomputation has nothing to say about them."""
    await judge(finding(locals=["IATSE:800", "IATSE:700"], unions=["DGA"]), finding(subject="U-2"))
    (first, second) = await listed()
    await make(first.alert_id, "acknowledge")
    await make(second.alert_id, "resolve", outcome="duplicate", reason="see the other")
    await judge(finding("satisfied"), finding("review", subject="U-2"), at=now + dt.timedelta(days=1))
    await judge(finding("due_soon"), at=now + dt.timedelta(days=2))

    assert await recounted() == 8


async def test_an_alert_shows_what_a_person_needs_to_pursue_it(db, judge, finding, rep, now, only):
    """Clause and confidence, facts, questions, clocks with the days left where the production is, history."""
    await judge(finding("insufficient_information"))
    late = now.replace(hour=3)
    shown = await act.show(db, rep, (await only()).alert_id, late)

    assert shown.clause == "BA Art. XX(a)"
    assert shown.citation.confidence == "quoted"
    assert shown.missing[0].question == "When was the tool first used?"
    # At 03:00 UTC on 2 March it is still 1 March in Los Angeles.
    left = {clock.name: (clock.days_left, clock.left) for clock in shown.clocks}
    assert left["notice"] == (-1, "passed 1 day ago")
    assert left["grievance"] == (31, "31 days left")
    assert shown.because == finding().because
    assert (shown.due_on, shown.due_at) == (dt.date(2026, 3, 9), None)
    assert shown.history[0].author == "registry"


async def test_of_two_who_acknowledge_at_once_one_wins(db, judge, finding, make, only, second):
    """Both saw revision 1; one moves it, the other is told that it moved, and nothing is recorded twice."""
    await judge(finding())
    alert_id = (await only()).alert_id
    answers = await asyncio.gather(
        make(alert_id, "acknowledge", if_match='"1"'),
        make(alert_id, "acknowledge", by=second, if_match='"1"'),
        return_exceptions=True,
    )
    won = [answer for answer in answers if not isinstance(answer, Exception)]
    lost = [answer for answer in answers if isinstance(answer, Exception)]

    assert [answer.state for answer in won] == ["acknowledged"]
    assert [type(answer) for answer in lost] == [Stale]
    assert 'it is acknowledged now, revision 2; read it again and send If-Match: "2"' in lost[0].detail
    assert len(await history(db)) == len(await entries(db)) == 2


async def test_ten_who_move_at_once_leave_one_move_and_no_gap(judge, finding, make, only, recounted):
    """However the ten interleave, one acknowledges, nine are refused, and the ledger adds up."""
    await judge(finding())
    alert_id = (await only()).alert_id
    answers = await asyncio.gather(
        *(make(alert_id, "acknowledge", note=f"note {n}") for n in range(10)),
        return_exceptions=True,
    )

    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    assert {type(answer) for answer in answers if isinstance(answer, Exception)} <= {Stale, IllegalMove}
    assert await recounted() == 2


async def test_a_representative_who_moves_an_alert_meanwhile_does_not_fail_the_filing(
    db, judge, finding, production, now, make, only
):
    """The judgement holds the alerts it read; the representative waits and is then told that it moved."""
    await judge(finding())
    alert_id = (await only()).alert_id
    async with db.transaction() as conn:
        judgement = Judgement(findings=[finding("satisfied")], judged_again_at=None, packs={})
        moves = await act.plan(conn, production, judgement, now)
        meanwhile = asyncio.create_task(make(alert_id, "acknowledge", if_match='"1"'))
        await asyncio.sleep(0.2)
        positions = await ledger.append(conn, [move.entry(now) for move in moves], now)
        await act.carry_out(conn, moves, positions, now)

    with pytest.raises(Stale, match="it is resolved now"):
        await meanwhile


async def test_a_judgement_that_waited_for_a_representative_moves_what_they_left(
    db, judge, finding, rep, now, only, recounted
):
    """Locked out for a moment, the judgement finds the alert as it is then: it neither misses it nor doubles it."""
    await judge(finding())
    alert_id = (await only()).alert_id
    async with db.transaction() as conn:
        await act.move_in(conn, scope_of(rep), alert_id, "acknowledge", author=rep.subject, now=now)
        meanwhile = asyncio.create_task(judge(finding("satisfied")))
        await asyncio.sleep(0.2)
        assert not meanwhile.done()

    (settled,) = await meanwhile
    assert (settled.move, settled.from_state, settled.revision) == ("settle", "acknowledged", 3)
    assert await recounted() == 3


async def test_a_move_needs_if_match(judge, finding, make, only):
    """Without If-Match nothing moves; with an old one nothing moves; `*` takes whatever is there."""
    await judge(finding())
    alert_id = (await only()).alert_id
    with pytest.raises(PreconditionMissing, match='it is "1" now'):
        await make(alert_id, "acknowledge", if_match=None)
    with pytest.raises(Stale):
        await make(alert_id, "acknowledge", if_match='"7"')

    assert (await make(alert_id, "acknowledge")).revision == 2


async def test_a_move_that_the_state_does_not_allow_is_refused(db, judge, finding, make, only):
    """Acknowledging twice is refused with what is allowed, and leaves no trace."""
    await judge(finding())
    alert_id = (await only()).alert_id
    await make(alert_id, "acknowledge")
    with pytest.raises(IllegalMove, match="acknowledged cannot take the move `acknowledge`; it can take"):
        await make(alert_id, "acknowledge")

    assert len(await history(db)) == 2


async def test_only_representatives_acknowledge_alerts(judge, finding, others, make, only):
    """Employers, auditors and administrators read; they move nothing."""
    await judge(finding())
    alert_id = (await only()).alert_id
    for name, caller in others.items():
        refusal = NotFound if caller.role == "representative" else Forbidden
        if name != "the International":
            with pytest.raises(refusal):
                await make(alert_id, "acknowledge", by=caller)

    assert (await make(alert_id, "acknowledge", by=others["the International"])).revision == 2


async def test_everybody_sees_what_concerns_them_and_nothing_else(
    db, judge, finding, rep, others, now, only, listed
):
    """What lies outside a caller's scope is not in their list, and is not found by its id."""
    await judge(finding())
    alert_id = (await only()).alert_id
    seen = {name: len(await listed(caller)) for name, caller in others.items()}

    assert seen == {
        "local 800": 0,
        "the International": 1,
        "another union": 0,
        "the employer": 1,
        "another employer": 0,
        "an auditor": 1,
        "another's auditor": 0,
        "the administrator": 1,
    }
    for name, caller in others.items():
        if not seen[name]:
            with pytest.raises(NotFound):
                await act.show(db, caller, alert_id, now)
    with pytest.raises(NotFound):
        await act.show(db, rep, uuid.uuid4(), now)


async def test_the_list_filters_and_pages_without_shifting(db, judge, finding, rep, others, now, listed):
    """Filters narrow the list; a page's cursor leads on to what was below it, whatever is added meanwhile."""
    await judge(
        *(finding(subject=f"U-{n}") for n in range(5)),
        finding("review", subject="U-9", locals=["IATSE:700", "IATSE:800"]),
    )
    auditor = others["an auditor"]
    for caller in (rep, auditor):
        first = await inbox.find(db, caller, now, limit=4)
        await judge(
            *(finding(subject=f"U-{n}") for n in range(5)),
            finding("review", subject="U-9", locals=["IATSE:700", "IATSE:800"]),
            finding(subject=f"new to {caller.subject}"),
        )
        second = await inbox.find(db, caller, now, limit=4, cursor=first.next)
        ids = [item.alert_id for item in (*first.items, *second.items)]

        assert len(first.items) == 4
        assert ids == sorted(set(ids), reverse=True)
        assert {"U-0", "U-1", "U-2", "U-3", "U-4", "U-9"} <= {
            item.subject for item in (*first.items, *second.items)
        }
    assert [item.subject for item in await listed(kind="review")] == ["U-9"]
    assert [item.subject for item in await listed(auditor, local="IATSE:800")] == ["U-9"]
    assert await listed(production="another") == []
    assert await listed(state="resolved")
    assert {item.state for item in await listed(auditor, state="open")} == {"open"}


async def test_a_move_of_a_transaction_that_fails_never_happened(db, finding, production, now, listed):
    """Alert, history, ledger and wake-up are rolled back together."""

    async def fail():
        async with db.transaction() as conn:
            judgement = Judgement(findings=[finding()], judged_again_at=None, packs={})
            moves = await act.plan(conn, production, judgement, now)
            positions = await ledger.append(conn, [move.entry(now) for move in moves], now)
            await act.carry_out(conn, moves, positions, now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()

    assert await listed() == []
    assert await entries(db) == await history(db) == await woken(db) == []


def test_a_representative_without_locals_or_unions_sees_nothing():
    """A token that names no local and no union opens nothing."""
    scope = scope_of(Principal(subject="x", role="representative"))
    assert (scope.locals, scope.unions) == ([], [])


async def test_an_alert_opens_with_the_plan_of_its_local_and_keeps_it(
    db, judge, finding, production, rep, now
):
    """Later edits of a plan do not change a running case; a new alert opens with the new one."""

    async def planned(plan, revision):
        async with db.transaction() as conn:
            await conn.execute(
                "INSERT INTO escalation_plan VALUES ($1, $2, $3, $4, 'rep-700') "
                "ON CONFLICT (party) DO UPDATE SET plan = excluded.plan",
                *("IATSE:700", revision, msgspec.to_builtins(plan), now),
            )

    mine = Plan(remind_hours=24, unacknowledge_hours=48, distances=[5], steps=[Step(12, "IATSE:700")])
    await judge(finding(subject="U-0"))
    await planned(mine, 1)
    await judge(finding(subject="U-0"), finding(subject="U-1"))
    await planned(DEFAULT, 2)
    await judge(finding(subject="U-0"), finding(subject="U-1", because=["more"]))
    lines = (await inbox.find(db, rep, now)).items
    plans = {line.subject: (await act.show(db, rep, line.alert_id, now)).plan.remind_hours for line in lines}

    assert plans == {"U-0": 72, "U-1": 24}


async def test_a_held_alert_is_in_no_list_until_the_disclosure_is_filed(db, judge, finding, rep, now, listed):
    """It is there for who asks, says which rule holds it, and comes forward by itself."""
    question = finding("insufficient_information")
    await judge(question, holder="reg/quarterly-update")
    assert await listed() == []
    (held,) = await listed(held=True)
    assert held.held_by == "reg/quarterly-update"

    await judge(question, at=now + dt.timedelta(days=1))
    (line,) = await listed()
    shown = await act.show(db, rep, line.alert_id, now)
    assert (line.held_by, [told.move for told in shown.history]) == (None, ["open", "update"])


@pytest.mark.parametrize("move", ["acknowledge", "assign", "consult", "grieve"])
async def test_what_somebody_takes_up_is_held_back_no_more(judge, finding, make, listed, now, move):
    """It is in the lists, and time follows it up, although the disclosure is still missing."""
    await judge(finding("insufficient_information"), holder="reg/quarterly-update")
    (held,) = await listed(held=True)
    fields = {
        "assign": {"assignee": "rep-700"},
        "grieve": {"step": 1, "filed_on": "2026-03-01", "reference": "26-1"},
    }
    await make(held.alert_id, move, **fields.get(move, {}))
    await judge(
        finding("insufficient_information"), holder="reg/quarterly-update", at=now + dt.timedelta(days=1)
    )
    (line,) = await listed()

    assert line.held_by is None


async def test_an_amendment_takes_no_case_away_from_who_follows_it(judge, finding, make, listed, others, now):
    """The filing names another local now: both see the alert, and the first goes on with its grievance."""
    await judge(finding())
    (line,) = await listed()
    await make(line.alert_id, "grieve", step=1, filed_on="2026-03-01", reference="26-1")
    await judge(finding(locals=["IATSE:800"]), at=now + dt.timedelta(days=1))
    (mine,) = await listed()
    (theirs,) = await listed(others["local 800"])

    assert mine.alert_id == theirs.alert_id == line.alert_id
    assert (mine.state, mine.locals, mine.unions) == ("grieved", ["IATSE:700", "IATSE:800"], ["IATSE"])


async def test_what_a_closed_alert_held_back_comes_forward(db, judge, finding, make, listed, now):
    """Once nobody waits for the missing disclosure its questions are told, those that come later too."""
    holder = "reg/quarterly-update"
    missing, question = finding(rule=holder, subject="Q-1"), finding("insufficient_information")
    await judge(missing, question, holder=holder)
    (line,) = await listed()
    await make(line.alert_id, "withdraw", reason="The production was given up.")
    assert (await act.wake(db, now)).moves == 1
    assert (await act.wake(db, now)).moves == 0
    later = finding("insufficient_information", subject="U-2")
    await judge(missing, question, later, holder=holder)

    assert sorted(one.subject for one in await listed() if one.held_by is None) == ["Q-1", "U-1", "U-2"]


async def test_who_moves_in_a_transaction_of_their_own_may_name_the_revision(
    db, judge, finding, rep, now, only
):
    """`move_in` takes If-Match, refuses an old one, and moves twice in one transaction with an unbroken chain."""
    await judge(finding())
    alert_id = (await only()).alert_id
    with pytest.raises(Stale):
        async with db.transaction() as conn:
            await act.move_in(
                conn, scope_of(rep), alert_id, "acknowledge", author="rep-700", if_match='"4"', now=now
            )
    async with db.transaction() as conn:
        for move in ("acknowledge", "consult"):
            await act.move_in(conn, scope_of(rep), alert_id, move, author="rep-700", now=now)

    assert (await only()).state == "in_consultation"
    assert len(await history(db)) == 3


def test_what_holds_others_back_is_a_disclosure_that_is_overdue():
    """The shipped rules mark the registry's own filings, and nothing else, as what questions wait for."""
    packs = house.shipped().packs.packs.values()
    marked = {duty.rule for pack in packs for duty in pack.obligations if duty.written.holds}

    assert marked == {"reg/initial-filing", "reg/quarterly-update"}
