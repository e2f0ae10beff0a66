"""An agreement of several unions is heard of by all of them, whichever of them stands in its pack's head."""

import datetime as dt
from zoneinfo import ZoneInfo

from registry.obligations import scenario
from registry.obligations.judge import judge
from registry.obligations.scenario import Change, Check
from tests.obligations.cases import CASES, PACKS


def findings(name, rule, *changes):
    """The findings of one rule on a worked case after some changes."""
    case = CASES[name]
    zone = ZoneInfo(case.production.time_zone)
    steps = scenario.steps_of(case, Check("2026-07-31", [], changes=list(changes)))
    at = dt.datetime(2026, 7, 31, 12, tzinfo=zone)
    judged = judge(PACKS, case.production, scenario.known(steps, zone), at)
    return [finding for finding in judged.findings if finding.rule == rule]


def test_both_writers_guilds_hear_of_a_finding():
    """The pack names WGAW, the agreement covers WGAE as well."""
    [finding] = findings("X02", "wga-mba-2023/disclose-gai-material")

    assert finding.locals == ["WGAE", "WGAW"]
    assert finding.unions == ["WGAE", "WGAW"]


def test_a_local_of_another_union_hears_of_its_own_work():
    """The Council's agreement is of IATSE and the Teamsters; a Teamsters row is of Teamsters 155 alone."""
    [finding] = findings(
        "X04", "bccfu/tech-change-notice", Change("/0/document/workforce/0/local", "IBT:155")
    )

    assert finding.locals == ["IBT:155"]
    assert finding.unions == ["IBT"]


def test_a_text_that_was_not_found_floods_nobody():
    """Nobody is alerted for what no source says: such findings are quiet, and name the missing text."""
    quiet = [
        duty
        for pack in PACKS.packs.values()
        for duty in pack.obligations
        if any("agreement.text" in condition.names for condition in duty.met)
    ]

    assert {duty.rule.partition("/")[0] for duty in quiet} >= {
        "t399-2024",
        "hbc-2024",
        "dgc-bc-2025",
        "bccfu",
    }
    assert all(duty.written.quiet and duty.written.breach_verdict != "violation" for duty in quiet)


def test_a_union_is_not_judged_on_another_unions_meeting():
    """A meeting that another guild asked for is no request of the International."""
    asked = {"id": "meet", "type": "industry_semiannual", "union": "WGAW", "requested_on": "2025-09-01"}
    change = Change("/0/document/consultations", [asked])
    [finding] = findings("X05", "iatse-asa-2024/semiannual-industry-meeting", change)

    assert (finding.verdict, finding.reason) == ("not_applicable", "wrong-agreement")
