"""A judgement as a whole: reproducible, honest about time, and complete."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.obligations import scenario
from registry.obligations.judge import judge
from registry.obligations.statement import Binding
from tests.obligations import told
from tests.obligations.cases import CASES, PACKS

LA = ZoneInfo("America/Los_Angeles")
INSTANTS = st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2026, 12, 31)).map(
    lambda at: at.replace(tzinfo=dt.UTC)
)


WAS_USED = [("/0/document/uses/0/first", "2024-07-30"), ("/0/document/uses/0/last", "2024-07-31")]


def known(name, changes=()):
    """The versions of a case after some changes."""
    case = CASES[name]
    check = scenario.Check("2025-01-01", [], changes=[scenario.Change(*change) for change in changes])
    return scenario.known(scenario.steps_of(case, check), LA)


def verdicts(name, at, filed=None):
    """Rule, subject and verdict of everything judged."""
    judgement = judge(PACKS, CASES[name].production, known(name) if filed is None else filed, at)
    return judgement, [(f.rule, f.subject, f.verdict, f.reason, f.due_soon) for f in judgement.findings]


@given(st.sampled_from(sorted(CASES)), INSTANTS, st.floats(0, 1))
@settings(max_examples=150, deadline=None)
def test_nothing_changes_by_time_alone_before_it_is_judged_again(name, at, share):
    """Between a judgement and its `judged_again_at`, the same knowledge gives the same verdicts."""
    filed = [version for version in known(name) if version.filed_at <= at]
    judgement, before = verdicts(name, at, filed)
    end = judgement.judged_again_at or at + dt.timedelta(days=900)
    later = at + (end - at) * share * 0.999

    assert verdicts(name, later, filed)[1] == before


@given(st.sampled_from(sorted(CASES)), INSTANTS)
@settings(max_examples=50, deadline=None)
def test_the_same_input_gives_the_same_bytes(name, at):
    """A judgement is a function of its arguments."""
    one, _ = verdicts(name, at)
    two, _ = verdicts(name, at)

    assert msgspec.json.encode(one) == msgspec.json.encode(two)


def test_every_finding_is_cited():
    """Every verdict carries clause, source, confidence, parameter set and digest."""
    for name in CASES:
        for finding in judge(
            PACKS, CASES[name].production, known(name), dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
        ).findings:
            assert finding.citation.clause
            assert finding.citation.source
            assert finding.citation.confidence
            assert finding.params == "params-2026.1"
            assert len(finding.pack_digest) == 64
            assert finding.verdict != "insufficient_information" or finding.missing or finding.review


def test_an_update_that_is_not_filed_becomes_overdue_by_time_alone():
    """The sweep's reason to exist: nothing is filed, and a duty falls overdue."""
    filed = known("S01")[:1]
    last_day = dt.datetime(2025, 4, 30, 23, 59, tzinfo=LA)
    judgement, _ = verdicts("S01", last_day, filed)
    [first] = [f for f in judgement.findings if f.rule == "reg/quarterly-update" and f.subject == "2025-Q1"]
    assert (first.verdict, first.reason, first.due_soon) == ("not_applicable", "not-yet-due", True)
    assert judgement.judged_again_at == dt.datetime(2025, 5, 1, 0, 0, tzinfo=LA)

    later, _ = verdicts("S01", judgement.judged_again_at, filed)
    [second] = [f for f in later.findings if f.rule == "reg/quarterly-update" and f.subject == "2025-Q1"]
    assert (second.verdict, second.reason) == ("violation", "overdue")


def test_an_edition_not_in_force_does_not_judge():
    """A use that ended before the agreement's first day is not applicable, with the reason."""
    filed = known("S09", [*WAS_USED, ("/0/at", "2024-07-01")])
    judgement, _ = verdicts("S09", dt.datetime(2025, 7, 1, tzinfo=dt.UTC), filed)
    [work] = [f for f in judgement.findings if f.rule == "iatse-ba-2024/covered-work"]

    assert (work.verdict, work.reason) == ("not_applicable", "not-in-force")


def test_an_employer_outside_its_term_is_not_bound():
    """Before the employer signed, the agreement does not judge."""
    production = msgspec.structs.replace(
        CASES["S09"].production, bindings=[Binding("iatse-ba-2024", ["IATSE:700"], dt.date(2025, 6, 17))]
    )
    filed = known("S09", [("/0/document/uses/0/last", "2025-06-16")])
    judgement = judge(PACKS, production, filed, dt.datetime(2025, 7, 1, tzinfo=dt.UTC))
    [work] = [f for f in judgement.findings if f.rule == "iatse-ba-2024/covered-work"]

    assert (work.verdict, work.reason) == ("not_applicable", "out-of-term")


