"""What holds of every judgement, whatever is known, heard or lost elsewhere, and for whatever day it is made."""

import datetime as dt
import hashlib
import os
import subprocess
import sys
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.obligations import scenario
from registry.obligations.conditions import activated
from registry.obligations.judge import judge
from registry.obligations.statement import Binding
from registry.obligations.verdict import decide
from tests.obligations.cases import CASES, PACKS
from tests.obligations.told import answered, asked, lost, seen

INSTANTS = st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2026, 12, 31)).map(
    lambda at: at.replace(tzinfo=dt.UTC)
)
DAYS = st.dates(dt.date(2025, 2, 1), dt.date(2026, 11, 30)).map(str)
REQUESTS = st.builds(
    asked,
    DAYS,
    union=st.sampled_from(["IATSE", "DGA", "SAG-AFTRA"]),
    kind=st.sampled_from(["consultation", "meeting", "information", "bargaining"]),
    meeting=st.sampled_from(["company_quarterly", "industry_semiannual"]),
)
ANSWERS = st.builds(
    answered,
    DAYS,
    held_on=DAYS,
    offered_on=st.lists(DAYS, max_size=2),
    delay_cause=st.sampled_from(["employer", "union"]),
)
SEEN = st.builds(
    seen,
    DAYS,
    tool=st.sampled_from(["FirstCut", "DraftMate", "LogLine", "Personae", "Nobody's"]),
    local=st.sampled_from(["IATSE:700", "IATSE:800"]),
    headcount=st.integers(0, 6),
)
LOST = st.builds(
    lost,
    DAYS,
    DAYS,
    count=st.integers(1, 3),
    attribution=st.sampled_from(["not_due", "contributing", "substantially_due"]),
    baseline=st.none() | st.integers(3, 9),
    category=st.sampled_from(["", "editing_assist", "speech_to_text"]),
)


@st.composite
def worlds(draw):
    """A worked case with things heard and lost beside it, perhaps bound by both editions of an agreement."""
    name = draw(st.sampled_from(sorted(CASES)))
    case = CASES[name]
    check = draw(st.sampled_from(case.checks))
    who = case.production
    if draw(st.booleans()):
        more = [
            Binding("sag-tvth-2023", ["SAG-AFTRA"], dt.date(2023, 11, 9), dt.date(2026, 6, 30)),
            Binding("sag-tvth-2026", ["SAG-AFTRA"], dt.date(2026, 7, 1)),
            Binding("dga-ba-2023", ["DGA"], dt.date(2023, 7, 1), dt.date(2026, 6, 30)),
            Binding("dga-ba-2026", ["DGA"], dt.date(2026, 7, 1)),
        ]
        who = msgspec.structs.replace(who, bindings=[*who.bindings, *more])
    known = scenario.known(scenario.steps_of(case, check), ZoneInfo(who.time_zone))
    heard = draw(st.lists(REQUESTS, max_size=1)) + draw(st.lists(ANSWERS, max_size=1))
    heard += draw(st.lists(SEEN, max_size=1))
    elsewhere = draw(st.lists(LOST, max_size=2, unique_by=lambda one: one.filed_at))
    return {
        "packs": PACKS,
        "production": who,
        "known": known,
        "heard": sorted(heard, key=lambda told: told.at),
        "elsewhere": sorted(elsewhere, key=lambda loss: loss.filed_at),
    }


def verdicts(judgement):
    """What time alone must not change before it is said to."""
    return [(f.rule, f.subject, f.verdict, f.reason, f.due_soon, f.occurred_on) for f in judgement.findings]


@given(worlds(), INSTANTS, INSTANTS, st.floats(0, 1))
@settings(max_examples=150, deadline=None)
def test_nothing_changes_by_time_alone_before_it_is_judged_again(world, as_of, on, share):
    """Between a judgement and its `judged_again_at`, what is known at *as_of* gives the same verdicts."""
    first = judge(**world, as_of=as_of, on=on)
    end = first.judged_again_at or on + dt.timedelta(days=900)
    assert end > on
    later = on + (end - on) * share * 0.999

    assert verdicts(judge(**world, as_of=as_of, on=later)) == verdicts(first)


