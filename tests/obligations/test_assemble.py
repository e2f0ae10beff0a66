"""From filings to facts: who wins, what stays, and what the filings say together."""

import copy
import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest

from registry.obligations import scenario
from registry.obligations.assemble import assemble
from registry.obligations.judge import judge
from registry.obligations.statement import Binding
from tests.obligations.cases import CASES, PACKS

LA = ZoneInfo("America/Los_Angeles")


def edited(name, *changes, step=0):
    """The document of a case's step after some changes, each a pointer and a value."""
    document = copy.deepcopy(CASES[name].steps[step]["document"])
    for path, value in changes:
        scenario.apply(document, scenario.Change(path, value))
    return document


def filed(at, disclosure, document, kind="filing", **more):
    """One step of a case."""
    return {"at": at, "disclosure": disclosure, "kind": kind, "document": document, **more}


def amendment(reason, on=None):
    """A change that makes a document an amendment."""
    stated = {"reason": reason, "explanation": "See the note"}
    return "/filing/amendment", stated | ({"change_occurred_on": on} if on else {})


def found(name, steps, at, production=None):
    """The findings on a case's production, by rule and subject."""
    when = dt.datetime.combine(dt.date.fromisoformat(at), dt.time(12), LA)
    judgement = judge(PACKS, production or CASES[name].production, scenario.known(steps, LA), when)
    return {(f.rule, f.subject): f for f in judgement.findings}


def use_after(steps):
    """The first use as put together."""
    return assemble(CASES["S02"].production, scenario.known(steps, LA)).all("uses")[0]


REQUIRED = "/uses/0/prompts/required"


def test_an_explicit_null_says_not_known_any_more():
    """A later null takes back what was said; silence keeps it."""
    first, silent = edited("S02"), edited("S02")
    del silent["uses"][0]["prompts"]["required"]
    null = edited("S02", (REQUIRED, None))

    assert use_after([filed("2025-09-05", "a", first)]).get("prompts.required") is True
    kept = use_after([filed("2025-09-05", "a", first), filed("2025-10-05", "b", silent)])
    assert kept.get("prompts.required") is True
    taken = use_after([filed("2025-09-05", "a", first), filed("2025-10-05", "b", null)])
    assert taken.get("prompts.required") is None


@pytest.mark.parametrize(("reason", "wins"), [("clerical", False), ("fact_changed", True)])
def test_a_clerical_amendment_keeps_its_place(reason, wins):
    """Mending a slip in an old disclosure does not undo what was filed since; new facts do."""
    later = edited("S02", (REQUIRED, True))
    mended = edited("S02", (REQUIRED, False), amendment(reason))
    steps = [
        filed("2025-09-05", "a", edited("S02", (REQUIRED, False))),
        filed("2025-10-05", "b", later),
        filed("2025-11-05", "a", mended, "amendment"),
    ]

    assert use_after(steps).get("prompts.required") is not wins


def test_an_amendment_restates_its_disclosure():
    """A record an amendment leaves out is no longer said."""
    steps = [
        *CASES["S02"].steps,
        filed("2025-11-05", "initial", edited("S02", amendment("fact_changed", "2025-11-01")), "amendment"),
    ]

    assert ("iatse-tech/severance", "layoff-1") not in found("S02", steps, "2025-12-31")


def test_a_withdrawn_duplicate_does_not_end_what_another_filing_states():
    """Two disclosures state one use; withdrawing one leaves the use going on."""
    steps = [
        filed("2025-09-05", "a", edited("S02")),
        filed("2025-09-06", "b", edited("S02")),
        filed("2025-10-01", "a", edited("S02"), "withdrawal", reason="duplicate", explanation="Twice"),
    ]

    assert use_after(steps).get("last") is None
    assert found("S02", steps, "2026-02-01")["reg/quarterly-update", "2025-Q4"].verdict == "violation"
    assert use_after(steps[::2]).get("last") == "2025-10-01"


