"""The OpenAPI document, completed: what no door should have to say, and the document as text.

Who may call, the problems each operation may answer with, the disclosure schemas as request bodies (a door
that takes raw bytes shows none), and examples. Plain JSON in, plain JSON out.
"""

import inspect
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

import msgspec

JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
METHODS: Final = ("get", "post", "put", "patch", "delete")
SCHEME: Final = "bearer"
ADDRESS: Final = "https://registry.example"

PROBLEMS: Final[Mapping[int, tuple[str, str]]] = {
    400: ("BadRequest", "A parameter, a header or the JSON itself cannot be read."),
    401: ("Unauthenticated", "No bearer token, or not a valid one."),
    403: ("Forbidden", "The token is valid, but its role may not do this."),
    404: ("NotFound", "No such thing, or not yours to see: the two look the same on purpose."),
    409: ("Conflict", "It does not fit the present state."),
    412: ("Stale", "If-Match names a version that is no longer the newest."),
    413: ("TooLarge", "More than 1 MiB (1048576 bytes); of a file of evidence, more than 25 MiB."),
    416: ("OutOfRange", "The range begins behind the end of the file."),
    422: ("Unprocessable", "Understood and wrong; every fault is listed with its pointer."),
    428: ("PreconditionMissing", "A change must name its version in If-Match."),
    500: ("Internal", "The registry failed; nothing was changed."),
    503: ("Busy", "Nothing is wrong with the request; send it again after Retry-After seconds."),
}
HEADERS: Final[Mapping[int, tuple[str, str, str]]] = {
    401: ("WWW-Authenticate", "How to say who you are.", 'Bearer realm="registry"'),
    503: ("Retry-After", "Seconds to wait.", "2"),
}

DISCLOSURE: Final = "DisclosureDocument"
DOCUMENTS: Final[Mapping[tuple[str, str], str]] = {
    ("POST", "/v1/disclosures"): DISCLOSURE,
    ("POST", "/v1/disclosures/preflight"): DISCLOSURE,
    ("PUT", "/v1/disclosures/{disclosure_id}"): DISCLOSURE,
}
"""Operations whose raw body is a whole disclosure, and the component that describes it."""

ALSO: Final = {
    "explainFindings": "text/plain",
    "explainAlert": "text/plain",
    "getPacket": "application/pdf",
    "diffVersions": "application/json-patch+json",
    "getStatistics": "text/csv",
}
"""What else an operation answers with, if asked."""
TIMEMAP: Final = {"description": "A timemap (RFC 7089) in application/link-format.", "type": "string"}
BYTES: Final[Mapping[str, dict[str, Any]]] = {
    "getEvidence": {
        "description": "The exact bytes that were sent; the Content-Type of the answer says what they are.",
        "type": "string",
        "contentMediaType": "application/octet-stream",
    },
    "getPacket": {"description": "The packet as one folder.", "type": "string"},
    "getBundle": {"description": "The bundle, a zip in one strict form.", "type": "string"},
    "getProofFile": {"description": "A C2SP `.tlog-proof` file.", "type": "string"},
    "getReceiptPage": {"description": "A page to print, with nothing to load.", "type": "string"},
    "getReceiptPdf": {"description": "The same as PDF, A4.", "type": "string"},
    "exportTable": {"description": "The table, in the form that was asked for.", "type": "string"},
    "getExportFile": {"description": "The file, or the part of it that a Range asked for.", "type": "string"},
    "getExportManifest": {"$ref": "#/components/schemas/ExportManifest"},
    "getExportNote": {"description": "A signed note (C2SP signed-note).", "type": "string"},
    "disclosureTimemap": TIMEMAP,
    "findingsTimemap": TIMEMAP,
    "alertTimemap": TIMEMAP,
    "agreementTimemap": TIMEMAP,
    "getVersion": {
        "description": "The exact bytes received: a disclosure, or the statement that withdrew it.",
        "anyOf": [
            {"$ref": f"#/components/schemas/{DISCLOSURE}"},
            {"$ref": "#/components/schemas/Withdrawal"},
        ],
    },
    "getSchema": {
        "description": "A JSON Schema (2020-12).",
        "type": "object",
        "required": ["$schema", "$id"],
    },
}
"""What the bytes are that an operation answers with, where its door only says that they are bytes."""