@given(worlds(), INSTANTS)
@settings(max_examples=60, deadline=None)
def test_a_day_not_named_is_the_day_of_what_is_known(world, as_of):
    """`on` left out is *as_of*; and the same inputs give the same bytes."""
    one, two = judge(**world, as_of=as_of), judge(**world, as_of=as_of, on=as_of)

    assert msgspec.json.encode(one) == msgspec.json.encode(two)


@given(worlds(), INSTANTS, INSTANTS)
@settings(max_examples=60, deadline=None)
def test_what_is_not_known_yet_has_no_say(world, as_of, on):
    """Things told after *as_of* may as well not exist, for whatever day it is judged."""
    then = world | {
        "known": [version for version in world["known"] if version.filed_at <= as_of],
        "heard": [told for told in world["heard"] if told.at <= as_of],
        "elsewhere": [loss for loss in world["elsewhere"] if loss.filed_at <= as_of],
    }

    assert msgspec.json.encode(judge(**then, as_of=as_of, on=on)) == msgspec.json.encode(
        judge(**world, as_of=as_of, on=on)
    )


def test_a_notice_that_was_not_given_yet_breaks_nothing():
    """What a notice will not say is no breach months before it is given, nor before the day it is about."""
    pack = PACKS.packs["ny-warn"].obligations[0]
    facts = {
        "layoff.employer_count": 300,
        "layoff.site_count": 300,
        "employer.ny_ft": 400,
        "employer.headcount_site": 400,
        "layoff.due_to_ai": True,
        "layoff.ai_stated": False,
        "layoff.on": dt.date(2025, 9, 30),
        "layoff.notice_on": dt.date(2025, 7, 2),
    }
    for on, verdict in (("2025-07-01", "not_applicable"), ("2025-07-03", "violation")):
        at = dt.datetime.fromisoformat(f"{on}T12:00:00+00:00")
        found = decide(pack, facts, activated("layoff", facts), {}, ZoneInfo("America/New_York"), at)
        assert found.verdict == verdict, on


@given(worlds(), INSTANTS, INSTANTS)
@settings(max_examples=60, deadline=None)
def test_nothing_is_amiss_before_the_day_it_happens(world, as_of, on):
    """Whatever is known, a breach of a later day lies ahead of the day it is judged for."""
    zone = ZoneInfo(world["production"].time_zone)
    for finding in judge(**world, as_of=as_of, on=on).findings:
        if finding.verdict == "violation" and finding.occurred_on:
            assert finding.occurred_on <= on.astimezone(zone).date(), finding


@given(worlds(), INSTANTS)
@settings(max_examples=60, deadline=None)
def test_each_edition_finds_only_on_its_own_days(world, on):
    """No breach is dated outside the days in force of the text that finds it."""
    for finding in judge(**world, as_of=on).findings:
        written = PACKS.packs[finding.pack].written
        if finding.verdict == "violation" and finding.occurred_on and written.since:
            assert written.since <= finding.occurred_on, finding


def digest():
    """The bytes of every check of every case, as one digest."""
    whole = hashlib.sha256()
    for case in CASES.values():
        for check in case.checks:
            zone = ZoneInfo(case.production.time_zone)
            known = scenario.known(scenario.steps_of(case, check), zone)
            judgement = judge(
                PACKS, case.production, known, scenario.noon(check.as_of, zone), heard=case.heard
            )
            whole.update(msgspec.json.encode(judgement))
    return whole.hexdigest()


def test_another_process_gives_the_same_bytes():
    """Whatever the seed of hashing, and whatever was judged before."""
    command = "from tests.obligations.test_invariants import digest; print(digest())"
    seeds = ("0", "4711")
    told = [
        subprocess.run(
            [sys.executable, "-c", command],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        for seed in seeds
    ]

    assert told == [digest()] * 2
