"""What people make of an alert: each move, its words in the thread, its marks, its limits."""

import datetime as dt
import json

import pytest

from registry.alerts import act
from registry.alerts.moves import act as moves
from registry.auth.scope import Principal, scope_of
from registry.errors import Forbidden, IllegalMove, Invalid, Malformed, NotFound, Stale
from registry.threads import store as threads

DAY = dt.timedelta(days=1)
REST = {"until": "2026-04-01", "reason": "The vendor's contract ends in March."}


@pytest.fixture
async def alert_id(judge, finding, only):
    """An open alert about a violation."""
    await judge(finding())
    return (await only()).alert_id


@pytest.fixture
def thread(db, alert_id, key):
    """What stands in the alert's thread: kind, party and words of each entry."""

    async def read():
        async with db.snapshot() as conn:
            found = await threads.entries(conn, key[0], alert_id, ["both"])
        return [(entry.kind, entry.party, entry.document) for entry in found]

    return read


@pytest.fixture
def many(db, rep, now):
    """One move of many alerts."""

    async def make(caller=None, **fields):
        return await moves.make_many(db, caller or rep, json.dumps(fields).encode(), now)

    return make


async def test_an_answer_is_a_move_and_an_entry_of_the_thread(alert_id, make, office, thread, now):
    """Statement, cure and evidence stand in the thread; what was promised and when stands on the alert."""
    page = await make(
        alert_id,
        "answer",
        by=office,
        statement="We have offered the editor the work again.",
        cure=[{"what": "Pay the lost days.", "by": "2026-03-20"}],
    )

    assert (page.state, page.answered_at, page.accepted) == ("answered", now, False)
    assert [(cure.what, cure.by) for cure in page.cures] == [("Pay the lost days.", dt.date(2026, 3, 20))]
    (entry,) = await thread()
    assert entry[:2] == ("answer", "northlight-pictures")
    assert entry[2]["statement"].startswith("We have offered")
    assert page.moves == ["answer"]


async def test_an_answer_is_accepted_disputed_or_asked_about(alert_id, make, office, thread):
    """Acceptance leaves it answered; a dispute and a question give it back; each stands in the thread."""
    await make(alert_id, "answer", by=office, statement="Done.")
    accepted = await make(alert_id, "accept")
    assert (accepted.state, accepted.accepted) == ("answered", True)
    disputed = await make(alert_id, "dispute", reason="Nobody was paid.")
    assert (disputed.state, disputed.accepted) == ("acknowledged", False)
    await make(alert_id, "answer", by=office, statement="Paid today.")
    asked = await make(alert_id, "ask", question="Which days were paid?")

    assert asked.state == "acknowledged"
    assert [(kind, party) for kind, party, _ in await thread()] == [
        ("answer", "northlight-pictures"),
        ("accept", "IATSE:700"),
        ("dispute", "IATSE:700"),
        ("answer", "northlight-pictures"),
        ("ask", "IATSE:700"),
    ]


async def test_an_answer_may_only_name_what_is_there(alert_id, make, office, thread):
    """A disclosure of nobody's and a file that was not sent are refused, both at once, and nothing is said."""
    unknown = "01900000-0000-7000-8000-000000000009"
    with pytest.raises(Invalid) as refusal:
        await make(
            alert_id,
            "answer",
            by=office,
            statement="See the papers.",
            facts={"disclosure_id": unknown, "document": {"uses": []}},
            evidence=[unknown],
        )

    assert [fault.pointer for fault in refusal.value.faults] == ["/facts/disclosure_id", "/evidence/0"]
    assert await thread() == []


async def test_an_employer_answers_only_its_own_alerts_and_makes_no_other_move(
    alert_id, make, office, others
):
    """Another employer finds no such alert; the representative does not answer in the employer's place."""
    with pytest.raises(NotFound):
        await make(alert_id, "answer", by=others["another employer"], statement="x")
    with pytest.raises(Forbidden):
        await make(alert_id, "answer", statement="x")
    for name, fields in {"resolve": {"outcome": "cured", "reason": "x"}, "acknowledge": {}}.items():
        with pytest.raises(Forbidden):
            await make(alert_id, name, by=office, **fields)


