"""The schemas and examples as they ship; and a registered production whose history adds up after each test."""

import json

import papers
import pytest

from registry import files
from registry.audit import act as audit
from registry.disclosures import schemas as schema_files

DISCLOSURE = files.SCHEMAS / "disclosure"


def read(folder):
    """Every JSON file of a folder, by name."""
    return {path.name: path.read_bytes() for path in folder.glob("*.json")}


@pytest.fixture(scope="session")
def schemas():
    """The schema set as it ships."""
    return schema_files.load(read(DISCLOSURE), read(files.SCHEMAS / "codes"))


@pytest.fixture
def example():
    """A fresh copy of a published example, by name as in `2.0/mood-boards`."""
    return lambda name: json.loads((DISCLOSURE / "examples" / f"{name}.json").read_bytes())


@pytest.fixture
async def office(db):
    """A database with employers and productions on record; what the test leaves in it is verified."""
    await papers.register(db)
    yield db
    tally = await audit.verify(db)

    assert tally.size == await papers.count(db, "ledger_entry")
