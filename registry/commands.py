"""What all commands share, and the commands about rules: agreements, schemas."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from cyclopts import App, Parameter
from rich.text import Text

from registry import (
    clock,
    comparing,
    editions,
    errands,
    files,
    house,
    lawbook,
    rulebook,
    serving,
    settings,
)
from registry.errands import ERR
from registry.errors import Invalid
from registry.settings import Settings

WRONG_USE: Final = 2
TOKEN: Final = "REGISTRY_TOKEN"  # noqa: S105  the name of a variable, not a token

agreements = App(name="agreements", help="The agreements, and the packs they are judged by.")
schemas = App(name="schemas", help="The versions of the disclosure schema.")


@Parameter(name="*")
@dataclass(frozen=True)
class Caller:
    """Where the registry is, and who asks."""

    url: Annotated[str, Parameter(help="Its address; unsaid, from the settings.", show_default=False)] = ""
    token: Annotated[
        str, Parameter(help="Your token, or @FILE that holds it.", env_var=TOKEN, show_default=False)
    ] = ""

    def address(self, found: Settings) -> str:
        """The address to call."""
        return self.url or found.address

    def bearer(self) -> str:
        """The token itself."""
        return Path(self.token[1:]).read_text().strip() if self.token.startswith("@") else self.token


def only_dash(_type: Any, value: Sequence[str]) -> None:
    """Refuse words that look like options nobody has; `-` alone is standard input."""
    for word in value:
        if word.startswith("-") and word != "-":
            raise ValueError(f"there is no option {word}")


Json = Annotated[bool, Parameter(help="Answer in JSON, for programs.", negative=(), show_default=False)]
Explain = Annotated[
    str,
    Parameter(help="Take apart the findings of this rule, or of rules so beginning.", show_default=False),
]
Paths = Annotated[
    list[str],
    Parameter(
        help="Files; - is standard input.", allow_leading_hyphen=True, validator=only_dash, negative=()
    ),
]
NOBODY: Final = Caller()


def configured(**changes: Any) -> Settings:
    """The settings with *changes* that are not None. The caller's token is no setting of a server."""
    os.environ.pop(TOKEN, None)
    given = {name: value for name, value in changes.items() if value is not None}
    try:
        return msgspec.structs.replace(settings.read(os.environ), **given)
    except Invalid as fault:
        ERR.print(Text(fault.detail, style="bold red"))
        raise SystemExit(WRONG_USE) from None


@agreements.command(name="list", help_epilogue="Examples:\n  registry agreements list")
def list_agreements(*, json: Json = False) -> int:
    """List editions, packs and parameter sets."""
    return rulebook.list_agreements(house.shipped(), as_json=json)


@agreements.command(
    name="show",
    help_epilogue="Examples:\n  registry agreements show iatse-ba-2024\n"
    "  registry agreements show iatse-ba-2024 --as-of 2026-01-31",
)
def show_agreement(
    key: str,
    /,
    *,
    digest: Annotated[str, Parameter(help="A publication, by its digest or the beginning of it.")] = "",
    as_of: Annotated[str, Parameter(help="As it was believed to be on a day.")] = "",
    json: Json = False,
) -> int:
    """Show a pack for a lawyer: clauses, duties and conditions in words, due rules, parameters, clocks.

    With --digest or --as-of from the publications in the database; unsaid: as it ships.
    """
    wanted = digest or as_of
    if not wanted:
        rules = house.shipped()
        found = editions.named(rules, key)
    else:
        with serving.database(configured(), errands.say) as settings_:
            found = asyncio.run(editions.published(settings_, key, wanted))
    day = editions.instant(as_of).date() if as_of else clock.reader(configured().clock_file)().date()
    return lawbook.show(list(found.packs.values()), found.params, day, as_json=json)


@agreements.command(
    name="diff",
    help_epilogue="Examples:\n  registry agreements diff old.toml new.toml\n"
    "  registry agreements diff iatse-ba-2024 2026-01-31 2026-06-30",
)
def diff_agreements(
    one: str, other: str, third: Annotated[str, Parameter(show=False)] = "", /, *, json: Json = False
) -> int:
    """Show what differs between two pack files, or two editions of one pack by day or digest; 1 if anything.

    Obligations are compared field by field, parameters value by value.
    """
    if not third:
        rules = house.shipped()
        sides = [editions.of_file(Path(each), rules) for each in (one, other)]
        return comparing.diff(sides[0], sides[1], [one, other], as_json=json)
    with serving.database(configured(), errands.say) as found:
        sides = [asyncio.run(editions.published(found, one, each)) for each in (other, third)]
    return comparing.diff(sides[0], sides[1], [other, third], as_json=json)


@agreements.command(
    name="backtest",
    help_epilogue="Examples:\n  registry agreements backtest draft.toml\n"
    "  registry agreements backtest draft.toml --as-of 2026-01-31 --json",
)
def backtest_agreement(
    path: Path,
    /,
    *,
    as_of: Annotated[str, Parameter(help="History as known on a day; unsaid: all of it.")] = "",
    json: Json = False,
) -> int:
    """Judge history with a draft beside the edition in force, storing nothing; 1 when a finding flips."""
    with serving.database(configured(), errands.say) as found:
        now = clock.reader(found.clock_file)()
        tried = asyncio.run(editions.tried(found, path.read_bytes(), now, as_of))
    return comparing.tell_backtest(tried, as_json=json)


@agreements.command(
    name="lint",
    help_epilogue="Examples:\n  registry agreements lint\n  registry agreements lint my-pack.toml",
)
def lint_packs(paths: list[Path] | None = None, /, *, json: Json = False) -> int:
    """Check packs: form, names, types, citations, and their own examples. Unsaid: those that ship."""
    return rulebook.lint_packs(paths or [files.PACKS], as_json=json)


@schemas.command(name="list", help_epilogue="Examples:\n  registry schemas list")
def list_schemas(*, json: Json = False) -> int:
    """List the versions, and which are on their way out."""
    return rulebook.list_schemas(house.shipped(), as_json=json)


@schemas.command(name="show", help_epilogue="Examples:\n  registry schemas show 2.0 > disclosure.json")
def show_schema(version: str, /) -> int:
    """Print a version, byte for byte as published."""
    return rulebook.show_schema(house.shipped(), version)


@schemas.command(name="diff", help_epilogue="Examples:\n  registry schemas diff 1.0 2.0")
def diff_schemas(old: str, new: str, /, *, json: Json = False) -> int:
    """Show which members differ between two versions; 1 when any does."""
    return rulebook.diff_schemas(house.shipped(), old, new, as_json=json)


@schemas.command(name="upgrade", help_epilogue="Examples:\n  registry schemas upgrade old.json > new.json")
def upgrade_document(path: Paths, /) -> int:
    """Print a document in the newest version's shape."""
    rules = house.shipped()
    return max(rulebook.upgrade_document(rules, each.body) for each in errands.documents(path))