async def test_a_grievance_goes_forward_step_by_step(alert_id, make):
    """Each step is kept with its day and reference; an earlier or the same step again is refused."""
    first = await make(alert_id, "grieve", step=1, filed_on="2026-03-01", reference="26-114")
    assert (first.state, first.grievance.reference) == ("grieved", "26-114")
    for step, filed_on, pointer in ((1, "2026-03-02", "/step"), (2, "2026-02-20", "/filed_on")):
        with pytest.raises(Invalid) as refusal:
            await make(alert_id, "grieve", step=step, filed_on=filed_on, reference="26-114")
        assert [fault.pointer for fault in refusal.value.faults] == [pointer]
    third = await make(alert_id, "grieve", step=3, filed_on="2026-03-02", reference="AAA 7")

    assert [(each.step, each.reference) for each in third.grievances] == [(1, "26-114"), (3, "AAA 7")]
    assert third.history[-1].reason == "Step 3 was filed on 2026-03-02, AAA 7."


async def test_a_waiver_needs_two_people(alert_id, make, second, rep):
    """Proposed by one it changes nothing; who proposed it cannot approve it; approved by another it holds."""
    proposed = await make(alert_id, "waive", **REST)
    assert (proposed.state, proposed.waiver, proposed.proposed_waiver.author) == ("open", None, "rep-700")
    assert "waive" not in proposed.moves
    with pytest.raises(IllegalMove, match="another person"):
        await make(alert_id, "waive", approve=True)
    waived = await make(alert_id, "waive", by=second, approve=True)

    assert (waived.state, waived.proposed_waiver) == ("waived", None)
    holds = waived.waiver
    assert (holds.until, holds.author, holds.approver) == (dt.date(2026, 4, 1), "rep-700", "rep-700b")
    assert waived.history[-1].reason == REST["reason"]
    # The clocks of a resting alert run on, and are shown.
    assert any(clock.name == "grievance" for clock in waived.clocks)


async def test_nothing_is_approved_that_nobody_proposed_or_that_is_over(alert_id, make, second, now):
    """An approval is of something: of a proposal whose last day is still to come."""
    with pytest.raises(IllegalMove, match="nobody has proposed"):
        await make(alert_id, "waive", by=second, approve=True)
    await make(alert_id, "waive", **REST)
    with pytest.raises(IllegalMove, match="until 2026-04-01, which is over"):
        await make(alert_id, "waive", by=second, at=now + 40 * DAY, approve=True)


@pytest.mark.parametrize(
    ("until", "fine"),
    # At 18:30 UTC on 2 March 2026 it is 2 March in Los Angeles.
    [("2026-03-02", False), ("2026-03-03", True), ("2027-03-03", True), ("2027-03-04", False)],
)
async def test_a_waiver_ends_after_today_and_within_a_year(alert_id, make, until, fine):
    """Its last day is tomorrow at the earliest and 366 days from today at the latest, where the production is."""
    if fine:
        page = await make(alert_id, "waive", until=until, reason="a while")
        assert page.proposed_waiver.until.isoformat() == until
        return
    with pytest.raises(Invalid) as refusal:
        await make(alert_id, "waive", until=until, reason="a while")
    assert [fault.pointer for fault in refusal.value.faults] == ["/until"]


async def test_an_alert_is_assigned_and_escalated_by_hand(alert_id, make, only):
    """The assignee is shown and can be taken off; an escalation is addressed, and only to those concerned."""
    assert (await make(alert_id, "assign", assignee="rep-700b")).assignee == "rep-700b"
    assert (await make(alert_id, "assign", assignee=None)).assignee is None
    for to, told in (("union", ["IATSE"]), ("local", ["IATSE:700"]), ("employer", ["employer"])):
        page = await make(alert_id, "escalate", reason="Nobody calls back.", to=to)
        assert (page.state, page.history[-1].to) == ("open", told)
    with pytest.raises(Invalid) as refusal:
        await make(alert_id, "escalate", reason="x", to="WGAW")

    assert refusal.value.faults[0].allowed == ["local", "union", "employer", "IATSE", "IATSE:700"]