def test_a_use_that_goes_on_is_reached_when_the_employer_is_bound():
    """A lasting duty holds from the first day of the binding; a duty due before first use does not."""
    outside = [{"count": 1, "in_unit": False, "employed_by": "employer"}]
    filed = known("S09", [("/0/document/uses/0/operators", outside)])
    production = msgspec.structs.replace(
        CASES["S09"].production, bindings=[Binding("iatse-ba-2024", ["IATSE:700"], dt.date(2025, 8, 1))]
    )
    before = judge(PACKS, production, filed, dt.datetime(2025, 7, 31, 12, tzinfo=LA))
    assert before.judged_again_at == dt.datetime(2025, 8, 1, tzinfo=LA)

    after = judge(PACKS, production, filed, before.judged_again_at)
    found = {f.rule: f for f in after.findings}
    assert found["iatse-ba-2024/covered-work"].verdict == "violation"
    assert found["iatse-ba-2024/covered-work"].occurred_on == dt.date(2025, 8, 1)
    assert found["iatse-ba-2024/policies-provided"].reason == "out-of-term"


def test_both_locals_hear_of_a_displacement():
    """A displacement in one local through prompts in another concerns both."""
    changes = [(f"/{i}/document/uses/0/locals", ["IATSE:800"]) for i in (0, 1)]
    judgement, _ = verdicts("S02", dt.datetime(2025, 12, 31, tzinfo=dt.UTC), known("S02", changes))
    [found] = [f for f in judgement.findings if f.rule == "iatse-ba-2024/prompt-displacement"]

    assert found.locals == ["IATSE:700", "IATSE:800"]


def losses(attribution):
    """Three updates of one production, each losing one of eight editors; only the last one names AI."""
    case = CASES["S02"]
    first = case.steps[0]["document"]
    steps = [case.steps[0]]
    for number, (day, quarter, why) in enumerate(
        [("2025-10-05", 3, "not_due"), ("2026-01-10", 4, "not_due"), ("2026-04-10", 1, attribution)]
    ):
        year, ends = {3: (2025, "09-30"), 4: (2025, "12-31"), 1: (2026, "03-31")}[quarter]
        begins = {3: "07-01", 4: "10-01", 1: "01-01"}[quarter]
        event = {
            "id": f"loss-{number}",
            "on": {3: "2025-09-20", 4: "2025-12-20", 1: "2026-03-20"}[quarter],
            "kind": "not_rehired",
            "count": 1,
            "covered": True,
            "attribution": why,
        }
        if why == "not_due":
            event["attribution_reason"] = "The schedule was shortened"
        document = {
            **first,
            "filing": {
                **first["filing"],
                "type": "quarterly_update",
                "period": {"from": f"{year}-{begins}", "to": f"{year}-{ends}"},
            },
            "workforce": [
                {
                    "id": "editors",
                    "local": "IATSE:700",
                    "uses": ["assembly"],
                    "headcount_baseline": 8,
                    "headcount_now": 7 - number,
                    "events": [event],
                }
            ],
        }
        steps.append({"at": day, "disclosure": f"u{number}", "kind": "filing", "document": document})
    return scenario.known(steps, LA)


def test_losses_that_add_up_across_filings_reopen_earlier_answers():
    """Three single losses of eight are a pattern: what was 'not due' becomes a question."""
    judgement, _ = verdicts("S02", dt.datetime(2026, 5, 1, tzinfo=dt.UTC), losses("contributing"))
    [pattern] = [f for f in judgement.findings if f.rule == "reg/pattern"]
    displaced = [f for f in judgement.findings if f.rule == "iatse-ba-2024/prompt-displacement"]

    assert pattern.verdict == "insufficient_information"
    assert "3 of 8 positions" in " ".join(pattern.because)
    assert {f.verdict for f in displaced} == {"insufficient_information"}


def test_losses_nobody_lays_at_ai_are_no_pattern():
    """Without one loss at least partly due to AI, earlier answers stand."""
    judgement, _ = verdicts("S02", dt.datetime(2026, 5, 1, tzinfo=dt.UTC), losses("not_due"))

    assert [f for f in judgement.findings if f.rule == "reg/pattern"] == []


def withdrawn(reason, day):
    """S02 as filed, then withdrawn."""
    case = CASES["S02"]
    step = {
        "at": day,
        "disclosure": "initial",
        "kind": "withdrawal",
        "reason": reason,
        "explanation": "Plans changed",
    }
    return scenario.known([case.steps[0], step], LA)


def test_a_withdrawal_before_use_asserts_nothing():
    """A tool never deployed leaves no duty but the withdrawal's own."""
    judgement, _ = verdicts(
        "S02", dt.datetime(2026, 5, 1, tzinfo=dt.UTC), withdrawn("tool_never_deployed", "2025-09-10")
    )

    assert {f.rule: f.verdict for f in judgement.findings} == {"reg/withdrawal": "satisfied"}


def test_a_withdrawal_does_not_undo_accrued_duties():
    """Withdrawn after its stated first use, 'never deployed' is contradicted and the duties stay."""
    judgement, _ = verdicts(
        "S02", dt.datetime(2026, 5, 1, tzinfo=dt.UTC), withdrawn("tool_never_deployed", "2025-12-01")
    )
    found = {f.rule: f.verdict for f in judgement.findings}

    assert found["reg/withdrawal"] == "violation"
    assert found["iatse-ba-2024/covered-work"] == "satisfied"


