import datetime as dt
import json
from typing import get_args

import msgspec
import pytest

from registry import files
from registry.requests import act, answered, asked
from registry.requests.answered import Answered
from registry.requests.asked import Meeting

NOW = dt.datetime(2026, 3, 2, 18, tzinfo=dt.UTC)
CONSULTATION = json.loads((files.SCHEMAS / "disclosure" / "2.0.json").read_bytes())["$defs"]["consultation"]


def faults(document):
    return {fault.pointer: fault for fault in asked.check(document, act.codes(), NOW)}


def test_a_request_that_is_right_has_no_fault(asked):
    """A consultation, a meeting, a union that has no locals, an earlier day that is stated."""
    for changes in (
        {},
        {"kind": "meeting", "meeting": "company_quarterly"},
        {"union": "DGA", "local": None},
        {"requested_on": "2026-02-27"},
        {"requested_on": "2026-03-02T09:00:00-08:00"},
    ):
        assert faults(asked(**changes)) == {}


@pytest.mark.parametrize(
    ("changes", "pointer", "code", "nearest"),
    [
        ({"kind": "consultaton"}, "/kind", "not-allowed", "consultation"),
        ({"kind": "meeting"}, "/meeting", "missing", None),
        ({"meeting": "company_quarterly"}, "/meeting", "no-meeting", None),
        ({"kind": "meeting", "meeting": "quarterly"}, "/meeting", "not-allowed", "company_quarterly"),
        ({"union": "IATS"}, "/union", "unknown-code", "IATSE"),
        ({"local": "IATSE:USA892"}, "/local", "unknown-code", "IATSE:USA829"),
        ({"union": "DGA"}, "/local", "other-union", "IATSE"),
        ({"on_behalf_of": "staff"}, "/on_behalf_of", "not-allowed", None),
        ({"uses": ["U1", "U1"]}, "/uses/1", "twice", None),
        ({"uses": ["U 1"]}, "/uses/0", "wrong-form", None),
        ({"uses": "U1"}, "/uses", "wrong-form", None),
        ({"text": "  "}, "/text", "wrong-form", None),
        ({"text": "x" * 4001}, "/text", "wrong-form", None),
        ({"text": None}, "/text", "missing", None),
        ({"requested_on": "2026/3/1"}, "/requested_on", "wrong-form", "2026-03-01"),
        ({"requested_on": "2026-03-04"}, "/requested_on", "in-the-future", None),
        ({"requested_on": "2026-03-02T18:00:01Z"}, "/requested_on", "in-the-future", None),
        ({"employer_id": "North Light"}, "/employer_id", "not-a-key", None),
        ({"unions": "IATSE"}, "/unions", "unknown-member", "union"),
    ],
)
def test_each_fault_has_its_pointer_code_and_nearest(asked, changes, pointer, code, nearest):
    """One wrong member is one fault, with the value that was probably meant."""
    found = faults(asked(**changes))

    assert set(found) == {pointer}
    assert (found[pointer].code, found[pointer].fix != "") == (code, True)
    assert nearest in (None, found[pointer].nearest)


def test_every_fault_is_found_at_once(asked):
    """Five mistakes are five faults, not five requests."""
    found = faults(asked(kind="x", local="IATSE:0", uses=[3], requested_on="soon", text=""))

    assert set(found) == {"/kind", "/local", "/uses/0", "/requested_on", "/text"}


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({}, "/text"),
        ({"closes": True}, "/text"),
        ({"offered_on": []}, "/text"),
        ({"offered_on": ["2026-13-01"]}, "/offered_on/0"),
        ({"offered_on": ["2026-03-01"] * 51}, "/offered_on"),
        ({"held_on": "2026-03-04"}, "/held_on"),
        ({"mode": "telephone"}, "/mode"),
        ({"info_shared": ["use", "use"]}, "/info_shared/1"),
        ({"input_invited": "yes"}, "/input_invited"),
        ({"alternative": {"tool": ""}}, "/alternative/tool"),
        ({"text": "x", "decline": True}, "/decline"),
        ([], ""),
    ],
)
def test_an_answer_that_is_wrong_is_refused_by_name(said, pointer):
    """An answer says something, in the words of a filing's consultation, of days that have come."""
    assert [fault.pointer for fault in answered.check(said, NOW)] == [pointer]


def test_an_answer_uses_the_words_of_a_filings_consultation():
    """The two merge in the judge's eyes, so their codes are the same; a drift fails here."""
    fields = {field.name: field.type for field in msgspec.structs.fields(Answered)}
    for name in ("mode", "outcome", "delay_cause"):
        assert list(get_args(get_args(fields[name])[0])) == CONSULTATION["properties"][name]["enum"]
    shared = get_args(get_args(fields["info_shared"])[0])

    assert list(shared) == CONSULTATION["properties"]["info_shared"]["items"]["enum"]
    assert set(get_args(Meeting)) < set(CONSULTATION["properties"]["type"]["enum"])
