"""What a redaction took is left out of a bundle; what differs without one is a fault of the database."""

import hashlib

import pytest

from registry.auth.scope import Scope
from registry.bundles import showing, vouched
from registry.bundles.showing import Read, Reader
from registry.errors import Corrupt
from registry.ledger.entry import Entry, commit_sections, row_digest

SALTS = {"filing": "a", "tools": "b"}
SECTIONS = {"filing": {}, "tools": [{"name": "CutAssist"}]}


def read(document, body, salts, vouched):
    """A version of a disclosure as it is stored now, whose entry vouches for the row *vouched*."""
    row = {"ledger_index": 5, "document": document}
    entry = Entry(
        kind="filing",
        id="d",
        seq=1,
        sha256=hashlib.sha256(b"{}").hexdigest(),
        record=row_digest("disclosure_version", vouched),
        sd=commit_sections(SECTIONS, SALTS),
        at="",
    )
    return Read("disclosure_version", row, {"body": body, "salts": salts, "newest": document}, entry, [])


def reader(gone=()):
    return Reader("auditor", Scope(), "note\n", gone)


def test_a_version_whose_content_is_gone_without_an_order_is_a_fault():
    """No redaction names its row: somebody deleted it."""
    row = {"ledger_index": 5, "document": SECTIONS}
    with pytest.raises(Corrupt, match="ledger entry 5"):
        showing.files_of(read(SECTIONS, None, None, row), reader())
    with pytest.raises(Corrupt, match="ledger entry 5"):
        showing.files_of(read(SECTIONS, b"other", SALTS, row), reader())


def test_of_a_redacted_version_the_other_sections_are_proved():
    """The section that was taken is nowhere; the rest opens its commitment; the receipt stays."""
    whole = {"ledger_index": 5, "document": SECTIONS}
    left = {"filing": {}}
    gone = [row_digest("disclosure_version", whole)]
    files = showing.files_of(read(left, None, {"filing": "a"}, whole), reader(gone))

    assert sorted(files) == [
        "bundle/filings/d/001-sections.json",
        "bundle/filings/d/001.tlog-proof",
    ]
    assert b'"sections":{"filing":{}}' in files["bundle/filings/d/001-sections.json"]
    assert b"CutAssist" not in b"".join(files.values())


def test_the_digests_a_redaction_names_are_found_in_its_body():
    """Whatever else it says."""
    mark = "ab" * 32
    assert vouched.digests_in(f'{{"rows":[{{"was":"{mark}"}}]}}'.encode()) == {mark}
