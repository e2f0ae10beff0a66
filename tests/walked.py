"""A history verified stretch by stretch in this process, as several processes would share it."""

import itertools

from registry.audit.copies import act as copies
from registry.audit.parts import part
from registry.audit.walk import act as walk
from registry.ledger.merkle import Frontier


async def in_stretches(db, cuts):
    """The tally of the history cut at these positions, lowest stretch first, and then of the copies."""
    async with db.snapshot() as conn:
        walks = []
        for first, until in itertools.pairwise([0, *cuts, None]):
            frontier = await walk.edge(conn, first) if first else Frontier()
            walks.append(await walk.Walk(conn, frontier, lambda *_: None, until=until).through())
        return part.joined([], walks, await copies.verify(conn, 0))