def test_a_withdrawal_ends_a_use_that_was_to_go_on():
    """No new duty accrues after a withdrawal, whatever end was planned; the policies stay known."""
    document = edited("S02", ("/uses/0/last", "2026-08-31"), ("/employer/ai_policies_exist", True))
    steps = [
        filed("2025-09-05", "a", document),
        filed("2025-10-01", "a", document, "withdrawal", reason="production_cancelled", explanation="Off"),
    ]
    findings = found("S02", steps, "2026-12-01")

    assert use_after(steps).get("last") == "2025-10-01"
    assert ("reg/quarterly-update", "2026-Q1") not in findings
    assert findings["iatse-ba-2024/policies-provided", "assembly"].reason != "trigger-unknown"


def test_never_deployed_is_contradicted_by_another_filing():
    """The withdrawn disclosure only planned the tool; another one states its use."""
    planned = edited("S02")
    planned["uses"][0]["planned_first"] = planned["uses"][0].pop("first")
    told = {"reason": "tool_never_deployed", "explanation": "Not used"}
    steps = [
        filed("2025-09-01", "a", planned),
        filed("2025-09-20", "b", edited("S02", ("/uses/0/id", "other"))),
        filed("2025-10-01", "a", planned, "withdrawal", **told),
    ]

    assert found("S02", steps, "2025-10-02")["reg/withdrawal", "a"].verdict == "violation"
    assert found("S02", steps[::2], "2025-10-02")["reg/withdrawal", "a"].verdict == "satisfied"


def quarter_of(kind):
    """A nil return, or an update, for the third quarter of 2025."""
    document = edited("S02", ("/filing/type", kind))
    document["filing"]["period"] = {"from": "2025-07-01", "to": "2025-09-30"}
    if kind == "nil_return":
        for name in ("tools", "uses", "workforce"):
            document.pop(name, None)
    return document


def test_a_nil_return_against_known_use_is_for_review():
    """A nil return in time meets the filing rule, and a person is asked whether it was right."""
    steps = [filed("2025-09-05", "a", edited("S02")), filed("2025-10-10", "q", quarter_of("nil_return"))]
    nil = found("S02", steps, "2026-01-02")["reg/quarterly-update", "2025-Q3"]
    steps[1]["document"] = quarter_of("quarterly_update")
    update = found("S02", steps, "2026-01-02")["reg/quarterly-update", "2025-Q3"]

    assert (nil.verdict, bool(nil.review), nil.alert_kind) == ("satisfied", True, "review")
    assert (update.verdict, bool(update.review)) == ("satisfied", False)


def test_an_update_withdrawn_as_an_error_was_not_filed():
    """A quarter whose only update was filed in error has none."""
    update = quarter_of("quarterly_update")
    steps = [
        filed("2025-09-05", "a", edited("S02")),
        filed("2025-10-10", "q", update),
        filed("2025-10-11", "q", update, "withdrawal", reason="filed_in_error", explanation="Wrong show"),
    ]

    assert found("S02", steps, "2026-01-02")["reg/quarterly-update", "2025-Q3"].verdict == "violation"


def test_a_layoff_hidden_in_an_amendment_of_another_day_is_late_too():
    """An amendment that dates its change elsewhere does not make the layoff it first tells timely."""
    told = edited("S02", amendment("clerical"), step=1)
    steps = [CASES["S02"].steps[0], filed("2025-12-17", "initial", told, "amendment")]
    change = found("S02", steps, "2025-12-31")["reg/amendment", "event/layoff-1"]

    assert (change.verdict, change.due_on) == ("violation", dt.date(2025, 10, 20))


def test_a_later_hire_does_not_move_the_day_of_an_impact():
    """Clocks run from the loss, not from a hire filed in the same row."""
    hire = {"id": "hire", "on": "2026-01-20", "kind": "hired", "count": 1}
    told = edited("S02", ("/workforce/0/events/-", hire), step=1)
    steps = [CASES["S02"].steps[0], filed("2025-10-17", "initial", told, "amendment")]
    impact = found("S02", steps, "2026-02-01")["iatse-ba-2024/impact-bargaining", "assistants"]

    assert impact.occurred_on == dt.date(2025, 10, 10)


def test_work_of_another_union_is_another_agreement():
    """An IATSE agreement judges no writer's work; the registry's own rules do."""
    document = edited("S09", ("/uses/0/locals", ["WGAW"]))
    findings = found("S09", [filed("2025-06-20", "a", document)], "2025-07-01")

    assert findings["iatse-ba-2024/covered-work", "dialog-clean"].reason == "wrong-agreement"
    assert findings["reg/initial-filing", "low-tide"].verdict == "violation"