class Facts(msgspec.Struct, frozen=True):
    """What the document must say of one operation and the framework does not know."""

    roles: list[str] = []
    """Who may; empty: anybody."""
    body: dict[str, Any] | None = None
    """The schema of a body that the door takes as raw bytes, or None."""
    required: bool = True
    """Whether a request without that body is refused."""
    answer: dict[str, Any] | None = None
    """The schema of the answer, or None for what the framework drew."""
    examples: dict[str, Any] = {}
    """Examples of the body, by name."""


def document_body(method: str, path: str) -> dict[str, Any] | None:
    """The schema of the body of an operation that takes a whole disclosure, or None for another operation."""
    named = DOCUMENTS.get((method, path))
    return {"$ref": f"#/components/schemas/{named}"} if named else None


def disclosure_schemas(published: Mapping[str, bytes]) -> dict[str, Any]:
    """The disclosure schemas, by version, as components; and one component that accepts any of them."""
    found: dict[str, Any] = {}
    for version, body in published.items():
        found.update(hoisted(f"{DISCLOSURE}-{version}", msgspec.json.decode(body)))
    found[DISCLOSURE] = {
        "description": "A disclosure, in any published version of its schema; `schema_version` says which.",
        "anyOf": [{"$ref": f"#/components/schemas/{DISCLOSURE}-{version}"} for version in published],
    }
    return found


def problem_schemas() -> dict[str, Any]:
    """The components that describe a problem document."""
    text = {"type": "string"}
    fault = {
        "type": "object",
        "description": "One thing wrong with a request.",
        "required": ["detail"],
        "properties": {
            "detail": {**text, "description": "What is wrong."},
            "pointer": {**text, "description": "JSON Pointer into the document, as a URI fragment."},
            "parameter": {**text, "description": "The path, query or header parameter that is wrong."},
            "code": text,
            "severity": {**text, "enum": ["error", "warning"]},
            "fix": {**text, "description": "How to mend it."},
            "allowed": {"type": "array", "items": text},
            "nearest": {**text, "description": "The valid value nearest to the one sent."},
            "ref": {**text, "description": "Where the rule stands."},
        },
    }
    problem = {
        "type": "object",
        "description": "A problem document (RFC 9457).",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {**text, "format": "uri"},
            "title": text,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": text,
            "instance": text,
            "request_id": text,
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemFault"}},
        },
    }
    return {"Problem": problem, "ProblemFault": fault}


def problem_responses(kinds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One response component for each status that says no."""
    return {
        name: problem_response(status, [kind for kind in kinds if kind["status"] == status])
        for status, (name, _) in PROBLEMS.items()
    }


def problem_response(status: int, kinds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The response component of *status*, with an example of each kind of problem that has it."""
    headers: dict[str, Any] = {"X-Request-ID": {"$ref": "#/components/headers/RequestId"}}
    if status in HEADERS:
        name, meaning, example = HEADERS[status]
        headers[name] = {"description": meaning, "schema": {"type": "string"}, "example": example}
    examples = {
        kind["slug"]: {
            "summary": kind["says"],
            "value": {"type": f"{ADDRESS}/problems/{kind['slug']}", "title": kind["title"], "status": status},
        }
        for kind in kinds
    }
    return {
        "description": PROBLEMS[status][1],
        "headers": headers,
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}},
    }


def statuses_of(method: str, operation: Mapping[str, Any], facts: Facts) -> list[int]:
    """Every status that says no, for one operation."""
    # A query may hold what cannot be read, whatever parameters are declared: 400 is always possible.
    found = {400, 500, 503}
    parameters = operation.get("parameters", [])
    names = {parameter.get("name", "").lower() for parameter in parameters}
    if parameters:
        found.add(422)
    if facts.roles:
        found |= {401, 403}
    if "employer_id" in names or any(parameter.get("in") == "path" for parameter in parameters):
        found.add(404)
    if method in ("post", "put", "patch", "delete"):
        found |= {404, 409, 413, 422}
    if "if-match" in names:
        found |= {412, 428}
    if "range" in names:
        found.add(416)
    return sorted(found)


