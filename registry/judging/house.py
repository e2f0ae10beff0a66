"""What the registry judges with: schemas, packs and agreement editions, handed to every act.

A House never changes under the act that holds it. When packs are published, each process makes a new House
of what is in force and keeps that one for the acts that come after.
"""

from collections.abc import Mapping

import msgspec

from registry.agreements.terms import Edition
from registry.disclosures.schemas import SchemaSet
from registry.obligations.pack import PackSet


class Keeper(msgspec.Struct, eq=False):
    """Where a process keeps its newest House."""

    house: "House"


class House(msgspec.Struct, frozen=True):
    """The rules of the house, the same for everybody who asks it.

    `stands_at` is the ledger index of the newest publication among its packs; -1: as they ship. `keeper` is
    where the process keeps the House that comes after this one.
    """

    schemas: SchemaSet
    packs: PackSet
    editions: Mapping[str, Edition] = {}
    stands_at: int = -1
    keeper: Keeper | None = None

    @property
    def newest(self) -> "House":
        """The newest House this process has made; this one, when nobody keeps any."""
        return self.keeper.house if self.keeper and self.keeper.house.stands_at > self.stands_at else self


def kept(house: House) -> House:
    """*house* with a keeper of its own, for a process that begins."""
    keeper = Keeper(house)
    keeper.house = msgspec.structs.replace(house, keeper=keeper)
    return keeper.house


def moved(house: House, packs: PackSet, stands_at: int) -> House:
    """*house* with *packs* instead of its own, kept for the acts that come after unless one is newer."""
    made = msgspec.structs.replace(house, packs=packs, stands_at=stands_at)
    if made.keeper and made.keeper.house.stands_at < stands_at:
        made.keeper.house = made
    return made
