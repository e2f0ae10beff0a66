"""A packet as one file: a zip that depends on its files alone, and a PDF that carries it."""

import hashlib
import io
import zipfile
from pathlib import Path

import pypdf
import pytest

from registry.errors import Corrupt
from registry.packets import archive, paper
from registry.packets.archive import Around, Evidence
from registry.packets.sheet import Section, Sheet, say

FONT = (Path(paper.__file__).parent / "font" / "DejaVuSans.ttf").read_bytes()
PRINT = paper.paper(Sheet("Harbor Lights", "Alert 1", [Section("First", [say("word " * 2000)])]), FONT)


def evidence(data, sha256=None, size=None):
    digest = sha256 or hashlib.sha256(data).hexdigest()
    return Evidence(size or len(data), digest, lambda: [data[:3], data[3:]])


def written(made, files, before=b""):
    into = io.BytesIO(before)
    into.seek(0, 2)
    archive.write(into, "top", made, files)
    return into.getvalue()


def test_a_zip_is_the_same_whatever_order_its_files_came_in():
    """Names sorted, days fixed, nothing compressed."""
    made = {"b/two.json": b"2", "a.txt": b"1" * 5000}
    files = {"b/evidence.bin": evidence(b"abcdef")}
    data = written(made, files)
    again = written(dict(reversed(made.items())), files)
    inside = zipfile.ZipFile(io.BytesIO(data))

    assert data == again
    assert inside.testzip() is None
    assert inside.namelist() == ["top/a.txt", "top/b/evidence.bin", "top/b/two.json"]
    assert {(each.date_time, each.compress_type) for each in inside.infolist()} == {
        ((1980, 1, 1, 0, 0, 0), 0)
    }
    assert inside.read("top/b/evidence.bin") == b"abcdef"


def test_a_file_that_is_not_the_one_in_the_ledger_is_told_as_corrupt():
    """A packet never carries evidence that its entry does not vouch for."""
    with pytest.raises(Corrupt, match=r"evidence\.bin"):
        written({}, {"evidence.bin": evidence(b"abcdef", sha256="00" * 32)})


@pytest.mark.parametrize("size", [0, 1, 300_000])
def test_a_pdf_carries_the_very_zip_along(size):
    """Another library opens it strictly, reads every page, and finds the zip byte for byte."""
    about = Around(PRINT, "packet-1.zip")
    files = {"evidence.bin": evidence(b"z" * size)} if size else {}
    alone = written({"a.txt": b"1"}, files)
    inside = written({"a.txt": b"1"}, files, about.before)[len(about.before) :]
    whole = about.before + inside + about.behind(len(inside))
    read = pypdf.PdfReader(io.BytesIO(whole), strict=True)

    assert inside == alone
    assert dict(read.attachments) == {"packet-1.zip": [alone]}
    assert len(read.pages) == len(pypdf.PdfReader(io.BytesIO(PRINT)).pages)
    assert [each["/Title"] for each in read.outline] == ["1. First"]
    assert read.metadata["/Title"] == "Harbor Lights"
    assert whole.startswith(PRINT)
