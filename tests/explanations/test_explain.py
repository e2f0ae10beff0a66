"""A finding taken apart: the tree, the words behind each fact, the arithmetic, the text."""

import datetime as dt
import subprocess
import sys
from zoneinfo import ZoneInfo

import msgspec
import pytest

from registry.explanations import aloud
from registry.explanations.explain import explained
from registry.obligations import scenario
from registry.obligations.judge import judge, opened, rulings
from registry.obligations.statement import Heard
from tests.obligations.cases import CASES, PACKS

LABELS = {
    "when": "applies when",
    "breach": "breach if",
    "met": "met if",
    "excused": "excused if",
    "undecided": "nobody knows",
    "review": "a person decides",
}


def inputs(name, number=0):
    """What a check of a worked case is judged from."""
    case = CASES[name]
    check, zone = case.checks[number], ZoneInfo(case.production.time_zone)
    told = {
        "on": scenario.noon(check.on, zone) if check.on else None,
        "heard": sorted([*case.heard, *check.heard], key=lambda one: one.at),
        "elsewhere": sorted([*case.elsewhere, *check.elsewhere], key=lambda one: one.filed_at),
    }
    known = scenario.known(scenario.steps_of(case, check), zone)
    return (PACKS, case.production, known, scenario.noon(check.as_of, zone)), told


def explanations(name, rule, number=0):
    """The explanations of one rule at a check of a worked case."""
    given, told = inputs(name, number)
    return explained(opened(*given, **told), lambda finding: finding.rule == rule)[0]


def fact(explanation, name):
    """One fact of the tree."""
    return next(each for node in explanation.tree for each in node.facts if each.name == name)


def test_the_arithmetic_is_said_in_words():
    """Due, counted from what, done when, how early: one sentence, and its two facts with their sources."""
    (found,) = explanations("S01", "reg/initial-filing")
    said = aloud.text(found)

    assert (
        "Due 14 March 2025, ten days before first use on 24 March 2025; filed 10 March 2025, four days\n"
        "  early." in said
    )
    assert found.time.due_on == dt.date(2025, 3, 14)
    assert (found.time.event.value, found.time.done.value) == (dt.date(2025, 3, 24), dt.date(2025, 3, 10))
    assert [(n.value, n.parameter) for n in found.time.numbers] == [(10, "INITIAL_DAYS")]
    assert "The registry received version 1 of disclosure initial on 10 March 2025." in said


def test_a_number_says_from_when_why_and_that_it_is_a_proposal():
    """A parameter carries its reference, its confidence and its first day."""
    (found,) = explanations("S01", "reg/initial-filing")
    (number,) = found.parameters

    assert (number.name, number.value, number.since) == ("INITIAL_DAYS", 10, dt.date(2024, 8, 1))
    assert number.proposal
    assert number.confidence == "inferred"
    assert number.reference


def test_a_violation_names_its_facts_and_the_versions_that_say_so():
    """Each fact of the tree names the newest version that states it, who attested it, and the first that did."""
    (found, *_) = explanations("S02", "iatse-ba-2024/prompt-displacement")
    (required,) = fact(found, "prompts.required").says
    (displaced,) = fact(found, "event.displacement").says

    assert found.verdict == "violation"
    assert (required.disclosure_id, required.version, required.kind) == ("initial", 2, "amendment")
    assert (required.since_version, required.pointer) == (1, "/uses/0/prompts/required")
    assert required.attested_by == "Dana Reyes, Production coordinator"
    assert (displaced.version, displaced.since) == (2, None)
    assert displaced.pointer == "/workforce/0/events/0/attribution"
    text = aloud.text(found)
    assert "Stated in version 2 of disclosure initial (amendment), filed 17 October 2025" in text
    assert "first said in version 1, 5 September 2025" in text


def test_the_tree_is_the_evaluation():
    """Every step of the decision is a node, in order, with its own words, condition and answer."""
    given, told = inputs("S02")
    case = opened(*given, **told)
    for ruling in asked_rulings(case):
        (found,) = [
            one
            for one in explained(case, lambda finding, ruling=ruling: same(finding, ruling))[0]
            if one.subject_kind == ruling.subject.kind
        ]
        steps = ruling.decision.steps

        assert [LABELS[step.role] for step in steps] == [node.role for node in found.tree]
        assert [step.words for step in steps] == [node.words for node in found.tree]
        assert [{True: "true", False: "false", None: "unknown"}[step.answer] for step in steps] == [
            node.answer for node in found.tree
        ]
        for step, node in zip(steps, found.tree, strict=True):
            names = step.condition.names if step.condition else ()
            assert [each.name for each in node.facts] == list(names)


def asked_rulings(case):
    """The rulings of two packs."""
    return [ruling for ruling in rulings(case) if ruling.pack.name in ("reg", "iatse-ba-2024")]


def same(finding, ruling):
    """Whether a finding is of a ruling."""
    return (finding.rule, finding.subject) == (ruling.duty.rule, ruling.subject.id)


