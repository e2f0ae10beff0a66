"""Findings taken apart on a terminal: of a document that is only tried out, and of worked cases."""

import json
from pathlib import Path

import pytest

from registry import cli, files

EXAMPLE = files.SCHEMAS / "disclosure" / "examples" / "2.0" / "position-eliminated.json"
CASES = Path(__file__).parent / "scenarios"


def run(capsys, *words):
    with pytest.raises(SystemExit) as left:
        cli.main(list(map(str, words)))
    said = capsys.readouterr()
    return left.value.code, said.out, said.err


def test_a_draft_is_explained_before_it_is_filed(capsys):
    """The text names the duty, the answers and the document itself as their source; it fits the page."""
    code, out, _ = run(capsys, "preflight", EXAMPLE, "--explain", "iatse-ba-2024/covered-work")

    assert code == 0
    assert out.startswith("VIOLATION (breach): iatse-ba-2024/covered-work\n")
    assert "Stated in this document" in out
    assert "What would change this" in out
    assert max(map(len, out.splitlines())) <= 100


def test_a_prefix_explains_several_rules_and_json_is_for_programs(capsys):
    """A list of explanations, one a finding."""
    code, out, _ = run(capsys, "preflight", EXAMPLE, "--explain", "reg/", "--json")
    found = json.loads(out)

    assert code == 0
    assert len({each["rule"] for each in found}) > 1
    assert all(each["rule"].startswith("reg/") for each in found)


def test_what_cannot_be_explained_is_said(capsys, tmp_path):
    """A rule nothing is found under, and a document with faults: status 1."""
    code, out, err = run(capsys, "preflight", EXAMPLE, "--explain", "no-such/rule")
    assert (code, out) == (1, "")
    assert "no-such/rule" in err

    broken = tmp_path / "broken.json"
    broken.write_text('{"schema_version": "2.0"}')
    code, out, _ = run(capsys, "preflight", broken, "--explain", "reg/")
    assert code == 1
    assert "fault" in out


def test_a_worked_case_is_explained_at_each_of_its_checks(capsys):
    """The consultation of S04, with the day that would have done."""
    code, out, _ = run(
        capsys, "scenario", CASES / "S04.json", "--explain", "dga-ba-2023/gai-creative-consult"
    )

    assert code == 0
    assert "on\n    or before 11 May 2025: satisfied." in out
