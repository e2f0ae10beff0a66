"""The clock: the machine's, or a file's."""

from datetime import UTC, datetime, timedelta

import pytest

from registry import clock
from registry.errors import Corrupt


def test_without_a_file_the_machine_tells():
    """The present is now, in UTC."""
    told = clock.reader("")()

    assert abs(told - datetime.now(UTC)) < timedelta(seconds=5)
    assert told.tzinfo is UTC


def test_with_a_file_the_file_tells_at_each_call(tmp_path):
    """Moving the file's instant moves the present, in any offset."""
    path = tmp_path / "clock"
    path.write_text("2026-03-01T12:00:00+00:00\n")
    now = clock.reader(str(path))
    first = now()
    path.write_text("2026-03-01T05:00:00-08:00")

    assert first == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert now() == datetime(2026, 3, 1, 13, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "2026-03-01T12:00:00"])
def test_a_file_that_tells_nothing_is_said(tmp_path, text):
    """No instant, or one without an offset: Corrupt, never a guess."""
    (tmp_path / "clock").write_text(text)
    with pytest.raises(Corrupt):
        clock.reader(str(tmp_path / "clock"))()


def test_a_file_that_is_not_there_is_said(tmp_path):
    """A missing clock file is Corrupt."""
    with pytest.raises(Corrupt):
        clock.reader(str(tmp_path / "none"))()