def complete(
    document: Mapping[str, Any],
    facts: Mapping[str, Facts],
    schemas: Mapping[str, Mapping[str, Any]],
    kinds: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """*document* with what the framework left out: facts by operation id, schemas by name."""
    done = deepcopy(dict(document))
    components = done.setdefault("components", {})
    components.setdefault("schemas", {}).update(problem_schemas())
    components["schemas"].update(schemas)
    components["responses"] = problem_responses(kinds)
    components["headers"] = {
        "RequestId": {
            "description": "The request's id: the caller's own X-Request-ID, or one that was made.",
            "schema": {"type": "string"},
        }
    }
    components["securitySchemes"] = {
        SCHEME: {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An `at+jwt` of a configured issuer, or of `registry token` where there is none.",
        }
    }
    for item in done["paths"].values():
        for method in METHODS:
            if method in item:
                complete_operation(method, item[method], facts[item[method]["operationId"]])
    # In one order on every machine, so that a difference between two documents is a difference in the code.
    return msgspec.json.decode(msgspec.json.encode(done, order="sorted"), type=dict[str, Any])


def complete_operation(method: str, operation: dict[str, Any], facts: Facts) -> None:
    """Fill in one operation, in place."""
    operation["security"] = [{SCHEME: []}] if facts.roles else []
    operation["x-roles"] = sorted(facts.roles)
    if facts.body is not None:
        media: dict[str, Any] = {"schema": facts.body}
        if facts.examples:
            media["examples"] = {name: {"value": value} for name, value in facts.examples.items()}
        content = {facts.body.get("contentMediaType", JSON): media}
        operation["requestBody"] = {"required": facts.required, "content": content}
    kept = {status: said for status, said in operation["responses"].items() if status < "4"}
    for said in kept.values():
        for media in said.get("content", {}).values() if facts.answer is not None else ():
            media["schema"] = facts.answer
        if operation["operationId"] in ALSO:
            said["content"][ALSO[operation["operationId"]]] = {"schema": {"type": "string"}}
        said.setdefault("headers", {})["X-Request-ID"] = {"$ref": "#/components/headers/RequestId"}
    problems = {
        str(status): {"$ref": f"#/components/responses/{PROBLEMS[status][0]}"}
        for status in statuses_of(method, operation, facts)
    }
    operation["responses"] = {**kept, **problems}


def hoisted(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON Schema and its `$defs` as components of their own, every reference pointing at its new place."""
    own = {key: value for key, value in schema.items() if key not in ("$id", "$schema", "$defs")}
    moved = {name: own, **{f"{name}.{key}": value for key, value in schema.get("$defs", {}).items()}}
    return {key: redirected(value, name) for key, value in moved.items()}


def redirected(value: Any, name: str) -> Any:
    """*value* with each `#/$defs/x` made `#/components/schemas/<name>.x`."""
    if isinstance(value, Mapping):
        return {
            key: ref.replace("#/$defs/", f"#/components/schemas/{name}.")
            if key == "$ref" and isinstance(ref := inner, str)
            else redirected(inner, name)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [redirected(inner, name) for inner in value]
    return value


def encode(document: Mapping[str, Any]) -> bytes:
    """The document as it is committed: indented, with a newline at its end, the same from every Python."""
    return msgspec.json.format(msgspec.json.encode(cleaned(document)), indent=2) + b"\n"


def cleaned(value: Any) -> Any:
    """*value* with its docstrings as newer Pythons keep them: without the indentation of the source."""
    if isinstance(value, Mapping):
        return {
            key: inspect.cleandoc(each) if key == "description" and isinstance(each, str) else cleaned(each)
            for key, each in value.items()
        }
    return [cleaned(each) for each in value] if isinstance(value, list | tuple) else value
