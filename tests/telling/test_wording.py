import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import EVENT, REQUEST, event

from registry.notify.wording import HEADLINES, LONGEST, facts, headline, line, matter, short, summary
from registry.subscriptions.types import TYPES


def test_every_type_has_its_headline():
    """Nothing is told as something."""
    assert set(HEADLINES) == set(TYPES)


def test_an_alert_is_told_with_its_facts():
    """Kind, severity, duty, clause, days, production and whom it concerns, by name and value."""
    assert headline(EVENT) == "New alert"
    assert matter(EVENT) == "Alert iatse-ba-2024/prompt-displacement on Harbor Lights"
    assert facts(EVENT) == [
        ("What", "A violation"),
        ("Severity", "critical"),
        ("Duty", "No employee is required to give prompts that displace a covered employee."),
        ("Clause", "BA Art. XX(a)"),
        ("Due", "9 March 2026"),
        ("Clock", "grievance ends on 2 May 2026"),
        ("State", "open"),
        ("Production", "Harbor Lights (harbor-lights-s1)"),
        ("Employer", "northlight-pictures"),
        ("Concerns", "DGA, IATSE:700, IATSE:800"),
    ]


def test_a_request_is_told_by_what_it_is_for():
    """What is asked for and of which production; nothing of its text."""
    assert (headline(REQUEST), matter(REQUEST)) == ("New request", "Request for a meeting on Harbor Lights")
    assert matter(event(rule=None, type="thread.comment")) == "Alert on Harbor Lights"


@pytest.mark.parametrize("state", ["resolved", "withdrawn"])
def test_what_is_over_has_no_days_left(state):
    """A settled alert presses nobody."""
    names = [name for name, _ in facts(event(state=state))]

    assert "Due" not in names
    assert "Clock" not in names
    assert "ends on" not in line(event(state=state))


def test_a_line_of_a_digest_names_the_day():
    """The clock where there is one, else the day it is due."""
    assert line(EVENT) == (
        "New alert: Alert iatse-ba-2024/prompt-displacement on Harbor Lights; grievance ends on 2 May 2026"
    )
    assert line(event(clock=None, clock_on=None)).endswith("; due on 9 March 2026")
    assert summary([EVENT]) == "1 thing about 1 matter"
    assert summary([EVENT, EVENT, REQUEST]) == "3 things about 2 matters"


@given(st.text(max_size=2 * LONGEST))
def test_what_is_told_is_one_line_without_steering_letters(text):
    """No line end, NUL, escape or direction mark of a title reaches a head, a terminal or a card."""
    told = short(text)

    assert told.isprintable()
    assert len(told) <= LONGEST
    assert short(told) == told


def test_a_title_of_steering_letters_alone_is_nothing():
    """An empty value is left out, not shown as a blank."""
    assert ("Duty", "") not in facts(event(says="\0\x1b\u202e"))
    assert matter(event(title="\0", production_id="p", rule="r")) == "Alert r on p"
    assert facts(event(due_on=dt.date(2026, 12, 31)))[4] == ("Due", "31 December 2026")
