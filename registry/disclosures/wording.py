"""What a schema violation means, in the words of somebody who runs a production.

The field's own title is used; the value is shown cut short, the document never. At most MOST faults are told,
then how many more there are.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from jsonschema_rs import ValidationError, ValidationErrorKind

from registry.disclosures import codes, moments
from registry.disclosures.outline import Node, find
from registry.errors import Fault

MOST: Final = 100
LONGEST: Final = 300
SHOWN: Final = 80
LEAVE_OUT: Final = "Leave the field out when it is not known."

KINDS: Final = {
    "object": "an object, in braces { }",
    "array": "a list, in brackets [ ]",
    "string": "text, in quotation marks",
    "integer": "a whole number",
    "boolean": "true, false or null",
}
Path = Sequence[str | int]


def pointer(path: Iterable[str | int]) -> str:
    """The JSON Pointer (RFC 6901) of *path*; a name too long to be one is cut."""
    return "".join(f"/{cut(str(step)).replace('~', '~0').replace('/', '~1')}" for step in path)


def cut(text: str, most: int = SHOWN) -> str:
    """*text*, short enough to show and safe to send."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    return short.encode(errors="replace").decode()


def shown(value: Any) -> str:
    """*value* as it may be shown in a message."""
    if isinstance(value, str):
        return f"“{cut(value)}”"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return cut(str(value), 24)


def capped(faults: Sequence[Fault], more: int = 0) -> list[Fault]:
    """The first MOST of *faults*, and one that says how many are not listed (*more* beside these)."""
    left = len(faults) - MOST + more if len(faults) > MOST else more
    told = [bounded(fault) for fault in faults[:MOST]]
    if left <= 0:
        return told
    severity = told[-1].severity if told else "error"
    noun = "warnings" if severity == "warning" else "faults"
    detail = f"There are {left:,} more {noun}, not listed here."
    return [*told, Fault("", "more", detail, "Mend these first, then send it again.", severity=severity)]


def bounded(fault: Fault) -> Fault:
    """*fault* with no text longer than LONGEST."""
    if len(fault.detail) <= LONGEST and len(fault.fix) <= LONGEST:
        return fault
    fields = {name: getattr(fault, name) for name in fault.__struct_fields__}
    return Fault(**{**fields, "detail": cut(fault.detail, LONGEST), "fix": cut(fault.fix, LONGEST)})


def faults(
    root: Node, prefix: list[str | int], error: ValidationError, others: Sequence[Node]
) -> list[Fault]:
    """What *error* says, for the document's *root*; *others* are the outlines of the other versions."""
    path = [*prefix, *error.instance_path]
    kind = error.kind
    if isinstance(kind, ValidationErrorKind.UnevaluatedProperties):
        return [unknown(root, [*path, name], others) for name in kind.unexpected[:MOST]]
    if isinstance(kind, ValidationErrorKind.Required):
        return [missing(root, [*path, kind.property])]
    node = find(root, path)
    title = f"“{node.title}”" if node and node.title else "This value"
    told = fault_of(node, title, pointer(path), error)
    if node and told.fix == LEAVE_OUT and is_required(root, path):
        fields = {name: getattr(told, name) for name in told.__struct_fields__}
        return [Fault(**{**fields, "fix": f"Fill it in. {node.schema.get('description', '')}".strip()})]
    return [told]


def is_required(root: Node, path: list[str | int]) -> bool:
    """Whether the object that holds the last step of *path* must have it."""
    home = find(root, path[:-1])
    return home is not None and path[-1] in home.required


def unknown(root: Node, path: list[str | int], others: Sequence[Node]) -> Fault:
    """The fault of a field the schema does not know."""
    name, where = str(path[-1]), pointer(path)
    home = find(root, path[:-1])
    names = list(home.properties) if home else []
    for other in others:
        there = find(other, path)
        if there is None:
            continue
        if there.replaced_by:
            detail = (
                f"The field {cut(name)} belongs to another schema version; {there.replaced_by} replaced it."
            )
            return Fault(
                where, "unknown-field", detail, f"Use {there.replaced_by}.", nearest=there.replaced_by
            )
        version = other.properties["schema_version"].schema["const"]
        detail = f"The field {cut(name)} belongs to schema version {version}."
        return Fault(where, "unknown-field", detail, f"File with schema_version {version}, or leave it out.")
    near = codes.nearest(name, names)
    detail = f"There is no field {cut(name) or 'without a name'} here."
    fix = f"Did you mean {near}? Otherwise leave it out." if near else "Leave it out."
    return Fault(where, "unknown-field", detail, fix, codes.allowed(names), near)


def missing(root: Node, path: list[str | int]) -> Fault:
    """The fault of a field that has to be there."""
    node = find(root, path)
    name = cut(str(path[-1]))
    title = f"“{node.title}” ({name})" if node else name
    about = f"{node.schema.get('description', '')}" if node else ""
    return Fault(pointer(path), "missing", f"{title} is missing.", f"Add it. {about}".strip(), options(node))


