"""Make a bundle: read one snapshot of the ledger and write it, file by file, into one zip; and verify one.

Nothing is held in memory whole but the names of the files: rows are streamed from the database into a
temporary file, and the file to whoever asked.
"""

import asyncio
import base64
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Final

import msgspec
import structlog

from registry.access import act as access
from registry.auth import reading
from registry.auth.scope import Principal, Scope, owner_of, scope_of
from registry.bundles import checking, store
from registry.bundles.checking import Verdict
from registry.bundles.index import Index
from registry.bundles.making.act import EVIDENCE, Hashing, Making
from registry.bundles.wanted import Wanted
from registry.db import Connection, Database
from registry.errors import Busy, Fault, Invalid, NotFound
from registry.ledger.log import act as log_act
from registry.ledger.log import store as log_store
from registry.ledger.log.signed import Signed
from registry.ledger.moment import Moment
from registry.threads.entry import sides_of

log = structlog.get_logger()

PIECE: Final = 262_144


class Asked(msgspec.Struct, frozen=True):
    """Of what a bundle is wanted: of one employer, or of one production of it; of all the caller may see."""

    employer_id: str | None = None
    production_id: str | None = None


class Bundle(msgspec.Struct, frozen=True):
    """A finished bundle: an open temporary file, which is gone when it is closed."""

    file: IO[bytes]
    index: Index
    files: int
    size: int
    sha256: bytes

    @property
    def headers(self) -> dict[str, str]:
        """What it leaves with: as a download under its own name, with its digest (RFC 9530)."""
        return {
            "Content-Type": "application/zip",
            "Content-Length": str(self.size),
            "Content-Disposition": f'attachment; filename="bundle-{self.index.size}.zip"',
            "Content-Digest": f"sha-256=:{base64.b64encode(self.sha256).decode()}:",
            "Cache-Control": "private, no-cache",
            "ETag": f'"{self.sha256.hex()}"',
        }


async def make(
    db: Database,
    principal: Principal,
    asked: Asked,
    moment: Moment | None = None,
    evidence: int = EVIDENCE,
) -> Bundle:
    """A bundle of what *principal* may see, for the newest signed tree, or the newest by a moment.

    The same tree, caller's rights and scope give the same bytes, but for cosignatures and stamps come since.
    It has *evidence* bytes of files at most, the first ones of the ledger; the others are named.
    """
    into = tempfile.TemporaryFile()  # noqa: SIM115 (whoever sends it closes it)
    try:
        async with db.snapshot() as conn:
            signed = await find_signed(conn, moment)
            wanted = await scoped(conn, principal, asked, signed.size)
            if wanted.pairs is None:
                await access.show_within(conn, Scope(employers=wanted.employers))
            else:
                reading.showing(*{employer_id for employer_id, _ in wanted.pairs})
            made = Making(Hashing(into), conn, signed, wanted, principal.role, evidence)
            found = await made.write()
    except BaseException:
        into.close()
        raise
    size = into.tell()
    log.info("bundle.made", tree=signed.size, files=len(made.zip.members), bytes=size)
    return Bundle(into, found, len(made.zip.members), size, made.into.hashed.digest())


async def write(
    db: Database, principal: Principal, path: Path, asked: Asked | None = None, moment: Moment | None = None
) -> Index:
    """The same into the file *path*, which is there whole or not at all."""
    made = await make(db, principal, asked or Asked(), moment)
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            async for piece in sent(made):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return made.index


async def verify(path: Path, vkey: str | None = None) -> Verdict:
    """Check the bundle at *path* with the registry's own code; it says what verify.py says of it."""
    return await asyncio.to_thread(verified, path, vkey)


def verified(path: Path, vkey: str | None) -> Verdict:
    """The same, at once."""
    try:
        with path.open("rb") as file:
            return checking.check(file, vkey)
    except OSError as fault:
        raise Invalid(f"{path} cannot be read: {fault.strerror}") from None


async def sent(bundle: Bundle) -> AsyncIterator[bytes]:
    """The bytes of a bundle for whoever asked for it; the file is gone afterwards."""
    with bundle.file as file:
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


async def find_signed(conn: Connection, moment: Moment | None) -> Signed:
    """The newest signed checkpoint, or the newest of a moment's tree."""
    found = await (log_store.find_before(conn, moment.size) if moment else log_store.find_checkpoint(conn))
    if found is None and moment:
        detail = f"no tree of {moment.size} entries or fewer was signed, and a bundle stands on a signed one"
        raise Invalid(detail, [Fault("", "tree_size", detail, "Ask for a later moment, or for none.")])
    if found is None:
        raise Busy("the log has signed no tree yet, and a bundle stands on a signed one; ask again later")
    return await log_act.let_out(conn, found)


async def scoped(conn: Connection, principal: Principal, asked: Asked, size: int) -> Wanted:
    """Which rows are in a bundle; NotFound for an employer or a production that the caller may not see."""
    scope = scope_of(principal)
    employer_id = asked.employer_id or (principal.employer_id if principal.role == "employer" else None)
    if asked.production_id and not employer_id:
        detail = "production_id names a production of an employer that is not said"
        raise Invalid(detail, [Fault("", "production_id", detail, "Send employer_id, too.")])
    if employer_id and scope.employers is not None and employer_id not in scope.employers:
        raise NotFound("there is no such employer")
    if employer_id and not await store.is_known(conn, employer_id, size):
        raise NotFound("there is no such employer")
    pairs = None
    if asked.production_id or scope.locals is not None:
        pairs = await store.list_productions(conn, scope, employer_id, asked.production_id, size)
        if not pairs and (asked.production_id or asked.employer_id):
            raise NotFound("there is no such production")
    return Wanted(
        size=size,
        employers=[employer_id] if employer_id else scope.employers,
        production=asked.production_id,
        pairs=pairs,
        scope=scope,
        sides=sides_of(principal),
        # A manifest may name others, so it goes with all that the caller may see, or not at all.
        maker=owner_of(principal) if asked == Asked() else None,
    )
