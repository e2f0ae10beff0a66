"""A case that packets are made of, and a packet taken apart by somebody who has nothing else."""

import datetime as dt
import io
import json
import subprocess
import sys
import zipfile
from types import SimpleNamespace

import exhibits
import papers

from registry.filing import act as filing_act
from registry.packets import act
from registry.threads import act as threads
from registry.threads.act import Sent

LATER = papers.NOW + dt.timedelta(days=20)
RULE = "iatse-ba-2024/prompt-displacement"


class Case:
    """One alert, and what is done about it."""

    def __init__(self, db):
        self.db, self.keys = db, iter(range(1000))

    async def open(self, **sections):
        """File what makes an alert about employees who had to give prompts."""
        said = papers.document(**papers.uses(), **papers.layoffs(), **sections)
        self.filed = await papers.file(self.db, said)
        self.disclosure_id = self.filed.receipt.disclosure_id
        async with self.db.snapshot() as conn:
            self.alert_id = await conn.fetchval("SELECT alert_id FROM alert WHERE rule = $1", RULE)
        return self

    async def say(self, text, by=papers.OFFICE, at=None, seen_by="both"):
        """Say something in the alert's thread."""
        body = json.dumps({"text": text, "seen_by": seen_by}).encode()
        await threads.comment(
            self.db, by, ("alert", self.alert_id), body, f"say-{next(self.keys)}", at or LATER
        )

    async def show(self, name, by=papers.OFFICE, at=None):
        """Show one of the files of `exhibits` in the alert's thread."""
        declared, body = exhibits.FILES[name]
        sent = Sent(body, name, declared, None)
        await threads.show_file(
            self.db, by, ("alert", self.alert_id), sent, f"show-{next(self.keys)}", at or LATER
        )
        return body

    async def bound(self, by=papers.EDITORS, as_of=None, now=LATER, form="zip"):
        """The packet as bytes."""
        made = await act.make(self.db, papers.house(), by, self.alert_id, as_of, now, form)
        data = b"".join([piece async for piece in act.sent(made)])
        assert len(data) == made.size
        return data

    async def amend(self, at=None, filing=None, **sections):
        """Amend its filing: what is told anew, with the rest as it was."""
        said = papers.document(**papers.uses(), **sections, filing=papers.amendment() | (filing or {}))
        sent = papers.submission(
            said,
            key=f"amend-{next(self.keys)}",
            now=at or LATER,
            kind="amendment",
            disclosure_id=self.disclosure_id,
            if_match='"1"',
        )
        await filing_act.file_one(self.db, papers.house(), sent)

    async def folder(self, path, **how):
        """The packet as a folder."""
        return unpacked(await self.bound(**how), path)


def unpacked(data, path):
    """The one folder in a packet, under *path*."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(path)
        (top,) = {name.partition("/")[0] for name in archive.namelist()}
    return path / top


def verified(folder, *more):
    """What verify.py says, run as somebody else would: isolated, with the standard library alone."""
    words = [sys.executable, "-I", "-S", str(folder / "verify.py"), *map(str, more)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=folder)
    assert done.stderr == ""
    return SimpleNamespace(holds=done.returncode == 0, says=done.stdout)
