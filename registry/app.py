"""The composition root: the only module that knows every room, and joins their doors into one application.

It decides what the present is, whom tokens are believed from, and what every route must declare.
"""

import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Annotated, Any, Final

import httpx
from litestar import Litestar, Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import HeaderParameter, PathParameter
from litestar.plugins.prometheus import PrometheusConfig, PrometheusController
from prometheus_client import CONTENT_TYPE_LATEST

from registry import clock, health, logs, openapi, problems
from registry.auth import http as auth_door
from registry.auth import issuer, jwks
from registry.auth.act import Gate
from registry.auth.keys import KeySet, find_key, issuers_of
from registry.db import Database
from registry.deliveries.stream import act as streams
from registry.doors import ROOMS
from registry.errors import Corrupt
from registry.house import shipped
from registry.judging.house import House
from registry.ledger.log.act import open_log
from registry.ledger.past import http as past_door
from registry.ledger.served.act import Choice
from registry.notify.mail.server import server
from registry.outgoing.address import networks
from registry.publishing import act as publishing
from registry.settings import Settings
from registry.witnessing.act import choice, policy_of

LARGEST: Final = 1_048_576
"""Bytes a request may have, whatever it carries."""
OPEN: Final[Mapping[str, Any]] = {"public": True}
ROLES: Final = frozenset({"employer", "representative", "auditor", "administrator"})


@get("/health/live", operation_id="alive", summary="Is the process alive", opt=OPEN, tags=["health"])
async def show_alive() -> health.Health:
    """Answers as long as the process does; asks nothing of the database."""
    return health.Health(status="alive")


@get("/health/ready", operation_id="ready", summary="Can the registry answer", opt=OPEN, tags=["health"])
async def show_ready(db: NamedDependency[Database]) -> health.Health:
    """Answers 200 when the database answers and has every migration, 503 otherwise."""
    return await health.ready(db, health.known_migrations())


@get("/health/worker", operation_id="worker", summary="Does the worker work", opt=OPEN, tags=["health"])
async def show_worker(
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    now: NamedDependency[dt.datetime],
) -> health.WorkerHealth:
    """Answers 200 while every part of a worker gives signs of life and nothing is overdue, 503 otherwise."""
    return await health.working(db, now, settings.worker_late_seconds, settings.sweep_seconds)


@get("/problems", operation_id="listProblems", summary="Every kind of problem", opt=OPEN, tags=["problems"])
async def list_problems() -> list[problems.Kind]:
    """Every `type` a problem document can carry, with its status and meaning."""
    return problems.kinds()


@get(
    "/problems/{slug:str}",
    operation_id="getProblem",
    summary="One kind of problem",
    opt=OPEN,
    tags=["problems"],
)
async def get_problem(
    slug: Annotated[str, PathParameter(description="The last step of a problem's `type`.", max_length=80)],
) -> problems.Kind:
    """What a problem's `type` means: the address in the problem document leads here."""
    return problems.kind_named(slug)


class Metrics(PrometheusController):
    """Counters and timings for Prometheus."""

    opt = OPEN
    include_in_schema = False

    @get()
    async def get(
        self,
        db: NamedDependency[Database],
        settings: NamedDependency[Settings],
        now: NamedDependency[dt.datetime],
        authorization: Annotated[str | None, HeaderParameter(name="Authorization")] = None,
    ) -> Response[bytes]:
        """What is counted here, and what the database says of alerts, deliveries and the worker.

        Without the token of `REGISTRY_METRICS_TOKEN` small numbers of people's matters are NaN.
        """
        await health.refresh(db, now)
        body = health.metrics(authorization, settings.metrics_token)
        return Response(body, headers={"Content-Type": CONTENT_TYPE_LATEST})


def check_guarded(app: Litestar) -> None:
    """Raise for a route that names neither its roles nor that it is public: nothing is open by forgetting."""
    for method, path, handler in openapi.operations(app):
        roles = handler.opt.get("roles")
        if bool(roles) == bool(handler.opt.get("public")) or not set(roles or ()) <= ROLES:
            raise ImproperlyConfiguredException(
                f"{method} {path} must declare opt roles (some of {', '.join(sorted(ROLES))}) or public"
            )


def gate_of(
    settings: Settings, client: httpx.AsyncClient, local: KeySet, now: Callable[[], dt.datetime]
) -> Gate:
    """Whom tokens are believed from: the configured issuers, or else the local one."""
    sources = [jwks.KeySource(name, url, client) for name, url in issuers_of(settings.issuers).items()]
    keys = {key.kid: key for key in (find_key(issuer.ISSUER, jwk) for jwk in local.keys) if key}
    return Gate(jwks.Keyring(sources, keys), settings.audience, settings.token_leeway_seconds, now)


