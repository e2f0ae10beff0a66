"""Asks a witness, from the size it was told last; believes where it stands, never that we forked."""

from datetime import datetime
from typing import Final

import httpx
import structlog

from registry.db import Connection, Database
from registry.errors import Corrupt, Invalid
from registry.ledger import checkpoint, note
from registry.ledger import store as ledger
from registry.ledger.checkpoint import Checkpoint
from registry.ledger.log import refusals
from registry.ledger.log import store as logs
from registry.ledger.log.act import let_out
from registry.ledger.log.signed import Log, Signed
from registry.witnessing import store, submission
from registry.witnessing.calling import act as calling
from registry.witnessing.calling.act import Unanswered
from registry.witnessing.policy import Witness
from registry.witnessing.submission import Answer, Cosigned, Declined, Elsewhere, Submission

ROUNDS: Final = 3
"""How often a witness may send us to another size before we give up for now."""

log = structlog.get_logger()


class Asking:
    """One witness to be asked to sign one checkpoint."""

    def __init__(
        self,
        db: Database,
        client: httpx.AsyncClient,
        by: Log,
        witness: Witness,
        target: Signed,
        now: datetime,
    ) -> None:
        self.db = db
        self.client = client
        self.by = by
        self.witness = witness
        self.target = target
        self.now = now
        self.place = witness.key.vkey

    async def ask(self) -> bool:
        """Have the witness sign the checkpoint; False when it did not, and why is written down."""
        async with self.db.snapshot() as conn:
            told = await store.get_told(conn, self.place, self.by.number)
        old = 0 if told is None else told.size
        if told is not None and old >= self.target.size and told.error is None:
            return True
        old = min(old, self.target.size)
        for _ in range(ROUNDS):
            try:
                answer = await self.answer(old)
            except Unanswered as fault:
                return await self.failed(str(fault))
            match answer:
                case Cosigned(signature):
                    await self.keep(signature)
                    return True
                case Elsewhere(size) if size != old and await self.follows(size):
                    if size < old:
                        log.warning("witness.forgot", witness=self.witness.name, told=old, says=size)
                    old = size
                case Elsewhere(size):
                    return await self.contradicted(f"it says that it has signed a tree of {size}")
                case Declined(why, contradicted=True):
                    return await self.contradicted(why)
                case Declined(why):
                    return await self.failed(why)
        return await self.failed("it keeps saying that it stands elsewhere")

    async def answer(self, old: int) -> Answer:
        """What the witness answers to the checkpoint, with the proof from a tree of *old*."""
        proof = []
        if submission.needs_proof(old, self.target.size):
            async with self.db.snapshot() as conn:
                proof = await ledger.consistency(conn, old, self.target.size)
        signed = self.target.note.encode()
        body = Submission(old, proof, signed).body
        address = f"{self.witness.address}/add-checkpoint"
        reply = await calling.posted(self.client, address, body, "text/plain; charset=utf-8")
        return submission.answered(*reply, note.read(signed).text, self.witness.key)

    async def follows(self, size: int) -> bool:
        """Whether we have signed a tree of *size* or more; the target is then at least as large.

        A witness is ahead of its target when another worker has told it of a newer checkpoint meanwhile.
        """
        if size > self.target.size:
            async with self.db.snapshot() as conn:
                newest = await logs.find_checkpoint(conn)
                if newest is not None and newest.log == self.by.number:
                    self.target = await let_out(conn, newest)
        return size <= self.target.size

    async def keep(self, signature: note.Signature) -> None:
        """Write down the signature, and that the witness knows the checkpoint."""
        async with self.db.transaction() as conn:
            await store.add_cosignature(conn, self.target, self.place, signature.line, self.now)
            await store.tell(conn, self.place, self.by.number, self.target.size, self.now)

    async def failed(self, why: str) -> bool:
        """Write down why the witness has not signed."""
        async with self.db.transaction() as conn:
            await store.fail(conn, self.place, self.by.number, why, self.now)
        log.warning("witness.has_not_signed", witness=self.witness.name, size=self.target.size, why=why)
        return False

    async def contradicted(self, why: str) -> bool:
        """Look at what the witness has signed; halt the log if our key signed it and our tree lacks it."""
        try:
            reason = await self.evidence()
        except (Unanswered, Invalid, Corrupt) as fault:
            return await self.failed(f"{why}; what it has signed could not be seen: {fault}")
        if reason is None:
            return await self.failed(f"{why}; yet what it shows, our tree contains")
        async with self.db.transaction() as conn:
            await logs.halt(conn, reason, self.now)
        log.error("ledger.halted", reason=reason)
        return await self.failed(reason)

    async def evidence(self) -> str | None:
        """How the checkpoint the witness shows contradicts our tree; None when it does not.

        Raises unless it carries the signature of our own key: nobody else's word is evidence.
        """
        address = f"{self.witness.address}/{submission.log_id(self.by.origin)}/checkpoint"
        said, _ = checkpoint.opened(await calling.fetched(self.client, address), self.by.verifier)
        async with self.db.snapshot() as conn:
            return await refuted(conn, f"the witness {self.witness.name} shows it", said)


async def refuted(conn: Connection, where: str, said: Checkpoint) -> str | None:
    """Why our tree cannot be the one of *said*, which our key signed and *where* shows; None when it can."""
    known = (await ledger.head(conn)).size
    if said.size > known:
        fault = refusals.older(where, said.size, known)
    else:
        here = await ledger.root_at(conn, said.size)
        if here == said.root:
            return None
        fault = refusals.forked(where, said.size, said.root, here)
    # What to do about it is said by those who refuse to go on.
    return fault.detail.partition(". ")[0]
