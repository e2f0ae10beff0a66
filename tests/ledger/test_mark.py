"""The mark outside the database: whole or the one before, only ever forward, whoever writes it."""

import multiprocessing
import os

import pytest

from registry.errors import Corrupt
from registry.ledger.log.mark import LINE, Mark, MarkFile, written

ORIGIN = "registry.example/ledger"


def mark(size, root=b"\1" * 32, origin=ORIGIN):
    return Mark(origin, size, root.hex(), f"{origin}\n{size}\n")


def test_a_mark_goes_forward_over_what_is_known(tmp_path):
    """From nothing to any size; then only over a size and root that the new tree is known to hold."""
    marks = MarkFile(tmp_path / "log", ORIGIN)
    assert marks.read() is None
    assert marks.advance(mark(5), ()) is None
    assert marks.read() == mark(5)
    assert marks.advance(mark(9), ()) == mark(5)
    assert marks.advance(mark(9), [(5, b"\2" * 32)]) == mark(5)
    assert marks.read() == mark(5)
    assert marks.advance(mark(9), [(4, b"\1" * 32), (5, b"\1" * 32)]) is None
    assert marks.read() == mark(9)


def test_a_mark_never_goes_back(tmp_path):
    """A smaller size, and another root of the same size, are answered with what stands in the way."""
    marks = MarkFile(tmp_path, ORIGIN)
    marks.advance(mark(9), ())
    assert marks.advance(mark(9), ()) is None
    assert marks.advance(mark(9, b"\2" * 32), [mark(9).head]) == mark(9)
    assert marks.advance(mark(8), [mark(9).head]) == mark(9)
    assert MarkFile(tmp_path, ORIGIN).read() == mark(9)


def test_each_log_has_its_own_mark(tmp_path):
    """The file is called by the digest of the origin; a record of another log in it does not count."""
    MarkFile(tmp_path, ORIGIN).advance(mark(5), ())
    other = MarkFile(tmp_path, "other.example")
    assert other.read() is None
    other.advance(mark(2, origin="other.example"), ())
    assert MarkFile(tmp_path, ORIGIN).read() == mark(5)
    other.path.write_bytes(written(mark(7)))
    assert other.read() is None


@pytest.mark.parametrize("length", [0, 1, 17, 200, LINE - 1])
def test_a_writing_that_breaks_off_leaves_the_mark_before(tmp_path, monkeypatch, length):
    """Killed after any number of bytes, the file still says what was let out, and goes on from there."""
    marks = MarkFile(tmp_path, ORIGIN)
    for size in (1, 2, 3):
        assert marks.advance(mark(size), [mark(size - 1).head] if size > 1 else ()) is None
    whole = os.pwrite
    for size in (4, 5):
        with monkeypatch.context() as broken:
            broken.setattr(os, "pwrite", lambda handle, data, at: whole(handle, data[:length], at))
            marks.advance(mark(size), [mark(3).head])
        assert MarkFile(tmp_path, ORIGIN).read().size in ({3, size} if length == LINE - 1 else {3})
        if MarkFile(tmp_path, ORIGIN).read().size == 3:
            assert marks.advance(mark(3), ()) is None
        else:
            break
    found = MarkFile(tmp_path, ORIGIN).read()
    assert marks.advance(mark(9), [found.head]) is None
    assert MarkFile(tmp_path, ORIGIN).read() == mark(9)


@pytest.mark.parametrize("content", [b"", b"\0" * 2 * LINE, b"\n" * 10])
def test_a_file_that_was_never_written_is_no_mark(tmp_path, content):
    """A process may die between making the file and writing it."""
    marks = MarkFile(tmp_path, ORIGIN)
    marks.path.write_bytes(content)
    assert marks.read() is None
    assert marks.advance(mark(3), ()) is None
    assert marks.read() == mark(3)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data.replace(b'"size":3', b'"size":1'),
        lambda data: b"x" * len(data),
        lambda data: data[:50],
        lambda data: data.replace(b"sum", b"some"),
    ],
)
def test_a_damaged_mark_is_refused_in_words(tmp_path, damage):
    """A changed record is no record; with none left, a person has to look."""
    marks = MarkFile(tmp_path, ORIGIN)
    marks.advance(mark(3), ())
    marks.path.write_bytes(damage(marks.path.read_bytes()))
    with pytest.raises(Corrupt, match="registry verify"):
        marks.read()
    with pytest.raises(Corrupt):
        marks.advance(mark(4), [mark(3).head])


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    """The refusal says which file."""
    (tmp_path / "log").write_text("a file where the folder should be")
    with pytest.raises(Corrupt, match=str(tmp_path)):
        MarkFile(tmp_path / "log", ORIGIN).advance(mark(1), ())


def climb(folder, start):
    marks = MarkFile(folder, ORIGIN)
    for size in range(start, 400, 4):
        known = []
        while (found := marks.advance(mark(size), known)) and found.size < size:
            known = [found.head]


def test_many_processes_leave_the_newest(tmp_path):
    """Four processes write in turn: nothing is torn, and the newest stays."""
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=climb, args=(tmp_path, start)) for start in range(1, 5)]
    for each in writers:
        each.start()
    for each in writers:
        each.join(30)
        assert each.exitcode == 0
    assert MarkFile(tmp_path, ORIGIN).read() == mark(399)
