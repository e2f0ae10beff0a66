import datetime as dt
import itertools
from typing import get_args
from uuid import UUID

import msgspec
import pytest

from registry.alerts.alert import State
from registry.alerts.course import Change, Course, Waiver
from registry.alerts.judged import plan
from registry.alerts.lifecycle import CLOSED
from registry.alerts.move import Ground, automatic, opened
from registry.obligations.finding import fingerprint

ALERTING = ("violation", "insufficient_information", "review", "due_soon", "accuracy")
NOT_ALERTING = ("satisfied", "not_applicable")
ID = UUID("01900000-0000-7000-8000-000000000001")
GROUND = Ground(
    employer_id="northlight-pictures", production_id="harbor-lights-s1", time_zone="America/Los_Angeles"
)
LATER = dt.datetime(2026, 3, 5, 9, tzinfo=dt.UTC)
ENDED = ("resolved", "withdrawn")
GOING_ON = ("open", "acknowledged", "answered", "in_consultation", "waived")
LOOKED_AT = ("acknowledged", "answered", "waived", "resolved", "withdrawn")
HOLDER = "reg/quarterly-update"


@pytest.fixture
def alert(finding, key, now):
    """An alert about a finding of a kind, in a state, with any of its course changed."""

    def make(kind="violation", state="open", outcome=None, course=None, **fields):
        of = finding(kind, **fields)
        made = opened(of, fingerprint(of, *key), GROUND, ID, now)
        marks = {"since": now, **(course or {})}
        return msgspec.structs.replace(
            made,
            state=state,
            outcome=outcome or ("cured" if state == "resolved" else None),
            course=msgspec.structs.replace(made.course, **marks),
            leaf=b"\0" * 32,
        )

    return make


def carried(planned):
    """What a planned move makes of its alert."""
    return automatic(planned, GROUND, ID, LATER)


@pytest.mark.parametrize("kind", ALERTING)
def test_a_finding_that_asks_for_an_alert_opens_one(finding, key, kind):
    """Violation, review, insufficient information and due soon each open an alert of that kind."""
    (planned,) = plan(*key, [], [finding(kind)])
    made = carried(planned).alert

    assert (planned.move, made.state, made.kind, made.revision) == ("open", "open", kind, 1)


@pytest.mark.parametrize("kind", NOT_ALERTING)
def test_a_finding_that_asks_for_none_opens_none(finding, key, kind):
    """Satisfied and not applicable are nobody's alert."""
    assert plan(*key, [], [finding(kind)]) == []


def test_a_quiet_finding_opens_none(finding, key):
    """A finding that stands under another is not told twice."""
    assert plan(*key, [], [finding("insufficient_information", quiet=True)]) == []


@pytest.mark.parametrize("state", get_args(State))
@pytest.mark.parametrize("kind", ALERTING)
def test_an_identical_finding_makes_no_move(finding, alert, key, state, kind):
    """The same finding again is nothing, in whatever state the alert is, when a person closed it."""
    assert plan(*key, [alert(kind, state=state)], [finding(kind)]) == []


@pytest.mark.parametrize(
    "change",
    [
        {"because": ["another sentence"]},
        {"values": {"days": 6}},
        {"severity": "minor"},
        {"pack_digest": "cd" * 32},
        {"locals": ["IATSE:700", "IATSE:800"]},
        {"due_on": None},
    ],
    ids=lambda change: next(iter(change)),
)
@pytest.mark.parametrize("state", [*GOING_ON, "grieved"])
def test_any_change_of_the_finding_is_an_update(finding, alert, key, state, change):
    """Every field of a finding counts; the state stays, and no second alert appears."""
    (planned,) = plan(*key, [alert(state=state)], [finding(**change)])
    made = carried(planned)

    assert (planned.move, made.alert.state, made.alert.revision) == ("update", state, 2)
    assert made.alert.finding == msgspec.to_builtins(finding(**change))
    assert made.alert.locals == sorted(finding(**change).locals)


@pytest.mark.parametrize("state", GOING_ON)
@pytest.mark.parametrize("kind", ALERTING)
@pytest.mark.parametrize("cured", NOT_ALERTING)
def test_a_cured_finding_settles_its_alert_in_words(finding, alert, key, state, kind, cured):
    """What was owed is done, or is not owed: the registry closes the alert and says why."""
    (planned,) = plan(*key, [alert(kind, state=state)], [finding(cured)])
    made = carried(planned)

    assert (made.move, made.alert.state, made.alert.outcome, made.author) == (
        "settle",
        "resolved",
        "cured",
        "registry",
    )
    assert made.alert.kind == kind
    assert made.alert.course.cured
    assert made.reason.endswith(finding(cured).because[-1])


