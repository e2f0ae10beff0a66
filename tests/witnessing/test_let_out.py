"""Nothing is published before the mark stands behind it, whichever process signed it."""

import contextlib

import msgspec
import pytest
from neighbours import NOW, reaching

from registry.db import Database
from registry.ledger.log.act import open_log
from registry.ledger.log.mark import MarkFile
from registry.witnessing import act


@contextlib.asynccontextmanager
async def dying(log):
    """Another process of the same installation, which signs a tree and dies before its mark."""
    seal = await open_log(log.db.dsn, log.settings, NOW)
    before = seal.marks.path.read_bytes()
    async with Database.open(log.db.dsn, size=1, seal=seal) as db:
        ours, log.db = log.db, db
        await log.grow(1, "unmarked")
        log.db = ours
    seal.marks.path.write_bytes(before)
    yield MarkFile(seal.marks.path.parent, seal.origin)


async def test_tiles_are_written_up_to_a_checkpoint_that_is_marked(log, tmp_path):
    """What was signed after the round of the publisher began is in the folder only with its mark."""
    await log.grow(1)
    settings = msgspec.structs.replace(log.settings, tiles_dir=str(tmp_path / "tiles"))
    async with reaching() as client:
        errands = await act.Publisher(log.db, settings, client).errands(log.now)
        async with dying(log) as marks:
            assert marks.read().size == 1
            assert await errands[act.TILES]()
            shown = (tmp_path / "tiles" / "checkpoint").read_text()
            assert shown.split("\n")[1] == "2"
            assert marks.read().note == shown


@pytest.mark.parametrize("size", [1, 2])
async def test_the_list_of_stamps_shows_no_note_without_its_mark(log, size):
    """It carries the signed note that was stamped: the mark is brought up to it."""
    await log.grow(1)
    async with dying(log) as marks:
        assert (await act.stamps(log.db, size)).note.split("\n")[1] == str(size)
        assert marks.read().size == size
