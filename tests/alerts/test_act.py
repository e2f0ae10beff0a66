import asyncio
import datetime as dt
import hashlib
import uuid

import msgspec
import pytest

from registry.alerts import act, store
from registry.alerts.lifecycle import canonical
from registry.alerts.move import by_hand
from registry.audit import act as audit
from registry.audit import check
from registry.audit import store as audit_store
from registry.auth.scope import Principal, scope_of
from registry.db import Database
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


async def only(db, principal, now):
    (line,) = (await act.find(db, principal, now)).items
    return line


async def waiting(db):
    async with db.snapshot() as conn:
        rows = await conn.fetch("SELECT payload FROM pgqueuer WHERE entrypoint = 'alert.moved' ORDER BY id")
    return [msgspec.json.decode(row["payload"]) for row in rows]


async def test_a_finding_becomes_an_alert_and_the_same_finding_nothing(db, judge, finding, rep, now):
    """Judged twice with the same result there is one alert, one move, one entry, one message."""
    await judge(finding())
    moves = await judge(finding())

    assert moves == []
    line = await only(db, rep, now)
    assert (line.state, line.kind, line.revision, line.production_title) == (
        "open",
        "violation",
        1,
        "Harbor Lights",
    )
    assert len(await entries(db)) == len(await history(db)) == len(await waiting(db)) == 1


async def test_a_matter_lives_through_cure_and_recurrence_as_one_alert(db, judge, finding, rep, now):
    """Opened, changed, cured, back again, gone: five moves of one alert, each behind the last."""
    for findings in ([finding()], [finding(severity="minor")], [finding("satisfied")], [finding()], []):
        await judge(*findings)
    line = await only(db, rep, now)
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
    assert [message["move"] for message in await waiting(db)] == [told.move for told in shown.history]


async def test_every_move_is_what_its_ledger_entry_says(db, judge, finding, rep, now):
    """The digest of each history row read back is the one its entry carries, whoever moved."""
    await judge(finding(values={"days": 5, "more": {"b": [1, None], "a": "ü"}}), finding(subject="U-2"))
    for line in (await act.find(db, rep, now)).items:
        await act.acknowledge(db, rep, line.alert_id, "we call them tomorrow", '"1"', now)
        await act.resolve(db, rep, line.alert_id, "grieved", "grievance 26-114", '"2"', now)
        await act.reopen(db, rep, line.alert_id, "the grievance was sent back", '"3"', now)
    recorded = await entries(db)

    rows = await history(db)
    assert len(rows) == len(recorded) == 8
    for row, said in zip(rows, recorded, strict=True):
        assert entry.row_digest("alert_move", dict(row)) == said.record
        assert (said.kind, said.id, said.seq) == ("alert", str(row["alert_id"]), row["revision"])
        assert said.sha256 == hashlib.sha256(canonical(row["finding"])).hexdigest()


async def test_the_audit_finds_alerts_as_their_moves_left_them(db, judge, finding, rep, now):
    """After moves of every kind the auditors' recomputation has nothing to say about them."""
    await judge(finding(locals=["IATSE:800", "IATSE:700"], unions=["DGA"]), finding(subject="U-2"))
    (first, second) = (await act.find(db, rep, now)).items
    await act.acknowledge(db, rep, first.alert_id, None, '"1"', now)
    await act.resolve(db, rep, second.alert_id, "duplicate", "see the other", '"1"', now)
    await judge(finding("satisfied"), finding("review", subject="U-2"), at=now + dt.timedelta(days=1))
    await judge(finding("due_soon"), at=now + dt.timedelta(days=2))

    async with db.snapshot() as conn:
        counted, _ = await audit.verify_history(conn)
        assert counted.size == 8
        async for alert in audit_store.stream_alerts(conn):
            check.check_alert(alert)


async def test_an_alert_shows_what_a_person_needs_to_pursue_it(db, judge, finding, rep, now):
    """Clause and confidence, facts, questions, clocks with the days left where the production is, history."""
    await judge(finding("insufficient_information"))
    late = now.replace(hour=3)
    shown = await act.show(db, rep, (await only(db, rep, now)).alert_id, late)

    assert shown.clause == "BA Art. XX(a)"
    assert shown.citation.confidence == "quoted"
    assert shown.missing[0].question == "When was the tool first used?"
    # At 03:00 UTC on 2 March it is still 1 March in Los Angeles.
    assert [(clock.name, clock.days_left) for clock in shown.clocks] == [("notice", -1), ("grievance", 31)]
    assert shown.because == finding().because
    assert (shown.due_on, shown.due_at) == (dt.date(2026, 3, 9), None)
    assert shown.history[0].author == "registry"


