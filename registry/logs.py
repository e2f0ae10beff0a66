"""What the program says while it runs: structlog, JSON in production, pretty on a terminal.

Each request carries an id, taken from `X-Request-ID` or made, bound to every line said while it is answered
and sent back. Never said: a document, a body, a token. Long values are cut, whoever logs them.
"""

import logging
import re
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TextIO

import msgspec
import structlog

KEPT_SILENT: Final = frozenset({"document", "body", "authorization", "token", "findings_bytes", "content"})
LONGEST: Final = 400
REQUEST_ID: Final = re.compile(r"^[A-Za-z0-9._:-]{1,64}$")
SECRET: Final = re.compile(r"[A-Za-z0-9_-]{40,}")
"""What may be a secret in an address: longer than any id."""
QUIET: Final = ("/health/live", "/health/ready", "/metrics")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]

log = structlog.get_logger()


def discreet(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor: what must not be said is not said, and what is long is cut."""
    for name, value in list(event.items()):
        if name in KEPT_SILENT:
            event[name] = "(not logged)"
        elif isinstance(value, str) and len(value) > LONGEST and name != "exception":
            event[name] = value[:LONGEST] + "…"
    return event


def to_json(event: Any, **_options: Any) -> str:
    """One event as one line of JSON; what JSON cannot hold is said as text."""
    return msgspec.json.encode(event, enc_hook=str).decode()


def configure(style: str = "", stream: TextIO | None = None) -> None:
    """Send every line, ours and the libraries', to *stream* (standard error) in one *style*: json or pretty.

    With no style: pretty on a terminal, JSON elsewhere.
    """
    out = stream or sys.stderr
    pretty = style == "pretty" or (not style and out.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        discreet,
    ]
    # Local variables in a traceback would hold documents, so no processor that shows them is used.
    last: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if pretty
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=to_json)]
    )
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


def request_id_of(headers: list[tuple[bytes, bytes]]) -> str:
    """The caller's own request id if it is a decent one, or a new one."""
    given = next((value for name, value in headers if name.lower() == b"x-request-id"), b"").decode("latin-1")
    return given if REQUEST_ID.match(given) else uuid.uuid4().hex


def path_of(scope: Any) -> str:
    """The pattern of the address asked for; where there is none, the address without what may be secret."""
    pattern: str | None = scope.get("path_template")
    return pattern or SECRET.sub("…", scope["path"])


def told(app: Application) -> Application:
    """*app* with a request id on every answer, and one line said for every request answered."""

    async def answered(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        request_id = request_id_of(scope["headers"])
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = time.perf_counter(), 0

        async def identified(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                extra = [(b"x-request-id", request_id.encode()), (b"x-content-type-options", b"nosniff")]
                message["headers"] = [*message.get("headers", []), *extra]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await app(scope, receive, identified)
            finally:
                if scope["path"] not in QUIET or status >= 500:
                    took = round((time.perf_counter() - started) * 1000, 1)
                    log.info(
                        "request.answered",
                        method=scope["method"],
                        path=path_of(scope),
                        status=status,
                        ms=took,
                    )
                structlog.contextvars.unbind_contextvars("caller", "role", "employer")

    return answered
