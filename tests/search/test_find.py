"""Searching: what is asked for and may be seen, in pages that stand still."""

import datetime as dt

import papers
import pytest

from registry.auth.reading import PENDING, Pending
from registry.auth.scope import Principal
from registry.errors import Busy, Invalid
from registry.judging import ruling
from registry.judging import store as judgements
from registry.ledger.past import store as past
from registry.page import encode
from registry.search.asking import act, found, store
from registry.search.asking.asked import MOST_VALUES, Wanted, fingerprint

LATER = papers.NOW + dt.timedelta(days=1)
THIRD = ("other-films", "harbor-lights-s1")
TEAMSTER = Principal(subject="rep-399", role="representative", locals=["IBT:399"])
INTERNATIONAL = Principal(subject="rep-iatse", role="representative", unions=["IATSE"])
STRANGER = Principal(subject="aud2", role="auditor", employers=["other-films"])
SECTIONS = {"confidentiality": {"sections": {"tools": "employer", "uses": "auditor"}}}


def voices(**filing):
    """A filing about the second production: another tool, of a vendor, with a model and a craft."""
    said = papers.document("quarterly_update", key=papers.SECOND, filing=filing, **papers.uses())
    said["tools"][0] |= {
        "name": "VoxClone",
        "vendor": "Planform GmbH",
        "model_id": "vox/2",
        "category": "generative_audio_voice",
    }
    said["uses"][0] |= {
        "occupations": ["27-4032.00"],
        "purpose_description": "Scratch voices for the “night watch” scenes.",
    }
    said["employer"]["signatory_agreements"] = [{"agreement": "iatse-ba-2024", "locals": ["IATSE:700"]}]
    return said


@pytest.fixture
async def season(office):
    """Three productions' filings: editing at Northlight, voices there a day later, the same tool elsewhere."""
    await papers.file(office, papers.document(**papers.uses(), **papers.layoffs()))
    await papers.file(office, voices(), key="k-2", now=LATER)
    said = papers.document(key=THIRD, **papers.uses())
    await papers.file(office, said, key="k-3", principal=papers.OTHERS)
    return office


A, B = papers.KEY[1], papers.SECOND[1]
DAY = papers.NOW.date()


SEARCHES = [
    ({}, [A, B, A]),
    ({"order": "oldest"}, [A, B, A]),
    ({"employer": ["northlight-pictures"]}, [B, A]),
    ({"employer": ["other-films", "nobody"]}, [A]),
    ({"production": [B]}, [B]),
    ({"type": ["quarterly_update"]}, [B]),
    ({"state": ["amended"]}, []),
    ({"tool": ["CUTASSIST"]}, [A, A]),
    ({"tool": ["cutassist", "voxclone"]}, [A, B, A]),
    ({"tool": ["cut"]}, []),
    ({"vendor": ["planform gmbh"]}, [B]),
    ({"model": ["vox/2"]}, [B]),
    ({"category": ["generative_video"], "employer": ["northlight-pictures"]}, [A]),
    ({"craft": ["27-4032.00"]}, [B]),
    ({"local": ["IATSE:700"]}, [A, B, A]),
    ({"union": ["DGA"]}, []),
    ({"agreement": ["iatse-ba-2024"]}, [B]),
    ({"filed_from": DAY + dt.timedelta(days=1)}, [B]),
    ({"filed_to": DAY}, [A, A]),
    ({"period_from": dt.date(2025, 9, 30)}, [B]),
    ({"period_from": dt.date(2025, 10, 1)}, []),
    ({"period_to": dt.date(2025, 6, 30)}, []),
    ({"text": "night watch"}, [B]),
    ({"text": '"watch night"'}, []),
    ({"text": "„NIGHT watch“ ＶＯＩＣＥＳ"}, [B]),
    ({"text": "voices -scratch"}, []),
    ({"text": "coordinator -scratch"}, [A, A]),
    ({"text": "nothing or scratch"}, [B]),
    ({"text": "it's \\ a 'quoted' scratch"}, []),
    ({"tool": ["voxclone"], "category": ["generative_video"]}, []),
]


async def test_what_is_asked_for_is_found(season, found):
    """Any value of one kind, and all kinds together; the newest filing first unless the oldest is asked for."""
    assert [(wanted, await found(**wanted)) for wanted, _ in SEARCHES] == SEARCHES


