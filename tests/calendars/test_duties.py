"""How what is due stands: as judged, as the parties left it, by the day where the production is."""

import datetime as dt
from uuid import UUID

import msgspec
import papers
import pytest

from registry.alerts.course import Change, Course, Waiver
from registry.calendars import duties
from registry.calendars.duties import Case, newest_asked
from registry.obligations.finding import fingerprint

ALERT = UUID(int=7)
AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
DUE = dt.date(2026, 3, 20)


def case(finding, state="open", asked=None, **course):
    return Case(
        alert_id=ALERT,
        employer_id=papers.KEY[0],
        production_id=papers.KEY[1],
        fingerprint=fingerprint(finding, *papers.KEY),
        rule=finding.rule,
        state=state,
        finding=msgspec.to_builtins(finding),
        course=Course(**course),
        opened_at=AT,
        changed_at=AT,
        asked=asked or {},
    )


def extended(until, days=0, kind="extend"):
    return Change(
        number=3,
        clock="due",
        kind=kind,
        until=until,
        days=days,
        agreed_at=AT,
        proposed_by="office",
        consented_by="rep",
    )


def one(place, finding, case=None, requests=()):
    found = list(duties.items(place, [finding], [case] if case else [], requests, AT))
    return found[0] if found else None


@pytest.mark.parametrize(
    ("today", "status", "left"),
    [
        ("2026-03-12", "upcoming", 8),
        ("2026-03-13", "due_soon", 7),
        ("2026-03-20", "due_soon", 0),
        ("2026-03-21", "overdue", -1),
    ],
)
def test_a_duty_is_due_to_the_end_of_its_day(place, finding, today, status, left):
    """It is due soon from a week before, and overdue only when its day is over."""
    now = dt.datetime.fromisoformat(today + "T20:00:00+00:00")
    item = one(place(now), finding())

    assert (item.status, item.days_left) == (status, left)


@pytest.mark.parametrize(
    ("zone", "status"),
    [("America/Los_Angeles", "due_soon"), ("Europe/London", "overdue"), ("Pacific/Auckland", "overdue")],
)
def test_the_day_is_that_of_the_production(place, finding, zone, status):
    """At the same instant a day is over in one place and not in another, across a change of the clocks too."""
    instant = dt.datetime(2026, 3, 21, 6, 59, tzinfo=dt.UTC)

    assert one(place(instant, zone), finding()).status == status


def test_summer_time_takes_no_day_away(place, finding):
    """On the night the clocks change, days are still counted as days."""
    before = one(place(dt.datetime(2026, 3, 8, 9, 59, tzinfo=dt.UTC)), finding())
    after = one(place(dt.datetime(2026, 3, 8, 10, 0, tzinfo=dt.UTC)), finding())
    next_day = one(place(dt.datetime(2026, 3, 9, 7, 0, tzinfo=dt.UTC)), finding())

    assert (before.days_left, after.days_left, next_day.days_left) == (12, 12, 11)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"verdict": "satisfied", "reason": "met"}, "done"),
        ({"verdict": "violation", "reason": "late"}, "late"),
        ({"verdict": "violation", "reason": "overdue", "due_on": dt.date(2026, 2, 1)}, "overdue"),
        (
            {"verdict": "insufficient_information", "reason": "missing-facts", "due_on": dt.date(2026, 2, 1)},
            "unknown",
        ),
        ({"verdict": "insufficient_information", "reason": "missing-facts"}, "upcoming"),
        ({"due_soon": True}, "due_soon"),
    ],
)
def test_what_was_judged_is_shown_as_judged(place, finding, fields, status):
    """What is done is done; what nobody can know is unknown once its day has passed."""
    assert one(place(), finding(**fields)).status == status


@pytest.mark.parametrize(
    "fields",
    [
        {"due_on": None},
        {"reason": "proposed-law"},
        {"reason": "no-trigger"},
        {"reason": "not-in-force"},
    ],
)
def test_a_rule_that_does_not_apply_has_no_day(place, finding, fields):
    """Bills and rules whose trigger is known false put nothing on the calendar."""
    assert one(place(), finding(**fields)) is None


def test_an_agreed_extension_moves_the_day_and_says_so(place, finding):
    """The later day counts, the earlier is still shown, and after the later one it is overdue."""
    mine = finding()
    item = one(place(), mine, case(mine, "waived", changes=[extended(dt.date(2026, 4, 3))]))
    past = one(
        place(dt.datetime(2026, 4, 4, 12, tzinfo=dt.UTC)),
        mine,
        case(mine, changes=[extended(dt.date(2026, 4, 3))]),
    )

    assert (item.day, item.was_due_on, item.status, item.extension) == (
        dt.date(2026, 4, 3),
        DUE,
        "extended",
        "granted",
    )
    assert past.status == "overdue"


def test_an_extension_asked_for_or_refused_moves_nothing(place, finding):
    """The calendar shows that it was asked for, or refused, beside the same day."""
    mine = finding()
    for state in ("asked", "refused"):
        item = one(place(), mine, case(mine, asked={"due": state}))

        assert (item.day, item.extension, item.status) == (DUE, state, "upcoming")


