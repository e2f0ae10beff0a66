import json
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def played():
    """The demonstration as a newcomer runs it, answered in JSON."""
    return subprocess.run(
        [sys.executable, "-m", "registry", "demo", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@pytest.fixture(scope="module")
def summary(played):
    return json.loads(played.stdout)


def test_the_demonstration_ends_well_by_itself(played, summary):
    """Every answer is what the season expects, and the history adds up."""
    assert summary["surprises"] == [], played.stderr
    assert played.returncode == 0, played.stderr
    assert summary["ledger"]["verified"] is True
    assert len(summary["ledger"]["root"]) == 64


def test_the_season_has_sixty_filings_and_some_refusals(summary):
    """Accepted and refused filings are counted apart."""
    assert summary["filings"]["accepted"] >= 60
    assert summary["filings"]["refused"] >= 5
    assert summary["ledger"]["size"] > summary["filings"]["accepted"]


def test_every_kind_of_verdict_occurs(summary):
    """Violation, satisfied, not applicable and insufficient information."""
    assert set(summary["verdicts"]) == {
        "violation",
        "satisfied",
        "not_applicable",
        "insufficient_information",
    }


@pytest.mark.parametrize(
    ("obligation", "production"),
    [
        ("iatse-ba-2024/prompt-displacement", "meridian-streaming/the-long-cut-s2"),  # one filing says it all
        (
            "iatse-ba-2024/prompt-displacement",
            "meridian-streaming/second-sitting",
        ),  # seen only across filings
        ("iatse-ba-2024/prompt-displacement", "meridian-streaming/glass-orchard"),  # by an amendment
        ("dga-ba-2023/gai-creative-consult", "cascade-television/night-ferry-pilot"),
        ("iatse-ba-2024/covered-work", "northlight-pictures/the-drafting-room"),
        ("reg/initial-filing", "cascade-television/quiet-signal"),
        ("reg/quarterly-update", "northlight-pictures/paper-weather"),  # by the clock alone
    ],
)
def test_what_the_season_is_about_becomes_an_alert(summary, obligation, production):
    """Each story ends in the alert it tells of, with clause and locals."""
    found = [
        each
        for each in summary["alerts"]
        if (each["obligation"], each["production"]) == (obligation, production)
    ]

    assert any(each["kind"] == "violation" for each in found)
    assert all(each["clause"] and each["locals"] for each in found)


def test_alerts_are_moved_by_people_and_by_cures(summary):
    """Some alerts are acknowledged, some resolved, and clocks run on those that are open."""
    assert {each["state"] for each in summary["alerts"]} == {"open", "acknowledged", "resolved"}
    assert any(each["clocks"] for each in summary["alerts"])
