"""Verify what vouches for the tree: checkpoints as the tree grows, and what others said of them after."""

from registry.audit.seals import check, store
from registry.db import Connection
from registry.errors import Corrupt
from registry.ledger.log import store as logs
from registry.ledger.log.signed import Signed
from registry.ledger.recount import Recount


class Seals:
    """The checkpoints of some *sizes*, each held against the tree when it has grown to it."""

    def __init__(self, conn: Connection, sizes: tuple[int, int]) -> None:
        self.conn, self.sizes = conn, sizes
        self.stream = store.Signatures(conn, sizes)
        self.newest: Signed | None = None
        self.count = 0
        self.due: Signed | None = None

    async def begin(self) -> None:
        """Read the logs and their keys, and the first checkpoint that is due."""
        self.logs = await logs.list_logs(self.conn)
        self.keys = check.check_logs(self.logs)
        self.due = await self.stream.take()

    async def grown(self, counted: Recount) -> None:
        """The tree is as large as the checkpoint that is due: verify it, and others of the same size."""
        while self.due is not None and self.due.size <= counted.size:
            signed = self.due
            if signed.size != counted.size:
                raise Corrupt(f"{check.named(signed.size, signed.log)}: is out of order")
            check.check_checkpoint(signed, counted.frontier.root(), self.keys)
            check.check_turn(signed, self.logs)
            self.newest, self.count = signed, self.count + 1
            self.due = await self.stream.take()

    async def finish(self, counted: Recount) -> None:
        """After the last entry: no checkpoint may be of a larger tree; what others said of each holds."""
        if self.due is not None:
            raise Corrupt(
                f"{check.named(self.due.size, self.due.log)}: it is of more entries than the {counted.size} "
                "there are: the newest are missing, or this is an older copy"
            )
        async for row in store.stream_cosignatures(self.conn, self.sizes):
            check.check_cosignature(row)
        async for row in store.stream_stamps(self.conn, self.sizes):
            check.check_stamp(row)
