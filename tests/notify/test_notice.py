import pytest
from told import KEY, event

from registry.notify.notice import notice
from registry.notify.wording import headline
from registry.subscriptions.types import TYPES


def test_an_event_is_a_line_addressed_to_those_it_concerns():
    """What happened, to what; a union of which locals are named is told through them."""
    told = notice(event(unions=["DGA", "IATSE"]))

    assert told.subject == "New alert: Alert iatse-ba-2024/prompt-displacement on Harbor Lights"
    assert told.to == ["DGA", "IATSE:700"]


def test_a_repeat_has_the_same_id_and_another_event_another():
    """Readers of the log drop what they have."""
    assert notice(event()).id == notice(event()).id != notice(event(position=8)).id


def test_a_request_is_told_to_the_employer_and_its_answer_to_the_union():
    """Whoever has to act next."""
    asked = event(type="request.made", thread="request", kind=None, rule=None, asks="meeting")

    assert notice(asked).to == [KEY[0]]
    assert notice(event(type="request.answered", thread="request")).to == ["IATSE:700"]
    assert notice(event(type="thread.note", side="employer")).to == [KEY[0]]


def test_an_escalation_names_whom_it_is_addressed_to():
    """Beside those concerned."""
    assert notice(event(type="alert.escalated", to=["IATSE"])).to == ["IATSE", "IATSE:700"]


@pytest.mark.parametrize("type_", TYPES)
def test_every_type_has_its_words(type_):
    """Nothing goes without a headline."""
    assert headline(event(type=type_)) != headline(event(type="nothing.known"))
