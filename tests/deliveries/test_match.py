import pytest
from told import ADMINISTRATOR, AGENT, AUDITOR, INTERNATIONAL, OFFICE, OTHERS, REP, event, subscription

from registry.auth.scope import Principal
from registry.deliveries.match import Readers, addressed, reaches, told
from registry.subscriptions.subscription import Wish

DGA = Principal(subject="dga", role="representative", locals=["DGA"])
ASKED = event(type="request.made", thread="request", kind=None, severity=None, rule=None)


@pytest.mark.parametrize(
    ("who", "hears"),
    [
        (REP, True),
        (INTERNATIONAL, True),
        (AGENT, False),
        (DGA, False),
        (OFFICE, True),
        (OTHERS, False),
        (AUDITOR, True),
        (Principal(subject="a", role="auditor", employers=[]), False),
        (Principal(subject="a", role="auditor"), True),
        (ADMINISTRATOR, True),
        (Principal(subject="x", role="representative"), False),
        (Principal(subject="x", role="employer"), False),
    ],
)
def test_an_event_reaches_whoever_may_read_what_it_is_about(who, hears):
    """The scope of the token decides, and the index over subscriptions finds the same ones."""
    assert reaches(who, event()) is hears
    assert bool(Readers([subscription(who)]).of(event())) is hears


@pytest.mark.parametrize(
    ("side", "hearing"), [("union", {"representative"}), ("employer", {"employer"}), ("both", None)]
)
def test_a_note_reaches_its_own_side_alone(side, hearing):
    """Neither the other party nor auditors and administrators hear of a note."""
    everybody = [REP, OFFICE, AUDITOR, ADMINISTRATOR]
    found = {who.role for who in everybody if reaches(who, event(type="thread.note", side=side))}

    assert found == (hearing or {who.role for who in everybody})


@pytest.mark.parametrize(
    ("wish", "hears"),
    [
        ({}, True),
        ({"unions": ["IATSE"]}, True),
        ({"unions": ["DGA"]}, False),
        ({"locals": ["IATSE:700"]}, True),
        ({"locals": ["IATSE:600"]}, False),
        ({"productions": ["harbor-lights-s1"]}, True),
        ({"productions": ["night-ferry"]}, False),
        ({"employers": ["northlight-pictures"]}, True),
        ({"employers": ["southpaw-films"]}, False),
        ({"kinds": ["violation", "review"]}, True),
        ({"kinds": ["review"]}, False),
        ({"severities": ["critical"]}, True),
        ({"severities": ["minor"]}, False),
        ({"types": ["alert"]}, True),
        ({"types": ["alert.opened"]}, True),
        ({"types": ["alert.resolved", "request"]}, False),
        ({"kinds": ["violation"], "locals": ["IATSE:600"]}, False),
    ],
)
def test_a_wish_narrows_what_is_told(wish, hears):
    """Each list narrows, lists together more so, and an empty one leaves nothing out."""
    assert told(subscription(ADMINISTRATOR, wish=Wish(**wish)), event()) is hears


def test_kinds_and_severities_say_nothing_of_requests():
    """A request is no violation and no review: whoever wants violations alone is told of requests, too."""
    asked = subscription(OFFICE, wish=Wish(kinds=["violation"], severities=["critical"]))

    assert told(asked, ASKED)
    assert not told(subscription(OFFICE, wish=Wish(types=["alert"])), ASKED)


def test_what_is_held_back_is_told_to_nobody():
    """An alert held by a missing disclosure is quiet, whoever would hear of it."""
    assert not told(subscription(ADMINISTRATOR), event(held=True))


@pytest.mark.parametrize(
    ("who", "to", "named"),
    [
        (REP, ["IATSE:700"], True),
        (REP, ["IATSE"], False),
        (INTERNATIONAL, ["IATSE"], True),
        (OFFICE, ["employer"], True),
        (OFFICE, ["northlight-pictures"], True),
        (OFFICE, ["IATSE:700"], False),
        (AUDITOR, ["IATSE:700"], False),
        (REP, [], False),
    ],
)
def test_an_escalation_names_a_party(who, to, named):
    """A local's own representatives, the International's, or the employer; nobody else is addressed."""
    assert addressed(who, event(type="alert.escalated", to=to)) is named


def test_one_subscription_is_found_once():
    """However many locals of an event its owner serves."""
    both = Principal(subject="two", role="representative", locals=["IATSE:700", "IATSE:800"], unions=["DGA"])
    found = Readers([subscription(both)]).of(
        event(locals=["IATSE:700", "IATSE:800"], unions=["DGA", "IATSE"])
    )

    assert len(found) == 1
