"""Every door of every room, in the order in which the description tells of them."""

from collections.abc import Sequence
from typing import Final

from litestar.handlers import HTTPRouteHandler

from registry.access import http as access_door
from registry.agreements import http as agreements_door
from registry.alerts import http as alerts_door
from registry.alerts.clocks import http as clocks_door
from registry.alerts.inbox import http as inbox_door
from registry.alerts.moves import http as moves_door
from registry.alerts.plans import http as plans_door
from registry.bundles import http as bundles_door
from registry.calendars import http as calendars_door
from registry.deliveries.log import http as deliveries_door
from registry.deliveries.stream import http as stream_door
from registry.diffs import http as diffs_door
from registry.disclosures import http as disclosures_door
from registry.drafts import http as drafts_door
from registry.explanations import http as explanations_door
from registry.exports import http as exports_door
from registry.filing import http as filing_door
from registry.judging import http as judging_door
from registry.ledger import http as ledger_door
from registry.mementos import http as mementos_door
from registry.notify import http as notify_door
from registry.notify.mail import http as mail_door
from registry.observations import http as observations_door
from registry.packets import http as packets_door
from registry.productions import http as productions_door
from registry.publishing import http as publishing_door
from registry.receipts import http as receipts_door
from registry.redactions import http as redactions_door
from registry.released import http as released_door
from registry.requests import http as requests_door
from registry.retention import http as retention_door
from registry.search.asking import http as search_door
from registry.statistics import http as statistics_door
from registry.subscriptions import http as subscriptions_door
from registry.threads import http as threads_door
from registry.witnessing import http as witnessing_door

ROOMS: Final[Sequence[HTTPRouteHandler]] = [
    *ledger_door.routes,
    *witnessing_door.routes,
    *agreements_door.routes,
    *publishing_door.routes,
    *productions_door.routes,
    *disclosures_door.routes,
    *filing_door.routes,
    *redactions_door.routes,
    *drafts_door.routes,
    *judging_door.routes,
    *mementos_door.routes,
    *diffs_door.routes,
    *explanations_door.routes,
    *packets_door.routes,
    *exports_door.routes,
    *receipts_door.routes,
    *bundles_door.routes,
    *search_door.routes,
    *statistics_door.routes,
    *inbox_door.routes,
    *alerts_door.routes,
    *moves_door.routes,
    *clocks_door.routes,
    *plans_door.routes,
    *requests_door.routes,
    *calendars_door.routes,
    *threads_door.routes,
    *observations_door.routes,
    *subscriptions_door.routes,
    *deliveries_door.routes,
    *stream_door.routes,
    *notify_door.routes,
    *mail_door.routes,
    *access_door.routes,
    *released_door.routes,
    *retention_door.routes,
]