@pytest.mark.parametrize(
    ("since", "until", "reason"),
    [
        ("2025-06-16", "2025-06-16", "met"),
        ("2025-06-17", None, "out-of-term"),
        ("2024-08-01", "2025-06-15", "out-of-term"),
    ],
)
def test_a_binding_holds_on_its_first_and_last_day_and_not_beyond(since, until, reason):
    """Both ends are included: a duty due before a first use on 16 June is held against the terms of that day."""
    last = dt.date.fromisoformat(until) if until else None
    binding = Binding("iatse-ba-2024", ["IATSE:700"], dt.date.fromisoformat(since), last)
    production = msgspec.structs.replace(CASES["S09"].production, bindings=[binding])
    judgement = judge(PACKS, production, known("S09"), dt.datetime(2025, 7, 1, tzinfo=dt.UTC))
    [found] = [f for f in judgement.findings if f.rule == "iatse-ba-2024/policies-provided"]

    assert found.reason == reason


def test_a_version_that_is_missing_breaks_retention():
    """The registry's own duty is looked at, not taken for granted: versions run 1, 2, 3 with none left out."""
    whole = known("S02")
    for filed, verdict in ((whole, "satisfied"), (whole[1:], "violation")):
        judgement, _ = verdicts("S02", dt.datetime(2025, 12, 31, tzinfo=dt.UTC), filed)
        [kept] = [f for f in judgement.findings if f.rule == "reg/retention"]
        assert kept.verdict == verdict


def test_what_was_known_is_not_dated_by_what_it_would_have_shown_later():
    """First planned for March, then told to have begun in December: known from then, in April as in February."""
    use = {"id": "u1", "tool": "t1", "purpose": "admin", "locals": ["IATSE:700"]}
    use |= {"operators": [{"count": 1, "in_unit": False, "employed_by": "employer"}]}
    tool = {"id": "t1", "name": "FirstCut", "category": "editing_assist"}
    versions = [
        told.filed("2025-11-01", tools=[tool], uses=[{**use, "planned_first": "2026-03-01"}]),
        told.filed("2026-01-10", "d2", tools=[tool], uses=[{**use, "first": "2025-12-01"}]),
    ]
    for at in ("2026-02-01", "2026-04-01"):
        [work] = told.found("iatse-ba-2024/covered-work", versions, at).values()
        assert work.verdict == "violation"
        assert work.known_on == dt.date(2026, 1, 10)


def test_what_has_no_day_is_judged_again_when_the_text_begins():
    """Not in force, then in force and the employer not bound yet, then asked: each on its own day."""
    signed = Binding("dga-ba-2026", ["DGA"], dt.date(2027, 1, 1))
    who = msgspec.structs.replace(told.WHO, bindings=[signed])
    undated = [told.filed("2026-03-01", training=[{"id": "m1"}])]
    found, at = [], told.instant("2026-05-01")
    for _ in range(3):
        judgement = judge(PACKS, who, undated, at)
        found += [
            (f.verdict, f.reason)
            for f in judgement.findings
            if f.rule == "dga-ba-2026/training-license-notice"
        ]
        at = judgement.judged_again_at

    assert found[0] == ("not_applicable", "not-in-force")
    assert found[1] == ("not_applicable", "out-of-term")
    assert found[2][0] != "not_applicable"


def test_a_use_is_held_against_the_days_the_employer_was_bound():
    """The employer's term ended before the text did."""
    who = msgspec.structs.replace(
        told.WHO,
        bindings=[Binding("iatse-ba-2024", ["IATSE:700"], dt.date(2024, 8, 1), dt.date(2025, 10, 31))],
    )
    goes_on = [told.filed("2025-09-05", tools=[told.TOOL], uses=[told.USE])]
    [work] = told.found("iatse-ba-2024/covered-work", goes_on, "2026-02-01", who).values()

    assert "15 September 2025 to 31 October 2025" in " ".join(work.because)


def test_it_is_judged_again_when_a_parameter_turns():
    """From September on a smaller share of losses is a pattern: that day alone changes what is found."""
    params = PACKS.params["params-2026.1"]
    turned = params.timeline[-1][1] | {"PATTERN_PERCENT": 10}
    later = msgspec.structs.replace(params, timeline=[*params.timeline, (dt.date(2026, 9, 1), turned)])
    packs = msgspec.structs.replace(PACKS, params={**PACKS.params, params.name: later})
    ended = {"tools": [told.TOOL], "uses": [{**told.USE, "last": "2025-09-30"}]}
    lost = [
        told.filed(on, f"d{n}", workforce=[told.row(None, event, headcount_baseline=12)], **ended)
        for n, (on, event) in enumerate(
            [
                ("2025-10-20", told.event("2025-10-10", "e1", attribution="contributing")),
                ("2025-12-20", told.event("2025-12-10", "e2", attribution="contributing")),
            ]
        )
    ]
    at, patterned = told.instant("2026-08-01"), []
    while at and at < dt.datetime(2026, 9, 2, tzinfo=dt.UTC):
        judgement = judge(packs, told.WHO, lost, at)
        patterned.append(any(f.rule == "reg/pattern" for f in judgement.findings))
        at = judgement.judged_again_at

    assert patterned[0] is False
    assert patterned[-1] is True
