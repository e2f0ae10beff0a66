"""A pack or parameter set as handed in: everything that keeps it from being published, at once.

Form first, obligation by obligation; then names, types, citations and the pack's own examples.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from registry.agreements.publication import Publication
from registry.agreements.terms import Edition
from registry.errors import Fault, Invalid, TooLarge
from registry.obligations import lint
from registry.obligations.pack import (
    Pack,
    PackSet,
    Params,
    Written,
    WrittenPack,
    is_params,
    parsed,
    written_params,
)

LARGEST: Final = 1_048_576
"""Bytes a pack may have; the longest that ships has a tenth."""
NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
FIELD: Final = re.compile(r"unknown field `([^`]+)`")


def publication(body: bytes, packs: PackSet, editions: Mapping[str, Edition]) -> Publication:
    """What *body* is, beside what is in force; raises Invalid with every fault of it, TooLarge."""
    name, value = named(body)
    if is_params(name):
        params(name, body, value, packs)
        return Publication("params", name, body)
    pack(body, packs, editions)
    return Publication("pack", name, body)


def pack(body: bytes, packs: PackSet, editions: Mapping[str, Edition]) -> Pack:
    """The pack in *body*, compiled, its examples run; raises Invalid with every fault."""
    name, value = named(body)
    if is_params(name):
        raise Invalid("this is a parameter set, not a pack", [Fault("/name", "pack", "A pack says `pack`.")])
    refuse(name, misshapen(name, body, value))
    faults = unknown_agreements(name, body, value, packs, editions)
    try:
        made = lint.pack(name, body, packs.params)
    except Invalid as refused:
        refuse(name, [*refused.faults, *faults])
        raise
    refuse(name, faults)
    return made


def check_key(made: Pack, key: str | None) -> None:
    """Raise Invalid when the draft *made* is not of the pack, or for the agreement, that *key* names."""
    if key is not None and key != made.name and key not in made.written.agreements:
        says = f"the draft is of {made.name}, not of {key[:80]}"
        raise Invalid(says, [Fault("/pack", "not-the-address", says, nearest=made.name)])


def named(body: bytes) -> tuple[str, dict[str, Any]]:
    """The name the TOML in *body* gives itself, and its values; raises Invalid, TooLarge."""
    if len(body) > LARGEST:
        raise TooLarge(f"a pack has at most 1 MiB ({LARGEST} bytes); this one has {len(body)}")
    value = parsed("the pack", body)
    name = value.get("pack", value.get("name"))
    if not isinstance(name, str) or not NAME.fullmatch(name):
        says = (
            "it has no name: a pack says `pack`, a parameter set `name`, in small letters, digits, `-`, `.`"
        )
        raise Invalid(says, [Fault("/pack", "name", says)])
    if "pack" not in value and not is_params(name):
        says = f"{name} is no name of a parameter set: it begins with `params-`"
        raise Invalid(says, [Fault("/name", "name", says, nearest=f"params-{name}")])
    return name, value


def refuse(name: str, faults: list[Fault]) -> None:
    """Raise Invalid with all of *faults*, if there are any."""
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise Invalid(f"{name} has {count}: {faults[0].detail}", faults)


def line_of(body: bytes, text: str, after: str = "") -> int:
    """The line *text* stands on, from the line of *after* on; counted from 1."""
    rows = body.decode(errors="replace").splitlines()
    begin = next((n for n, row in enumerate(rows) if after and after in row), 0)
    return next((n for n in range(begin, len(rows)) if text in rows[n]), begin) + 1


def misshapen(name: str, body: bytes, value: dict[str, Any]) -> list[Fault]:
    """The faults of form: of the pack's own members, and of each obligation by itself."""
    rows = value.get("obligation", [])
    found = []
    if not isinstance(rows, list):
        return [Fault("/obligation", "pack", f"{name}: obligations are written as [[obligation]]")]
    shaped = form(name, body, "", WrittenPack, {**value, "obligation": []})
    found += [shaped] if shaped else []
    for number, row in enumerate(rows):
        key = row.get("id") if isinstance(row, dict) else None
        shaped = form(name, body, key if isinstance(key, str) else f"number {number + 1}", Written, row)
        found += [shaped] if shaped else []
    return found