async def test_of_two_who_acknowledge_at_once_one_wins(dsn, db, judge, finding, rep, now):
    """Both saw revision 1; one moves it, the other is told that it moved, and nothing is recorded twice."""
    await judge(finding())
    alert_id = (await only(db, rep, now)).alert_id
    second = msgspec.structs.replace(rep, subject="rep-700b")
    async with Database.open(dsn) as elsewhere:
        answers = await asyncio.gather(
            act.acknowledge(db, rep, alert_id, None, '"1"', now),
            act.acknowledge(elsewhere, second, alert_id, None, '"1"', now),
            return_exceptions=True,
        )
    won = [answer for answer in answers if not isinstance(answer, Exception)]
    lost = [answer for answer in answers if isinstance(answer, Exception)]

    assert [answer.state for answer in won] == ["acknowledged"]
    assert [type(answer) for answer in lost] == [Stale]
    assert 'it is acknowledged now, revision 2; read it again and send If-Match: "2"' in lost[0].detail
    assert len(await history(db)) == len(await entries(db)) == 2


async def test_ten_who_move_at_once_leave_one_move_and_no_gap(db, judge, finding, rep, now):
    """However the ten interleave, one acknowledges, nine are refused, and the ledger adds up."""
    await judge(finding())
    alert_id = (await only(db, rep, now)).alert_id
    answers = await asyncio.gather(
        *(act.acknowledge(db, rep, alert_id, f"note {n}", "*", now) for n in range(10)),
        return_exceptions=True,
    )

    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    assert {type(answer) for answer in answers if isinstance(answer, Exception)} <= {Stale, IllegalMove}
    async with db.snapshot() as conn:
        assert (await ledger.recount(conn)).size == 2


async def test_a_representative_who_moves_an_alert_meanwhile_does_not_fail_the_filing(
    db, judge, finding, production, rep, now
):
    """The judgement holds the alerts it read; the representative waits and is then told that it moved."""
    await judge(finding())
    alert_id = (await only(db, rep, now)).alert_id
    async with db.transaction() as conn:
        judgement = Judgement(findings=[finding("satisfied")], judged_again_at=None, packs={})
        moves = await act.plan(conn, production, judgement, now)
        meanwhile = asyncio.create_task(act.acknowledge(db, rep, alert_id, None, '"1"', now))
        await asyncio.sleep(0.2)
        positions = await ledger.append(conn, [move.entry(now) for move in moves], now)
        await act.carry_out(conn, moves, positions, now)

    with pytest.raises(Stale, match="it is resolved now"):
        await meanwhile


async def test_a_judgement_that_waited_for_a_representative_moves_what_they_left(
    db, judge, finding, production, rep, now
):
    """Locked out for a moment, the judgement finds the alert as it is then: it neither misses it nor doubles it."""
    await judge(finding())
    alert_id = (await only(db, rep, now)).alert_id
    async with db.transaction() as conn:
        before = await store.get_alert(conn, scope_of(rep), alert_id)
        moved = by_hand(before, "acknowledge", rep.subject, None)
        await store.set_moved(conn, [moved], now)
        (position,) = await ledger.append(conn, [moved.entry(now)], now)
        await store.insert_moves(conn, [moved], [position.index], now)
        meanwhile = asyncio.create_task(judge(finding("satisfied")))
        await asyncio.sleep(0.2)
        assert not meanwhile.done()

    (settled,) = await meanwhile
    assert (settled.move, settled.from_state, settled.revision) == ("settle", "acknowledged", 3)
    async with db.snapshot() as conn:
        assert (await audit.verify_history(conn))[0].size == 3


