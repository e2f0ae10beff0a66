"""The time limits of packs: their arithmetic, where they stand, and what a pack may not say of them."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest

from registry.errors import Invalid
from registry.obligations import clocks, lint, scenario
from registry.obligations.clocks import WrittenClock
from registry.obligations.finding import Later
from registry.obligations.judge import judge
from tests.obligations.cases import CASES, PACK_FILES, PACKS

LA = ZoneInfo("America/Los_Angeles")
BA = PACK_FILES["iatse-ba-2024.toml"].decode()
NLRA = 'name = "NLRA charge"\ncounts_from = "occurrence"\nmonths = 6\n'


def clock(**fields):
    return Later(
        **{"name": "x", "counts_from": "opened", "says": "It ends", "confidence": "inferred"} | fields
    )


@pytest.mark.parametrize(
    ("fields", "begin", "until", "arithmetic"),
    [
        ({"days": 60}, dt.date(2025, 3, 3), dt.date(2025, 5, 2), "60 days from 3 March 2025 is 2 May 2025"),
        (
            {"days": 1},
            dt.date(2024, 2, 28),
            dt.date(2024, 2, 29),
            "1 day from 28 February 2024 is 29 February 2024",
        ),
        (
            {"months": 6},
            dt.date(2025, 8, 31),
            dt.date(2026, 2, 28),
            "6 months from 31 August 2025 is 28 February 2026",
        ),
        (
            {"months": 6},
            dt.date(2025, 2, 28),
            dt.date(2025, 8, 28),
            "6 months from 28 February 2025 is 28 August 2025",
        ),
        ({}, dt.date(2025, 3, 3), dt.date(2025, 3, 3), "by 3 March 2025"),
        (
            {"business_days": 5, "calendar": "US"},
            dt.date(2025, 11, 26),
            dt.date(2025, 12, 4),
            "5 business days (US) from 26 November 2025 is 4 December 2025",
        ),
        (
            {"days": 10, "calendar": "US", "roll": True},
            dt.date(2025, 6, 24),
            dt.date(2025, 7, 7),
            "10 days from 24 June 2025 is 4 July 2025, no business day (Independence Day), so it is 7 July 2025",
        ),
        (
            {"days": 10, "calendar": "US", "roll": True},
            dt.date(2025, 6, 23),
            dt.date(2025, 7, 3),
            "10 days from 23 June 2025 is 3 July 2025",
        ),
        (
            {"days": 10, "calendar": "US"},
            dt.date(2025, 6, 24),
            dt.date(2025, 7, 4),
            "10 days from 24 June 2025 is 4 July 2025",
        ),
    ],
)
def test_a_clock_ends_on_a_day_and_says_how_it_is_counted(fields, begin, until, arithmetic):
    """Calendar days, months to the last day of a short one, business days, and an end that moves off a holiday."""
    assert clocks.ends(clock(**fields), begin) == (until, arithmetic)
    assert clocks.begun(clock(**fields), begin).says == f"It ends: {arithmetic}."


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (NLRA, NLRA + "days = 1\n", "in one of them"),
        (NLRA, NLRA.replace("months = 6\n", ""), "in one of them"),
        (NLRA, NLRA.replace("months = 6", "months = 4000"), "4000 is not a length of time"),
        (NLRA, NLRA.replace("months = 6", "days = -1"), "-1 is not a length of time"),
        (NLRA, NLRA.replace("months = 6", "business_days = 5"), "are counted by a calendar"),
        (NLRA, NLRA + 'calendar = "US"\n', "a calendar is there to count by"),
        (NLRA, NLRA + "roll = true\n", "are counted by a calendar"),
        (NLRA, NLRA + 'calendar = "US-CAL"\nroll = true\n', "US-CAL is not a calendar"),
        (NLRA, NLRA.replace("months = 6", 'business_days = 401\ncalendar = "US"'), "up to 400"),
        (NLRA, NLRA.replace("occurrence", "grieved"), "says which step"),
        (NLRA, NLRA + "step = 1\n", "says which step"),
        ('days = "CURE_DAYS"', 'days = "CURED_DAYS"', "did you mean CURE_DAYS"),
        (
            'clocks = ["grievance", "NLRA charge"',
            'clocks = ["grievances", "NLRA charge"',
            "did you mean grievance",
        ),
        ('name = "NLRA charge"', 'name = "answer"', "there are two clocks named answer"),
        (
            'days = "CONSULT_DAYS"',
            'days = 10, business_days = 5, calendar = "US"',
            "days, hours or business days",
        ),
        ('days = "CONSULT_DAYS"', "business_days = 5", "are counted by a calendar"),
        ('days = "CONSULT_DAYS"', 'business_days = 5, calendar = "XX"', "XX is not a calendar"),
        (', days = "CONSULT_DAYS"', "", "in how many days"),
    ],
)
def test_a_clock_that_cannot_be_counted_is_refused(old, new, says):
    """A pack says by what each clock and duty counts, in one way only, by a calendar that is known."""
    assert old in BA
    with pytest.raises(Invalid) as refused:
        lint.pack("iatse-ba-2024.toml", BA.replace(old, new, 1).encode(), PACKS.params)

    assert any(says in fault.detail for fault in refused.value.faults), refused.value.faults


@pytest.mark.parametrize("name", PACKS.packs)
def test_the_clocks_of_a_pack_are_few_and_say_what_they_rest_on(name):
    """No duty has more than eight; a number that no source gives is a parameter, and counted as a proposal."""
    pack = PACKS.packs[name]

    assert all(len(duty.clocks) <= 8 for duty in pack.obligations)
    for each in pack.written.clock:
        assert each.confidence == "inferred" or not clocks.numbers(each), each.name
        assert not (each.fixed and clocks.numbers(each)), each.name
        assert any(each in duty.clocks for duty in pack.obligations), each.name


def judged(name, at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC)):
    """The findings on the production of a worked case, each with the duty it is of."""
    case = CASES[name]
    check = scenario.Check("2025-01-01", [])
    known = scenario.known(scenario.steps_of(case, check), LA)
    for finding in judge(PACKS, case.production, [one for one in known if one.filed_at <= at], at).findings:
        pack = PACKS.packs[finding.pack]
        yield finding, next(duty for duty in pack.obligations if duty.rule == finding.rule)


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_finding_has_the_clocks_its_verdict_starts(name):
    """A violation runs all clocks, an open question those of its day and of the alert, and nothing else any."""
    for finding, duty in judged(name):
        begun = {clock.counts_from for clock in finding.clocks}
        waiting = {clock.name for clock in finding.later}
        named = {clock.name: clock for clock in duty.clocks}
        known_at_once = {one for one in named if named[one].counts_from in clocks.AT_ONCE}
        asked = finding.verdict == "insufficient_information" and not finding.quiet
        if finding.verdict == "violation":
            assert known_at_once <= {clock.name for clock in finding.clocks} or finding.occurred_on is None
        else:
            assert not begun & clocks.AT_ONCE
        if finding.verdict == "violation" or asked:
            assert waiting == {one for one in named if named[one].counts_from in clocks.LATER}
        else:
            assert not waiting
            assert not begun or finding.due_soon
        for clock in finding.clocks:
            if clock.counts_from == "due":
                assert clock.until == finding.due_on + dt.timedelta(days=named[clock.name].days)


def test_notice_of_a_layoff_runs_to_its_day_and_no_agreement_moves_it():
    """Sixty days before a layoff the notice is due, the period ends with the layoff, and both are the statute's."""
    found = [
        clock
        for duty in PACKS.packs["us-warn"].obligations
        for clock in (
            clocks.begun(clocks.later(each, {"ANSWER_DAYS": 10}), dt.date(2025, 8, 1)) for each in duty.clocks
        )
        if clock.counts_from == "due"
    ]

    assert [(clock.name, clock.until, clock.fixed) for clock in found] == [
        ("due", dt.date(2025, 8, 1), True),
        ("effect", dt.date(2025, 9, 30), True),
    ]


