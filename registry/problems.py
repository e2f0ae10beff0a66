"""Error → RFC 9457 problem document. The only module that knows statuses.

A refusal shows its detail; what is the registry's own fault shows none of it and is logged. Every answer
that is not a success is `application/problem+json`, the framework's own ones included.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from registry import errors
from registry.errors import Fault, RegistryError

CONTENT_TYPE: Final = "application/problem+json"

STATUSES: Final[Mapping[type[RegistryError], int]] = {
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.KeyReused: 422,
    errors.Stale: 412,
    errors.PreconditionMissing: 428,
    errors.TooLarge: 413,
    errors.Malformed: 400,
    errors.OutOfRange: 416,
    errors.Invalid: 422,
    errors.Refused: 400,
    errors.Busy: 503,
    errors.Corrupt: 500,
    RegistryError: 500,
}
"""An error has the status of its nearest ancestor here."""

RETRY_AFTER: Final[Mapping[type[RegistryError], int]] = {errors.StillRunning: 1, errors.Busy: 2}

SIZES: Final = (
    "a request may have at most 1 MiB (1048576 bytes), and one that brings a file of evidence 25 MiB "
    "(26214400 bytes)"
)

FRAMEWORK: Final[Mapping[int, tuple[str, str, str]]] = {
    400: ("invalid-request", "The request has faults", "the request cannot be read"),
    404: (
        "not-found",
        "There is no such thing here",
        "there is nothing at this address; /docs lists what there is",
    ),
    405: (
        "method-not-allowed",
        "This address does not take this method",
        "see the Allow header for the methods",
    ),
    413: ("too-large", "The document is too large", SIZES),
    415: ("unsupported-media-type", "The registry does not read this media type", "send application/json"),
    422: ("invalid-request", "The request has faults", "the request has faults"),
    503: ("busy", "Try again in a moment", "the registry cannot answer at the moment"),
}
BARE: Final = ("internal", "Something went wrong on our side", "")
LONGEST: Final = 400

MISSING: Final = re.compile(r"Missing required (\w+) parameter '([^']+)'")

log = structlog.get_logger()


class ProblemFault(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing wrong: `pointer` is a JSON Pointer as a URI fragment, `parameter` a name outside the body."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None
    code: str = ""
    severity: str = ""
    fix: str = ""
    allowed: list[str] = []
    nearest: str | None = None
    ref: str | None = None


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem document (RFC 9457), with every fault listed."""

    type: str
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    errors: list[ProblemFault] = []
    request_id: str = ""


class Kind(msgspec.Struct, frozen=True):
    """One kind of problem, as its address describes it."""

    slug: str
    title: str
    status: int
    says: str


def status_of(error: RegistryError) -> int:
    """The status of *error*; a plain Invalid that points into no document is about the request: 400."""
    if type(error) is errors.Invalid and not any(fault.pointer for fault in error.faults):
        return 400
    return status_of_kind(type(error))


def status_of_kind(kind: type[RegistryError]) -> int:
    """The status of errors of *kind*."""
    return next(STATUSES[ancestor] for ancestor in kind.__mro__ if ancestor in STATUSES)


def kinds() -> list[Kind]:
    """Every kind of problem there is, by slug."""

    def below(kind: type[RegistryError]) -> list[type[RegistryError]]:
        return [kind, *(deeper for child in kind.__subclasses__() for deeper in below(child))]

    found = {
        kind.slug: Kind(kind.slug, kind.title, status_of_kind(kind), (kind.__doc__ or "").strip())
        for kind in below(RegistryError)
        if kind not in (RegistryError, errors.Refused)
    }
    for status, (slug, title, says) in FRAMEWORK.items():
        found.setdefault(slug, Kind(slug, title, status, says))
    found["internal"] = Kind("internal", BARE[1], 500, "The registry failed; its operator has the details.")
    return [found[slug] for slug in sorted(found)]


def kind_named(slug: str) -> Kind:
    """The kind of problem with this *slug*; raises NotFound."""
    found = next((kind for kind in kinds() if kind.slug == slug), None)
    if found is None:
        raise errors.NotFound("there is no such kind of problem; /problems lists them all")
    return found


