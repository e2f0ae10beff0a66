"""A draft tried out against history: what would flip is counted, and nothing is stored."""

import datetime as dt

import papers
import pytest
from drafts import DUTY, NAME, RULE
from papers import ADMINISTRATOR, KEY, NOW, OFFICE

from registry import editions
from registry.access import act as access
from registry.auth.reading import PENDING, Pending
from registry.auth.scope import Principal
from registry.errors import Forbidden, Invalid
from registry.filing import act as filing
from registry.publishing import act
from registry.settings import Settings

LATER = NOW + dt.timedelta(hours=1)
FLIP = "nothing → violation"


async def tables(db):
    """Every row of every table."""
    async with db.snapshot() as conn:
        names = [
            row["tablename"]
            for row in await conn.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        return {
            name: [row[0] for row in await conn.fetch(f"SELECT t::text FROM {name} AS t ORDER BY 1")]
            for name in names
            if not name.startswith("schema_")
        }


@pytest.fixture
async def filed(office, house):
    """Two disclosures about one production, one about another; both use a tool that must be prompted."""
    for number, key in enumerate([KEY, KEY, papers.SECOND]):
        said = papers.document(key=key, **papers.uses())
        now = NOW + dt.timedelta(minutes=number)
        await filing.file_one(office, house, papers.submission(said, key=f"k-{number}", now=now))
    return office


async def tried(db, house, body, principal=ADMINISTRATOR, **more):
    return await act.backtest(db, house, principal, body, LATER, **more)


@pytest.mark.parametrize("few", [200, 0], ids=["in this process", "in processes of their own"])
async def test_flips_are_counted_and_nothing_is_stored(filed, house, shipped, monkeypatch, few):
    """By rule, employer, production and local, with a sentence; every row of every table is what it was."""
    monkeypatch.setattr(act, "FEW", few)
    before = await tables(filed)
    found = await tried(filed, house, shipped + DUTY.encode())

    assert await tables(filed) == before
    assert (found.pack, found.in_force) == (NAME, house.packs.packs[NAME].digest)
    assert (found.productions, found.disclosures, found.versions, found.flips) == (3, 3, 3, 2)
    assert [(each.name, each.kinds) for each in found.by_rule] == [(RULE, {FLIP: 2})]
    assert [(each.name, each.flips) for each in found.by_employer] == [(KEY[0], 2)]
    assert [each.name for each in found.by_production] == sorted(
        "/".join(key) for key in (KEY, papers.SECOND)
    )
    assert [(each.name, each.flips) for each in found.by_local] == [("IATSE:700", 2)]
    assert "was not judged and would be violation" in found.examples[0].sentence
    assert found.findings == found.flips


async def test_a_draft_tried_out_is_a_reading_of_all_it_was_tried_on(filed, house, shipped):
    """Also of an employer nothing flips at: the answer counts its productions."""
    begun = Pending(reading=None, db=filed)
    token = PENDING.set(begun)
    try:
        found = await tried(filed, house, shipped)
    finally:
        PENDING.reset(token)

    assert found.by_employer == []
    assert begun.employers == {"northlight-pictures", "other-films"}


async def test_the_edition_in_force_flips_nothing(filed, house, shipped):
    """The same duties, the same history: no difference, and nothing to judge; another term judges everything."""
    found = await tried(filed, house, shipped)
    sooner = shipped.replace(b"until = 2027-07-31", b"until = 2026-01-31", 1)
    later = await tried(filed, house, sooner)

    assert (found.flips, found.findings, found.productions) == (0, 0, 3)
    assert later.findings > 0


async def test_a_changed_duty_flips_verdicts_both_ways(filed, house, shipped):
    """From a verdict to a verdict, and a duty that is left out."""
    with_duty = shipped + DUTY.encode()
    await act.publish(filed, house, ADMINISTRATOR, with_duty, NOW + dt.timedelta(minutes=30))
    softer = with_duty.replace(
        b'breach = [{ if = "prompts.required", words = "the prompts were required" }]\noccurred = "use.first"\nsource',
        b'breach = [{ if = "prompts.required && prompts.retained", words = "kept, too" }]\noccurred = "use.first"\nsource',
    ).replace(
        b'"prompts.required" = true }, expect = "violation"',
        b'"prompts.required" = true, "prompts.retained" = true }, expect = "violation"',
    )
    found = await tried(filed, house, softer)
    gone = await tried(filed, house, shipped)

    assert found.by_rule[0].kinds == {"violation → insufficient_information": 2}
    assert gone.by_rule[0].kinds == {"violation → nothing": 2}


async def test_history_is_as_known_on_the_day(filed, house, shipped):
    """Before the second production's filing only the first one flips."""
    found = await tried(filed, house, shipped + DUTY.encode(), as_of=NOW + dt.timedelta(seconds=90))

    assert (found.flips, found.disclosures) == (1, 2)
    assert found.by_production[0].name == "/".join(KEY)


async def test_an_auditor_sees_the_mandate_and_others_nothing(filed, house, shipped):
    """A mandate of other employers shows none of these."""
    auditor = Principal(subject="auditor", role="auditor", employers=["other-films"])
    found = await tried(filed, house, shipped + DUTY.encode(), auditor)

    assert (found.flips, found.productions) == (0, 1)
    with pytest.raises(Forbidden):
        await tried(filed, house, shipped, OFFICE)


async def test_a_draft_with_faults_or_for_another_pack_is_refused(filed, house, shipped):
    """As when it is published; and a draft of one pack is not tried as another."""
    with pytest.raises(Invalid) as refused:
        await tried(filed, house, shipped.replace(b"prompts.required &&", b"prompts.requird &&"))
    with pytest.raises(Invalid, match="not of reg"):
        await tried(filed, house, shipped, key="reg")

    assert "prompts.required" in {fault.nearest for fault in refused.value.faults}


async def test_from_the_command_line_it_is_a_reading_of_all_whose_history_was_tried(filed, dsn, shipped):
    """The operator's login name is in the access log with the employers that were judged; nothing else is stored."""
    before = await tables(filed)
    await editions.tried(Settings(database_url=dsn), shipped + DUTY.encode(), LATER, "")
    (read,) = (await access.find(filed, papers.OFFICE)).items
    after = await tables(filed)

    assert (read.path, read.method, read.role) == ("registry agreements backtest", "command line", "operator")
    assert read.employers == [KEY[0]]
    assert {name for name in after if after[name] != before[name]} == {
        "access_log",
        "access_subject",
        "access_waiting",
    }
