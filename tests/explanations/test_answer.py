"""What is withheld in an explanation, and which form a caller asks for."""

import datetime as dt

import papers
import pytest

from registry.explanations.answer import prefers_text, released, words_of
from registry.explanations.explain import explained
from registry.obligations.judge import opened
from registry.obligations.statement import Binding, Known, Production

RULE = "iatse-ba-2024/prompt-displacement"
AT = dt.datetime(2025, 10, 15, tzinfo=dt.UTC)


def versions(*documents):
    return [
        Known("D", number, "filing" if number == 1 else "amendment", "initial", at(number), document)
        for number, document in enumerate(documents, 1)
    ]


def at(number):
    return AT + dt.timedelta(hours=number)


def explanation(known):
    """The displacement explained, of what *known* says."""
    bound = Binding("iatse-ba-2024", ["IATSE:700"], dt.date(2024, 8, 1))
    production = Production(
        "n", "p", "P", "hb_svod", "America/Los_Angeles", ["US-CA"], [bound], ["IATSE:700"]
    )
    case = opened(papers.house().packs, production, known, at(9))
    (found,) = explained(case, lambda finding: finding.rule == RULE, words_of(papers.house().schemas))[0]
    return found


def marked(**sections):
    """A filing whose *sections* are kept to these levels."""
    return papers.document(
        **papers.uses(), **papers.layoffs(), filing={"confidentiality": {"sections": sections}}
    )


def facts(found):
    """Every fact an explanation shows, by name."""
    shown = [each for node in found.tree for each in node.facts]
    shown += [each for change in found.changes for each in change.facts]
    return {(type(each).__name__, each.name): each for each in shown}


def test_a_fact_of_a_section_kept_from_the_role_is_withheld():
    """Its value is gone wherever it stands, what is in other sections stays, and who said it where is told."""
    known = versions(marked(workforce="employer"))
    found = facts(released(explanation(known), known, "representative"))

    kept = found["Stated", "event.displacement"]
    assert (kept.value, kept.withheld) == (None, True)
    assert kept.says[0].pointer.startswith("/workforce/")
    assert (found["Altered", "event.displacement"].now, found["Altered", "event.displacement"].withheld) == (
        None,
        True,
    )
    assert (found["Stated", "prompts.required"].value, found["Stated", "prompts.required"].withheld) == (
        True,
        False,
    )


@pytest.mark.parametrize(
    ("level", "role", "hidden"),
    [
        ("public", "representative", False),
        ("parties", "representative", False),
        ("auditor", "representative", True),
        ("auditor", "auditor", False),
        ("employer", "auditor", True),
        ("employer", "employer", False),
        ("employer", "administrator", False),
    ],
)
def test_the_levels_are_those_of_the_disclosure_itself(level, role, hidden):
    """Who may read a section of a disclosure may read it here, and nobody else."""
    known = versions(marked(uses=level))
    found = facts(released(explanation(known), known, role))

    assert found["Stated", "prompts.required"].withheld is hidden
    assert found["Stated", "prompts.required"].value == (None if hidden else True)


def test_a_mark_that_came_later_counts_for_what_was_said_before():
    """An amendment that keeps a section from a role keeps earlier versions' words from it, too."""
    later = papers.document(
        **papers.mention(),
        filing=papers.amendment() | {"confidentiality": {"sections": {"uses": "employer"}}},
    )
    known = versions(marked(), later | {"workforce": papers.layoffs()["workforce"]})
    known[1].document["uses"] = papers.uses()["uses"]
    found = facts(released(explanation(known), known, "representative"))

    assert found["Stated", "prompts.required"].withheld


@pytest.mark.parametrize(
    ("accept", "text"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("text/plain", True),
        ("text/plain, */*;q=0.1", True),
        ("application/json, text/plain", False),
        ("application/json;q=0.5, text/plain;q=0.9", True),
        ("text/plain;q=0, application/json", False),
        ("text/html, application/xhtml+xml, */*;q=0.8", False),
        ("text/*", True),
        ("text/plain;q=nonsense", False),
    ],
)
def test_the_form_is_what_accept_asks_for(accept, text):
    """Plain text only where it is wanted more than JSON."""
    assert prefers_text(accept) is text