def fault_of(fault: Fault) -> ProblemFault:
    """*fault* with its pointer as a URI fragment."""
    return ProblemFault(
        detail=fault.detail,
        pointer=f"#{fault.pointer}",
        code=fault.code,
        severity=fault.severity,
        fix=fault.fix,
        allowed=fault.allowed,
        nearest=fault.nearest,
        ref=fault.ref,
    )


def problem_of(error: Exception, address: str) -> tuple[Problem, dict[str, str]]:
    """The problem document of *error*, and the headers that go with it."""
    if isinstance(error, RegistryError):
        return problem_of_ours(error, address)
    if isinstance(error, HTTPException) and error.status_code < 500:
        return problem_of_framework(error, address)
    if isinstance(error, ConnectionError | TimeoutError):
        return problem_of_ours(errors.Busy("the database does not answer"), address)
    slug, title, _ = BARE
    return Problem(type=f"{address}/problems/{slug}", title=title, status=500), {}


def problem_of_ours(error: RegistryError, address: str) -> tuple[Problem, dict[str, str]]:
    """The problem document of one of our own errors."""
    status = status_of(error)
    problem = Problem(
        type=f"{address}/problems/{error.slug}",
        title=error.title,
        status=status,
        detail="" if status == 500 else error.detail,
        errors=[] if status == 500 else [fault_of(fault) for fault in error.faults],
    )
    headers: dict[str, str] = {}
    if isinstance(error, errors.Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="registry"'
    wait = next((RETRY_AFTER[kind] for kind in type(error).__mro__ if kind in RETRY_AFTER), None)
    if wait is not None:
        headers["Retry-After"] = str(wait)
    return problem, headers


def missing_parameter(detail: str) -> list[ProblemFault]:
    """The parameter a framework's *detail* says is missing, as a fault."""
    found = MISSING.match(detail)
    if not found:
        return []
    kind, name = found.groups()
    says = f"the {kind} parameter {name} is missing"
    return [ProblemFault(detail=says, parameter=name, code="missing", fix=f"Send {name}.")]


def problem_of_framework(error: HTTPException, address: str) -> tuple[Problem, dict[str, str]]:
    """The problem document of a refusal the framework made: no route, wrong method, unreadable parameters."""
    faults = faults_of(error.extra) or missing_parameter(error.detail)
    status = error.status_code
    if status == 400 and any(fault.pointer for fault in faults):
        status = 422
    phrase = HTTPStatus(status).phrase
    slug, title, detail = FRAMEWORK.get(status, ("refused", phrase, phrase))
    problem = Problem(
        type=f"{address}/problems/{slug}", title=title, status=status, detail=detail, errors=faults
    )
    headers = dict(error.headers or {})
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        headers["Connection"] = "close"  # the rest of the body is not read, so nothing can follow it
    return problem, headers


def faults_of(extra: Any) -> list[ProblemFault]:
    """The faults the framework found in parameters or in a body."""
    found: list[ProblemFault] = []
    for item in extra if isinstance(extra, list) else []:
        said = item if isinstance(item, Mapping) else {"message": str(item)}
        message, key = str(said.get("message", "is wrong"))[:LONGEST], str(said.get("key", ""))[:80]
        if said.get("source") == "body":
            found.append(ProblemFault(detail=message, pointer=pointer_of(key), code="type", severity="error"))
        else:
            found.append(ProblemFault(detail=message, parameter=key, code="type", severity="error"))
    return found


def pointer_of(key: str) -> str:
    """`locations[0].country` as `#/locations/0/country`."""
    steps = key.replace("[", ".").replace("]", "").split(".")
    return "#" + "".join(f"/{step.replace('~', '~0')}" for step in steps if step)


def render(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The answer to a request that ended in *error*; an error of ours is logged with its traceback."""
    problem, headers = problem_of(error, request.app.state.settings.address)
    if problem.status == 500:
        log.error("request.failed", kind=type(error).__name__, exc_info=error)
    problem = msgspec.structs.replace(
        problem,
        instance=request.scope["path"][:LONGEST],
        request_id=request.scope["state"].get("request_id", ""),
    )
    return Response(
        content=msgspec.json.encode(problem),
        status_code=problem.status,
        headers=headers,
        media_type=CONTENT_TYPE,
    )
