"""Requests and answers told to the registry outside filings, and the clocks they start and stop."""

import datetime as dt
import itertools
import sys

import msgspec
import pytest

from registry.obligations.judge import judge
from tests.obligations.cases import PACKS
from tests.obligations.told import WHO, answered, asked, filed, found, instant

ROOM = "/registry/"
ANSWERED = "reg/request-answered"
MEETING = "iatse-ba-2024/quarterly-company-meeting"


@pytest.mark.parametrize(
    ("heard", "at", "verdict", "reason"),
    [
        ([answered("2025-08-30")], "2025-12-01", "satisfied", "met"),
        ([answered("2025-08-31")], "2025-12-01", "violation", "late"),
        ([], "2025-08-30", "not_applicable", "not-yet-due"),
        ([], "2025-08-31", "violation", "overdue"),
        ([answered("2025-08-31", delay_cause="union")], "2025-12-01", "satisfied", "met"),
        ([answered("2025-08-25", by="representative")], "2025-12-01", "violation", "overdue"),
        ([answered("2025-08-25", request="r2")], "2025-12-01", "violation", "overdue"),
        ([answered("2025-08-28", offered_on=["2025-10-06"])], "2025-12-01", "satisfied", "met"),
        ([answered("2025-09-15", held_on="2025-08-25")], "2025-12-01", "violation", "late"),
    ],
)
def test_a_request_is_answered_within_ten_days(heard, at, verdict, reason):
    """Counted from the request; the employer's first message answers it, whatever day it speaks of."""
    [one] = found(ANSWERED, at=at, heard=[asked("2025-08-20"), *heard]).values()

    assert (one.verdict, one.reason) == (verdict, reason)
    assert one.due_on == dt.date(2025, 8, 30)
    assert one.unions == ["IATSE"]


def test_what_nobody_requested_is_not_judged():
    """An answer or an observation alone is no request."""
    assert found(ANSWERED, heard=[answered("2025-08-30")]) == {}
    assert found(ANSWERED) == {}


def test_a_request_starts_the_agreements_clock_and_the_answer_stops_it():
    """The meeting is due at the end of the contract quarter; the answer says when it was held."""
    request = asked("2025-08-20", meeting="company_quarterly")
    cases = [
        ([], "violation"),
        ([answered("2025-10-31", held_on="2025-10-31")], "satisfied"),
        ([answered("2025-11-02", held_on="2025-11-01")], "violation"),
        ([answered("2025-11-02", held_on="2025-11-01", delay_cause="union")], "satisfied"),
    ]
    for answers, verdict in cases:
        [one] = found(MEETING, heard=[request, *answers]).values()
        assert (one.subject, one.verdict) == ("r1", verdict)


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({"kind": "consultation"}, "iatse-ba-2024/consultation-on-request"),
        ({"kind": "meeting", "meeting": "industry_semiannual"}, "iatse-ba-2024/semiannual-industry-meeting"),
        ({"kind": "meeting"}, MEETING),
    ],
)
def test_each_kind_of_request_is_the_consultation_it_asks_for(body, rule):
    """A consultation, a company's or the industry's meeting: each under its own duty, and no other."""
    judged = judge(PACKS, WHO, [], instant("2027-01-01"), heard=[asked("2025-08-20", **body)])
    broken = {
        one.rule for one in judged.findings if one.verdict == "violation" and one.pack == "iatse-ba-2024"
    }

    assert broken == {rule}


def test_a_filing_that_speaks_of_the_request_is_the_same_consultation():
    """Who asked and when is as the request says; of the rest, what was told later wins."""
    held = {"id": "r1", "type": "company_quarterly", "requested_on": "2025-10-01", "held_on": "2025-10-20"}
    request = asked("2025-08-20", meeting="company_quarterly")
    known = [filed("2025-11-10", consultations=[held])]
    [one] = found(MEETING, known, heard=[request]).values()
    assert (one.verdict, one.due_on) == ("satisfied", dt.date(2025, 10, 31))

    later = answered("2025-12-01", held_on="2025-11-05")
    [one] = found(MEETING, known, heard=[request, later]).values()
    assert one.verdict == "violation"

    earlier = answered("2025-11-01", held_on="2025-11-05")
    [one] = found(MEETING, known, heard=[request, earlier]).values()
    assert one.verdict == "satisfied"


def test_a_request_is_known_only_from_when_it_was_told():
    """Knowledge has its own axis: before it was told, nobody is judged for it."""
    heard = [asked("2025-08-20", requested_on="2025-08-01T09:00:00-07:00")]

    assert found(ANSWERED, at="2025-08-19", heard=heard) == {}
    [one] = found(ANSWERED, at="2025-08-20", heard=heard).values()
    assert (one.verdict, one.due_on) == ("violation", dt.date(2025, 8, 11))
    [one] = found(ANSWERED, at="2025-08-20", heard=heard, on=instant("2025-08-05")).values()
    assert one.reason == "not-yet-due"


def test_the_sweep_knows_when_a_request_falls_overdue():
    """Time alone turns an open request into an overdue one, and the instant is known beforehand."""
    judged = judge(PACKS, WHO, [], instant("2025-08-28"), heard=[asked("2025-08-20")])
    [open_one] = [one for one in judged.findings if one.rule == ANSWERED]
    assert open_one.due_soon
    assert judged.judged_again_at == dt.datetime(2025, 8, 31, tzinfo=instant("2025-08-28").tzinfo)

    again = judge(PACKS, WHO, [], judged.judged_again_at, heard=[asked("2025-08-20")])
    [late] = [one for one in again.findings if one.rule == ANSWERED]
    assert late.verdict == "violation"


@pytest.mark.parametrize(("told", "known"), [("2025-08-20", "2025-11-01"), ("2025-11-20", "2025-11-20")])
def test_a_breach_is_known_from_when_what_was_told_showed_it(told, known):
    """The clock that counts from knowledge: the request told and the day passed, or the day the request was told."""
    request = asked(told, meeting="company_quarterly", requested_on="2025-08-20")
    one = found(MEETING, heard=[request, answered("2025-12-20", held_on="2025-12-01")])["r1"]

    assert (one.verdict, one.occurred_on) == ("violation", dt.date(2025, 11, 1))
    assert one.known_on == dt.date.fromisoformat(known)


def test_many_requests_take_no_longer_than_each_of_them():
    """Each unanswered request is dated by itself: four times as many are about four times the work, not sixteen."""

    def work(number):
        told = [asked("2025-08-20", f"r{n}", meeting="company_quarterly") for n in range(number)]
        heard = [
            msgspec.structs.replace(one, at=one.at + dt.timedelta(minutes=n)) for n, one in enumerate(told)
        ]
        calls = itertools.count()
        # What the collector and the test runner call meanwhile is not the work.
        sys.setprofile(lambda frame, *_: ROOM in frame.f_code.co_filename and next(calls))
        try:
            late = found(MEETING, heard=heard)
        finally:
            sys.setprofile(None)
        assert {one.known_on for one in late.values()} == {dt.date(2025, 11, 1)}
        return next(calls)

    work(2)
    assert work(80) < 6 * work(20)
