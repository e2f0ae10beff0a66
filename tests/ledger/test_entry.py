"""Entries, row digests and commitments: canonical bytes, and what changes them."""

import datetime as dt
import hashlib
import json
import uuid

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Corrupt
from registry.ledger import entry
from registry.ledger.entry import Entry

AT = dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=-8)))
WHOLE = Entry(
    kind="filing",
    id="0197d3a0-0000-7000-8000-000000000001",
    seq=2,
    prev="00" * 32,
    sha256="11" * 32,
    record="22" * 32,
    sd=["a", "b"],
    schema="2.0",
    rules="33" * 32,
    findings="44" * 32,
    at=entry.stamp(AT),
)
LEAST = Entry(kind="alert", id="x", seq=1, sha256="11" * 32, record="22" * 32, at=entry.stamp(AT))
ROW = {
    "employer_id": "northlight-pictures",
    "disclosure_id": uuid.UUID(WHOLE.id),
    "version": 2,
    "filed_at": AT,
    "on": dt.date(2026, 3, 1),
    "sha256": b"\x00\xff",
    "document": {"tools": [{"id": "t1", "used": None, "generative": True}]},
    "reason": None,
    "ledger_index": 17,
}


@pytest.mark.parametrize("whole", [WHOLE, LEAST])
def test_an_entry_is_canonical_json_and_comes_back(whole):
    """Encoding gives RFC 8785 bytes that carry the version, and decoding them gives the entry."""
    data = entry.encode(whole)

    assert rfc8785.dumps(json.loads(data)) == data
    assert json.loads(data)["v"] == 1
    assert whole == entry.decode(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        entry.encode(LEAST) + b" ",
        entry.encode(LEAST).replace(b'"v":1', b'"v":2'),
        entry.encode(LEAST).replace(b',"v":1', b""),
        entry.encode(LEAST).replace(b'"seq":1', b'"seq":1,"seq":1'),
        entry.encode(LEAST).replace(b'"seq":1', b'"seq":1.0'),
        entry.encode(LEAST).replace(b'"seq":1', b'"seq":1,"tail":1'),
        entry.encode(LEAST).replace(b'"alert"', b'"gossip"'),
    ],
)
def test_other_bytes_are_not_an_entry(data):
    """Whatever is not exactly the canonical form of an entry is refused as corrupt."""
    with pytest.raises(Corrupt):
        entry.decode(data)


def test_an_instant_is_written_in_utc_with_microseconds():
    """The same instant is written the same way from any time zone."""
    assert entry.stamp(AT) == "2026-03-01T17:30:00.000000Z"
    assert entry.stamp(AT) == entry.stamp(AT.astimezone(dt.UTC))


def test_a_row_digest_is_over_canonical_json():
    """The digest can be recomputed with another canonical JSON library from what README says."""
    told = {
        "table": "disclosure_version",
        "employer_id": "northlight-pictures",
        "disclosure_id": WHOLE.id,
        "version": 2,
        "filed_at": "2026-03-01T17:30:00.000000Z",
        "on": "2026-03-01",
        "sha256": "00ff",
        "document": {"tools": [{"id": "t1", "used": None, "generative": True}]},
    }

    assert hashlib.sha256(rfc8785.dumps(told)).hexdigest() == entry.row_digest("disclosure_version", ROW)


@pytest.mark.parametrize("column", sorted(ROW.keys() - {"ledger_index", "reason"}))
def test_every_column_moves_the_row_digest(column):
    """Leaving out any column that says something changes the digest."""
    less = {name: value for name, value in ROW.items() if name != column}

    assert entry.row_digest("disclosure_version", less) != entry.row_digest("disclosure_version", ROW)


def test_the_table_moves_the_row_digest_and_the_place_in_the_ledger_does_not():
    """The same columns in another table are another row; the position is known only after the digest."""
    moved = {**ROW, "ledger_index": 99}

    assert entry.row_digest("judgement", ROW) != entry.row_digest("disclosure_version", ROW)
    assert entry.row_digest("disclosure_version", moved) == entry.row_digest("disclosure_version", ROW)


def test_a_whole_number_and_a_fraction_without_a_remainder_are_different_rows():
    """One and one point nought are different stored bytes, so they give different digests."""
    assert entry.row_digest("t", {"n": {"x": 1}}) != entry.row_digest("t", {"n": {"x": 1.0}})


def test_a_commitment_is_the_one_of_the_sd_jwt_standard():
    """The disclosure of RFC 9901's family name, without white space, and the digest of its own encoding."""
    disclosure = entry.section_disclosure("_26bc4LT-ac6q2KI6cBW5es", "family_name", "Möbius")
    spaced = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"

    assert disclosure == "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsImZhbWlseV9uYW1lIiwiTcO2Yml1cyJd"
    assert entry.section_digest(spaced) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"


@pytest.mark.slow
@given(
    sections=st.dictionaries(st.text(), st.recursive(st.none() | st.text(), st.lists), min_size=1),
    data=st.data(),
)
def test_every_section_and_every_salt_has_its_own_commitment(sections, data):
    """Commitments stand in the order of names; another value or another salt changes exactly its own one."""
    salts = {name: f"salt of {name}" for name in sections}
    name = data.draw(st.sampled_from(sorted(sections)))
    place = sorted(sections).index(name)
    before = entry.commit_sections(sections, salts)
    other_value = entry.commit_sections({**sections, name: {"other": 1}}, salts)
    other_salt = entry.commit_sections(sections, {**salts, name: "another"})

    assert len(before) == len(sections)
    assert [i for i in range(len(before)) if before[i] != other_value[i]] == [place]
    assert [i for i in range(len(before)) if before[i] != other_salt[i]] == [place]
