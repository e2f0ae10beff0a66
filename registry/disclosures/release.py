"""What of a disclosure a caller may read: field by field, by the schema's marks and its employer's own.

Levels narrow from `public` over `parties` (representatives too) and `auditor` to `employer` (nobody else).
A field has the level its schema gives it (`x-release`), or a stricter one: that of what it stands in, and
that which its employer marked the filing or the section with. A mark never widens.

The sections that say whose filing this is are shown to everybody who may read the filing at all, whatever
their marks; their fields keep the schema's levels. The public is nobody who may: for it every mark counts.
Until the day a production's title is released, the public reads neither the title nor what leads to it.

A version's marks count for the versions before it, too, and go on counting when all is withdrawn.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from registry.disclosures import levels
from registry.disclosures.levels import OWN, RANK, Level

PUBLIC: Final = "public"
READS: Final = {PUBLIC: 0, "representative": 1, "auditor": 2, "administrator": 3, "employer": 3}
ALWAYS: Final = frozenset({"schema_version", "filing", "production"})
TITLE: Final = frozenset({"title", "title_type"})
"""Of a production: for the public once the title is released, whatever the schema says of them."""
LEADS: Final = {
    "production": frozenset({"id", "eidr", "isan"}),
    "employer": frozenset({"id", "legal_name", "lei"}),
}
"""By section: what tells the title to whoever looks it up, as a company of its name; kept until then."""


def marked(document: Mapping[str, Any], name: str, role: str) -> int:
    """The rank its employer marked the section *name* of *document* with, as it counts for *role*."""
    if name == "schema_version" or (name in ALWAYS and role != PUBLIC):
        return RANK["public"]
    filing = document.get("filing")
    if filing is None and "schema_version" in document:
        # The section with the marks was redacted by order: nobody knows how strict they were.
        return RANK["employer"]
    marks = filing.get("confidentiality") if isinstance(filing, Mapping) else None
    if not isinstance(marks, Mapping):
        return RANK["public"]
    own = marks.get("sections") or {}
    return RANK[own.get(name) or marks.get("default") or "public"]


def section_level(document: Mapping[str, Any], name: str, role: str, *, titled: bool) -> Level:
    """The levels of the section *name*; of a statement without a schema, a withdrawal, it is the parties'."""
    said = document.get("schema_version")
    level = levels.of(said).fields.get(name)
    if level is None:
        return OWN if said else Level(RANK["parties"], RANK["parties"])
    if name in LEADS and role == PUBLIC:
        return public_level(level, name, titled=titled)
    return level


def public_level(level: Level, name: str, *, titled: bool) -> Level:
    """The levels of a section's fields for the public, by whether the production's title is released."""
    changed: dict[str, Level] = {} if titled else dict.fromkeys(LEADS[name], OWN)
    if titled and name == "production":
        changed = dict.fromkeys(TITLE, Level(RANK["public"], RANK["public"]))
    return Level(level.rank, OWN.rank, level.fields | changed)


def shown(document: Mapping[str, Any], role: str, *, titled: bool = False) -> dict[str, Any]:
    """*document* without what a caller of this *role* may not read. Lists keep their places.

    *titled*: the production's title is released; it makes a difference to the public alone.
    """
    reads, found = READS[role], {}
    for name, value in document.items():
        level = section_level(document, name, role, titled=titled)
        if max(level.rank, marked(document, name, role)) <= reads:
            found[name] = pruned(value, level, reads)
    return found


def pruned(value: Any, level: Level, reads: int) -> Any:
    """*value* without what is stricter than *reads*; the very same value where nothing is."""
    if level.strictest <= reads:
        return value
    if isinstance(value, list):
        return [pruned(item, level.items or level, reads) for item in value]
    if isinstance(value, Mapping):
        known = [(name, item, level.fields.get(name, OWN)) for name, item in value.items()]
        return {name: pruned(item, below, reads) for name, item, below in known if below.rank <= reads}
    return value


def withheld(document: Mapping[str, Any], role: str, *, titled: bool = False) -> list[str]:
    """What a caller of this *role* may not read: whole sections by name, fields as JSON Pointers."""
    reads, found = READS[role], []
    for name, value in document.items():
        level = section_level(document, name, role, titled=titled)
        if max(level.rank, marked(document, name, role)) > reads:
            found.append(name)
        else:
            found += hidden(value, level, reads, f"/{name}")
    return found


def kept(document: Mapping[str, Any], newest: Mapping[str, Any] | None, role: str) -> list[str]:
    """What of *document* is kept from a *role* by itself, or by the marks of the *newest* version beside it.

    The newest counts for what it does not say again, too. A withdrawal has no marks: it is nobody's newest.
    """
    own = withheld(document, role)
    if not newest or "schema_version" not in document:
        return own
    later = [name for name in document if name not in own and keeps(newest, role, f"/{name}")]
    return [each for each in own if each.split("/")[1:2] not in [[name] for name in later]] + later


def hidden(value: Any, level: Level, reads: int, pointer: str) -> Iterator[str]:
    """The pointer of each place in *value* that is stricter than *reads*, the outermost only."""
    if level.strictest <= reads:
        return
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from hidden(item, level.items or level, reads, f"{pointer}/{number}")
    elif isinstance(value, Mapping):
        for name, item in value.items():
            below = level.fields.get(name, OWN)
            place = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            if below.rank > reads:
                yield place
            else:
                yield from hidden(item, below, reads, place)


def sections(kept: list[str]) -> list[str]:
    """The sections of which *kept*, what is withheld, names all or a part; each once, in order."""
    return list(dict.fromkeys(each.split("/")[1] if each.startswith("/") else each for each in kept))


def keeps(document: Mapping[str, Any], role: str, pointer: str) -> bool:
    """Whether the place *pointer* of *document*, or something it stands in, is kept from *role*.

    The place need not be there: what another version says there is kept like this one's. Of a place that may
    be read, a part may still be kept.
    """
    reads = READS[role]
    name, *steps = (step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:] or [""])
    level = section_level(document, name, role, titled=False)
    if max(level.rank, marked(document, name, role)) > reads:
        return True
    for step in steps:
        if level.strictest <= reads:
            return False
        level = level.items if level.items and step.isdecimal() else level.fields.get(step, OWN)
        if level.rank > reads:
            return True
    return False
