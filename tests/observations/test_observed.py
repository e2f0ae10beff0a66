import datetime as dt
import json

import pytest

from registry import files
from registry.observations import act
from registry.observations import observed as body

NOW = dt.datetime(2025, 10, 16, 18, tzinfo=dt.UTC)


def faults(document):
    return {fault.pointer: fault for fault in body.check(document, act.codes(), NOW)}


def test_an_observation_that_is_right_has_no_fault(observed):
    """With everything said, with the least, with a reporter, over several days, in a union without locals."""
    least = ("tool", "category", "department", "headcount", "asked_other_departments")
    for changes in (
        {},
        dict.fromkeys(least),
        {"reporter": {"name": "R. Achterberg"}},
        {"until": "2025-10-16"},
        {"union": "DGA", "local": None},
    ):
        assert faults(observed(**changes)) == {}


@pytest.mark.parametrize(
    ("changes", "pointer", "code", "nearest"),
    [
        ({"observed_on": "2025-10-19"}, "/observed_on", "in-the-future", None),
        ({"observed_on": "2025/10/9"}, "/observed_on", "wrong-form", "2025-10-09"),
        ({"observed_on": "0001-01-01"}, "/observed_on", "wrong-form", None),
        ({"observed_on": None}, "/observed_on", "missing", None),
        ({"until": "2025-10-09"}, "/until", "ends-before-it-starts", None),
        ({"until": "9999-12-31"}, "/until", "wrong-form", None),
        ({"category": "generative-audio-voice"}, "/category", "unknown-code", "generative_audio_voice"),
        ({"local": "IATSE:7000"}, "/local", "unknown-code", None),
        ({"union": "DGA"}, "/local", "other-union", "IATSE"),
        ({"headcount": -1}, "/headcount", "wrong-form", None),
        ({"headcount": "6"}, "/headcount", "wrong-form", None),
        ({"asked_other_departments": "yes"}, "/asked_other_departments", "wrong-form", None),
        ({"text": " "}, "/text", "wrong-form", None),
        ({"reporter": "me"}, "/reporter", "wrong-form", None),
        ({"reporter": {"contact": "x"}}, "/reporter/name", "missing", None),
        ({"reporter": {"name": "x", "email": "x"}}, "/reporter/email", "unknown-member", None),
        ({"head_count": 6}, "/head_count", "unknown-member", "headcount"),
    ],
)
def test_each_fault_has_its_pointer_code_and_nearest(observed, changes, pointer, code, nearest):
    """One wrong member is one fault, with the value that was probably meant."""
    found = faults(observed(**changes))

    assert set(found) == {pointer}
    assert found[pointer].code == code
    assert found[pointer].fix
    assert nearest in (None, found[pointer].nearest)


def test_categories_are_those_of_the_code_list():
    """A list that grows grows here, too."""
    listed = json.loads((files.SCHEMAS / "codes" / "tool-categories.json").read_bytes())["values"]

    assert set(act.codes().categories) == {each["key"] for each in listed}
