from typing import get_args

import pytest

from registry.alerts.alert import MoveName
from registry.notify.notice import HEADLINES, notice, request_notice
from registry.requests.asked import RequestKind

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


ASKED = """\
IATSE:700 asks for a meeting (company quarterly), on behalf of the union, about 2 uses.
Recorded at 2026-03-02T18:30:00+00:00; time limits run from then.
Read it at /v1/requests/01900000-0000-7000-8000-000000000002, revision 1."""


def test_an_employer_is_told_of_a_request(asked):
    """Who asks for what, from when limits run, and where to read it."""
    told = request_notice(asked())

    assert told.to == ["northlight-pictures"]
    assert told.subject == "New request: meeting on harbor-lights-s1"
    assert told.text == ASKED


@pytest.mark.parametrize("kind", get_args(RequestKind))
def test_every_request_has_its_words(asked, kind):
    """No request goes without words."""
    assert kind in request_notice(asked(asks_for=kind)).text.splitlines()[0]


def test_a_union_is_told_of_the_answer(asked):
    """The local that asked learns that it was answered, and whether more is to come."""
    told = request_notice(asked(kind="answer", revision=2, uses=0, on_behalf_of="employee", meeting=None))
    last = request_notice(asked(kind="answer", revision=3, closes=True))

    assert told.to == last.to == ["IATSE:700"]
    assert (told.subject, last.subject) == (
        "Request answered: meeting on harbor-lights-s1",
        "Request closed: meeting on harbor-lights-s1",
    )
    assert told.text.splitlines()[:2] == [
        "IATSE:700 asks for a meeting, on behalf of an employee.",
        "northlight-pictures has answered.",
    ]
    assert len({told.id, last.id, request_notice(asked()).id}) == 3
