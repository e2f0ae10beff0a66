import itertools
from typing import get_args
from uuid import UUID

import msgspec
import pytest

from registry.alerts.alert import MoveName, Outcome, State
from registry.alerts.lifecycle import BY_PEOPLE, OUTCOMES, TABLE, after, plan
from registry.alerts.move import automatic, opened
from registry.errors import IllegalMove
from registry.obligations.finding import fingerprint

STATES = (None, *get_args(State))
MOVES = get_args(MoveName)
EXPECTED = {
    (None, "open"): "open",
    ("open", "update"): "open",
    ("open", "acknowledge"): "acknowledged",
    ("open", "settle"): "resolved",
    ("open", "resolve"): "resolved",
    ("acknowledged", "update"): "acknowledged",
    ("acknowledged", "settle"): "resolved",
    ("acknowledged", "resolve"): "resolved",
    ("acknowledged", "reopen"): "open",
    ("resolved", "settle"): "resolved",
    ("resolved", "reopen"): "open",
}
ALERTING = ("violation", "insufficient_information", "review", "due_soon")
NOT_ALERTING = ("satisfied", "not_applicable")
ID = UUID("01900000-0000-7000-8000-000000000001")


@pytest.fixture
def alert(finding, key):
    """An alert about a finding of a kind, in a state, last moved by a move."""

    def make(kind="violation", state="open", last_move="open", outcome=None, **fields):
        of = finding(kind, **fields)
        made = opened(of, fingerprint(of, *key), *key, ID)
        return msgspec.structs.replace(
            made, state=state, last_move=last_move, outcome=outcome, leaf=b"\0" * 32
        )

    return make


@pytest.mark.parametrize(("state", "move"), list(itertools.product(STATES, MOVES)))
def test_every_state_takes_exactly_the_moves_of_the_table(state, move):
    """All states × all moves: the table's go where it says, every other one is an IllegalMove."""
    if (state, move) in EXPECTED:
        assert after(state, move) == EXPECTED[state, move]
    else:
        with pytest.raises(IllegalMove, match="cannot take the move"):
            after(state, move)


def test_the_table_holds_no_move_that_is_not_expected():
    """The table is the whole of it."""
    assert dict(TABLE) == EXPECTED


def test_every_state_can_be_left():
    """No alert is stuck: whatever its state, a person can move it."""
    for state in get_args(State):
        assert any((state, move) in TABLE for move in BY_PEOPLE)


def test_a_refused_move_says_what_is_allowed():
    """Whoever moves a resolved alert is told that it can be reopened."""
    with pytest.raises(
        IllegalMove, match="resolved cannot take the move `acknowledge`; it can take `reopen`"
    ):
        after("resolved", "acknowledge")


def test_every_outcome_has_its_words():
    """No outcome code goes without an explanation."""
    assert list(OUTCOMES) == list(get_args(Outcome))


@pytest.mark.parametrize("kind", ALERTING)
def test_a_finding_that_asks_for_an_alert_opens_one(finding, key, kind):
    """Violation, review, insufficient information and due soon each open an alert of that kind."""
    (planned,) = plan(*key, [], [finding(kind)])
    made = automatic(planned, *key, ID).alert

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
    outcome = "grieved" if state == "resolved" else None
    known = alert(kind, state=state, last_move="resolve" if outcome else "open", outcome=outcome)

    assert plan(*key, [known], [finding(kind)]) == []


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
@pytest.mark.parametrize("state", ["open", "acknowledged"])
def test_any_change_of_the_finding_is_an_update(finding, alert, key, state, change):
    """Every field of a finding counts; the state stays, and no second alert appears."""
    (planned,) = plan(*key, [alert(state=state)], [finding(**change)])
    made = automatic(planned, *key, ID)

    assert (planned.move, made.alert.state, made.alert.revision) == ("update", state, 2)
    assert made.alert.finding == msgspec.to_builtins(finding(**change))
    assert made.alert.locals == sorted(finding(**change).locals)


