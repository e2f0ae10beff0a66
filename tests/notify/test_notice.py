from typing import get_args

import pytest

from registry.alerts.alert import MoveName
from registry.notify.notice import HEADLINES, notice

OPENED = """\
A violation (critical), prima facie and for your review.
The duty: No employee is required to give prompts that displace a covered employee.
Clause: BA Art. XX(a)
Due on 2026-03-09.
By registry at 2026-03-02T18:30:00+00:00.
Read it at /v1/alerts/01900000-0000-7000-8000-000000000001, revision 1."""
SETTLED = """\
A violation (critical), prima facie and for your review.
The duty: No employee is required to give prompts that displace a covered employee.
Clause: BA Art. XX(a)
Outcome: cured, what was missing has been done.
Reason: The filings now show this duty as met.
By registry at 2026-03-02T18:30:00+00:00.
Read it at /v1/alerts/01900000-0000-7000-8000-000000000001, revision 2."""


def test_a_new_alert_is_told_with_clause_and_due_date(message):
    """What is owed, under which clause, by when, and where to read it."""
    told = notice(message())

    assert told.subject == "New alert: iatse-ba-2024/prompt-displacement on harbor-lights-s1"
    assert told.text == OPENED


def test_a_settled_alert_is_told_with_the_reason(message):
    """How it ended and why; no due date is left."""
    told = notice(
        message(
            move="settle",
            state="resolved",
            revision=2,
            outcome="cured",
            reason="The filings now show this duty as met.",
        )
    )

    assert told.text == SETTLED


def test_a_repeat_has_the_same_id_and_another_move_another(message):
    """Receivers drop what they have by alert and revision."""
    assert notice(message()) == notice(message())
    assert notice(message()).id != notice(message(revision=2)).id


def test_locals_are_told_and_unions_without_a_local(message):
    """A union of which locals are named is told through them."""
    assert notice(message()).to == ["DGA", "IATSE:700", "IATSE:800"]


@pytest.mark.parametrize("move", get_args(MoveName))
def test_every_move_has_its_headline(message, move):
    """No move goes without words."""
    assert notice(message(move=move)).subject.startswith(HEADLINES[move])
