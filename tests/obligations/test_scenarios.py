"""The contract: every worked case that the shipped packs can judge."""

import msgspec
import pytest

from registry import house
from registry.obligations import scenario
from tests.obligations.cases import CASES, PACKS

ROWS = {
    "S01": 13,
    "S02": 10,
    "S03": 5,
    "S04": 4,
    "S05": 3,
    "S07": 6,
    "S09": 4,
    "S10": 11,
    "S12": 8,
    "S14": 6,
    "S17": 5,
    "S25": 16,
    "X01": 8,
    "X02": 9,
    "X03": 6,
    "X04": 6,
    "X05": 16,
    "X10": 10,
    "X11": 15,
    "X12": 9,
    "X13": 8,
    "X14": 19,
    "X20": 14,
    "X21": 16,
}


def test_no_case_and_no_row_is_dropped():
    """Every case of the issue is there with every row of its table."""
    assert {name: sum(len(check.expect) for check in case.checks) for name, case in CASES.items()} == ROWS


@pytest.mark.parametrize("name", sorted(ROWS))
def test_the_case_comes_out_as_expected(name):
    """Every row passes, or is skipped because it needs a pack that is not here yet."""
    results = scenario.run(CASES[name], PACKS)

    assert [result for result in results if result.state == "failed"] == []
    assert any(result.state == "passed" for result in results)


def test_no_row_is_skipped():
    """Every pack a row asks for is shipped."""
    results = [result for case in CASES.values() for result in scenario.run(case, PACKS)]

    assert [result for result in results if result.state == "skipped"] == []


def test_a_row_that_needs_another_pack_is_skipped_and_says_so():
    """A row that needs a pack that is not loaded is reported, never silently dropped."""
    row = scenario.Row(rule="xx-law/duty", verdict="violation", needs="xx-law")
    [result] = scenario.run(alone("S09", row), PACKS)

    assert (result.state, result.actual) == ("skipped", "needs xx-law")


def test_a_wrong_shadow_fails():
    """What a bill would count is compared, and a bill nobody is asked about has no count to pass with."""
    right = scenario.Row(
        rule="us-s3108/quarterly-report", verdict="not_applicable", subject="2025-Q4", shadow={"A": 2}
    )
    wrong = msgspec.structs.replace(right, shadow={"A": 3})
    absent = msgspec.structs.replace(right, subject="2031-Q1")
    states = [scenario.run(alone("S02", row, "2025-12-31"), PACKS)[0].state for row in (right, wrong, absent)]

    assert states == ["passed", "failed", "failed"]


def alone(name, row, as_of="2025-07-01"):
    """A case with one row in place of its own."""
    return msgspec.structs.replace(CASES[name], checks=[scenario.Check(as_of, [row])])


def test_a_wrong_expectation_fails():
    """The runner can fail: an expectation turned round is reported with the reasons."""
    row = scenario.Row(rule="reg/initial-filing", verdict="satisfied")
    results = scenario.run(alone("S09", row), PACKS)

    assert [result.state for result in results] == ["failed"]
    assert "14 days late" in " ".join(results[0].faults)


def test_every_document_of_every_case_could_be_filed():
    """The cases are written in the published schema's words, variants included."""
    schemas = house.shipped().schemas
    for case in CASES.values():
        for check in case.checks:
            for step in scenario.steps_of(case, check):
                if "document" in step:
                    schemas.check(step["document"])