def test_a_parameter_gives_a_clock_its_length():
    """A proposed number is the one in force on the day, resolved when the finding is made."""
    [duty] = [
        one for one in PACKS.packs["iatse-ba-2024"].obligations if one.rule.endswith("/policies-provided")
    ]
    lengths = {
        one.name: clocks.later(
            one, {"ANSWER_DAYS": 7, "CURE_DAYS": 8, "CONCILIATION_DAYS": 9, "ARBITRATION_DAYS": 11}
        ).days
        for one in duty.clocks
    }

    assert lengths == {
        "grievance, from knowledge": 60,
        "grievance, outer limit": 365,
        "grievance, conciliation": 9,
        "grievance, arbitration": 11,
        "answer": 7,
        "cure": 8,
    }


def test_every_clock_is_one_of_the_kinds_that_are_counted():
    """What a clock may count from is known either at once or later, never both."""
    assert not clocks.AT_ONCE & clocks.LATER
    assert {*clocks.AT_ONCE, *clocks.LATER, "due"} == set(
        msgspec.json.schema(WrittenClock)["$defs"]["WrittenClock"]["properties"]["counts_from"]["enum"]
    )


BETWEEN_PARTIES = {"us-nlra"}
"""What a law leaves to the parties: a union may agree to bargain later."""


@pytest.mark.parametrize("name", PACKS.packs)
def test_no_agreement_moves_the_day_of_a_law(name):
    """A duty of a law in force with a day of its own has the clock `due`, fixed, unless a number makes the day."""
    pack = PACKS.packs[name].written
    if not pack.places or pack.status == "proposed" or name in BETWEEN_PARTIES:
        return
    for duty in PACKS.packs[name].obligations:
        if duty.written.due and not duty.parameters and not duty.written.status:
            assert [clock.fixed for clock in duty.clocks if clock.name == "due"] == [True], duty.rule
