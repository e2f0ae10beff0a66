"""What is asked of a grown history: searches, records as of an instant, the alert inbox; and what ought to come.

What ought to come is worked out by SQL over the numbers the history was made of (`grown`, `raised`), without any
of the tables that the registry reads.
"""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from registry.alerts import act as alerts
from registry.alerts.inbox import act as inbox
from registry.auth.scope import Principal
from registry.db import Database
from registry.disclosures import act as disclosures
from registry.judging import act as judging
from registry.ledger.moment import Asked
from registry.ledger.past import act as past
from registry.search.asking import act as search
from registry.search.asking import asked
from registry.search.asking.asked import Wanted

PAGE = 25
NOW = dt.datetime(2026, 3, 5, 18, tzinfo=dt.UTC)
AUDITOR = Principal(subject="auditor", role="auditor")
HASH = "abs(hashtext(production_id)::bigint)"
IN_FORCE = "n < {then} AND NOT (n = m AND n % 4 = 0 AND n + 1003 < {then})"


def steward(number):
    """A representative of one of forty locals."""
    return Principal(subject="steward", role="representative", locals=[f"IATSE:{600 + number % 40}"])


@dataclass
class Side:
    """One of the two histories."""

    db: Database
    base: int
    versions: int

    def half(self):
        """As of when half of it was filed."""
        return self.base + 3 * (self.versions // 2)


class Question:
    """What is asked with a running number; and which rows ought to come, as SQL over what everything was made of."""

    def __init__(self, name, says):
        self.name, self.says = name, says

    async def expected(self, side, number):
        """The keys of the page, worked out."""
        says = self.says.format(i=number, N=side.versions, then=side.versions, half=side.versions // 2)
        async with side.db.pool.acquire() as conn:
            return [row[0] for row in await conn.fetch(f"{says} LIMIT {PAGE}")]


class Search(Question):
    """A page of a search."""

    def __init__(self, name, who, wanted, says, *, order="newest", behind=False, half=False, facets=()):
        then = "{half}" if half else "{then}"
        held = IN_FORCE.replace("{then}", then) + (" AND n < {half}" if behind else "")
        turn = "DESC" if order == "newest" else ""
        super().__init__(name, f"SELECT position FROM grown WHERE {held} AND ({says}) ORDER BY n {turn}")
        self.who, self.wanted, self.order = who, wanted, order
        self.behind, self.half, self.facets = behind, half, facets

    async def ask(self, side, number):
        """The positions of the page."""
        wanted = Wanted(**{name: within(given, side, number) for name, given in self.wanted.items()})
        cursor = None
        if self.behind:
            place = asked.Place(side.base + 3 * side.versions, None)
            cursor = asked.next_of(asked.fingerprint(wanted, self.order), place, side.half())
        moment = await past.find(side.db, Asked(size=side.half())) if self.half else None
        who = self.who(number) if callable(self.who) else self.who
        given = {"facets": self.facets, "moment": moment, "cursor": cursor, "limit": PAGE}
        page = await search.find(side.db, who, wanted, self.order, **given)
        return [item.ledger_index for item in page.items]


def within(given, side, number):
    """A text, or texts, with the running *number* within the values there are: of forty, of 997."""
    if isinstance(given, list):
        return [within(each, side, number) for each in given]
    values = {f"of{many}": number % many for many in (20, 40, 89, 300, 997, 1000)}
    return given.format(**values, twentieth=number % (side.versions // 20))


class Inbox(Question):
    """A page of the alert inbox."""

    def __init__(self, name, who, says, wanted=None, *, half=False, turn="n DESC", **given):
        held = "n < {half}" if half else "true"
        super().__init__(name, f"SELECT alert_id FROM raised WHERE {held} AND ({says}) ORDER BY {turn}")
        self.who, self.wanted, self.half, self.given = who, wanted, half, given

    async def ask(self, side, number):
        """The alerts of the page."""
        moment = await past.find(side.db, Asked(size=side.half())) if self.half else None
        who = self.who(number) if callable(self.who) else self.who
        page = await inbox.find(side.db, who, NOW, self.wanted, limit=PAGE, moment=moment, **self.given)
        return [item.alert_id for item in page.items]


class Groups(Question):
    """The first page of the groups of the inbox, in the order of employers."""

    def __init__(self, name, who, says):
        by = "employer_id, production_id, local"
        live = f"state <> 'resolved' AND {says}"
        super().__init__(name, f"SELECT count(*) FROM raised WHERE {live} GROUP BY {by} ORDER BY {by}")
        self.who = who

    async def ask(self, side, number):
        """How many alerts each group has."""
        who = self.who(number) if callable(self.who) else self.who
        page = await inbox.find_groups(side.db, who, NOW, limit=PAGE)
        return [item.alerts for item in page.items]


class Then(Question):
    """One record, or a list, as of the instant when half of everything was filed."""

    def __init__(self, name, ask, says):
        super().__init__(name, says)
        self.asks = ask

    async def ask(self, side, number):
        """What the record said, in a word."""
        moment = await past.find(side.db, Asked(at=await instant(side)))
        return await self.asks(side, number, moment)


async def instant(side):
    """When half of everything was filed."""
    if not hasattr(side, "at"):
        side.at = await side.db.pool.fetchval(
            "SELECT appended_at FROM ledger_entry WHERE index = $1", side.half() - 1
        )
    return side.at


AMENDED = "({N} / 4 / 4 * 4 + {i} % 50 * 40 + 4)"
MOVED = "({N} / 4 / 20 * 20 + {i} % 50 * 20)"
"""The number of a version that was amended later, and of an alert that moved, about a quarter of the way."""


async def fetch_id(side, prefix, which, number):
    """The identifier that the history gives a version, or an alert."""
    at = which.format(N=side.versions, i=number)
    made = f"'{prefix}' || lpad(to_hex({at}), 12, '0') || substr(md5({at}::text), 1, 16)"
    return UUID(await side.db.pool.fetchval(f"SELECT {made}"))


async def disclosure_then(side, number, moment):
    """The version a disclosure had."""
    id_ = await fetch_id(side, "01a3", AMENDED, number)
    return [(await disclosures.show(side.db, AUDITOR, id_, moment)).version]


async def findings_then(side, number, moment):
    """Where the judgement stands that was in force."""
    id_ = await fetch_id(side, "01a3", AMENDED, number)
    found = await judging.find_findings(side.db, None, AUDITOR, id_, NOW, moment)
    return [found.ledger_index]


async def alert_then(side, number, moment):
    """The state an alert was in."""
    id_ = await fetch_id(side, "01a4", MOVED, number)
    return [(await alerts.show(side.db, AUDITOR, id_, NOW, moment)).state]


def listed_by(who):
    """The first page of the disclosures that somebody saw."""

    async def list_then(side, number, moment):
        caller = who(number) if callable(who) else who
        page = await disclosures.find(side.db, caller, None, None, PAGE, moment)
        return [item.disclosure_id for item in page.items]

    return list_then