async def test_verdicts_rules_and_alerts_find_what_they_are_about(season, find):
    """A search by verdict, rule or alert finds exactly the productions whose judgement or alerts say so."""
    lines = (await find()).items
    for verdict in ("violation", "satisfied", "insufficient_information", "not_applicable"):
        expected = [line.disclosure_id for line in lines if verdict in line.verdicts]
        assert [hit.disclosure_id for hit in (await find(verdict=[verdict])).items] == expected
    for state in ("open", "acknowledged"):
        expected = [line.disclosure_id for line in lines if state in line.alerts]
        assert [hit.disclosure_id for hit in (await find(alert=[state])).items] == expected
    said = {}
    async with season.snapshot() as conn:
        for line in lines:
            key = line.employer_id, line.production_id
            kept = ruling.decode((await judgements.find_latest(conn, key)).findings)
            said[key] = {
                (finding.rule, finding.verdict) for finding in kept if finding.verdict != "not_applicable"
            }
    for rule, verdict in set.union(*said.values()):
        hits = (await find(rule=[rule], verdict=[verdict])).items
        expected = {key for key, found in said.items() if (rule, verdict) in found}
        assert {(hit.employer_id, hit.production_id) for hit in hits} == expected, rule
    assert any(len(found) != len(set.union(*said.values())) for found in said.values())


SCOPES = [
    (papers.OFFICE, {"northlight-pictures"}),
    (papers.OTHERS, {"other-films"}),
    (papers.EDITORS, {"northlight-pictures", "other-films"}),
    (INTERNATIONAL, {"northlight-pictures", "other-films"}),
    (TEAMSTER, set()),
    (STRANGER, {"other-films"}),
    (papers.ADMINISTRATOR, {"northlight-pictures", "other-films"}),
]


async def test_whoever_counts_has_read_of_everybody_who_was_counted(season, find):
    """A page of one names its own employer only; its facets count both, and the access log hears of both."""
    begun = Pending(reading=None, db=season)
    token = PENDING.set(begun)
    try:
        await find(limit=1)
        without = set(begun.employers)
        await find(limit=1, facets=("tool",))
    finally:
        PENDING.reset(token)

    assert without == set()
    assert begun.employers == {"northlight-pictures", "other-films"}


async def test_nobody_finds_or_counts_beyond_their_scope(season, find):
    """Whatever employer is asked for, lines and counts are of those the caller may see."""
    for caller, employers in SCOPES:
        everything = await find(caller, facets=["employer"])
        foreign = await find(caller, facets=["employer", "tool", "verdict"], employer=["northlight-pictures"])

        assert {line.employer_id for line in everything.items} == employers
        assert {each.value for each in everything.facets.counts["employer"]} == employers
        assert {line.employer_id for line in foreign.items} == employers & {"northlight-pictures"}
        assert foreign.facets.disclosures == len(foreign.items)


@pytest.mark.parametrize(
    ("caller", "reads"),
    [(papers.EDITORS, (False, False)), (papers.AUDITOR, (False, True)), (papers.OFFICE, (True, True))],
)
async def test_what_is_kept_from_a_caller_finds_nothing(office, find, caller, reads):
    """Tools kept by the employer, uses kept from the union: neither terms, words, lines nor counts tell of them."""
    await papers.file(office, voices(**SECTIONS))
    tools, uses = reads
    whole = await find(caller, facets=["tool", "craft", "local"])
    (line,) = whole.items

    assert bool((await find(caller, tool=["voxclone"])).items) == tools
    assert bool((await find(caller, text="voxclone")).items) == tools
    assert bool((await find(caller, text="-voxclone")).items) == (not tools)
    assert bool((await find(caller, text="scratch")).items) == uses
    assert bool((await find(caller, craft=["27-4032.00"])).items) == uses
    assert (line.tools, bool(line.crafts)) == (["VoxClone"] if tools else [], uses)
    assert [each.value for each in whole.facets.counts["tool"]] == (["voxclone"] if tools else [])
    assert bool(whole.facets.counts["local"]) == uses


async def test_facets_count_what_is_found(season, find):
    """Each count is the number of disclosures that the search with that value finds."""
    names = ["employer", "production", "type", "state", "tool", "category", "local", "verdict", "alert"]
    for caller in (papers.AUDITOR, papers.EDITORS, papers.OFFICE):
        counted = (await find(caller, facets=names)).facets
        assert counted.complete
        assert counted.disclosures == len((await find(caller)).items)
        for name in names:
            for each in counted.counts[name]:
                hits = (await find(caller, **{name: [each.value]})).items
                assert len(hits) == each.disclosures, (name, each.value)


async def test_pages_neither_shift_nor_repeat_while_filings_arrive(season, find):
    """What is filed, amended or withdrawn between two pages is in none of them, and nothing is left out."""
    for order in ("newest", "oldest"):
        whole = await find(order=order)
        first = await find(order=order, limit=1)
        said = papers.document(
            "nil_return", filing={"nil_statement": "None was used.", "period": QUARTERS[order]}
        )
        await papers.file(season, said, key=f"k-{order}", now=LATER)
        gone = next(each for each in reversed(whole.items) if each.state != "withdrawn")
        await papers.withdraw(
            season, gone.disclosure_id, f'"{gone.version}"', now=LATER, principal=OF[gone.employer_id]
        )
        pages = [first]
        while pages[-1].next:
            pages.append(await find(order=order, limit=1, cursor=pages[-1].next))

        assert [page.items[0] for page in pages] == whole.items
        assert {page.tree_size for page in pages} == {whole.tree_size}
        assert (await find(order=order)).tree_size > whole.tree_size


