"""What the log signed leaves with a backup only when the mark outside the database stands behind it."""

import shutil

import papers

from registry.backups import act
from registry.db import Database
from registry.ledger import store as ledger
from registry.ledger.log import act as logs
from registry.ledger.log.mark import MarkFile
from registry.ledger.log.store import find_checkpoint


async def test_a_backup_brings_the_mark_up_to_its_checkpoint(sealed, settings, folder):
    """A writer died between commit and mark: the manifest would carry what nothing stands behind."""
    mark = MarkFile(settings.data_dir / "log", settings.log_origin)
    before = mark.path.read_bytes()
    async with sealed.transaction() as conn:
        await ledger.append(conn, [b"unmarked"], papers.NOW)
    mark.path.write_bytes(before)
    path = await act.backup(settings, folder, papers.NOW, lambda _: None)
    assert mark.read().note == (await act.check(path)).checkpoint


async def test_a_copy_that_contradicts_the_mark_is_backed_up_without_a_signature(sealed, settings, folder):
    """Another history was let out: rows are dumped, but no checkpoint and no signed manifest leave."""
    aside = settings.data_dir / "log.aside"
    shutil.copytree(settings.data_dir / "log", aside)
    async with sealed.snapshot() as conn:
        size = (await find_checkpoint(conn)).size
    async with Database.open(settings.database_url) as tool, tool.transaction() as conn:
        await ledger.append(conn, [b"of a tool"], papers.NOW)
    seal = await logs.open_log(settings.database_url, settings, papers.NOW)
    found = seal.marks.read()
    seal.marks.path.unlink()
    other = type(found)(found.origin, found.size, "11" * 32, "another history")
    assert seal.marks.advance(other, ()) is None
    said = []
    path = await act.backup(settings, folder, papers.NOW, said.append)
    made = await act.check(path)
    assert (made.tree_size, made.checkpoint, made.vkey) == (size + 1, None, None)
    assert not (path / "manifest.note").exists()
    assert any("another history" in each for each in said)
    assert seal.marks.read() == other
