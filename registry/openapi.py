"""The OpenAPI document of the running application: what the framework draws, and what msgspec knows better.

The framework draws addresses, parameters and texts. The shapes of answers and bodies come from msgspec, whose
JSON Schemas are exactly what it encodes and refuses; `contract` adds problems, security and examples.
"""

import html
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec
from litestar import Litestar, Request, Response, Router
from litestar.enums import MediaType, OpenAPIMediaType
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.plugins import OpenAPISchemaPlugin
from litestar.routes import HTTPRoute
from litestar.typing import FieldDefinition

from registry import contract, problems
from registry.contract import Facts
from registry.examples import EXAMPLES

SAYS: Final = """Employers file what AI they use on a production; the registry judges it against the
collective agreements in force, raises alerts for the unions' representatives, and keeps a history that
cannot be rewritten unseen. A finding is prima facie, for a person to pursue; never a legal conclusion."""


class Placeholder(OpenAPISchemaPlugin):
    """Stands for a struct in what the framework draws; msgspec's own schema takes its place later."""

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:
        """Every struct, generic ones included."""
        kind = getattr(value, "__origin__", value)
        return isinstance(kind, type) and issubclass(kind, msgspec.Struct)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: Any) -> Schema:  # noqa: ARG002
        """Any object, for the moment."""
        return Schema(type=OpenAPIType.OBJECT)


class Document(OpenAPIRenderPlugin):
    """The completed OpenAPI document, for programs or for people."""

    def __init__(self, path: str, media_type: Any, show: Callable[[Mapping[str, Any]], bytes]) -> None:
        super().__init__(path=path, media_type=media_type)
        self.show = show

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document as *show* shows it."""
        return self.show(completed(request.app, openapi_schema))


def operations(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Method, path and handler of every operation that a door declares."""
    for route in app.routes:
        handlers = route.route_handlers if isinstance(route, HTTPRoute) else [None]
        for handler in handlers:
            if not isinstance(handler, HTTPRouteHandler):
                raise ImproperlyConfiguredException(f"{route.path}: only HTTP operations are guarded")
            for method in sorted(handler.http_methods - {"OPTIONS"}):
                yield method, route.path_format, handler


def described(app: Litestar) -> Iterator[tuple[str, tuple[str, str], HTTPRouteHandler]]:
    """Operation id, (method, path) and handler of every operation the document speaks of."""
    for method, path, handler in operations(app):
        if handler.resolve_include_in_schema():
            if not isinstance(handler.operation_id, str):
                raise ImproperlyConfiguredException(f"{method} {path} needs an operation_id")
            yield handler.operation_id, (method, path), handler


def answer_of(handler: HTTPRouteHandler) -> Any:
    """The type of what a door answers with: the T of a `Response[T]`."""
    said = handler.parsed_fn_signature.return_type
    if said.is_subclass_of(Response):
        return said.inner_types[0].annotation if said.inner_types else Any
    return said.annotation


def asked(record: type[msgspec.Struct]) -> list[str]:
    """The members a body must have; where there is none, no body is a body, too."""
    return [field.name for field in msgspec.structs.fields(record) if field.required]


def facts_of(app: Litestar, schemas: dict[str, Any]) -> dict[str, Facts]:
    """What the document must say of each operation; the components it needs are added to *schemas*."""
    found = list(described(app))
    answers = {name: answer_of(handler) for name, _, handler in found}
    bodies = {name: handler.opt["record"] for name, _, handler in found if "record" in handler.opt}
    shaped = [name for name, kind in answers.items() if kind not in (bytes, Any)]
    drawn, components = msgspec.json.schema_components(
        [*(answers[name] for name in shaped), *bodies.values()], ref_template="#/components/schemas/{name}"
    )
    schemas.update(components)
    shapes = dict(zip(shaped, drawn[: len(shaped)], strict=True))
    records = dict(zip(bodies, drawn[len(shaped) :], strict=True))
    return {
        name: Facts(
            roles=sorted(handler.opt.get("roles", ())),
            body=records.get(name) or handler.opt.get("body") or contract.document_body(*address),
            required=name not in bodies or bool(asked(bodies[name])),
            answer=shapes.get(name) or contract.BYTES.get(name),
            examples=dict(EXAMPLES.get(name, {})),
        )
        for name, address, handler in found
    }


def completed(app: Litestar, drawn: Mapping[str, Any]) -> dict[str, Any]:
    """What the framework drew of *app*, with what it cannot know."""
    published = app.state.house.schemas
    schemas = contract.disclosure_schemas({each: published.body(each) for each in published.versions})
    facts = facts_of(app, schemas)
    plain = msgspec.json.decode(msgspec.json.encode(drawn, enc_hook=str))
    return contract.complete(plain, facts, schemas, msgspec.to_builtins(problems.kinds()))


def document(app: Litestar) -> dict[str, Any]:
    """The OpenAPI document of *app*: what `openapi/openapi.json` must say."""
    return completed(app, app.openapi_schema.to_schema())


def docs() -> OpenAPIConfig:
    """Where the document is served, and what it says of itself."""
    return OpenAPIConfig(
        title="AI-use disclosure registry",
        version="0.3.0",
        description=SAYS,
        use_handler_docstrings=True,
        openapi_router=Router("/docs", route_handlers=[], include_in_schema=False, opt={"public": True}),
        render_plugins=[
            Document("/", MediaType.HTML, page),
            Document("/openapi.json", OpenAPIMediaType.OPENAPI_JSON, contract.encode),
        ],
    )


def page(document: Mapping[str, Any]) -> bytes:
    """The document as one page for people; it loads nothing from anywhere."""
    said = html.escape
    rows = "".join(
        f"<tr><td><code>{said(method.upper())}</code></td><td><code>{said(path)}</code></td>"
        f"<td><b>{said(operation.get('summary', ''))}</b><p>{said(operation.get('description', ''))}</p></td>"
        f"<td>{said(', '.join(operation.get('x-roles', [])) or 'anybody')}</td>"
        f"<td>{said(' '.join(operation['responses']))}</td></tr>"
        for path, item in sorted(document["paths"].items())
        for method, operation in item.items()
        if method in contract.METHODS
    )
    title = said(document["info"]["title"])
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
        "<style>body{font:16px/1.5 system-ui;margin:2rem auto;max-width:75rem;padding:0 1rem}"
        "td,th{padding:.4rem .6rem;text-align:left;vertical-align:top;border-top:1px solid #ccc}"
        "p{margin:.2rem 0;white-space:pre-line}</style>"
        f"<h1>{title}</h1><p>{said(document['info'].get('description', ''))}</p>"
        "<p>For programs: <a href=/docs/openapi.json>openapi.json</a> (OpenAPI 3.1).</p>"
        f"<table><tr><th>Method<th>Address<th>What it does<th>Who<th>Answers</tr>{rows}</table>"
    ).encode()
