"""The contract: every worked case that the shipped packs can judge."""

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
    "S09": 4,
    "S10": 11,
    "S12": 8,
    "S14": 6,
    "S17": 5,
    "S25": 16,
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


def test_skipped_rows_name_the_pack_they_need():
    """A row that needs a later pack is reported, never silently dropped."""
    skipped = [
        result for case in CASES.values() for result in scenario.run(case, PACKS) if result.state == "skipped"
    ]

    assert {result.actual for result in skipped} == {
        "needs us-s3108",
        "needs cal-warn",
        "needs tag-2024",
        "needs reg/accuracy",
    }


def test_a_wrong_expectation_fails():
    """The runner can fail: an expectation turned round is reported with the reasons."""
    case = CASES["S09"]
    row = scenario.Row(rule="reg/initial-filing", verdict="satisfied")
    results = scenario.run(
        scenario.Case(
            case.case, case.title, case.production, case.steps, [scenario.Check("2025-07-01", [row])]
        ),
        PACKS,
    )

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