def options(node: Node | None) -> list[str]:
    """The values that may stand at *node*, where the schema lists them."""
    return codes.allowed(node.schema["enum"]) if node and "enum" in node.schema else []


def fault_of(node: Node | None, title: str, where: str, error: ValidationError) -> Fault:
    """The fault of a value of the wrong kind, form or size."""
    kind, value = error.kind, error.instance
    if isinstance(kind, ValidationErrorKind.Enum):
        return not_listed(title, where, value, [str(each) for each in kind.options])
    if isinstance(kind, ValidationErrorKind.Constant):
        expected = str(kind.expected_value)
        detail = f"{title} must be {cut(expected)}."
        return Fault(where, "not-allowed", detail, f"Write {cut(expected)}.", [expected], expected)
    if isinstance(kind, ValidationErrorKind.Type):
        return wrong_type(node, title, where, value)
    if isinstance(kind, (ValidationErrorKind.Pattern, ValidationErrorKind.Format)):
        return wrong_form(node, title, where, error)
    return wrong_size(node, title, where, error)


def not_listed(title: str, where: str, value: Any, known: list[str]) -> Fault:
    """The fault of a value that is none of those listed."""
    near = codes.nearest(value, known) if isinstance(value, str) else None
    fix = f"Did you mean {near}?" if near else "Choose one of those allowed."
    return Fault(where, "not-allowed", f"{title} cannot be {shown(value)}.", fix, codes.allowed(known), near)


def wrong_type(node: Node | None, title: str, where: str, value: Any) -> Fault:
    """The fault of a value of the wrong kind; null is the commonest."""
    wanted = KINDS.get(node.kind if node else "", "something else")
    detail = f"{title} must be {wanted}, not {shown(value)}."
    near = None
    if value is None:
        fix = LEAVE_OUT
    elif isinstance(value, str) and wanted == KINDS["boolean"]:
        near = {"y": "true", "t": "true", "n": "false", "f": "false"}.get(value[:1].lower(), "null")
        fix = f"Write {near}, without quotation marks."
    elif isinstance(value, str) and wanted == KINDS["integer"] and value.strip().isdecimal():
        near = value.strip()[:20]
        fix = "Write the number without quotation marks."
    else:
        fix = f"Write {wanted}."
    return Fault(where, "wrong-type", detail, fix, [wanted], near)


def wrong_form(node: Node | None, title: str, where: str, error: ValidationError) -> Fault:
    """The fault of a text that does not have its form."""
    value = str(error.instance)
    form = node.says if node else ""
    near = None
    if isinstance(error.kind, ValidationErrorKind.Format):
        form = form or {"uri": "a web address with https://", "email": "an e-mail address"}.get(
            error.kind.format, error.kind.format
        )
    if node and "date" in node.schema.get("$ref", ""):
        near = moments.mended(value)
        near = near[:10] if near else None
        if moments.MOMENT.fullmatch(value) and len(value) == 10:
            return Fault(where, "no-such-day", f"{title}: there is no day {cut(value)}.", "Check it.", [form])
    detail = f"{title} does not have the right form: {shown(value)}."
    return Fault(where, "wrong-form", detail, f"Write {form}." if form else "Check it.", [form], near)


def wrong_size(node: Node | None, title: str, where: str, error: ValidationError) -> Fault:
    """The fault of a value that is too long, too short, too many, too large or there twice."""
    kind = error.kind
    limit = getattr(kind, "limit", None)
    match type(kind).__name__:
        case "MaxLength":
            length = length_of(error.instance)
            detail = f"{title} has {length:,} characters; at most {limit:,} are taken."
            return Fault(where, "too-long", detail, "Shorten it.", [f"at most {limit} characters"])
        case "MinLength":
            return Fault(where, "empty", f"{title} is empty.", LEAVE_OUT)
        case "MaxItems" if limit == 0:
            return Fault(
                where, "not-nil", f"{title} must be empty in a nil return.", "Empty it, or file another kind."
            )
        case "MaxItems":
            return too_many(title, where, length_of(error.instance), node.most if node else 0)
        case "UniqueItems":
            return Fault(where, "twice", f"{title} names the same thing twice.", "Name it once.")
        case "Minimum":
            return Fault(
                where, "too-small", f"{title} is at least {limit}.", "Check it.", [f"at least {limit}"]
            )
        case "Maximum":
            return Fault(
                where, "too-large", f"{title} is at most {limit}.", "Check it.", [f"at most {limit}"]
            )
        case name:
            return Fault(where, "not-allowed", f"{title} is not as the schema asks ({name}).", "Check it.")


def length_of(value: Any) -> int:
    """How many characters or items *value* has."""
    return len(value) if isinstance(value, (str, list, dict)) else 0


def too_many(title: str, where: str, count: int, most: int) -> Fault:
    """The fault of a list with too many items."""
    detail = f"{title} has {count:,} items; at most {most:,} are taken."
    return Fault(where, "too-many", detail, "File the rest in another disclosure.", [f"at most {most} items"])
