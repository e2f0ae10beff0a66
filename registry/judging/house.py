"""What the registry judges with: schemas, packs and agreement editions, read once and handed to every act."""

from collections.abc import Mapping

import msgspec

from registry.agreements.terms import Edition
from registry.disclosures.schemas import SchemaSet
from registry.obligations.pack import PackSet


class House(msgspec.Struct, frozen=True):
    """The rules of the house, the same for every caller and every filing until it is restarted."""

    schemas: SchemaSet
    packs: PackSet
    editions: Mapping[str, Edition] = {}
