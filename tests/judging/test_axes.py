"""Two axes of time: what was known, and what it is judged for. History keeps every answer."""

import datetime as dt
import json

import asyncpg
import doors
import msgspec
import papers
import pytest
import structlog

from registry import app as composition
from registry import errors
from registry.agreements import act as agreements
from registry.auth.issuer import local_issuer, mint
from registry.judging import act, ruling, store
from registry.judging import http as door
from registry.productions import act as productions
from registry.settings import Settings

SALT_ROAD = (papers.KEY[0], "salt-road")
PD = "iatse-ba-2024/prompt-displacement"
AMENDMENT = "reg/amendment"
QUARTER = "reg/quarterly-update"
NOW = dt.datetime(2026, 1, 10, 12, tzinfo=dt.UTC)


def noon(text):
    return dt.datetime.fromisoformat(f"{text}T20:00:00+00:00")


def case():
    """The shared case S10: a quarterly update, and the amendment that flips it."""
    path = papers.files.MIGRATIONS.parent / "tests" / "scenarios" / "S10.json"
    return json.loads(path.read_text())


def verdict(findings, rule):
    return {each.verdict for each in findings if each.rule == rule}


@pytest.fixture
async def flipped(office):
    """Both steps of S10 filed through the real act; the disclosure's id."""
    told = case()
    record = papers.production(*SALT_ROAD) | {"title": "Salt Road", "locals": told["production"]["locals"]}
    await productions.create_production(
        office, papers.ADMINISTRATOR, msgspec.json.encode(record), noon("2025-08-01")
    )
    first, second = told["steps"]
    filed = await papers.file(office, first["document"], now=noon(first["at"]))
    await papers.amend(office, filed.receipt.disclosure_id, second["document"], now=noon(second["at"]))
    await act.sweep(office, papers.house(), NOW)
    return filed.receipt.disclosure_id


async def find(db, id_, as_of=None, on=None):
    moment = await papers.moment(db, as_of)
    return await act.find_findings(db, papers.house(), papers.AUDITOR, id_, NOW, moment, on)


async def test_the_old_answer_stays_when_a_later_filing_flips_it(office, flipped):
    """As of each day of S10: what was said then, from the history, and not computed again."""
    before = await find(office, flipped, noon("2025-11-15"))
    after = await find(office, flipped, noon("2025-12-06"))

    assert (before.computed, after.computed) == (False, False)
    assert verdict(before.findings, PD) == {"satisfied"}
    assert verdict(after.findings, PD) == {"violation"}
    assert verdict(after.findings, AMENDMENT) == {"violation"}
    assert "violation" not in verdict(before.findings, AMENDMENT)
    assert {each.occurred_on for each in after.findings if each.rule == PD} == {dt.date(2025, 9, 29)}


async def test_what_is_known_and_what_it_is_judged_for_are_two_things(office, flipped):
    """Of 15 November: satisfied with what was known then, a violation with what is known now."""
    then = noon("2025-11-15")
    known_then = await find(office, flipped, then, then)
    known_now = await find(office, flipped, None, then)

    assert (known_then.computed, known_now.computed) == (True, True)
    assert verdict(known_then.findings, PD) == {"satisfied"}
    assert verdict(known_now.findings, PD) == {"violation"}
    assert (known_now.as_of, known_now.on) == (NOW, then)


async def test_a_duty_is_not_yet_due_on_a_day_before_its_day(office, flipped):
    """With all that is known now, the update of the fourth quarter was not due on New Year's Eve."""
    was = await find(office, flipped, None, noon("2025-12-31"))
    is_ = await find(office, flipped, None, noon("2026-02-01"))

    q4 = [
        next(e for e in each.findings if (e.rule, e.subject) == (QUARTER, "2025-Q4")) for each in (was, is_)
    ]
    assert [each.verdict for each in q4] == ["not_applicable", "violation"]


async def test_computing_stores_nothing(office, flipped):
    """Asking what would have been said changes not a row."""
    before = await papers.contents(office)
    await find(office, flipped, noon("2025-11-15"), noon("2025-12-06"))

    assert await papers.contents(office) == before


async def test_the_same_instant_twice_is_what_was_said(office, flipped):
    """Known and judged for the instant of a judgement: computing gives its bytes."""
    size = await papers.size(office, noon("2025-12-05"))
    async with office.snapshot() as conn:
        row = await act.standing(conn, SALT_ROAD, size)
    made = await find(office, flipped, row.judged_at, row.judged_at)

    assert ruling.encode(made.findings) == row.findings


async def test_computed_by_the_packs_that_stood_then(office, flipped):
    """The answer names the judgement whose packs it was computed by: the newest until `as_of`."""
    then = noon("2025-11-15")
    said, made = await find(office, flipped, then), await find(office, flipped, then, NOW)

    assert (made.judgement_id, made.packs) == (said.judgement_id, said.packs)


async def test_nothing_was_judged_before_the_first_judgement(office, flipped):
    """Nothing was filed yet, so there is nothing to say anything about."""
    with pytest.raises(errors.NotFound, match="no such disclosure"):
        await find(office, flipped, noon("2025-07-01"), NOW)