@pytest.mark.parametrize("state", GOING_ON)
def test_a_matter_no_filing_mentions_any_more_is_settled(alert, key, state):
    """After a withdrawal the fingerprint is gone, and the alert with it; the last finding stays."""
    known = alert(state=state)
    (planned,) = plan(*key, [known], [])
    made = carried(planned)

    assert (made.move, made.alert.state, made.alert.finding) == ("settle", "resolved", known.finding)
    assert "No filing in force mentions this use" in made.reason


@pytest.mark.parametrize("kind", ALERTING)
def test_a_matter_that_recurs_after_its_cure_is_reopened(finding, alert, key, kind):
    """What the registry settled does not stay settled when it comes back, as the same or as another kind."""
    known = alert(state="resolved", course={"cured": True}, outcome="cured")
    (planned,) = plan(*key, [known], [finding(kind)])
    made = carried(planned)

    assert (made.move, made.alert.state, made.alert.outcome, made.alert.kind) == (
        "reopen",
        "open",
        None,
        kind,
    )
    assert "come up again" in made.reason


def test_what_a_person_resolved_stays_resolved_while_the_verdict_does(finding, alert, key):
    """New wording of the same verdict does not overrule a person; the finding they saw stays."""
    known = alert(state="resolved", outcome="settled_with_employer")

    assert plan(*key, [known], [finding(because=["other words"])]) == []


@pytest.mark.parametrize("cured", [["satisfied"], ["not_applicable"], []])
def test_what_a_person_resolved_is_known_as_cured_once_and_reopens_when_it_recurs(finding, alert, key, cured):
    """The cure is recorded under the person's outcome, once; the same violation after it is a recurrence."""
    known = alert(state="resolved", outcome="settled_with_employer")
    (planned,) = plan(*key, [known], [finding(kind) for kind in cured])
    made = carried(planned).alert
    assert (planned.move, made.state, made.outcome) == ("settle", "resolved", "settled_with_employer")

    assert plan(*key, [made], [finding(kind) for kind in cured]) == []
    assert [each.move for each in plan(*key, [made], [finding()])] == ["reopen"]


@pytest.mark.parametrize("state", ["grieved", "withdrawn"])
def test_a_cure_is_noted_on_what_is_grieved_or_withdrawn_and_changes_no_state(finding, alert, key, state):
    """The union's procedure goes on, or stays given up: the cure is a mark, made once, without an outcome."""
    (planned,) = plan(*key, [alert(state=state)], [finding("satisfied")])
    made = carried(planned).alert

    assert (planned.move, made.state, made.outcome, made.course.cured) == ("settle", state, None, True)
    assert plan(*key, [made], [finding("satisfied")]) == []
    assert plan(*key, [made], []) == []


@pytest.mark.parametrize("kind", ALERTING)
def test_a_cured_grievance_whose_matter_recurs_is_updated_and_a_withdrawn_one_reopened(
    finding, alert, key, kind
):
    """Recurring after a cure is told in either case; the grievance stays one, what was given up comes back."""
    again = {}
    for state in ("grieved", "withdrawn"):
        (planned,) = plan(*key, [alert(state=state, course={"cured": True})], [finding(kind)])
        made = carried(planned).alert
        again[state] = (planned.move, made.state, made.course.cured, "come up again" in planned.reason)

    assert again == {
        "grieved": ("update", "grieved", False, True),
        "withdrawn": ("reopen", "open", False, True),
    }


@pytest.mark.parametrize("state", LOOKED_AT)
@pytest.mark.parametrize(("was", "is_now"), list(itertools.permutations(ALERTING, 2)))
def test_a_changed_verdict_opens_what_a_person_had_seen(finding, alert, key, state, was, is_now):
    """Seen as one thing, it is another now: somebody must look again."""
    (planned,) = plan(*key, [alert(was, state=state)], [finding(is_now)])
    made = carried(planned)

    assert (made.move, made.alert.state, made.alert.kind) == ("reopen", "open", is_now)
    assert (made.alert.course.reopened, made.alert.course.since) == (1, LATER)
    assert "is now" in made.reason


@pytest.mark.parametrize("state", ["open", "in_consultation", "grieved"])
@pytest.mark.parametrize(("was", "is_now"), list(itertools.permutations(ALERTING, 2)))
def test_a_changed_verdict_updates_what_is_being_talked_about(finding, alert, key, state, was, is_now):
    """A consultation or a grievance is not torn down because the finding is of another kind now."""
    (planned,) = plan(*key, [alert(was, state=state)], [finding(is_now)])
    made = carried(planned)

    assert (made.move, made.alert.state, made.alert.kind) == ("update", state, is_now)
    assert "is now" in made.reason


@pytest.mark.parametrize("kind", ALERTING)
def test_only_questions_are_held_while_a_disclosure_is_missing(finding, key, kind):
    """An insufficient-information alert opens held; a violation is nobody's to hold back."""
    (planned,) = plan(*key, [], [finding(kind)], HOLDER)

    held = carried(planned).alert.course.held_by
    assert held == (HOLDER if kind == "insufficient_information" else None)


