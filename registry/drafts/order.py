"""A document's members in the order of its schema, as people and files have them; the database keeps none."""

from typing import Any

import msgspec

from registry.disclosures.outline import Node
from registry.disclosures.schemas import SchemaSet


def root_of(schemas: SchemaSet, document: dict[str, Any]) -> Node | None:
    """The outline of the schema that *document* names; None when it names none there is."""
    version = document.get("schema_version")
    published = schemas.published.get(version) if isinstance(version, str) else None
    return published.root if published else None


def ordered(node: Node | None, value: Any) -> Any:
    """*value* with the members of its objects as the schema lists them; what it does not know comes last."""
    if isinstance(value, dict):
        known = node.properties if node else {}
        names = [*(name for name in known if name in value), *sorted(value.keys() - known.keys())]
        return {name: ordered(known.get(name), value[name]) for name in names}
    if isinstance(value, list):
        inner = node.items if node else None
        return [ordered(inner, each) for each in value]
    return value


def written(schemas: SchemaSet, document: dict[str, Any]) -> bytes:
    """The bytes *document* is filed as: the same for the same document, whenever they are asked for."""
    return msgspec.json.encode(ordered(root_of(schemas, document), document))