async def test_a_move_needs_if_match(db, judge, finding, rep, now):
    """Without If-Match nothing moves; with an old one nothing moves; `*` takes whatever is there."""
    await judge(finding())
    alert_id = (await only(db, rep, now)).alert_id
    with pytest.raises(PreconditionMissing, match='it is "1" now'):
        await act.acknowledge(db, rep, alert_id, None, None, now)
    with pytest.raises(Stale):
        await act.acknowledge(db, rep, alert_id, None, '"7"', now)

    assert (await act.acknowledge(db, rep, alert_id, None, "*", now)).revision == 2


async def test_a_move_that_the_state_does_not_allow_is_refused(db, judge, finding, rep, now):
    """Acknowledging twice is refused with what is allowed, and leaves no trace."""
    await judge(finding())
    alert_id = (await only(db, rep, now)).alert_id
    await act.acknowledge(db, rep, alert_id, None, '"1"', now)
    with pytest.raises(
        IllegalMove, match="acknowledged cannot take the move `acknowledge`; it can take `resolve`"
    ):
        await act.acknowledge(db, rep, alert_id, None, '"2"', now)

    assert len(await history(db)) == 2


async def test_only_representatives_move_alerts(db, judge, finding, rep, others, now):
    """Employers, auditors and administrators read; they move nothing."""
    await judge(finding())
    alert_id = (await only(db, rep, now)).alert_id
    for name, caller in others.items():
        refusal = NotFound if caller.role == "representative" else Forbidden
        if name != "the International":
            with pytest.raises(refusal):
                await act.acknowledge(db, caller, alert_id, None, '"1"', now)

    assert (await act.acknowledge(db, others["the International"], alert_id, None, '"1"', now)).revision == 2


async def test_everybody_sees_what_concerns_them_and_nothing_else(db, judge, finding, rep, others, now):
    """What lies outside a caller's scope is not in their list, and is not found by its id."""
    await judge(finding())
    alert_id = (await only(db, rep, now)).alert_id
    seen = {name: len((await act.find(db, caller, now)).items) for name, caller in others.items()}

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


async def test_the_list_filters_and_pages_without_shifting(db, judge, finding, rep, others, now):
    """Filters narrow the list; a page's cursor leads on to what was below it, whatever is added meanwhile."""
    await judge(
        *(finding(subject=f"U-{n}") for n in range(5)),
        finding("review", subject="U-9", locals=["IATSE:700", "IATSE:800"]),
    )
    auditor = others["an auditor"]
    for caller in (rep, auditor):
        first = await act.find(db, caller, now, limit=4)
        await judge(
            *(finding(subject=f"U-{n}") for n in range(5)),
            finding("review", subject="U-9", locals=["IATSE:700", "IATSE:800"]),
            finding(subject=f"new to {caller.subject}"),
        )
        second = await act.find(db, caller, now, limit=4, cursor=first.next)
        ids = [item.alert_id for item in (*first.items, *second.items)]

        assert len(first.items) == 4
        assert ids == sorted(set(ids), reverse=True)
        assert {"U-0", "U-1", "U-2", "U-3", "U-4", "U-9"} <= {
            item.subject for item in (*first.items, *second.items)
        }
    assert [item.subject for item in (await act.find(db, rep, now, kind="review")).items] == ["U-9"]
    assert [item.subject for item in (await act.find(db, auditor, now, local="IATSE:800")).items] == ["U-9"]
    assert (await act.find(db, rep, now, production="another")).items == []
    assert (await act.find(db, rep, now, state="resolved")).items
    assert {item.state for item in (await act.find(db, auditor, now, state="open")).items} == {"open"}


async def test_a_move_of_a_transaction_that_fails_never_happened(db, judge, finding, production, now, rep):
    """Alert, history, ledger and message are rolled back together."""

    async def fail():
        async with db.transaction() as conn:
            judgement = Judgement(findings=[finding()], judged_again_at=None, packs={})
            moves = await act.plan(conn, production, judgement, now)
            positions = await ledger.append(conn, [move.entry(now) for move in moves], now)
            await act.carry_out(conn, moves, positions, now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()

    assert (await act.find(db, rep, now)).items == []
    assert await entries(db) == await history(db) == await waiting(db) == []


def test_a_representative_without_locals_or_unions_sees_nothing():
    """A token that names no local and no union opens nothing."""
    scope = scope_of(Principal(subject="x", role="representative"))
    assert (scope.locals, scope.unions) == ([], [])
