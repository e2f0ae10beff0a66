"""Rows of somebody else's table, turned into disclosures by a small declarative file.

A mapping says, for each place of the document (a JSON Pointer), where its value comes from: a constant, a
column, a translation of codes, a date, a number, a slug or an identifier made from a hash of columns. It
decides nothing about obligations and checks no schema: what it makes is filed like any other document, and
the registry says what is wrong with it. A cell that says nothing ("N/A", blank) is left out: unknown is a
value.

The same row under the same mapping always gives the same bytes and the same key, on any machine.
"""

import datetime as dt
import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

from registry.disclosures import codes
from registry.errors import Fault, Invalid
from registry.filing.tabular import Row

ABSENT: Final = msgspec.UNSET
WHOLE: Final = re.compile(r"-?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})")

Column = str | list[str]
"""A column by name; a list gives the names it has in different editions of the same table."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where one value comes from. Exactly one of `value`, `column` and `columns` is said."""

    value: Any = ABSENT
    """A constant."""
    column: Column = []
    """One column, taken as it stands (spaces at the ends removed) unless a field below says otherwise."""
    columns: list[Column] = []
    """Several columns, for `join`, `slug` and `hash`."""
    codes: dict[str, Any] = {}
    """Translation of the cell, capitals ignored; a code ending in `*` matches by its beginning."""
    dates: list[str] = []
    """Forms a date may have (`%m/%d/%Y`); the value becomes `YYYY-MM-DD`."""
    whole: bool = False
    """Whether it is a whole number, as headcounts and hours are; commas may set off thousands."""
    otherwise: Literal["keep", "omit"] = "keep"
    """A cell that is no such code, date or number: keep it for the registry to refuse, or leave it out."""
    default: Any = ABSENT
    """The value of a cell that says nothing, or that `otherwise = "omit"` left out."""
    join: str = " · "
    """What stands between several columns."""
    slug: str | None = None
    """Make a key of lower-case letters, digits and hyphens, beginning with this."""
    hash: str | None = None
    """Make an identifier from a hash of the columns, beginning with this."""


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole mapping, as its file says it."""

    name: str
    title: str
    source: str
    employer: dict[str, Rule]
    production: dict[str, Rule]
    document: dict[str, Rule]
    encodings: tuple[str, ...] = ("cp1252",)
    """Encodings to prefer, in this order, for bytes that are not UTF-8."""
    delimiter: str = ","
    blank: tuple[str, ...] = ("",)
    """Cells that say nothing, capitals ignored; one ending in `*` matches by its beginning."""
    notes: list[str] = []


class Mapped(msgspec.Struct, frozen=True):
    """What one row becomes."""

    employer: dict[str, Any]
    production: dict[str, Any]
    document: dict[str, Any]
    body: bytes
    key: str


def load(body: bytes) -> Recipe:
    """The mapping in the TOML *body*; raises Invalid saying where it is wrong."""
    try:
        recipe = msgspec.convert(tomllib.loads(body.decode("utf-8")), Recipe)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as fault:
        raise Invalid(f"the mapping cannot be read: {fault}") from None
    faults = [
        Fault(
            pointer=f"/{part}/{place.replace('~', '~0').replace('/', '~1')}",
            code="mapping-rule",
            detail="a rule says exactly one of value, column and columns",
            fix="keep the one that is meant",
        )
        for part in ("employer", "production", "document")
        for place, rule in getattr(recipe, part).items()
        if (rule.value is not ABSENT) + bool(rule.column) + bool(rule.columns) != 1
    ]
    faults += [
        Fault(f"/{part}", "mapping-id", f"the {part} has no id", f'add `id = {{ column = "…" }}` to [{part}]')
        for part, name in (("employer", "employer_id"), ("production", "production_id"))
        if name not in getattr(recipe, part)
    ]
    if faults:
        raise Invalid(f"the mapping {recipe.name} has {len(faults)} faults", faults)
    return recipe


def missing(recipe: Recipe, header: Sequence[str]) -> list[str]:
    """The columns the mapping asks for under names that *header* does not have."""
    asked = [
        column
        for part in (recipe.employer, recipe.production, recipe.document)
        for rule in part.values()
        for column in ([rule.column] if rule.column else rule.columns)
    ]
    gone = [names for names in map(alternatives, asked) if not set(names) & set(header)]
    return sorted({" or ".join(names) for names in gone})


def column_hint(name: str, header: Sequence[str], delimiter: str) -> str:
    """What to do about the column *name* that *header* does not have."""
    other = next((mark for mark in ";\t|," if mark != delimiter and mark in "".join(header)), None)
    if len(header) == 1 and other is not None:
        return (
            f"say `delimiter = {msgspec.json.encode(other).decode()}` in the mapping: that parts the columns"
        )
    near = codes.nearest(name, header)
    return f"did you mean `{near[:80]}`?" if near else "name a column the table has"


def mapped(recipe: Recipe, header: Sequence[str], row: Row) -> Mapped:
    """The disclosure *row* becomes; raises Invalid when the row does not fit the header."""
    if len(row.cells) != len(header):
        raise Invalid(
            f"row {row.number} (line {row.line}) has {len(row.cells)} cells and the header {len(header)}",
            [
                Fault(
                    "",
                    "row-shape",
                    f"this row has {len(row.cells)} cells, and the header {len(header)}",
                    "mend its commas and quotation marks: a cell with a comma in it is quoted",
                )
            ],
        )
    # The first of several columns of one name counts.
    cells = {name: cell.strip() for name, cell in reversed(list(zip(header, row.cells, strict=True)))}
    document = built(recipe, recipe.document, cells)
    body = msgspec.json.encode(document, order="sorted")
    key = f"row-{hashlib.sha256(body).hexdigest()}"
    employer = built(recipe, recipe.employer, cells)
    production = built(recipe, recipe.production, cells)
    if faults := unnamed(recipe, employer, production):
        raise Invalid(f"row {row.number} (line {row.line}) does not say whose it is", faults)
    return Mapped(employer, production, document, body, key)


def unnamed(recipe: Recipe, employer: Mapping[str, Any], production: Mapping[str, Any]) -> list[Fault]:
    """The faults of a row whose cells do not name its employer or its production."""
    ids = (
        ("employer", "employer_id", recipe.employer, employer),
        ("production", "production_id", recipe.production, production),
    )
    return [
        Fault("", "row-unnamed", f"this row names no {noun}", f"fill {columns_of(rules[name])} in this row")
        for noun, name, rules, made in ids
        if not isinstance(made.get(name), str)
    ]


def columns_of(rule: Rule) -> str:
    """The columns *rule* reads, for a message."""
    columns = [rule.column] if rule.column else rule.columns
    return " and ".join(f"`{' or '.join(alternatives(column))[:160]}`" for column in columns)


def built(recipe: Recipe, rules: Mapping[str, Rule], cells: Mapping[str, str]) -> dict[str, Any]:
    """The object *rules* make of *cells*; a place without a value is left out."""
    made: dict[str, Any] = {}
    for place, rule in rules.items():
        found = value(recipe, rule, cells)
        if found is ABSENT:
            continue
        *path, last = [
            part.replace("~1", "/").replace("~0", "~") for part in place.removeprefix("/").split("/")
        ]
        inner = made
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last] = found
    return {name: settled(part) for name, part in made.items()}


def settled(part: Any) -> Any:
    """*part* with every object whose names are all numbers turned into the list it stands for."""
    if not isinstance(part, dict):
        return part
    if part and all(name.isdecimal() for name in part):
        return [settled(part[name]) for name in sorted(part, key=int)]
    return {name: settled(inner) for name, inner in part.items()}


def value(recipe: Recipe, rule: Rule, cells: Mapping[str, str]) -> Any:
    """The value *rule* takes from *cells*; ABSENT when they say nothing."""
    if rule.value is not ABSENT:
        return rule.value
    names = [rule.column] if rule.column else rule.columns
    texts = [next((cells[name] for name in alternatives(column) if name in cells), "") for column in names]
    said = [text for text in texts if not matches(text, recipe.blank)]
    if rule.hash is not None:
        return rule.hash + hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:16]
    if not said:
        return rule.default
    if rule.slug is not None:
        return slug(rule.slug, said)
    text = rule.join.join(said)
    if rule.codes:
        return translated(rule, text)
    if rule.whole:
        return counted(rule, text)
    return dated(rule, text) if rule.dates else text


def translated(rule: Rule, text: str) -> Any:
    """*text* through the codes of *rule*."""
    for code, meaning in rule.codes.items():
        if matches(text, [code]):
            return meaning
    return text if rule.otherwise == "keep" else rule.default


def dated(rule: Rule, text: str) -> Any:
    """*text* as `YYYY-MM-DD`, by the first form that fits."""
    for form in rule.dates:
        try:
            return dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC).date().isoformat()
        except ValueError:
            continue
    return text if rule.otherwise == "keep" else rule.default


def counted(rule: Rule, text: str) -> Any:
    """*text* as a whole number."""
    if WHOLE.fullmatch(text):
        return int(text.replace(",", ""))
    return text if rule.otherwise == "keep" else rule.default


def slug(prefix: str, texts: Sequence[str]) -> str:
    """A key of at most 63 characters; one that had to be cut ends in a hash, so that two never meet."""
    plain = unicodedata.normalize("NFKD", "-".join(texts)).encode("ascii", "ignore").decode()
    word = (prefix + re.sub(r"[^a-z0-9]+", "-", plain.lower())).strip("-")
    if len(word) <= 63 and word:
        return word
    return f"{word[:52].rstrip('-') or 'x'}-{hashlib.sha256(' '.join(texts).encode()).hexdigest()[:10]}"


def alternatives(column: Column) -> list[str]:
    """The names *column* may have."""
    return [column] if isinstance(column, str) else column


def matches(text: str, codes: Sequence[str]) -> bool:
    """Whether *text* is one of *codes*, capitals ignored; a code ending in `*` is a beginning."""
    low = text.strip().casefold()
    return any(
        low.startswith(code[:-1].casefold()) if code.endswith("*") else low == code.casefold()
        for code in codes
    )