@contextlib.asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
    """Open what the application needs while it serves: the database, a client for key sets."""
    state, settings = app.state, app.state.settings
    if not settings.database_url:
        raise Corrupt(
            "the application needs REGISTRY_DATABASE_URL; `registry serve` starts a PostgreSQL itself"
        )
    seal = await open_log(settings.database_url, settings, state.clock())
    async with (
        Database.open(settings.database_url, size=settings.pool_size, seal=seal) as db,
        jwks.client() as client,
    ):
        state.db = db
        state.gate = gate_of(settings, client, state.key_set, state.clock)
        # What the registry judges by is in the ledger before it judges.
        state.house, _ = await publishing.start(db, state.house, state.clock())
        with streams.ended_by_signals(db):
            yield


async def provide_db(state: State) -> Database:
    """The open database."""
    found: Database = state.db
    return found


async def provide_published(state: State) -> Choice:
    """Which checkpoint is the published one: the newest that enough witnesses have signed."""
    return choice(state.settings)


async def provide_now(state: State) -> dt.datetime:
    """The present of this request."""
    told: dt.datetime = state.clock()
    return told


async def provide_settings(state: State) -> Settings:
    """The settings the process was started with."""
    found: Settings = state.settings
    return found


async def provide_keys(state: State) -> KeySet:
    """The public keys of the local issuer."""
    found: KeySet = state.key_set
    return found


async def provide_house(state: State) -> House:
    """Schemas, packs and editions, as this process last saw them."""
    found: House = state.house
    return found.newest


DEPENDENCIES: Final[Mapping[str, Callable[..., Any]]] = {
    "db": provide_db,
    "now": provide_now,
    "published": provide_published,
    "settings": provide_settings,
    "keys": provide_keys,
    "house": provide_house,
    "principal": auth_door.provide_principal,
    "moment": past_door.provide_moment,
}


OWN: Final[Sequence[HTTPRouteHandler]] = [
    show_alive,
    show_ready,
    show_worker,
    list_problems,
    get_problem,
    *auth_door.routes,
]


def create(settings: Settings, house: House | None = None) -> Litestar:
    """The registry, complete. Migrations have been run before; *house* is what ships, unless given."""
    logs.configure(settings.log_format)
    return join(settings, house or shipped(), ROOMS)


async def tell_methods(request: Request[Any, Any, State]) -> Response[None] | None:
    """Answer OPTIONS with every method of the address; the framework names those of one door only."""
    if request.method != "OPTIONS":
        return None
    methods = request.app.state.methods.get(request.scope["path_template"], [])
    return Response(None, status_code=204, headers={"Allow": ", ".join(methods)}, media_type="text/plain")


def join(settings: Settings, house: House, doors: Sequence[BaseRouteHandler]) -> Litestar:
    """An application of *doors*; raises for one that does not say who may use it."""
    local = KeySet(keys=[] if settings.issuers else [dict(issuer.local_issuer(settings).jwk)])
    issuers_of(settings.issuers)
    networks(settings.outgoing_allow)
    server(settings.smtp_url)
    policy_of(settings)
    app = Litestar(
        route_handlers=[*OWN, *doors, Metrics],
        dependencies={name: Provide(provider) for name, provider in DEPENDENCIES.items()},
        guards=[auth_door.guard, past_door.refuse_elsewhere],
        before_send=[past_door.tell_moment],
        before_request=tell_methods,
        after_request=auth_door.answering,
        after_exception=[auth_door.refusing],
        exception_handlers={Exception: problems.render},
        middleware=[PrometheusConfig(app_name="registry", prefix="registry", group_path=True).middleware],
        request_max_body_size=LARGEST,
        lifespan=[lifespan],
        logging_config=None,
        openapi_config=openapi.docs(),
        plugins=[openapi.Placeholder()],
        state=State(
            {
                "settings": settings,
                "house": house,
                "key_set": local,
                "clock": clock.reader(settings.clock_file),
            }
        ),
    )
    check_guarded(app)
    app.state.methods = {route.path_format: sorted(route.methods) for route in app.routes}
    # Around everything, so that an answer to an address that does not exist carries its id, too.
    app.asgi_handler = logs.told(app.asgi_handler)
    return app
