"""Counts over days: layoffs within thirty, on the production and beside it, and the quarters of S.3108."""

import copy
import datetime as dt
import time

import pytest

from registry.obligations import impacts, layoffs, scenario
from registry.obligations.assemble import assemble
from registry.obligations.statement import Known, Loss, Production
from tests.obligations.cases import CASES

NOW = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)
PARAMS = {"PATTERN_DAYS": 365, "PATTERN_PERCENT": 25, "as_of": dt.datetime(2027, 6, 1, tzinfo=dt.UTC)}
FEATURE = Production("e", "p", "Feature", "theatrical", "America/New_York", ["US-NY"], [], [])


def document(*rows, **lists):
    return {"filing": {"type": "initial"}, "production": {}, "workforce": list(rows), **lists}


def row(*events, name="w1", **more):
    return {"id": name, "local": "IATSE:700", "events": list(events), **more}


def event(name, on, count, kind="laid_off", attribution="contributing", **more):
    return {"id": name, "on": on, "kind": kind, "count": count, "attribution": attribution, **more}


def said(stated, *elsewhere):
    return assemble(FEATURE, [Known("a", 1, "filing", "initial", NOW, stated)], elsewhere=elsewhere)


def found(stated, *elsewhere):
    """The layoffs of a document, by the day they begin."""
    return {subject.id: subject for subject in layoffs.layoffs(said(stated, *elsewhere), PARAMS)}


def other(on, count, kind="laid_off", production="q"):
    """A loss on another production of the employer."""
    day = dt.date.fromisoformat(on)
    return Loss(production, "e", "d", NOW, day, "IATSE:700", "", kind, count, "contributing", False)


def counts(subjects):
    return {name: subject.facts["layoff.count"] for name, subject in subjects.items()}


def test_thirty_days_are_the_first_and_twenty_nine_more():
    """The thirtieth day still counts; the thirty-first begins anew."""
    within = document(row(event("e1", "2026-10-01", 20), event("e2", "2026-10-30", 30)))
    assert counts(found(within)) == {"2026-10-01": 50}
    beyond = document(row(event("e1", "2026-10-01", 20), event("e2", "2026-10-31", 30)))
    assert counts(found(beyond)) == {"2026-10-01": 20, "2026-10-31": 30}


def test_windows_overlap_and_none_lies_within_another():
    """Losses every twenty days make a window with each neighbour."""
    days = ["2026-09-01", "2026-09-21", "2026-10-11", "2026-10-12"]
    stated = document(row(*(event(f"e{n}", on, 10) for n, on in enumerate(days))))
    assert counts(found(stated)) == {"2026-09-01": 20, "2026-09-21": 30}


def test_only_layoffs_count():
    """Hours cut, positions not filled and people hired are other things."""
    kinds = ["hours_cut", "position_not_filled", "not_rehired", "reclassified", "hired", "retraining"]
    assert not found(document(row(*(event(kind, "2026-10-01", 99, kind) for kind in kinds))))
    assert counts(found(document(row(event("e", "2026-10-01", 2, "position_eliminated"))))) == {
        "2026-10-01": 2
    }


@pytest.mark.parametrize(
    ("elsewhere", "employer", "site"),
    [
        ([], 40, 40),
        ([other("2026-10-20", 15)], 55, None),
        ([other("2026-09-10", 15)], 55, None),
        ([other("2026-09-01", 15)], 40, 40),
        ([other("2026-10-20", 15, "hours_cut")], 40, 40),
        ([other("2026-09-10", 15), other("2026-10-20", 5)], 55, None),
    ],
)
def test_the_employer_s_other_productions_count_in_any_thirty_days(elsewhere, employer, site):
    """Before or after the production's own; at which site, nobody has said."""
    facts = found(document(row(event("e1", "2026-10-01", 40))), *elsewhere)["2026-10-01"].facts
    assert facts["layoff.count"] == 40
    assert facts["layoff.employer_count"] == employer
    assert facts.get("layoff.site_count") == site


def test_losses_elsewhere_alone_are_no_subject_here():
    """They are judged where they happened."""
    assert not found(document(row(event("e1", "2026-10-01", 4, "hours_cut"))), other("2026-10-01", 99))


def test_few_layoffs_are_few_at_every_site():
    """Under 25 in all, the site makes no difference to any law."""
    few = found(document(row(event("e1", "2026-10-01", 4))), other("2026-10-01", 20))["2026-10-01"]
    assert few.facts["layoff.site_count"] == 4
    more = found(document(row(event("e1", "2026-10-01", 4))), other("2026-10-01", 21))["2026-10-01"]
    assert "layoff.site_count" not in more.facts


WARN = {
    "notice_on": "2026-07-01",
    "closing": False,
    "project_completion": True,
    "ai_box": True,
    "technology": "X",
}


def test_a_notice_has_to_reach_everybody():
    """Two crafts: the later notice counts, and where one is open, so is the whole."""
    first = row(event("e1", "2026-10-01", 20), name="w1", warn=WARN)
    last = row(event("e2", "2026-10-05", 20), name="w2", warn=WARN | {"notice_on": "2026-07-20"})
    facts = found(document(first, last))["2026-10-01"].facts
    assert facts["layoff.notice_on"] == dt.date(2026, 7, 20)
    assert facts["layoff.noticed"] is True
    assert facts["layoff.project_end"] is True
    assert facts["layoff.technology_named"] is True

    silent = found(document(first, last | {"warn": {}}))["2026-10-01"]
    assert "layoff.noticed" not in silent.facts
    assert "layoff.notice_on" not in silent.facts
    assert [gap.pointer for gap in silent.gaps["layoff.notice_on"]] == [
        "/workforce/0/warn/notice_on",
        "/workforce/1/warn/notice_on",
    ]

    denied = last | {"warn": {"noticed": False, "project_completion": False, "closing": True}}
    facts = found(document(first, denied))["2026-10-01"].facts
    assert facts["layoff.noticed"] is False
    assert facts["layoff.project_end"] is False
    assert facts["layoff.closing"] is True


