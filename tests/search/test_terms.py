"""What is found by what, level by level: never more than the level reads, and never less."""

import copy
import json
import re

import papers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import files
from registry.auth.scope import Scope
from registry.disclosures.release import shown
from registry.judging.ruling import concerning
from registry.search import terms
from registry.search.terms import LEVELS, Said

EXAMPLES = [
    json.loads(path.read_bytes())
    for path in sorted((files.SCHEMAS / "disclosure/examples/2.0").glob("*.json"))
]
MARKS = st.sampled_from(["public", "parties", "auditor", "employer"])
PARTIES = st.sampled_from(["IATSE:700", "IATSE:800", "DGA"])


@st.composite
def marked(draw):
    """A published example that its employer has marked as it liked."""
    said = copy.deepcopy(draw(st.sampled_from(EXAMPLES)))
    marks = {"sections": {name: draw(MARKS) for name in said if draw(st.booleans())}}
    if draw(st.booleans()):
        marks["default"] = draw(MARKS)
    said["filing"]["confidentiality"] = marks
    return said


def words(lines):
    return sorted(re.findall(r"\w+", terms.plain("\n".join(lines))))


@given(marked())
def test_a_level_finds_by_exactly_what_it_reads(said):
    """Terms and texts up to a level are those of the document as that level is shown it."""
    found = terms.words_of(said)
    for level, role in enumerate(LEVELS):
        view = shown(said, role)
        assert {term[1:] for term in found.terms if int(term[0]) <= level} == set(terms.terms_in(view)), role
        assert words(found.texts[: level + 1]) == words(terms.strings(view)), role


def test_a_term_stands_once_at_its_lowest_level():
    """A tool's name is public, its model the parties'; kept to the employer, both are the employer's."""
    said = papers.document(**papers.uses())
    said["tools"][0] |= {"vendor": "Planform  GmbH", "model_id": "planform/3"}
    found = terms.words_of(said).terms
    kept = terms.words_of(
        said | {"filing": said["filing"] | {"confidentiality": {"sections": {"tools": "employer"}}}}
    ).terms

    assert [each for each in found if each[1] in "tvm"] == [
        "0t:cutassist",
        "0v:planform gmbh",
        "1m:planform/3",
    ]
    assert [each for each in kept if each[1] in "tvm"] == [
        "3m:planform/3",
        "3t:cutassist",
        "3v:planform gmbh",
    ]


@pytest.mark.parametrize(
    ("text", "same"),
    [("  Cut\tAssist ", "cut assist"), ("ＣutAssist", "cutassist"), ("STRASSE", "straße"), ("ﬁlm", "film")],
)
def test_values_are_compared_without_letter_case_and_blanks(text, same):
    """A tool that two offices write differently is one tool."""
    assert terms.folded(text) == terms.folded(same)


def test_what_a_redaction_has_left_is_read_without_it():
    """A section that is gone, or is no list any more, has no terms and no fault."""
    said = papers.document(**papers.uses()) | {"tools": {"redacted": True}, "uses": None, "employer": "gone"}

    assert [each for each in terms.words_of(said).terms if each[1] in "tlka"] == []


def test_long_texts_are_cut_and_never_refused():
    """A megabyte of words is searched by its first part: the vector of a version has a largest size."""
    said = papers.document(note="é" * 300_000)
    said["filing"]["nil_statement"] = "word " * 50_000
    cut = terms.words_of(said).texts

    assert terms.MOST_TEXT - 2 <= sum(len(text.encode()) for text in cut) <= terms.MOST_TEXT


FINDINGS = st.lists(
    st.builds(
        Said,
        rule=st.sampled_from(["a/b", "c/d"]),
        verdict=st.sampled_from(terms.VERDICTS),
        locals=st.lists(PARTIES, max_size=2),
        unions=st.lists(st.sampled_from(["IATSE", "DGA"]), max_size=2),
    ),
    max_size=6,
)
SCOPES = st.one_of(
    st.just(Scope()),
    st.builds(
        Scope,
        locals=st.lists(PARTIES, max_size=2),
        unions=st.lists(st.sampled_from(["IATSE", "WGA"]), max_size=1),
    ),
)


@given(FINDINGS, SCOPES)
def test_a_judgement_is_found_by_what_its_reader_is_shown(findings, scope):
    """Verdicts and rules find a judgement for exactly those who read such a finding in it."""
    kept = set(terms.judged_terms(findings))
    read = concerning(scope, findings)

    assert set(terms.verdicts_in(kept, scope)) == {finding.verdict for finding in read}
    for verdict in terms.VERDICTS[:3]:
        asked = terms.asked_of_judgement([verdict], ["a/b"], scope)
        assert bool(kept & set(asked)) == any(f.rule == "a/b" and f.verdict == verdict for f in read)
