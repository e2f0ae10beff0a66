"""Whatever the schemas accept can be judged: one crash here would block a filing."""

import copy
import datetime as dt
import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from registry import files, house
from registry.disclosures.upgrade import upgrade
from registry.errors import RegistryError
from registry.obligations.assemble import assemble
from registry.obligations.facts import ABOUT
from registry.obligations.judge import judge
from registry.obligations.statement import Binding, Known, Loss, Production
from registry.obligations.subjects import BUILDERS
from tests.obligations.cases import PACKS

SCHEMAS = house.shipped().schemas
EXAMPLES = [
    json.loads(path.read_text())
    for path in sorted((files.SCHEMAS / "disclosure" / "examples").glob("*.0/*.json"))
]
BOUND = [
    Binding("iatse-ba-2024", ["IATSE:700", "IATSE:800"], dt.date(2024, 8, 1)),
    Binding("dga-ba-2023", ["DGA"], dt.date(2023, 7, 1), dt.date(2025, 8, 31)),
    *(
        Binding(agreement, [union], dt.date(2023, 1, 1))
        for agreement, union in (
            ("dga-ba-2026", "DGA"),
            ("wga-mba-2026", "WGAW"),
            ("sag-tvth-2023", "SAG-AFTRA"),
            ("sag-tvth-2026", "SAG-AFTRA"),
            ("sag-comm-2025", "SAG-AFTRA"),
            ("sag-ima-2025", "SAG-AFTRA"),
            ("actra-ipa-2025", "ACTRA"),
            ("afm-2024", "AFM"),
        )
    ),
]
SILENCE = re.compile(r"\bNone\b(?! of )")
"""A value that is not there, told as if it were one."""
TYPES = {"bool": bool, "int": int, "string": str, "strings": list}
NEW = {
    "replicas": {"type": "background"},
    "synthetics": {},
    "alterations": {},
    "training": {},
    "music": {},
    "adm": {},
    "footage_control": {},
    "materials": {},
}
"""Lists of 2.0, each with the least that may stand in one of its records."""
USELESS = frozenset({"training", "music", "adm"})
"""Those whose records belong to no use."""
DAYS = ["1900-01-01", "2199-12-31", "2024-02-29", "2025-03-09T02:30:00-08:00", "2199-12-31T23:59:59-14:00"]
FIRST = dt.datetime(2025, 9, 1, tzinfo=dt.UTC)


def places(node, found):
    """Every member of a document, with what holds it."""
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in list(members):
        found.append((node, key))
        places(value, found)
    return found


@st.composite
def documents(draw):
    """A published example with members left out, emptied, or given another day, that the schemas accept."""
    document = draw(st.sampled_from(EXAMPLES))
    for _ in range(draw(st.integers(0, 8))):
        changed = copy.deepcopy(document)
        holder, key = draw(st.sampled_from(places(changed, [])))
        value = holder[key]
        if isinstance(value, bool):
            holder[key] = draw(st.sampled_from([True, False, None]))
        elif isinstance(value, str) and value[:2] == "20":
            holder[key] = draw(st.sampled_from(DAYS))
        elif isinstance(value, list) and draw(st.booleans()):
            holder[key] = []
        else:
            del holder[key]
        try:
            SCHEMAS.check(changed)
        except RegistryError:
            continue
        document = changed
    document = upgrade(document)
    for name in draw(st.lists(st.sampled_from(sorted(NEW)), max_size=3)):
        use = draw(st.sampled_from([{}, *({"use": use["id"]} for use in document.get("uses") or ())]))
        bare = {"id": "bare", **NEW[name], **({} if name in USELESS else use)}
        others = [one for one in document.get(name) or () if one["id"] != "bare"]
        document = {**document, name: [*others, bare]}
        SCHEMAS.check(document)
    return document


@st.composite
def losses(draw):
    """A loss on another production of the employer."""
    on = draw(st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)) | st.just(dt.date(2026, 12, 14)))
    kind = draw(st.sampled_from(["laid_off", "hours_cut"]))
    count = draw(st.integers(1, 1_000_000))
    return Loss("q", "e", "d", FIRST, on, "IATSE:700", "", kind, count, "contributing", reasoned=False)


@st.composite
def histories(draw):
    """A few disclosures, some amended, some withdrawn."""
    known = []
    for number in range(draw(st.integers(1, 3))):
        at = FIRST + dt.timedelta(days=number)
        document = draw(documents())
        known.append(Known(str(number), 1, "filing", document["filing"]["type"], at, document))
        kind = draw(st.sampled_from(["filing", "amendment", "withdrawal"]))
        if kind != "filing":
            later = draw(documents()) if kind == "amendment" else document
            reason = draw(st.sampled_from(["tool_never_deployed", "duplicate", "other", None]))
            at += dt.timedelta(hours=12)
            known.append(Known(str(number), 2, kind, document["filing"]["type"], at, later, reason, reason))
    return known


@given(
    histories(),
    st.sampled_from(["America/Los_Angeles", "Pacific/Kiritimati", "Pacific/Apia"]),
    st.sampled_from([FIRST, FIRST + dt.timedelta(days=90), dt.datetime(2199, 12, 1, tzinfo=dt.UTC)]),
)
@settings(max_examples=60, deadline=None)
def test_whatever_can_be_filed_can_be_judged(known, zone, as_of):
    """Every document the schemas accept, in any history, gives findings that cite and explain themselves."""
    production = Production("e", "p", "Title", "theatrical", zone, [], BOUND, ["IATSE:700"])
    judgement = judge(PACKS, production, known, as_of)

    assert judgement.judged_again_at is None or judgement.judged_again_at > as_of
    for finding in judgement.findings:
        asked = finding.missing or finding.review
        assert finding.verdict != "insufficient_information" or asked, finding
        assert not SILENCE.search(" ".join(finding.because)), finding


@given(histories(), st.lists(losses(), max_size=3), st.sampled_from(["America/Los_Angeles", "Pacific/Apia"]))
@settings(max_examples=150, deadline=None)
def test_of_whatever_can_be_filed_every_fact_is_what_the_catalogue_says(known, elsewhere, zone):
    """Each kind of subject is found, told apart and said in words, and its facts have their types."""
    production = Production("e", "p", "Title", "theatrical", zone, ["US-NY"], BOUND, ["IATSE:700"])
    statement = assemble(production, known, (), elsewhere)
    params = {"PATTERN_DAYS": 365, "PATTERN_PERCENT": 25, "as_of": FIRST + dt.timedelta(days=30)}
    for about, build in BUILDERS.items():
        subjects = list(build(statement, params))
        assert len({subject.id for subject in subjects}) == len(subjects)
        for subject in subjects:
            assert not SILENCE.search(" ".join(subject.notes))
            for name, value in subject.facts.items():
                kind = ABOUT[about][name].type
                assert isinstance(value, dt.date) if kind == "moment" else type(value) is TYPES[kind], name
