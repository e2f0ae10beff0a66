"""Find the moment a reading is asked for."""

from registry.db import Database
from registry.ledger.moment import Asked, Moment
from registry.ledger.past import store


async def find(db: Database, asked: Asked) -> Moment | None:
    """The moment that was *asked* for; None for the present. Raises Invalid for one there is not."""
    if asked == Asked():
        return None
    async with db.snapshot() as conn:
        return await store.resolve(conn, asked.at, asked.size)
