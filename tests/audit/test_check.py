"""One row against its entry: the faults that a wrong writer, not a rewrite, would leave."""

import datetime as dt
import hashlib

import msgspec
import pytest

from registry.audit import check
from registry.audit.check import Row
from registry.errors import Corrupt
from registry.ledger import entry as entries
from registry.ledger.entry import Entry

AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
BODY = b'{"legal_name":"Northlight"}'
COLUMNS = {
    "employer_id": "northlight-pictures",
    "revision": 2,
    "record": {"legal_name": "Northlight"},
    "body": BODY,
    "recorded_at": AT,
    "recorded_by": "administrator",
    "ledger_index": 9,
}
BESIDE = {"previous_index": 4, "previous_leaf": b"\x07" * 32}
ROW = Row("employer_version", 9, COLUMNS, BESIDE)
ENTRY = Entry(
    kind="employer",
    id="northlight-pictures",
    seq=2,
    prev="07" * 32,
    sha256=hashlib.sha256(BODY).hexdigest(),
    record=entries.row_digest("employer_version", COLUMNS),
    at=entries.stamp(AT),
)


def test_a_row_with_its_entry_passes():
    """Digest, count, chain and body all agree."""
    check.check_row(ENTRY, ROW)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"record": "00" * 32}, "is not the one of ledger entry 9"),
        ({"seq": 3}, "counts it as number 3"),
        ({"prev": "08" * 32}, "points back to another one"),
        ({"prev": None}, "points back to another one"),
        ({"sha256": "00" * 32}, "the body has another digest"),
    ],
)
def test_an_entry_that_says_something_else_is_named_with_the_row(change, fault):
    """Each thing an entry vouches for is compared, and the row is named by table and key."""
    with pytest.raises(Corrupt, match=f"employer_version northlight-pictures/2: .*{fault}"):
        check.check_row(msgspec.structs.replace(ENTRY, **change), ROW)


@pytest.mark.parametrize(
    ("beside", "fault"),
    [
        ({"previous_index": None, "previous_leaf": None}, "the version before it is missing"),
        ({"previous_index": 10}, "stands later in the ledger"),
        ({"previous_leaf": None}, "points back to another one"),
    ],
)
def test_a_version_without_the_one_before_it_is_named(beside, fault):
    """Versions have no gap and stand in the ledger in their order."""
    with pytest.raises(Corrupt, match=fault):
        check.check_row(ENTRY, ROW._replace(beside={**BESIDE, **beside}))


def test_the_next_row_must_be_the_entry_s_own():
    """A row that is late, missing or doubled is told apart, and named."""
    assert check.owned(9, ENTRY, ROW) == ROW
    for index, entry, row, fault in [
        (8, ENTRY, ROW, r"employer_version: the row of ledger entry 8 .* is missing"),
        (9, ENTRY, None, r"employer_version: the row of ledger entry 9 .* is missing"),
        (
            10,
            ENTRY,
            ROW,
            "employer_version northlight-pictures/2: names ledger entry 9, which is not its own",
        ),
    ]:
        with pytest.raises(Corrupt, match=fault):
            check.owned(index, entry, row)


def test_an_entry_s_instant_must_be_the_stored_one():
    """The time of appending is what the entry's bytes say."""
    data = entries.encode(ENTRY)

    assert check.read_entry(9, data, AT) == ENTRY
    with pytest.raises(Corrupt, match="ledger_entry 9: appended_at"):
        check.read_entry(9, data, AT + dt.timedelta(microseconds=1))
    with pytest.raises(Corrupt, match="ledger_entry 9: this is not a ledger entry"):
        check.read_entry(9, b"{}", AT)
