"""Which records are wanted in a bundle: of which tree, of what, and for whom."""

from collections.abc import Sequence

import msgspec

from registry.auth.scope import Scope
from registry.threads.entry import Side


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of a bundle's records, in the form its statements take; None where there is no limit.

    `pairs` are productions by both keys: what is of a production is wanted of those alone. `production` is
    the one asked for: what is of a party (an alert, a request, an observation, a thread) is wanted of that
    one, and of the parties in `scope`, as their own doors have it. `maker` is whose exports are.
    """

    size: int
    employers: list[str] | None
    production: str | None
    pairs: list[tuple[str, str]] | None
    scope: Scope
    sides: Sequence[Side]
    maker: str | None

    @property
    def by_production(self) -> tuple[object, ...]:
        """What a statement takes by production: size, employers, and of each production its owner and key."""
        pairs = self.pairs
        owners, keys = (None, None) if pairs is None else ([p[0] for p in pairs], [p[1] for p in pairs])
        return self.size, self.employers, owners, keys

    @property
    def by_party(self) -> tuple[object, ...]:
        """What a statement takes by party: size, employers, production, locals, unions."""
        scope = self.scope
        return self.size, self.employers, self.production, scope.locals, scope.unions

    @property
    def in_threads(self) -> tuple[object, ...]:
        """The same for threads: with the sides whose words are wanted."""
        return *self.by_party, list(self.sides)