async def test_withdrawing_closes_without_an_outcome_and_reopening_counts(alert_id, make):
    """A withdrawn alert has no outcome; it can be opened again, and that is counted."""
    gone = await make(alert_id, "withdraw", reason="The member asks us to.")
    assert (gone.state, gone.outcome, gone.moves) == ("withdrawn", None, ["reopen"])
    again = await make(alert_id, "reopen", reason="The member changed their mind.")

    assert (again.state, again.reopened) == ("open", 1)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"[]", Invalid),
        (b"{", Malformed),
        (b'{"note": "\\u0000"}', Malformed),
        (b'{"note": "\\ud800"}', Malformed),
        (b'{"note": "\xff"}', Malformed),
        (b'{"note": "' + b"x" * 4001 + b'"}', Invalid),
        (b'{"notes": "x"}', Invalid),
    ],
)
async def test_what_cannot_be_kept_is_refused_before_anything_moves(alert_id, make, only, body, error):
    """NUL, surrogates, broken UTF-8, too long texts and unknown members never reach the alert."""
    with pytest.raises((Invalid, error)):
        await make(alert_id, "acknowledge", body=body)

    assert (await only()).revision == 1


async def test_many_alerts_are_moved_and_each_has_its_own_result(judge, finding, listed, make, many, others):
    """One stale, one unknown and one already acknowledged fail alone; the others move."""
    await judge(*(finding(subject=f"U-{n}") for n in range(6)), finding(subject="U-8", locals=["IATSE:800"]))
    lines = {line.subject: line for line in await listed(others["the administrator"])}
    await make(lines["U-1"].alert_id, "acknowledge")
    named = [
        {"alert_id": str(lines[subject].alert_id), "revision": revision}
        for subject, revision in [("U-0", 1), ("U-1", 2), ("U-2", 7), ("U-8", 1), ("U-3", 1)]
    ]
    found = await many(move="acknowledge", note="all of them", alerts=named)

    assert [result.status for result in found.results] == [200, 409, 412, 404, 200]
    assert [str(result.alert_id) for result in found.results] == [each["alert_id"] for each in named]
    assert found.results[0].alert.state == "acknowledged"
    assert found.results[1].problem.type == "/problems/illegal-move"
    states = {line.subject: line.state for line in await listed(others["the administrator"])}
    assert [states[f"U-{n}"] for n in range(6)] == ["acknowledged"] * 2 + ["open"] + ["acknowledged"] + [
        "open"
    ] * 2


@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({}, ["/move", "/alerts"]),
        ({"move": "grieve", "alerts": []}, ["/move", "/alerts"]),
        ({"move": "resolve", "alerts": [{"alert_id": "x", "revision": 0}]}, None),
        ({"move": "acknowledge", "alerts": [], "outcome": "cured"}, ["/outcome", "/alerts"]),
        ({"move": ["acknowledge"], "alerts": "all"}, ["/move", "/alerts"]),
    ],
)
async def test_a_wrong_request_for_many_says_everything_that_is_wrong(alert_id, many, fields, pointers):
    """The move, its own fields and the alerts it names are checked together."""
    with pytest.raises(Invalid) as refusal:
        await many(**fields)

    wrong = ["/outcome", "/reason", "/alerts/0/alert_id", "/alerts/0/revision"]
    assert [fault.pointer for fault in refusal.value.faults] == (pointers or wrong)


async def test_no_more_than_two_hundred_are_moved_at_once_and_none_twice(alert_id, many):
    """A longer list is refused whole, and so is one that names an alert twice."""
    each = {"alert_id": str(alert_id), "revision": 1}
    for named, pointer in (([each] * 201, "/alerts"), ([each, each], "/alerts/1/alert_id")):
        with pytest.raises(Invalid) as refusal:
            await many(move="acknowledge", alerts=named)
        assert [fault.pointer for fault in refusal.value.faults] == [pointer]


async def test_only_representatives_move_many(alert_id, many, office):
    """The employer's answer is about one alert."""
    with pytest.raises(Forbidden):
        await many(office, move="acknowledge", alerts=[{"alert_id": str(alert_id), "revision": 1}])


async def test_a_stale_move_leaves_no_word_in_the_thread(alert_id, make, office, thread):
    """Entry and move are one transaction: refused together."""
    with pytest.raises(Stale):
        await make(alert_id, "answer", by=office, if_match='"9"', statement="too late")
    with pytest.raises(IllegalMove):
        await make(alert_id, "dispute", reason="There is no answer yet.")

    assert await thread() == []


async def test_a_representative_of_nothing_concerned_finds_no_alert(db, alert_id, now):
    """Another local's alert looks like none."""
    stranger = Principal(subject="rep-80", role="representative", locals=["IATSE:80"])
    with pytest.raises(NotFound):
        async with db.transaction() as conn:
            await act.move_in(conn, scope_of(stranger), alert_id, "acknowledge", author="rep-80", now=now)
