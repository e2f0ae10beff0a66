import datetime as dt

import pytest
from told import NOW, event, sent

from registry.deliveries.delivery import LONGEST_ERROR, Delivery, outgoing, reason, settled
from registry.outgoing.schedule import DELAYS


def test_what_arrived_is_delivered():
    """Nothing else follows."""
    found = settled(sent("delivered"), 1, NOW, 0.0, failing=True)

    assert (found.state, found.not_before, found.disables, found.rests_until) == (
        "delivered",
        None,
        None,
        None,
    )


@pytest.mark.parametrize("attempt", range(1, len(DELAYS)))
def test_what_failed_is_tried_again_by_the_schedule(attempt):
    """And its address is left in peace, never longer than a minute."""
    found = settled(sent("again"), attempt, NOW, 0.0, failing=True)

    assert (found.state, found.not_before) == ("waiting", NOW + DELAYS[attempt])
    assert dt.timedelta(seconds=2) <= found.rests_until - NOW <= dt.timedelta(seconds=60)
    assert found.disables is None


def test_whoever_asks_for_time_gets_it():
    """Retry-After holds back the message and everything else for that address."""
    later = NOW + dt.timedelta(minutes=10)
    found = settled(sent("again", status=429, retry_after=later), 1, NOW, 0.0, failing=False)

    assert (found.not_before, found.rests_until) == (later, later)


def test_the_end_of_the_schedule_disables_a_dead_address_alone():
    """Where other messages arrive, the one is given up and the subscription stays."""
    last = len(DELAYS)
    dead = settled(sent("again", error="no answer"), last, NOW, 0.0, failing=True)
    alive = settled(sent("again"), last, NOW, 0.0, failing=False)

    assert (dead.state, alive.state) == ("failed", "failed")
    assert "no answer" in dead.disables
    assert alive.disables is None


def test_gone_disables_and_refused_does_not():
    """410 ends it at once; a message nobody will ever take is given up alone."""
    gone = settled(sent("gone", status=410, error="Gone"), 1, NOW, 0.0, failing=False)
    refused = settled(sent("refused", status=550), 1, NOW, 0.0, failing=False)

    assert (gone.state, gone.disables) == ("failed", "410 Gone")
    assert (refused.state, refused.disables) == ("failed", None)


def test_a_reason_is_short_and_never_empty():
    """It is shown to the owner."""
    assert len(reason(sent("again", error="x" * 5000))) == LONGEST_ERROR
    assert reason(sent("again")) == "no reason was given"


def test_a_message_is_known_by_an_id_without_a_full_stop():
    """A digest goes by that of the delivery it was put together with, its oldest event first."""
    told = [
        Delivery(
            delivery_id=event().about,
            subscription_id=event().about,
            position=position,
            about=event().about,
            event=event(position=position),
            digest=True,
            message_id=event().about,
            claims=5,
            attempts=2,
            created_at=NOW,
        )
        for position in (9, 4)
    ]
    message = outgoing(told)

    assert message.id == f"msg_{event().about.hex}"
    assert "." not in message.id
    assert ([each.position for each in message.events], message.attempt) == ([4, 9], 3)