@pytest.mark.parametrize("name", sorted(CASES))
def test_an_explanation_never_says_otherwise_than_its_finding(name):
    """Every finding of every worked case is explained with its own verdict, reason, days, clocks and questions."""
    for number in range(len(CASES[name].checks)):
        given, told = inputs(name, number)
        findings = judge(*given, **told).findings
        found, more = explained(opened(*given, **told), lambda _: True)

        assert more == 0
        assert len(found) == len(findings)
        for finding, one in zip(findings, found, strict=True):
            assert (finding.rule, finding.subject, finding.verdict, finding.reason) == (
                one.rule,
                one.subject,
                one.verdict,
                one.reason,
            )
            assert (finding.occurred_on, finding.known_on, finding.clocks) == (
                one.occurred_on,
                one.known_on,
                one.clocks,
            )
            assert [each.fact for each in one.questions] == [each.fact for each in finding.missing]
            assert all(len(line) <= aloud.WIDE for line in aloud.text(one).splitlines())
            if one.time:
                assert one.time.due_on == finding.due_on


def test_unknown_facts_become_questions_with_what_each_answer_gives():
    """Who to ask, where the answer goes, and the verdict of each answer, one question deep where it takes two."""
    (found,) = explanations("S02", "iatse-ba-2024/rights-unaffected")
    (asked,) = found.questions

    assert found.verdict == "insufficient_information"
    assert (asked.fact, asked.pointer, asked.asks) == (
        "use.rights_reduced",
        "/uses/0/rights_reduced",
        "employer",
    )
    assert {reply.says: reply.verdict for reply in asked.replies} == {"yes": "violation", "no": "satisfied"}

    (found,) = explanations("S02", "iatse-ba-2024/policies-provided")
    (asked,) = found.questions
    yes = next(reply for reply in asked.replies if reply.values == [True])
    assert yes.asks == "When were the employer's AI policies given to the employees?"
    assert [(reply.says, reply.verdict) for reply in yes.then] == [
        ("on or before 15 September 2025", "satisfied"),
        ("after 15 September 2025", "violation"),
    ]


def test_what_is_not_in_force_says_why_and_has_no_tree():
    """A finding that was not judged carries the sentence that says why, and nothing that was not asked."""
    given, told = inputs("S02")
    found, _ = explained(opened(*given, **told), lambda finding: finding.reason == "proposed-law")

    assert found
    for one in found:
        assert one.tree == []
        assert one.outside
        assert one.changes == []


def test_what_was_heard_outside_filings_is_named():
    """A request is whose word it is that a consultation was asked for; its answer, that it was held."""
    given, _ = inputs("S04")
    at = given[3] - dt.timedelta(days=30)
    request = Heard(
        "req-1",
        "request",
        at,
        "representative",
        "DGA",
        {"kind": "consultation", "requested_on": at.isoformat()},
    )
    held = (at + dt.timedelta(days=2)).isoformat()
    answer = Heard("ans-1", "answer", at + dt.timedelta(days=3), "employer", "DGA", {"request": "req-1"})
    answer.body["held_on"] = held
    case = opened(*given, heard=[request, answer])
    found, _ = explained(case, lambda finding: finding.subject == "req-1")
    said = {one.by for each in found if each.time for one in (*each.time.event.says, *each.time.done.says)}

    assert said == {"request", "answer"}


ONCE = """
import sys; sys.path[:0] = [{root!r}]
from tests.explanations.test_explain import explanations
import msgspec
for rule in ("iatse-ba-2024/prompt-displacement", "iatse-ba-2024/policies-provided", "reg/initial-filing"):
    sys.stdout.buffer.write(msgspec.json.encode(explanations("S02", rule)))
"""


@pytest.mark.slow
def test_the_same_explanation_is_the_same_bytes_in_another_process(request):
    """JSON is stable across processes, whatever their hash seed."""
    root = str(request.config.rootpath)
    runs = {
        subprocess.run(
            [sys.executable, "-c", ONCE.format(root=root)],
            cwd=root,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": f"{root}:{root}/tests"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(runs) == 1
    assert msgspec.json.decode(next(iter(runs)).partition(b"][")[0] + b"]")


@pytest.mark.parametrize("name", sorted(CASES))
def test_somebody_stands_behind_every_fact(name):
    """A known fact names who says so, a version that is on record; an unknown one has nobody behind it."""
    for number in range(len(CASES[name].checks)):
        given, told = inputs(name, number)
        versions = {(version.disclosure_id, version.version) for version in given[2]}
        for one in explained(opened(*given, **told), lambda _: True)[0]:
            facts = [each for node in one.tree for each in node.facts]
            facts += [one.time.event, one.time.done] if one.time else []
            for stated in facts:
                assert bool(stated.says) or not stated.known, (one.rule, stated.name)
                assert not (stated.says and any(said.by == "filing" for said in stated.says)) or all(
                    (said.disclosure_id, said.version) in versions
                    for said in stated.says
                    if said.by == "filing"
                )


def test_a_value_an_earlier_filing_stated_is_that_filings_word():
    """A later disclosure that does not mention a field leaves it the word of the one that did."""
    (packs, production, known, as_of), told = inputs("S02")
    later = msgspec.structs.replace(
        known[-1],
        disclosure_id="update",
        version=1,
        kind="filing",
        filed_at=known[-1].filed_at + dt.timedelta(days=1),
        document={
            **known[-1].document,
            "uses": [{"id": "assembly", "tool": "assembly", "purpose": "story_critical"}],
        },
    )
    case_ = opened(packs, production, [*known, later], as_of, **told)
    (found, *_) = explained(case_, lambda finding: finding.rule == "iatse-ba-2024/prompt-displacement")[0]
    (required,) = fact(found, "prompts.required").says

    assert (required.disclosure_id, required.version) == ("initial", 2)
