"""What the registry judges with: the schemas that ship with it, and one parameter set and pack made here."""

import pytest

from registry import files
from registry.agreements import act
from registry.disclosures import schemas
from registry.judging.house import House
from registry.obligations.pack import Pack, PackSet, WrittenPack, digest, written_params

PARAMS = b"""name = "params-2026.1"
title = "Operational parameters"
[param.CONSULT_DAYS]
title = "Days to consult after a request"
unit = "calendar days"
values = [{ from = 2024-08-01, value = 10, reference = "a proposal", confidence = "inferred" }]
"""
PACK = b"""pack = "iatse-tech"
title = "Technological change"
union = "IATSE"
agreements = ["iatse-ba-2024"]
params = "params-2026.1"
since = 2024-08-01
obligation = []
[sources]
SEED2 = "a report"
"""


def pack(body=PACK):
    written = WrittenPack(
        pack="iatse-tech",
        title="Technological change",
        union="IATSE",
        agreements=["iatse-ba-2024"],
        params="params-2026.1",
        sources={},
        obligation=[],
    )
    return Pack(written.pack, digest(body), body, written, [])


def read(folder):
    return {path.name: path.read_bytes() for path in sorted((files.SCHEMAS / folder).glob("*.json"))}


@pytest.fixture(scope="session")
def house():
    """A House of one pack, one parameter set and the shipped schemas."""
    params = written_params("params-2026.1.toml", PARAMS)
    return House(
        schemas=schemas.load(read("disclosure"), read("codes")),
        packs=PackSet({"iatse-tech": pack()}, {params.name: params}),
        editions=act.editions(),
    )


@pytest.fixture(scope="session")
def other_pack():
    """A PackSet in which the pack's bytes are others under the same name."""
    return PackSet({"iatse-tech": pack(PACK + b"# a word more\n")}, {})