async def test_both_axes_by_http(office, flipped, dsn, tmp_path):
    """`as_of` and `on` in the address; an instant without an offset is refused, naming the parameter."""
    clock = tmp_path / "clock"
    clock.write_text(NOW.isoformat())
    settings = Settings(database_url=dsn, data_dir=tmp_path, clock_file=str(clock))
    token = mint(local_issuer(settings), papers.AUDITOR, "ai-use-registry", dt.datetime.now(dt.UTC))
    headers = {"Authorization": f"Bearer {token}"}
    path = f"/v1/disclosures/{flipped}/findings"
    day = "2025-11-15T20:00:00Z"
    async with doors.client_of(composition.join(settings, papers.house(), door.routes)) as client:
        said, both, now, bad = [
            await client.get(path, params=params, headers=headers)
            for params in (
                {"as_of": day},
                {"as_of": day, "on": day},
                {"on": day},
                {"on": "2025-11-15T20:00:00"},
            )
        ]

    verdicts = [
        {e["verdict"] for e in each.json()["findings"] if e["rule"] == PD} for each in (said, both, now)
    ]
    assert verdicts == [{"satisfied"}, {"satisfied"}, {"violation"}]
    assert [each.json()["computed"] for each in (said, both, now)] == [False, True, True]
    assert bad.status_code == 400
    assert "on has no offset" in bad.text


async def test_a_record_changed_since_is_known_as_it_was(office, flipped):
    """The production moves to another local afterwards; what was known before names the one of then."""
    then = await papers.moment(office, noon("2025-12-06"))
    record = papers.production(*SALT_ROAD) | {"title": "Salt Road", "locals": ["IATSE:600"]}
    await productions.change_production(
        office, papers.ADMINISTRATOR, *SALT_ROAD, msgspec.json.encode(record), '"1"', NOW
    )
    async with office.snapshot() as conn:
        row = await act.standing(conn, SALT_ROAD)
        was = await act.recall(conn, papers.house(), row, NOW, then)
        made = await act.recall(conn, papers.house(), row, NOW, on=noon("2025-12-06"))

    assert was.knowledge.production.locals == ["IATSE:800"]
    assert made.knowledge.production.locals == ["IATSE:600"]


async def test_a_week_without_the_sweep_is_caught_up_in_order(office):
    """A consultation, a quarter and a meeting fall overdue in one week: each is judged with its own date."""
    asked = [
        ("C1", "employee_on_request", "2025-10-15"),
        ("C2", "company_quarterly", "2025-09-20"),
    ]
    told = [{"id": id_, "type": kind, "requested_on": on, "uses": ["U1"]} for id_, kind, on in asked]
    filed = await papers.file(
        office, papers.document(**papers.uses(), **papers.layoffs(), consultations=told)
    )
    await act.sweep(office, papers.house(), noon("2025-10-24"))
    with structlog.testing.capture_logs():
        swept = await act.sweep(office, papers.house(), noon("2025-11-02"))
    async with office.snapshot() as conn:
        rows = await conn.fetch(
            "SELECT judged_at, findings FROM judgement WHERE production_id = $1 AND employer_id = $2 "
            "ORDER BY ledger_index",
            papers.KEY[1],
            papers.KEY[0],
        )
    first = {}
    for row in rows:
        for each in ruling.decode(row["findings"]):
            if each.verdict == "violation":
                first.setdefault((each.rule, each.subject), row["judged_at"].date())

    assert swept.failed == []
    assert filed.receipt.version == 1
    assert first["iatse-ba-2024/consultation-on-request", "C1"] == dt.date(2025, 10, 26)
    assert first[QUARTER, "2025-Q3"] == dt.date(2025, 10, 31)
    assert first["iatse-ba-2024/quarterly-company-meeting", "C2"] == dt.date(2025, 11, 1)
    assert [row["judged_at"] for row in rows] == sorted(row["judged_at"] for row in rows)


async def test_nothing_but_its_instant_has_a_production_judged_again(office, dsn):
    """Duties fall overdue, a year goes by: while no instant says so, no sweep looks at the production."""
    await papers.file(office, papers.document(**papers.uses()))
    await act.sweep(office, papers.house(), papers.NOW)
    before = await papers.count(office, "judgement")
    conn = await asyncpg.connect(dsn)
    await conn.execute("UPDATE production SET judged_again_at = NULL")
    await act.sweep(office, papers.house(), NOW)
    still = await papers.count(office, "judgement")
    await conn.execute(
        "UPDATE production SET judged_again_at = $1 WHERE production_id = $2", NOW, papers.KEY[1]
    )
    await conn.close()
    await act.sweep(office, papers.house(), NOW - dt.timedelta(seconds=1))
    early = await papers.count(office, "judgement")
    await act.sweep(office, papers.house(), NOW)

    assert (still, early) == (before, before)
    assert await papers.count(office, "judgement") > before


async def test_the_packs_of_a_stored_judgement_come_from_what_was_published(office, flipped):
    """By digest, whatever the house judges with today."""
    async with office.snapshot() as conn:
        row = await store.find_latest(conn, SALT_ROAD)
        packs = await agreements.packs_of(conn, row.packs)

    assert packs.digests() == dict(sorted(row.packs.items()))
