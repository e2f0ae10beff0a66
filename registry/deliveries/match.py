"""Who is told of an event: what the owner may see and wishes to hear."""

from collections.abc import Iterable, Sequence
from typing import Final

from registry.auth.scope import Principal, scope_of
from registry.deliveries.event import Event
from registry.subscriptions.subscription import Subscription, Wish
from registry.subscriptions.types import among
from registry.threads.entry import sides_of

EVERYBODY: Final = "*"


def reaches(principal: Principal, event: Event) -> bool:
    """Whether *principal* may read what *event* is about; what one side notes, that side alone."""
    if event.side not in sides_of(principal):
        return False
    scope = scope_of(principal)
    if scope.employers is not None and event.employer_id not in scope.employers:
        return False
    if scope.locals is None:
        return True
    return bool(set(scope.locals) & set(event.locals) or set(scope.unions or ()) & set(event.unions))


def wishes(wish: Wish, event: Event) -> bool:
    """Whether *event* is one of those that *wish* names."""
    return (
        among(event.type, wish.types)
        and (not wish.unions or bool(set(wish.unions) & set(event.unions)))
        and (not wish.locals or bool(set(wish.locals) & set(event.locals)))
        and (not wish.productions or event.production_id in wish.productions)
        and (not wish.employers or event.employer_id in wish.employers)
        and (not wish.kinds or event.kind is None or event.kind in wish.kinds)
        and (not wish.severities or event.severity is None or event.severity in wish.severities)
    )


def told(subscription: Subscription, event: Event) -> bool:
    """Whether *event* is told to *subscription*."""
    return not event.held and reaches(subscription.principal, event) and wishes(subscription.wish, event)


def addressed(principal: Principal, event: Event) -> bool:
    """Whether an escalation names a party that *principal* speaks for."""
    scope = scope_of(principal)
    if principal.role == "employer":
        return bool({"employer", principal.employer_id} & set(event.to))
    if principal.role == "representative":
        return bool({*(scope.locals or ()), *(scope.unions or ())} & set(event.to))
    return False


class Readers:
    """Every subscription, found by whom an event concerns, so that not all are asked about each."""

    def __init__(self, subscriptions: Iterable[Subscription]) -> None:
        self.by_key: dict[str, list[Subscription]] = {}
        for subscription in subscriptions:
            for key in keys_of(subscription.principal):
                self.by_key.setdefault(key, []).append(subscription)

    def of(self, event: Event) -> list[Subscription]:
        """The subscriptions that *event* is told to."""
        keys = [EVERYBODY, f"employer {event.employer_id}"]
        keys += [f"local {local}" for local in event.locals] + [f"union {union}" for union in event.unions]
        found = {each.subscription_id: each for key in keys for each in self.by_key.get(key, ())}
        return [subscription for subscription in found.values() if told(subscription, event)]


def keys_of(principal: Principal) -> Sequence[str]:
    """What an event has to concern, one of them at least, for *principal* to hear of it."""
    scope = scope_of(principal)
    if scope.employers is not None:
        return [f"employer {employer}" for employer in scope.employers]
    if scope.locals is None:
        return [EVERYBODY]
    return [
        *(f"local {local}" for local in scope.locals),
        *(f"union {union}" for union in scope.unions or ()),
    ]
