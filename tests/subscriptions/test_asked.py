import pytest
from told import AUDITOR, INTERNATIONAL, OFFICE, REP

from registry.subscriptions.asked import Codes, check_change, check_new, check_rotation

CODES = Codes(
    locals=frozenset({"IATSE:700", "IATSE:600", "DGA"}),
    zones=frozenset({"UTC", "America/Los_Angeles"}),
    mail=True,
)
GOOD = {"way": "webhook", "address": "https://example.org/hook"}


def faults(body, who=REP, codes=CODES):
    return {fault.pointer: fault for fault in check_new(body, codes, who)}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"form": "cloudevents", "signing": "v1a"},
        {"wish": {"locals": ["IATSE:700"], "types": ["alert", "request.made"], "severities": ["critical"]}},
        {"pace": {"at": "daily", "hour": 0, "time_zone": "UTC", "quiet": {"from": 22, "to": 7}}},
        {"pace": {"quiet": None}},
        {"way": "email", "address": "rep@example.org"},
        {"way": "slack"},
    ],
)
def test_what_is_right_has_no_fault(more):
    """Every member may be left out but the way and the address."""
    assert faults(GOOD | more) == {}


@pytest.mark.parametrize(
    ("more", "pointer", "code"),
    [
        ({"way": "fax"}, "/way", "not-allowed"),
        ({"colour": "red"}, "/colour", "unknown-member"),
        ({"address": ""}, "/address", "wrong-form"),
        ({"address": "h" * 1001}, "/address", "wrong-form"),
        ({"form": "xml"}, "/form", "not-allowed"),
        ({"way": "slack", "form": "cloudevents"}, "/form", "no-form"),
        ({"way": "email", "signing": "v1a"}, "/signing", "not-signed"),
        ({"wish": {"locals": ["IATSE:7000"]}}, "/wish/locals/0", "unknown-code"),
        ({"wish": {"locals": ["IATSE:700", "IATSE:700"]}}, "/wish/locals/1", "twice"),
        ({"wish": {"locals": ["IATSE:600"]}}, "/wish/locals/0", "not-yours"),
        ({"wish": {"unions": ["DGA"]}}, "/wish/unions/0", "not-yours"),
        ({"wish": {"types": ["alert.eaten"]}}, "/wish/types/0", "unknown-code"),
        ({"wish": {"kinds": ["fire"]}}, "/wish/kinds/0", "not-allowed"),
        ({"wish": {"productions": ["Harbor Lights"]}}, "/wish/productions/0", "not-a-key"),
        ({"wish": {"locals": "IATSE:700"}}, "/wish/locals", "wrong-form"),
        ({"wish": []}, "/wish", "wrong-form"),
        ({"pace": {"hour": 24}}, "/pace/hour", "out-of-range"),
        ({"pace": {"hour": -1}}, "/pace/hour", "out-of-range"),
        ({"pace": {"hour": True}}, "/pace/hour", "wrong-form"),
        ({"pace": {"time_zone": "Mars/Olympus"}}, "/pace/time_zone", "unknown-code"),
        ({"pace": {"quiet": {"from": 3, "to": 3}}}, "/pace/quiet/to", "no-hours"),
        ({"pace": {"quiet": {"from": 22}}}, "/pace/quiet/to", "missing"),
        ({"pace": {"quiet": {"from": 22, "to": 25}}}, "/pace/quiet/to", "out-of-range"),
    ],
)
def test_each_fault_is_named_where_it_is(more, pointer, code):
    """With the pointer, and how to mend it."""
    found = faults(GOOD | more)

    assert found[pointer].code == code
    assert found[pointer].fix


def test_every_fault_is_told_at_once():
    """Nobody has to send it three times."""
    body = {"way": "fax", "wish": {"types": ["x"]}, "pace": {"hour": 99}, "more": 1}

    assert set(faults(body)) == {"/way", "/address", "/wish/types/0", "/pace/hour", "/more"}


@pytest.mark.parametrize("body", [None, [], "text", 7, True])
def test_what_is_no_object_is_one_fault(body):
    """And nothing breaks."""
    assert [fault.code for fault in check_new(body, CODES, REP)] == ["wrong-form"]
    assert [fault.code for fault in check_rotation(body)] == ["wrong-form"]


@pytest.mark.parametrize(
    ("who", "wish", "fine"),
    [
        (INTERNATIONAL, {"locals": ["IATSE:600"], "unions": ["IATSE"]}, True),
        (REP, {"unions": ["IATSE"]}, True),
        (OFFICE, {"employers": ["northlight-pictures"]}, True),
        (OFFICE, {"employers": ["southpaw-films"]}, False),
        (OFFICE, {"locals": ["IATSE:600"]}, True),
        (AUDITOR, {"employers": ["southpaw-films"]}, False),
    ],
)
def test_a_wish_beyond_the_tokens_reach_is_refused(who, wish, fine):
    """It could never come true, and whoever makes it should know."""
    assert (faults(GOOD | {"wish": wish}, who) == {}) is fine


def test_without_a_mail_server_there_is_no_mail():
    """Said when it is asked for, not when the first letter fails."""
    codes = Codes(locals=CODES.locals, zones=CODES.zones, mail=False)

    assert faults({"way": "email", "address": "a@example.org"}, codes=codes)["/way"].code == "no-mail"


def test_a_change_says_no_way():
    """A subscription never changes its way, nor its signing."""
    found = {fault.pointer for fault in check_change(GOOD | {"signing": "v1"}, "webhook", CODES, REP)}

    assert found == {"/way", "/signing"}


@pytest.mark.parametrize(("hours", "fine"), [(0, True), (168, True), (169, False), (-1, False)])
def test_an_old_secret_lives_for_a_week_at_most(hours, fine):
    """And may end at once."""
    assert (check_rotation({"keep_hours": hours}) == []) is fine
