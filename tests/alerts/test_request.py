import datetime as dt

import msgspec
import pytest

from registry.alerts.request import BODIES, MASS, Answering, MassMove, Resolution, check, check_mass

NOW = dt.datetime(2026, 3, 2, 18, 30, tzinfo=dt.UTC)
ID = "01900000-0000-7000-8000-000000000001"


def pointers(move, **fields):
    return [fault.pointer for fault in check(move, fields, NOW)]


def test_an_empty_body_acknowledges_accepts_and_consults():
    """Nothing need be said for those; every other move owes something."""
    silent = {move for move in BODIES if not check(move, {}, NOW)}

    assert silent == {"acknowledge", "accept", "consult"}


@pytest.mark.parametrize(
    ("fields", "pointer", "nearest"),
    [
        ({"outcome": "curd", "reason": "x"}, "/outcome", "cured"),
        ({"outcome": 3, "reason": "x"}, "/outcome", None),
        ({"reason": "x"}, "/outcome", None),
        ({"outcome": "cured"}, "/reason", None),
        ({"outcome": "cured", "reason": ""}, "/reason", None),
        ({"outcome": "cured", "reason": "  "}, "/reason", None),
        ({"outcome": "cured", "reason": "x", "reson": "y"}, "/reson", "reason"),
        ({"outcome": "grieved", "reason": "26-114"}, "/outcome", "cured"),
        ({"outcome": "withdrawn_by_union", "reason": "x"}, "/outcome", None),
    ],
)
def test_a_wrong_resolution_is_refused_by_name(fields, pointer, nearest):
    """The fault names the member, what it takes, and the nearest outcome for a misspelt one."""
    (fault,) = check("resolve", fields, NOW)

    assert (fault.pointer, fault.nearest) == (pointer, nearest)
    assert fault.fix
    assert bool(fault.allowed) == (pointer in ("/outcome", "/reson") and fault.code != "missing")


@pytest.mark.parametrize("move", BODIES)
@pytest.mark.parametrize("document", [[], None, "text", 3, True])
def test_what_is_no_object_is_refused(move, document):
    """One fault, about the whole."""
    assert [fault.pointer for fault in check(move, document, NOW)] == [""]


@pytest.mark.parametrize("move", BODIES)
def test_every_member_of_every_body_is_checked_whatever_stands_there(move):
    """A list, an object, a number or a text of 100,000 letters in any place is a fault there, never more."""
    for field in msgspec.structs.fields(BODIES[move]):
        for value in ([[]], {"a": 1}, 3.5, "x" * 100_000, -1):
            found = check(move, {field.encode_name: value}, NOW)
            assert found
            assert all(len(fault.detail) < 300 for fault in found)


def test_a_waiver_is_a_proposal_or_an_approval():
    """Both parts of the one, nothing beside the other, and no refusal."""
    assert pointers("waive") == ["/until", "/reason"]
    assert pointers("waive", until="2026-04-01") == ["/reason"]
    assert pointers("waive", approve=True) == []
    assert pointers("waive", approve=True, until="2026-04-01") == ["/until"]
    assert pointers("waive", approve=False) == ["/approve"]
    assert pointers("waive", until="2026-02-30", reason="x") == ["/until"]


def test_a_grievance_was_filed_on_a_day_that_has_come_somewhere():
    """Kiribati is a day ahead; nowhere is two."""
    given = {"step": 1, "reference": "26-114"}
    assert pointers("grieve", filed_on="2026-03-03", **given) == []
    assert pointers("grieve", filed_on="2026-03-04", **given) == ["/filed_on"]
    assert pointers("grieve", filed_on="1899-12-31", **given) == ["/filed_on"]
    assert pointers("grieve", filed_on="2026-03-01", **{**given, "step": 0}) == ["/step"]
    assert pointers("grieve", filed_on="2026-03-01", **{**given, "step": 21}) == ["/step"]


def test_a_cure_is_promised_for_a_day_to_come():
    """What is promised for the past is refused where it stands, beside every other fault."""
    cure = [{"what": "Pay.", "by": "2026-03-02"}, {"what": "", "by": "2026-02-28"}]

    assert pointers("answer", statement="x", cure=cure) == ["/cure/1/what", "/cure/1/by"]


def test_an_answer_names_at_most_fifty_cures_and_files():
    """Longer lists are refused as such."""
    told = {"cure": [{"what": "Pay.", "by": "2026-04-01"}] * 51, "evidence": [ID] * 51}

    assert pointers("answer", statement="x", **told) == ["/cure", "/evidence"]


def test_facts_are_a_disclosure_and_a_document():
    """The document may be any object: it is judged when it is filed."""
    assert pointers("answer", statement="x", facts={"disclosure_id": ID, "document": {"any": [1]}}) == []
    assert pointers("answer", statement="x", facts={"disclosure_id": "D-1", "document": []}) == [
        "/facts/disclosure_id",
        "/facts/document",
    ]


def test_what_is_fine_becomes_what_was_meant():
    """Checked bodies convert."""
    assert msgspec.convert({"outcome": "decided", "reason": "the board"}, Resolution).outcome == "decided"
    assert msgspec.convert({"statement": "x", "evidence": [ID]}, Answering).evidence


def test_a_move_of_many_takes_what_the_move_itself_takes():
    """Every member of the body of each such move is a member of the request for many, and the other way round."""
    own = {field.encode_name for field in msgspec.structs.fields(MassMove)} - {"move", "alerts"}

    assert own == {field.encode_name for move in MASS for field in msgspec.structs.fields(BODIES[move])}
    assert (
        check_mass({"move": "withdraw", "reason": "x", "alerts": [{"alert_id": ID, "revision": 1}]}, NOW)
        == []
    )
