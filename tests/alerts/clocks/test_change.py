"""What may be asked of a clock: the body and every fault in it, and what a clock allows."""

import datetime as dt

import msgspec
import pytest

from registry.alerts.clocks import change
from registry.alerts.clocks.change import Extension
from registry.alerts.clocks.clock import Running
from registry.errors import IllegalMove, Invalid

TODAY = dt.date(2026, 3, 2)
RUNS = Running(
    name="answer", until=dt.date(2026, 3, 12), says="Answered.", confidence="inferred", days_left=10
)
GONE = Running(
    name="cure", until=dt.date(2026, 2, 20), says="Made good.", confidence="inferred", days_left=-10
)
FIXED = Running(
    name="NLRA charge",
    until=dt.date(2026, 9, 2),
    says="Six months.",
    confidence="memory",
    days_left=184,
    fixed=True,
)
ENDED = Running(
    name="grievance",
    until=dt.date(2026, 4, 1),
    says="Sixty days.",
    confidence="memory",
    days_left=30,
    ended="Step 1 of the grievance was filed on 1 March 2026.",
)
CLOCKS = [RUNS, GONE, FIXED, ENDED]
GOOD = {"clock": "answer", "kind": "extend", "until": "2026-03-20", "reason": "The vendor is late."}


def faults(**fields):
    """Pointer and code of every fault of a body; a field that is None is left out."""
    body = {name: value for name, value in {**GOOD, **fields}.items() if value is not None}
    return sorted((fault.pointer, fault.code) for fault in change.check(body))


def test_a_good_body_has_no_fault():
    """An extension says until when, standing still says for how many days."""
    assert faults() == []
    assert faults(kind="toll", until=None, days=366) == []


@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({"until": None}, ["/until"]),
        ({"days": 5}, ["/days"]),
        ({"kind": "toll"}, ["/days", "/until"]),
        ({"kind": "toll", "until": None, "days": 0}, ["/days"]),
        ({"kind": "toll", "until": None, "days": 367}, ["/days"]),
        ({"kind": "toll", "until": None, "days": True}, ["/days"]),
        ({"kind": "toll", "until": None, "days": 1.5}, ["/days"]),
        ({"kind": "shorten"}, ["/kind"]),
        ({"kind": []}, ["/kind"]),
        ({"clock": ""}, ["/clock"]),
        ({"clock": "a\x00b"}, ["/clock"]),
        ({"clock": "x" * 101}, ["/clock"]),
        ({"until": "2026-02-30"}, ["/until"]),
        ({"until": 20260320}, ["/until"]),
        ({"reason": ""}, ["/reason"]),
        ({"reason": " \n"}, ["/reason"]),
        ({"reason": "a\x00b"}, ["/reason"]),
        ({"reason": "x" * 4001}, ["/reason"]),
        ({"reason": None, "clock": None, "kind": None}, ["/clock", "/kind", "/reason"]),
        ({"verdict": "satisfied"}, ["/verdict"]),
    ],
)
def test_every_fault_is_told_at_once_with_its_place(fields, pointers):
    """What is missing, unknown, of the wrong form, or said beside what excludes it."""
    assert [pointer for pointer, _ in faults(**fields)] == pointers


@pytest.mark.parametrize("body", [None, [], "x", 5])
def test_a_body_that_is_no_object_is_one_fault(body):
    """Anything but an object is refused as a whole."""
    assert [fault.pointer for fault in change.check(body)] == [""]


def want(clock="answer", until=None, days=None):
    kind = "extend" if until else "toll"
    return Extension(clock=clock, kind=kind, reason="r", until=until, days=days)


@pytest.mark.parametrize(
    ("asked", "end"),
    [
        (want(until=dt.date(2026, 3, 13)), dt.date(2026, 3, 13)),
        (want(days=1), dt.date(2026, 3, 13)),
        (want(until=dt.date(2027, 3, 13)), dt.date(2027, 3, 13)),
        (want(days=366), dt.date(2027, 3, 13)),
        (want("cure", until=TODAY), TODAY),
        (want("cure", days=10), TODAY),
        (want("cure", until=dt.date(2027, 3, 3)), dt.date(2027, 3, 3)),
    ],
)
def test_a_clock_is_changed_to_a_later_day_that_is_still_to_come(asked, end):
    """A day later than its end, today or later, and a year and a day ahead at most; one that passed too."""
    assert change.new_end(asked, CLOCKS, TODAY)[1] == end


@pytest.mark.parametrize(
    ("asked", "pointer", "code"),
    [
        (want(until=dt.date(2026, 3, 12)), "/until", "not-later"),
        (want(until=dt.date(2026, 3, 11)), "/until", "not-later"),
        (want("cure", until=dt.date(2026, 3, 1)), "/until", "passed"),
        (want("cure", days=9), "/days", "passed"),
        (want(until=dt.date(2027, 3, 14)), "/until", "too-far"),
        (want("cure", until=dt.date(2027, 3, 4)), "/until", "too-far"),
        (want("answers", days=1), "/clock", "no-clock"),
        (want("NLRA charge", days=1), "/clock", "fixed"),
    ],
)
def test_what_a_clock_does_not_allow_is_refused_with_its_place(asked, pointer, code):
    """No earlier end, none in the past, none out of sight; no clock that is not there or set by statute."""
    with pytest.raises(Invalid) as refused:
        change.new_end(asked, CLOCKS, TODAY)

    [fault] = refused.value.faults
    assert (fault.pointer, fault.code) == (pointer, code)
    assert fault.fix
    if pointer == "/clock":
        assert fault.allowed == ["answer", "cure"]


@pytest.mark.parametrize(
    ("end", "says"),
    [
        (dt.date(2026, 5, 1), ""),
        (
            dt.date(2026, 5, 2),
            " The clock `outer` of the same matter ends sooner, on 1 May 2026, and decides.",
        ),
    ],
)
def test_who_agrees_to_more_time_reads_what_decides_all_the_same(end, says):
    """More time than another limit of the matter leaves is said to be none: a grievance would lapse on it."""
    known, outer, over = (
        msgspec.structs.replace(RUNS, name=name, until=until, matter="grievance", ended=ended)
        for name, until, ended in (
            ("known", dt.date(2026, 4, 1), ""),
            ("outer", dt.date(2026, 5, 1), ""),
            ("over", dt.date(2026, 3, 1), "Filed."),
        )
    )

    assert change.beside(known, end, [known, outer, over, RUNS, GONE]) == says
    assert change.beside(RUNS, end, [known, RUNS, GONE]) == ""


def test_a_clock_that_has_ended_is_not_changed_any_more():
    """What met it stands in the refusal."""
    with pytest.raises(IllegalMove, match="Step 1 of the grievance was filed"):
        change.new_end(want("grievance", days=5), CLOCKS, TODAY)


def test_a_misspelt_clock_gets_the_nearest():
    """The clock that was probably meant is named."""
    with pytest.raises(Invalid) as refused:
        change.new_end(want("anser", days=5), CLOCKS, TODAY)

    assert refused.value.faults[0].nearest == "answer"
