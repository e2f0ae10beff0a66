"""What a pack must be before it judges anybody."""

import json

import jsonschema_rs
import msgspec
import pytest

from registry import files
from registry.errors import Invalid
from registry.obligations import lint
from registry.obligations.pack import WrittenPack, parsed
from tests.obligations.cases import PACK_FILES, PACKS

DGA = PACK_FILES["dga-ba-2023.toml"].decode()


def faults(old, new):
    """The faults of the DGA pack after one replacement."""
    assert old in DGA
    with pytest.raises(Invalid) as refused:
        lint.pack("dga-ba-2023.toml", DGA.replace(old, new, 1).encode(), PACKS.params)
    return refused.value.faults


def test_an_unknown_fact_is_refused_with_line_and_nearest_name():
    """A misspelt fact names its line and the fact that was probably meant."""
    [fault] = faults('if = "tool.is_generative"', 'if = "tool.is_generatif"')

    line = next(n for n, row in enumerate(DGA.splitlines(), 1) if 'if = "tool.is_generative"' in row)
    assert fault.detail.startswith(f"dga-ba-2023.toml:{line}: gai-creative-consult")
    assert fault.nearest == "tool.is_generative"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('if = "use.creative"', 'if = "siez(use.purpose) > 0"', "siez() is not for conditions"),
        ('if = "use.creative"', 'if = "use.creative > 3"', "no matching overload"),
        ('if = "use.creative"', 'if = "use.purpose"', "must be true or false"),
        ('if = "use.creative"', 'if = "use.creative &&"', "Syntax error"),
        ('event = "use.first"', 'event = "use.frist"', "did you mean use.first"),
        (
            'at_least = "MEETING_LEAST_DAYS"',
            'at_least = "MEETING_LAST_DAYS"',
            "did you mean MEETING_LEAST_DAYS",
        ),
        ('source = "S:AXIOS"', 'source = "S:AXIS"', "source S:AXIS is not listed"),
        ('about = "consultation"', 'about = "consultations"', "did you mean consultation"),
        (
            'expect = "violation" },\n    { name = "notice',
            'expect = "satisfied" },\n    { name = "notice',
            "gives violation",
        ),
        ('params = "params-2026.1"', 'params = "params-2026.2"', "did you mean params-2026.1"),
    ],
)
def test_what_is_wrong_is_refused(old, new, says):
    """Unknown function, wrong type, broken syntax, unlisted source, failing example: each says what and where."""
    assert any(says in fault.detail for fault in faults(old, new)), faults(old, new)


def test_a_missing_citation_is_refused():
    """An obligation without a source or a confidence is not a pack at all."""
    with pytest.raises(Invalid, match="confidence"):
        lint.pack("x.toml", DGA.replace('confidence = "quoted"\n', "", 1).encode(), PACKS.params)


def test_every_fault_is_found_at_once():
    """Two misspelt facts are two faults."""
    text = DGA.replace("tool.is_generative", "tool.is_generatif").replace("use.creative", "use.kreative")
    with pytest.raises(Invalid) as refused:
        lint.pack("dga-ba-2023.toml", text.encode(), PACKS.params)

    assert len({fault.detail for fault in refused.value.faults}) >= 2


def test_every_obligation_is_cited_and_proven():
    """Each has clause, words, source, confidence, and examples that accept, break and ask."""
    for pack in PACKS.packs.values():
        for duty in pack.obligations:
            verdicts = {example.expect for example in duty.written.tests}
            if (duty.written.status or pack.written.status) != "in_force":
                assert verdicts == {"not_applicable"}, duty.written.id
                continue
            human = duty.written.breach_verdict != "violation" or duty.written.id == "definition-met"
            assert duty.written.clause
            assert duty.written.says
            assert duty.written.source
            assert {"satisfied"} <= verdicts
            assert "insufficient_information" in verdicts, duty.written.id
            assert human or "violation" in verdicts, duty.written.id


def test_the_rows_of_the_domain_are_complete():
    """Every row of the four first packs is there."""
    rows = {name: [duty.written.id for duty in pack.obligations] for name, pack in PACKS.packs.items()}

    assert rows["iatse-ba-2024"] == [
        "prompt-displacement",
        "prompt-reuse",
        "covered-work",
        "no-outsourcing",
        "consultation-on-request",
        "impact-bargaining",
        "quarterly-company-meeting",
        "semiannual-industry-meeting",
        "policies-provided",
        "employer-consent-required",
        "indemnification",
        "scan-consent",
        "skills-training",
        "kit-rental",
        "rights-unaffected",
        "new-classification",
    ]
    assert rows["iatse-tech"] == ["definition-met", "severance", "retraining", "preference"]
    assert rows["dga-ba-2023"] == ["duties-by-person", "gai-creative-consult", "semiannual-meeting"]
    assert rows["reg"] == [
        "initial-filing",
        "quarterly-update",
        "amendment",
        "withdrawal",
        "pattern",
        "retention",
        "request-answered",
        "accuracy",
    ]


def words(value):
    """*value* with every text's line breaks as blanks: newer Pythons keep docstrings without their indentation."""
    if isinstance(value, dict):
        return {key: words(each) for key, each in value.items()}
    if isinstance(value, list):
        return [words(each) for each in value]
    return " ".join(value.split()) if isinstance(value, str) else value


def test_the_published_pack_schema_is_the_struct():
    """`schemas/pack/1.0.json` says what the code reads, and every shipped pack follows it."""
    written = json.loads((files.SCHEMAS / "pack" / "1.0.json").read_bytes())
    made = msgspec.json.schema(WrittenPack)
    validator = jsonschema_rs.Draft202012Validator(written, validate_formats=True)

    assert words({key: written[key] for key in ("$ref", "$defs")}) == words(made)
    for name, body in PACK_FILES.items():
        if not name.startswith("params-"):
            validator.validate(msgspec.to_builtins(parsed(name, body)))