def form(name: str, body: bytes, key: str, kind: type[msgspec.Struct], value: Any) -> Fault | None:
    """What keeps *value* from being a *kind*, on its line, with the member nearest to an unknown one."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as fault:
        unknown = FIELD.search(str(fault))
        known = [field.encode_name for field in msgspec.structs.fields(kind)]
        near = difflib.get_close_matches(unknown[1], known, n=1) if unknown else []
        line = line_of(body, unknown[1] if unknown else key, f'id = "{key}"' if key else "")
        hint = f"; did you mean {near[0]}?" if near else ""
        detail = f"{name}:{line}: {f'{key}: ' if key else ''}{fault}{hint}"
        return Fault(f"/obligation/{key}" if key else "", "pack", detail, nearest=near[0] if near else None)
    return None


def unknown_agreements(
    name: str, body: bytes, value: dict[str, Any], packs: PackSet, editions: Mapping[str, Edition]
) -> list[Fault]:
    """A fault for each agreement or edition the pack names that there is not."""
    successor, follows = value.get("successor"), value.get("follows")
    asked = [("agreements", key, {*editions, "*"}) for key in value["agreements"]]
    asked += [
        (member, key, {*editions, *packs.packs})
        for member, key in (("successor", successor), ("follows", follows))
        if key
    ]
    found = []
    for member, key, known in asked:
        if key not in known:
            near = difflib.get_close_matches(key, sorted(known), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            says = f"{name}:{line_of(body, member)}: there is no agreement {key}{hint}"
            found.append(Fault(f"/{member}", "unknown-name", says, nearest=near[0] if near else None))
    return found


def params(name: str, body: bytes, value: dict[str, Any], packs: PackSet) -> Params:
    """The parameter set in *body*; raises Invalid with every fault: form, values, names that are needed."""
    rows = value.get("param", {})
    empty = [key for key, row in rows.items() if isinstance(row, dict) and not row.get("values")]
    refuse(
        name,
        [
            Fault(f"/param/{key}", "params", f"{name}:{line_of(body, key)}: {key} has no values")
            for key in empty
        ],
    )
    refuse(name, [] if rows else [Fault("/param", "params", f"{name}: it has no parameters")])
    made = written_params(name, body)
    refuse(name, list(missing(made, packs)))
    return made


def missing(made: Params, packs: PackSet) -> Iterable[Fault]:
    """A fault for each parameter that *made* lacks and that is used, or was there before."""
    before = packs.params.get(made.name)
    used: dict[str, list[str]] = {key: [] for key in before.param} if before else {}
    for each in packs.packs.values():
        if each.written.params == made.name:
            for duty in each.obligations:
                for number in duty.parameters:
                    used.setdefault(number, []).append(duty.rule)
    for key, rules in sorted(used.items()):
        if key not in made.param:
            near = difflib.get_close_matches(key, made.param, n=1, cutoff=0.5)
            why = f"{', '.join(rules[:3])} count by it" if rules else "the edition in force has it"
            hint = f"; did you mean {near[0]}?" if near else ""
            yield Fault(
                f"/param/{key}",
                "missing-parameter",
                f"{made.name}: {key} is missing; {why}{hint}",
                nearest=near[0] if near else None,
            )


def concerns(packs: PackSet, *items: Pack | Params | None) -> list[str] | None:
    """The agreements of the productions that a change of *items* may concern; None: every production.

    A law is looked for in what was filed, too, so a pack with places or territories concerns them all.
    """
    found: set[str] = set()
    for item in items:
        if isinstance(item, Params):
            under = [each for each in packs.packs.values() if each.written.params == item.name]
        else:
            under = [item] if item else []
        for each in under:
            written = each.written
            if written.places or written.territories or "*" in written.agreements:
                return None
            found.update(written.agreements)
    return sorted(found)
