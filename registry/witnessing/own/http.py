"""The doors of a witness of one's own: one to submit a checkpoint, one to read the newest that was signed."""

import contextlib
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated, Any

from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import PathParameter

from registry.errors import NotFound
from registry.witnessing.own.act import Witness
from registry.witnessing.own.judge import PLAIN
from registry.witnessing.policy import Policy
from registry.witnessing.submission import LARGEST

OPEN = {"public": True}


@post("/add-checkpoint", opt=OPEN, status_code=200)
async def add_checkpoint(
    request: Request[Any, Any, State], witness: NamedDependency[Witness]
) -> Response[str]:
    """Cosign a checkpoint, if its tree contains the one that was cosigned before (C2SP tlog-witness)."""
    said = await witness.add(await request.body(), int(request.app.state.seconds()))
    # Said outright: the framework would add a charset to the type by which a log knows a size.
    return Response(said.text, status_code=said.status, headers={"Content-Type": said.media})


@get("/{log_id:str}/checkpoint", opt=OPEN)
async def show_checkpoint(
    log_id: Annotated[str, PathParameter(description="SHA-256 of the log's origin, in hexadecimal.")],
    witness: NamedDependency[Witness],
) -> Response[str]:
    """The newest checkpoint of a log that this witness has cosigned, with its signature."""
    return Response(witness.shown(log_id), headers={"Content-Type": PLAIN, "Cache-Control": "max-age=5"})


def not_found(_: Request[Any, Any, State], fault: NotFound) -> Response[str]:
    """What is not there, in a line of text."""
    return Response(fault.detail, status_code=404, headers={"Content-Type": PLAIN})


def create(
    folder: Path,
    logs: Policy,
    *,
    key: Path | None = None,
    adopt: bool = False,
    seconds: Callable[[], float] = time.time,
) -> Litestar:
    """The witness in *folder* as an application; it holds the folder while it serves."""

    @contextlib.asynccontextmanager
    async def holding(app: Litestar) -> AsyncIterator[None]:
        with Witness.opened(folder, logs, key=key, adopt=adopt) as opened:
            app.state.witness = opened
            yield

    async def provide_witness(state: State) -> Witness:
        found: Witness = state.witness
        return found

    return Litestar(
        route_handlers=routes,
        dependencies={"witness": Provide(provide_witness)},
        exception_handlers={NotFound: not_found},
        request_max_body_size=LARGEST,
        lifespan=[holding],
        logging_config=None,
        openapi_config=None,
        state=State({"seconds": seconds}),
    )


routes = [add_checkpoint, show_checkpoint]