@pytest.mark.parametrize(
    ("notice", "on"),
    [
        ({"kind": "layoff"}, dt.date(2026, 8, 1)),
        ({"kind": "layoff", "effective_on": "2026-10-01"}, dt.date(2026, 8, 1)),
        ({"kind": "layoff", "effective_on": "2026-12-01"}, None),
        ({"kind": "layoff", "uses": ["u2"]}, None),
        ({"kind": "technological_change"}, None),
    ],
)
def test_a_notice_of_a_layoff_stands_for_the_row_s_own(notice, on):
    """If it can be of these people and of this day."""
    sent = {"id": "n", "to": "the crew", "what": "x", "sent_at": "2026-08-01", **notice}
    stated = document(row(event("e1", "2026-10-01", 20), uses=["u1"]), notices=[sent])
    assert found(stated)["2026-10-01"].facts.get("layoff.notice_on") == on


@pytest.mark.parametrize(
    ("attributions", "answer"),
    [
        ([("contributing", ""), ("not_due", "A cancelled season.")], True),
        ([("not_due", "A cancelled season."), ("not_due", "The same.")], False),
        ([("not_due", "")], None),
        ([("not_due", "A cancelled season."), (None, "")], None),
    ],
)
def test_layoffs_are_due_to_ai_in_whole_or_in_part(attributions, answer):
    """One that is, is enough; a no needs a reason for each."""
    events = [
        {**event(f"e{n}", "2026-10-01", 20, attribution=kind), "attribution_reason": why}
        for n, (kind, why) in enumerate(attributions)
    ]
    assert found(document(row(*events)))["2026-10-01"].facts.get("layoff.due_to_ai") is answer


def quarters(steps):
    """The counts of a history, by quarter."""
    case = CASES["S12"]
    zone = scenario.ZoneInfo(case.production.time_zone)
    statement = assemble(case.production, scenario.known(steps, zone))
    return {subject.id: subject.facts for subject in impacts.impacts(statement, {})}


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("as filed", {"2025-Q4": 0}),
        ("variant 1", {"2025-Q4": 0}),
        ("variant 2", {"2025-Q3": 2, "2025-Q4": 0}),
    ],
)
def test_positions_not_filled_count_where_the_worked_case_says(check, expected):
    """S12: contributing counts nothing, and one day of the decision moves two positions into a quarter."""
    case = CASES["S12"]
    [changes] = [one for one in case.checks if one.name == check]
    counted = quarters(scenario.steps_of(case, changes))
    assert {name: facts["impacts.not_filled"] for name, facts in counted.items()} == expected


def test_the_quarter_of_s12_ends_and_is_reported():
    """A quarterly update for it is its report."""
    case = CASES["S12"]
    [changes] = [one for one in case.checks if one.name == "variant 2"]
    steps = scenario.steps_of(case, changes)
    assert quarters(steps)["2025-Q3"]["impacts.quarter_end"] == dt.date(2025, 9, 30)
    assert "impacts.filed_on" not in quarters(steps)["2025-Q3"]
    later = copy.deepcopy(steps[0]) | {"at": "2025-10-29", "disclosure": "q3"}
    later["document"]["filing"] |= {
        "type": "quarterly_update",
        "period": {"from": "2025-07-01", "to": "2025-09-30"},
    }
    assert quarters([*steps, later])["2025-Q3"]["impacts.filed_on"] == dt.date(2025, 10, 29)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, 3),
        ({"attribution": "contributing"}, 0),
        ({"attribution": "not_due"}, 0),
        ({"attribution": "undetermined"}, None),
        ({"attribution": None}, None),
    ],
)
@pytest.mark.parametrize(
    ("kind", "fact"),
    [
        ("laid_off", "laid_off"),
        ("position_eliminated", "laid_off"),
        ("hired", "hired"),
        ("retraining", "retraining"),
    ],
)
def test_only_what_is_substantially_due_counts(kind, fact, change, expected):
    """What nobody attributed leaves the count open, and the others as they are."""
    stated = document(row({**event("e", "2026-10-01", 3, kind, "substantially_due"), **change}))
    [subject] = impacts.impacts(said(stated), {})
    assert subject.facts.get(f"impacts.{fact}") == expected
    assert subject.facts["impacts.not_filled"] == 0


def test_a_position_of_which_nobody_says_when_it_was_held_leaves_its_count_open():
    """The quarter before has to have seen somebody in it."""
    base = event("e", "2026-10-01", 3, "position_not_filled", "substantially_due")
    decided = {"decided_not_to_fill_on": "2026-11-02"}
    for change, expected in (
        ({}, None),
        (decided, None),
        ({**decided, "last_occupied_on": "2026-09-30"}, 3),
        ({**decided, "last_occupied_on": "2026-10-01"}, 0),
    ):
        [subject] = impacts.impacts(said(document(row({**base, **change}))), {})
        assert subject.facts.get("impacts.not_filled") == expected


def test_hundreds_of_events_take_milliseconds():
    """The builders run on every filing."""
    start = dt.date(2026, 1, 1)
    days = [(start + dt.timedelta(days=n % 365)).isoformat() for n in range(2000)]
    statement = said(document(row(*(event(f"e{n}", on, 1) for n, on in enumerate(days)))))
    began = time.process_time()
    assert len(list(layoffs.layoffs(statement, PARAMS))) > 300
    assert len(list(impacts.impacts(statement, {}))) == 4
    assert time.process_time() - began < 2
