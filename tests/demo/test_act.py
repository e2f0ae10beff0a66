import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

# Twice the demonstration: `make demo` plays it, too.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("kept") / "case.zip"


@pytest.fixture(scope="module")
def played(kept):
    """The demonstration as a newcomer runs it, answered in JSON, the packet of its case kept."""
    return subprocess.run(
        [sys.executable, "-m", "registry", "demo", "--json", "--packet", str(kept)],
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


def test_alerts_are_moved_by_people_and_by_time(summary):
    """What was settled is resolved; what was taken up and left lying has opened again; clocks run on it."""
    assert {each["state"] for each in summary["alerts"]} == {"open", "resolved"}
    assert any(each["clocks"] for each in summary["alerts"])


def test_one_case_goes_from_its_filing_to_its_settlement(summary):
    """Every scene is played, the alert ends settled, and every state on the way is the one expected."""
    case = summary["case"]

    assert case["surprises"] == []
    assert (case["state"], case["outcome"]) == ("resolved", "settled_with_employer")
    assert [each["does"] for each in case["steps"]][:3] == ["subscribe", "hear", "acknowledge"]
    assert case["steps"][-1]["does"] == "packet"


def test_the_case_is_told_by_webhooks_that_hold(summary):
    """Each message came once, was signed with the subscriber's secret, and names its place in the ledger."""
    heard = summary["case"]["heard"]

    assert [each["type"] for each in heard] == [
        "alert.opened",
        "alert.acknowledged",
        "alert.asked",
        "alert.reminder",
        "thread.evidence",
        "alert.answered",
        "alert.disputed",
        "thread.extension_asked",
        "alert.extended",
        "alert.answered",
        "alert.accepted",
        "alert.resolved",
    ]
    assert all(each["holds"] for each in heard)
    assert {each["data"]["alert_id"] for each in heard} == {summary["case"]["alert"]}
    positions = [each["data"]["position"] for each in heard]
    assert positions == sorted(positions)


def test_the_clock_of_the_case_is_counted_in_words(summary):
    """The grievance's clock says how it was counted, and what both parties agreed to."""
    before, after = (
        next(clock for clock in each["clocks"] if clock["name"] == "grievance, from knowledge")
        for each in summary["case"]["clocks"]
    )

    assert (before["until"], after["until"]) == ("2025-12-01", "2026-01-16")
    assert "60 days from 2 October 2025 is 1 December 2025" in before["steps"][0]
    assert after["steps"][1:] == ["It was extended by agreement of 15 October 2025 to 16 January 2026."]


def test_the_packet_is_kept_where_it_was_asked_for_and_holds(summary, kept):
    """It is the file whose digest the demonstration names, and its own program finds nothing wrong."""
    packet, check = summary["case"]["packet"], summary["case"]["check"]

    assert check["holds"] is True
    assert check["lines"][-1] == "Everything holds."
    assert packet["path"] == str(kept)
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == packet["sha256"]
    assert not Path(packet["written"]).exists()


def test_a_rewritten_history_is_found_even_when_everything_in_the_database_fits(summary):
    """The database alone finds two rewrites; the third, signed with the log's own key, only a kept checkpoint."""
    quiet, thorough, signed = summary["tampering"]

    assert "disclosure_version" in quiet["alone"]
    assert "ledger_checkpoint" in thorough["alone"]
    assert signed["alone"] == ""
    assert "when they were verified it was" in signed["kept"]