def test_a_waived_duty_keeps_its_day(place, finding):
    """A waiver is shown beside what is due; it does not make it done."""
    mine = finding()
    waiver = Waiver(until=dt.date(2026, 3, 10), reason="r", author="a", approver="b")
    item = one(place(), mine, case(mine, "waived", waiver=waiver))

    assert (item.status, item.day, item.alert_id, item.alert_state) == ("waived", DUE, ALERT, "waived")


def test_a_waiver_that_is_over_covers_nothing(place, finding):
    """On its last day the duty is waived; from the next it is overdue, before the alert opens again too."""
    mine = finding(due_on=dt.date(2026, 2, 1), verdict="violation", reason="overdue")
    waiver = Waiver(until=dt.date(2026, 3, 2), reason="r", author="a", approver="b")
    waived = case(mine, "waived", waiver=waiver)
    night = dt.datetime(2026, 3, 3, 7, 59, tzinfo=dt.UTC)

    assert one(place(night), mine, waived).status == "waived"
    assert one(place(night + dt.timedelta(minutes=1)), mine, waived).status == "overdue"


@pytest.mark.parametrize("state", ["resolved", "withdrawn"])
def test_what_the_union_has_closed_is_settled(place, finding, state):
    """A closed alert leaves its duty settled, unless it was done."""
    mine = finding(due_on=dt.date(2026, 2, 1), verdict="violation", reason="overdue")
    done = finding(verdict="satisfied", reason="met")

    assert one(place(), mine, case(mine, state)).status == "settled"
    assert one(place(), done, case(done, state)).status == "done"


def test_an_alert_the_judgement_does_not_know_is_still_shown(place, finding):
    """An open alert whose finding is not in the newest judgement keeps its day; a closed one does not."""
    mine = finding()

    assert [item.alert_id for item in duties.items(place(), [], [case(mine)], (), AT)] == [ALERT]
    assert list(duties.items(place(), [], [case(mine, "resolved")], (), AT)) == []


def test_the_name_of_an_item_stays_when_its_day_moves(place, finding):
    """Programs that keep the calendar see one thing move, not one vanish and another appear."""
    first, moved = one(place(), finding()), one(place(), finding(due_on=dt.date(2026, 5, 1)))

    assert first.name == moved.name
    assert first.name != one(place(), finding(subject="E2")).name


@pytest.mark.parametrize(
    ("rule", "kind", "what"),
    [
        ("reg/initial-filing", "production", "filing"),
        ("reg/quarterly-update", "quarter", "quarterly_update"),
        ("reg/amendment", "change", "amendment"),
        ("reg/request-answered", "request", "answer"),
        ("iatse-ba-2024/consultation-on-request", "consultation", "consultation"),
        ("iatse-ba-2024/quarterly-company-meeting", "consultation", "meeting"),
        ("iatse-ba-2024/scan-consent", "consent", "consent"),
        ("us-warn/notice", "layoff", "notice"),
        ("bc-lrc/s54", "workforce", "notice"),
        ("iatse-tech/severance", "event", "duty"),
    ],
)
def test_what_is_due_is_called_as_an_office_calls_it(finding, rule, kind, what):
    """Each rule that names a day has a plain word; one that has none is a duty."""
    assert duties.what_of(finding(rule=rule, subject_kind=kind)) == what


def test_a_request_is_named_where_the_subject_is_one(place, finding):
    """The answer due for a request says which; a subject that is no request of the caller says nothing."""
    name = str(UUID(int=9))
    mine = finding(rule="reg/request-answered", subject_kind="request", subject=name)

    assert one(place(), mine, requests={name}).request_id == UUID(int=9)
    assert one(place(), mine).request_id is None


def test_an_answer_to_an_earlier_request_leaves_the_newer_one_open():
    """Both sides may have asked for more time; what became of the first is not what became of the second."""
    both = [
        {"thread_id": ALERT, "number": 1, "kind": "extension", "document": {"clock": "due"}},
        {"thread_id": ALERT, "number": 2, "kind": "extension", "document": {"clock": "due"}},
        {"thread_id": ALERT, "number": 3, "kind": "refusal", "document": {"number": 1}},
    ]

    assert newest_asked(both) == {ALERT: {"due": "asked"}}


def test_the_newest_word_about_an_extension_counts():
    """Asked, refused, asked again: asked. An answer without a question is passed over."""
    entries = [
        {"thread_id": ALERT, "number": 1, "kind": "extension", "document": {"clock": "due"}},
        {"thread_id": ALERT, "number": 2, "kind": "refusal", "document": {"number": 1}},
        {"thread_id": ALERT, "number": 3, "kind": "extension", "document": {"clock": "due"}},
        {"thread_id": ALERT, "number": 4, "kind": "extension", "document": {"clock": "grievance"}},
        {"thread_id": ALERT, "number": 5, "kind": "consent", "document": {"number": 4}},
        {"thread_id": UUID(int=8), "number": 1, "kind": "consent", "document": {"number": 7}},
    ]

    assert newest_asked(entries[:2]) == {ALERT: {"due": "refused"}}
    assert newest_asked(entries) == {ALERT: {"due": "asked", "grievance": "granted"}}