def test_work_a_sister_agreement_covers_is_judged_under_it():
    """Local 839's work is the Guild's, where its agreement binds the production too."""
    bindings = [
        Binding("iatse-ba-2024", ["IATSE:700"], dt.date(2024, 8, 1)),
        Binding("tag-2024", ["IATSE:839"], dt.date(2024, 8, 1)),
    ]
    production = msgspec.structs.replace(CASES["S09"].production, bindings=bindings)
    steps = [filed("2025-06-20", "a", edited("S09", ("/uses/0/locals", ["IATSE:839"])))]
    rule = "iatse-ba-2024/covered-work", "dialog-clean"

    assert found("S09", steps, "2025-07-01", production)[rule].reason == "wrong-agreement"
    assert found("S09", steps, "2025-07-01")[rule].verdict == "satisfied"


CONSULT = "dga-ba-2023/gai-creative-consult", "establishing"


def test_the_consultation_in_time_counts_before_a_later_one():
    """A second, late talk whose input was considered does not make the first one late."""
    first = {"id": "first", "type": "director_creative", "uses": ["establishing"], "held_on": "2025-05-01"}
    document = edited("S04", ("/consultations/-", first | {"mode": "call"}))
    [missing] = found("S04", [filed("2025-05-14", "a", document)], "2025-06-01")[CONSULT].missing

    assert missing.fact == "consult.input_considered"


def test_before_the_first_use_there_is_still_time_to_consult():
    """Nobody was consulted yet: due, not breached, until the first use."""
    document = edited("S04", ("/uses/0/director_consulted", False))
    del document["consultations"]
    steps = [filed("2025-05-01", "a", document)]
    before, after = (found("S04", steps, day)[CONSULT] for day in ("2025-05-11", "2025-05-12"))

    assert (before.verdict, before.reason, before.due_soon) == ("not_applicable", "not-yet-due", True)
    assert after.verdict == "violation"


def test_whether_anybody_was_engaged_is_asked_where_it_would_decide():
    """Without engagements on file, a late consultation is not yet a breach; the fact is named."""
    document = edited("S04")
    del document["production"]["engagements"]
    finding = found("S04", [filed("2025-05-14", "a", document)], "2025-06-01")[CONSULT]

    assert finding.verdict == "insufficient_information"
    assert [missing.pointer for missing in finding.missing] == ["/production/engagements"]


@pytest.mark.parametrize(
    ("signatory", "verdict"),
    [(True, "violation"), (False, "not_applicable"), (None, "not_applicable")],
)
def test_a_signatory_vendors_staff_are_bound_too(signatory, verdict):
    """A vendor's staff outside the unit are judged where the vendor itself is signatory."""
    document = edited(
        "S09",
        ("/uses/0/operators", [{"count": 2, "in_unit": False, "employed_by": "vendor"}]),
        ("/uses/0/prompts/provided_by", ["vendor"]),
    )
    document["vendors"] = [{"id": "v", "name": "Brightroom", "uses_ai": True, "signatory": signatory}]
    findings = found("S09", [filed("2025-06-20", "a", document)], "2025-07-01")

    assert findings["iatse-ba-2024/covered-work", "dialog-clean"].verdict == verdict


def test_what_happened_before_the_use_is_not_laid_at_it():
    """A loss in a row that names no use, before the first use, is no displacement by its prompts."""
    told = edited("S02", ("/workforce/0/uses", []), ("/workforce/0/events/0/on", "2025-08-01"), step=1)
    findings = found("S02", [filed("2025-10-17", "a", told)], "2025-12-31")

    assert findings["iatse-ba-2024/prompt-displacement", "assembly"].verdict == "satisfied"


def test_sentences_are_words():
    """Nothing a representative reads shows a code, a field or a date in digits."""
    for name, case in CASES.items():
        for finding in found(name, case.steps, "2026-03-01").values():
            told = [*finding.because, finding.says, *finding.review, *(c.says for c in finding.clocks)]
            told += [missing.question for missing in finding.missing]
            for sentence in told:
                assert "_" not in sentence, sentence
                assert "None" not in sentence, sentence
                assert "2025-" not in sentence.replace("2025-Q", ""), sentence
