"""Laws and bills as data: each has its pack, and both say the same of where, when and how far."""

import pytest

from registry import files, house
from registry.agreements import act
from registry.obligations import lint

PACKS = lint.load(house.contents(files.PACKS, "*.toml")).packs
LAWS = act.laws()


@pytest.mark.parametrize("key", sorted(LAWS))
def test_a_law_and_its_pack_say_the_same(key):
    """Places, territories, days and status; a law without a pack, or with other days, fails here."""
    law, written = LAWS[key], PACKS[key].written
    own = [duty.since for duty in written.obligation]
    since = written.since or (min(own) if all(own) else None)

    assert (written.places, written.territories) == (law.places, law.territories)
    assert (since, written.until, written.status) == (law.since, law.until, law.status)
    assert law.source
    assert law.confidence in {"quoted", "reported", "memory", "inferred"}


def test_every_pack_of_a_law_is_on_the_list():
    """A pack that binds by place and speaks for no agreement is a law's, unless nothing was concluded."""
    found = {
        name
        for name, pack in PACKS.items()
        if pack.written.places and not pack.written.agreements and pack.written.status != "negotiated"
    }

    assert found == LAWS.keys()