QUARTERS = {
    "newest": {"from": "2025-04-01", "to": "2025-06-30"},
    "oldest": {"from": "2025-01-01", "to": "2025-03-31"},
}
OF = {"northlight-pictures": papers.OFFICE, "other-films": papers.OTHERS}


async def test_a_search_of_an_older_tree_is_answered_as_it_was(season, find):
    """Versions, verdicts, alerts and facets of a tree size are the same after everything has changed."""
    everything = ["state", "tool", "verdict", "alert"]
    before = await find(facets=everything)
    async with season.snapshot() as conn:
        moment = await past.resolve(conn, None, before.tree_size)
    mine = next(line for line in before.items if line.production_id == B)
    await papers.amend(season, mine.disclosure_id, voices(**papers.amendment()) | papers.layoffs(), now=LATER)
    await papers.withdraw(season, mine.disclosure_id, '"2"', now=LATER)

    assert await find(facets=everything, moment=moment) == before
    assert (await find(facets=everything)).facets != before.facets
    (now,) = (await find(production=[B])).items
    assert (now.version, now.state, now.tools) == (3, "withdrawn", ["VoxClone"])


async def test_a_cursor_goes_on_with_its_own_search_only(season, find):
    """Another search, a tree that does not exist, another tree than asked for, letters at random: refused."""
    first = await find(limit=1)
    async with season.snapshot() as conn:
        moment = await past.resolve(conn, None, first.tree_size - 1)
    mark = fingerprint(Wanted(), "newest")
    bad = [
        ({"tool": ["x"]}, first.next),
        ({"order": "oldest"}, first.next),
        ({"moment": moment}, first.next),
        ({}, encode([first.tree_size + 1, mark, 3])),
        ({}, encode([-1, mark, -1])),
        ({}, encode([first.tree_size, mark, first.tree_size])),
        ({}, encode([2**70, mark, 3])),
        ({}, "?"),
    ]
    for wanted, cursor in bad:
        with pytest.raises(Invalid) as refused:
            await find(cursor=cursor, **wanted)
        assert refused.value.faults[0].code == "cursor"


async def test_every_fault_of_a_search_is_told_at_once(office, find):
    """Days the wrong way round and too many values, each with what to do."""
    day = dt.date(2025, 1, 2)
    with pytest.raises(Invalid) as refused:
        await find(
            filed_from=day,
            filed_to=day - dt.timedelta(days=1),
            period_from=dt.date.max,
            period_to=day,
            tool=["x"] * (MOST_VALUES + 1),
        )

    assert [fault.code for fault in refused.value.faults] == ["filed_to", "period_to", "tool"]
    assert all(fault.fix for fault in refused.value.faults)


async def test_a_text_without_a_word_is_refused(office, find):
    """Signs alone look for nothing, and no sign is taken for an operator."""
    for text in ["...", "'", '"', "- -", "&|!<->()", "\u200b", "“”"]:
        with pytest.raises(Invalid, match="no word"):
            await find(text=text)


async def test_no_text_reads_more_than_its_caller(office, find):
    """Whatever is written in it, a text is words: it is no query of its own, and no fault of the database."""
    await papers.file(office, voices(**SECTIONS))
    for text in [
        "foo:A",
        "voxclone:D",
        "vox:*",
        "a'b:D",
        "'a':B",
        "x\\' | 'y",
        "!!x",
        "foo & bar:C",
        "𝔘 <3> ä",
    ]:
        assert (await find(papers.EDITORS, text=text)).items == [], text


async def test_days_at_the_ends_of_time_are_days(season, find):
    """The first and the last day there are find everything."""
    assert len((await find(filed_from=dt.date.min, filed_to=dt.date.max)).items) == 3


async def test_facets_count_the_newest_of_very_many(season, find, monkeypatch):
    """Beyond the most that is counted, the answer says that it is not complete."""
    monkeypatch.setattr(found, "MOST_COUNTED", 2)
    counted = (await find(facets=["type"])).facets

    assert (counted.disclosures, counted.complete) == (2, False)


async def test_a_search_that_takes_too_long_is_ended_in_words(season, find, monkeypatch):
    """The database stops it, and the caller is told what to narrow."""
    short = store.PREPARE_SEARCH.replace("'10s'", "'1ms'")
    slow = "SELECT pg_sleep(1)::text AS words WHERE $1 <> $2"
    monkeypatch.setattr(store, "PREPARE_SEARCH", short)
    monkeypatch.setattr(store, "READ_WORDS", slow)
    with pytest.raises(Busy, match="name an employer"):
        await act.find(season, papers.AUDITOR, Wanted(text="x"))