@pytest.mark.parametrize("state", ["open", "acknowledged"])
@pytest.mark.parametrize("kind", ALERTING)
@pytest.mark.parametrize("cured", NOT_ALERTING)
def test_a_cured_finding_settles_its_alert_in_words(finding, alert, key, state, kind, cured):
    """What was owed is done, or is not owed: the registry closes the alert and says why."""
    (planned,) = plan(*key, [alert(kind, state=state)], [finding(cured)])
    made = automatic(planned, *key, ID)

    assert (made.move, made.alert.state, made.alert.outcome, made.author) == (
        "settle",
        "resolved",
        "cured",
        "registry",
    )
    assert made.alert.kind == kind
    assert made.reason.endswith(finding(cured).because[-1])


@pytest.mark.parametrize("state", ["open", "acknowledged"])
def test_a_matter_no_filing_mentions_any_more_is_settled(alert, key, state):
    """After a withdrawal the fingerprint is gone, and the alert with it; the last finding stays."""
    known = alert(state=state)
    (planned,) = plan(*key, [known], [])
    made = automatic(planned, *key, ID)

    assert (made.move, made.alert.state, made.alert.finding) == ("settle", "resolved", known.finding)
    assert "No filing in force mentions this use" in made.reason


@pytest.mark.parametrize("kind", ALERTING)
def test_a_matter_that_recurs_after_its_cure_is_reopened(finding, alert, key, kind):
    """What the registry settled does not stay settled when it comes back, as the same or as another kind."""
    known = alert(state="resolved", last_move="settle", outcome="cured")
    (planned,) = plan(*key, [known], [finding(kind)])
    made = automatic(planned, *key, ID)

    assert (made.move, made.alert.state, made.alert.outcome, made.alert.kind) == (
        "reopen",
        "open",
        None,
        kind,
    )
    assert "come up again" in made.reason


def test_what_a_person_resolved_stays_resolved_while_the_verdict_does(finding, alert, key):
    """New wording of the same verdict does not overrule a person; the finding they saw stays."""
    known = alert(state="resolved", last_move="resolve", outcome="settled_with_employer")

    assert plan(*key, [known], [finding(because=["other words"])]) == []


@pytest.mark.parametrize("cured", [["satisfied"], ["not_applicable"], []])
def test_what_a_person_resolved_is_known_as_cured_once_and_reopens_when_it_recurs(finding, alert, key, cured):
    """The cure is recorded under the person's outcome, once; the same violation after it is a recurrence."""
    known = alert(state="resolved", last_move="resolve", outcome="settled_with_employer")
    (planned,) = plan(*key, [known], [finding(kind) for kind in cured])
    made = automatic(planned, *key, ID).alert
    assert (planned.move, made.state, made.outcome) == ("settle", "resolved", "settled_with_employer")

    settled = msgspec.structs.replace(made, last_move="settle")
    assert plan(*key, [settled], [finding(kind) for kind in cured]) == []
    assert [each.move for each in plan(*key, [settled], [finding()])] == ["reopen"]


@pytest.mark.parametrize(("state", "last_move"), [("resolved", "resolve"), ("acknowledged", "acknowledge")])
@pytest.mark.parametrize(("was", "is_now"), list(itertools.permutations(ALERTING, 2)))
def test_a_changed_verdict_opens_what_a_person_had_seen(finding, alert, key, state, last_move, was, is_now):
    """Seen as one thing, it is another now: somebody must look again."""
    known = alert(was, state=state, last_move=last_move, outcome="grieved" if state == "resolved" else None)
    (planned,) = plan(*key, [known], [finding(is_now)])
    made = automatic(planned, *key, ID)

    assert (made.move, made.alert.state, made.alert.kind) == ("reopen", "open", is_now)
    assert "is now" in made.reason


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

    assert automatic(planned, *key, ID).alert.unions == ["DGA", "IBT"]