def test_a_held_alert_is_released_when_the_disclosure_is_filed(finding, alert, key):
    """Released by an update, although its finding says what it said; and not twice."""
    known = alert("insufficient_information", course={"held_by": HOLDER})
    question = finding("insufficient_information")
    assert plan(*key, [known], [question], HOLDER) == []
    (planned,) = plan(*key, [known], [question])
    made = carried(planned).alert

    assert (planned.move, made.state, made.course.held_by) == ("update", "open", None)
    assert plan(*key, [made], [question]) == []


def test_a_held_alert_that_turns_out_graver_is_released_and_an_open_one_is_not_held_later(
    finding, alert, key
):
    """Holding back is for questions only, and only from the start."""
    known = alert("insufficient_information", course={"held_by": HOLDER})
    (planned,) = plan(*key, [known], [finding("violation")], HOLDER)
    assert (planned.move, carried(planned).alert.course.held_by) == ("update", None)

    told = alert("insufficient_information")
    assert plan(*key, [told], [finding("insufficient_information")], HOLDER) == []


@pytest.mark.parametrize("state", ["open", "acknowledged", "answered", "waived", "in_consultation"])
def test_facts_that_are_taken_back_hide_no_alert(finding, alert, key, state):
    """A violation people could see, turned into a question while a disclosure is missing, is not held."""
    (planned,) = plan(*key, [alert(state=state)], [finding("insufficient_information")], HOLDER)

    assert carried(planned).alert.course.held_by is None


@pytest.mark.parametrize(("approver", "move"), [("office", "update"), ("rep-2", "reopen")])
def test_only_the_rest_both_parties_agreed_on_outlasts_the_day_of_the_duty(
    finding, alert, key, approver, move
):
    """An extension of long ago keeps nothing quiet that the union's own people let rest for another reason."""
    agreed = Change(
        number=1,
        clock="due",
        kind="extend",
        agreed_at=LATER,
        proposed_by="rep-1",
        consented_by="office",
        until=dt.date(2026, 4, 1),
    )
    rest = Waiver(until=dt.date(2026, 12, 1), reason="x", author="rep-1", approver=approver)
    known = alert("due_soon", state="waived", course={"changes": [agreed], "waiver": rest})
    (planned,) = plan(*key, [known], [finding("violation")])

    assert planned.move == move


@pytest.mark.parametrize("state", ["open", "in_consultation"])
def test_a_proposal_to_rest_ends_when_the_matter_is_another_one(finding, alert, key, state):
    """Nobody approves for a violation what was proposed for a question; new wording alone ends nothing."""
    proposed = Waiver(until=dt.date(2026, 12, 1), reason="x", author="a")
    known = alert("insufficient_information", state=state, course={"proposed": proposed})
    (reworded,) = plan(*key, [known], [finding("insufficient_information", because=["y"])])
    (turned,) = plan(*key, [known], [finding("violation")])

    assert carried(reworded).alert.course.proposed == proposed
    assert carried(turned).alert.course.proposed is None


@pytest.mark.parametrize("state", get_args(State))
def test_a_reopened_alert_begins_afresh_and_keeps_its_plan_and_its_past(finding, alert, key, state):
    """Waiver, level, answer and grievance are over; plan, assignee, the steps taken and the count stay."""
    was = alert("review", state=state, course={"level": 2, "assignee": "rep-700", "reopened": 1})
    made = carried(plan(*key, [was], [finding()])[0]).alert
    if state in LOOKED_AT:
        assert (made.course.level, made.course.assignee, made.course.reopened) == (0, "rep-700", 2)
    else:
        assert (made.course.level, made.course.reopened) == (2, 1)
    assert made.course.plan == Course().plan


@pytest.mark.parametrize("state", ENDED)
def test_a_closed_alert_keeps_the_finding_it_was_closed_on(finding, alert, key, state):
    """New wording of the same verdict does not touch what a person closed."""
    assert state in CLOSED
    assert plan(*key, [alert(state=state)], [finding(because=["other words"])]) == []


def test_of_two_findings_on_one_matter_the_gravest_counts(finding, key):
    """One fingerprint is one alert, even when a judgement says two things about it."""
    planned = plan(*key, [], [finding("satisfied"), finding("violation"), finding("due_soon")])

    assert [each.finding.alert_kind for each in planned] == ["violation"]


def test_different_subjects_are_different_alerts(finding, key):
    """Rule, production and subject make the matter."""
    assert len(plan(*key, [], [finding(subject="U-1"), finding(subject="U-2")])) == 2


def test_an_alert_concerns_the_union_of_each_local(finding, key):
    """An International sees the alerts of its locals even when the finding names locals only."""
    (planned,) = plan(*key, [], [finding(locals=["IBT:399", "DGA"], unions=[])])

    assert carried(planned).alert.unions == ["DGA", "IBT"]
