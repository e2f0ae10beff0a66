"""Find a page of disclosures, and count the facets of everything that is found."""

from collections.abc import Sequence
from typing import Final

from registry.auth.reading import showing
from registry.auth.scope import Principal, scope_of
from registry.db import Canceled, Connection, Database
from registry.errors import Busy, Fault, Invalid
from registry.ledger import store as ledger
from registry.ledger.moment import Moment
from registry.page import limit_of
from registry.search import terms
from registry.search.asking import asked, found, store
from registry.search.asking.asked import Facet, Order, Wanted
from registry.search.asking.found import Facets, SearchPage
from registry.search.asking.walks import keys
from registry.search.asking.walks import store as walks

SLOW: Final = (
    "this search looks at more than can be looked at in ten seconds; name an employer, a production, days, "
    "or a rarer word, or leave out the facets"
)


async def find(
    db: Database,
    principal: Principal,
    wanted: Wanted,
    order: Order = "newest",
    *,
    facets: Sequence[Facet] = (),
    moment: Moment | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> SearchPage:
    """A page of the disclosures the caller may see that are *wanted*, in one tree from first page to last."""
    asked.check(wanted)
    most, scope, mark = limit_of(limit), scope_of(principal), asked.fingerprint(wanted, order)
    try:
        async with db.snapshot() as conn:
            head = (await ledger.head(conn)).size
            place = asked.place_of(cursor, mark, moment.size if moment else None, head)
            await store.prepare(conn)
            words = await words_of(conn, wanted, principal.role)
            given = asked.parameters(wanted, principal, place.size, words)
            given.append(await productions_of(conn, wanted, principal, place.size))
            positions = await walk(conn, given, place.after, most + 1, order)
            rows = await store.load_lines(conn, positions[:most])
            about = sorted({(row.employer_id, row.production_id) for row in rows})
            limits = scope.locals, scope.unions or []
            standing = await store.find_standing(conn, place.size, about, limits)
            counted = await count(conn, principal, place.size, given, facets) if facets else None
    except Canceled:
        raise Busy(SLOW) from None
    items = [found.line(row, standing.get((row.employer_id, row.production_id)), principal) for row in rows]
    more = asked.next_of(mark, place, items[-1].ledger_index) if len(positions) > most else None
    return SearchPage(items, more, place.size, counted)


async def walk(
    conn: Connection, given: Sequence[object], after: int | None, limit: int, order: Order = "newest"
) -> list[int]:
    """Where the first *limit* stand of what the parameters *given* find behind *after*.

    What is frequent fills a page among the next rows; what is rarer is looked up, if a key leads to it.
    """
    oldest = order == "oldest"
    found, enough = await walks.near(conn, given, after, limit, oldest=oldest)
    if enough:
        return found
    groups = keys.groups(given)
    if groups:
        return await walks.far(conn, given, after, limit, groups, oldest=oldest)
    return await walks.whole(conn, given, after, limit, oldest=oldest)


async def words_of(conn: Connection, wanted: Wanted, role: str) -> str | None:
    """The words that are asked for, as far as *role* reads them; raises Invalid for a text without one."""
    if wanted.text is None:
        return None
    words = await store.read_words(conn, terms.asked_words(wanted.text), asked.weights(role))
    if not words:
        detail = "text has no word to look for"
        raise Invalid(detail, [Fault("", "text", detail, "Send letters or numbers, or leave it out.")])
    return words


async def productions_of(
    conn: Connection, wanted: Wanted, principal: Principal, size: int
) -> list[str] | None:
    """The terms of the productions whose judgement or alerts are asked for, if few; None to look at each."""
    judged = asked.judgement_of(wanted, principal)
    found = [
        await store.find_judged(conn, judged, size) if judged else None,
        await store.find_alerted(conn, wanted.alert, size) if wanted.alert else None,
    ]
    few = [set(each) for each in found if each is not None]
    return terms.production_terms(sorted(set.intersection(*few))) if few else None


async def count(
    conn: Connection, principal: Principal, size: int, given: Sequence[object], facets: Sequence[Facet]
) -> Facets:
    """The *facets* of everything the parameters *given* find, as far as the caller may read it."""
    levels = [str(level) for level in range(terms.READS[principal.role] + 1)]
    letters = [terms.KINDS[name] for name in facets if name in terms.KINDS]
    scope = scope_of(principal)
    ends = terms.endings(scope)
    verdicts = [f"v:{verdict}{end}" for verdict in terms.VERDICTS for end in ends]
    positions = await walk(conn, given, None, found.MOST_COUNTED + 1)
    limits = scope.locals, scope.unions or []
    rows = await store.count_facets(conn, size, positions, limits, facets, levels, letters, verdicts)
    showing(*(row["value"] for row in rows if row["facet"] == "whose"))
    return found.facets(rows, facets)
