"""What all commands share, and the commands that come in groups: agreements, schemas, alerts."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from cyclopts import App, Parameter
from rich.text import Text

from registry import errands, files, house, rulebook, settings
from registry.alerts.alert import Outcome, State
from registry.errands import ERR
from registry.errors import Invalid
from registry.obligations.finding import AlertKind
from registry.settings import Settings

WRONG_USE: Final = 2
TOKEN: Final = "REGISTRY_TOKEN"  # noqa: S105  the name of a variable, not a token

agreements = App(name="agreements", help="The agreements, and the packs they are judged by.")
schemas = App(name="schemas", help="The versions of the disclosure schema.")
alerts = App(name="alerts", help="Alerts: findings somebody must see to.")


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
Paths = Annotated[
    list[str],
    Parameter(
        help="Files; - is standard input.", allow_leading_hyphen=True, validator=only_dash, negative=()
    ),
]
AlertId = Annotated[str, Parameter(help="Its id, or the end of it as the list shows it.")]
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


@agreements.command(name="show", help_epilogue="Examples:\n  registry agreements show iatse-ba-2024")
def show_agreement(key: str, /, *, json: Json = False) -> int:
    """Show the obligations of an edition or a pack, each with clause, source and confidence."""
    return rulebook.show_agreement(house.shipped(), key, as_json=json)


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


@alerts.command(
    name="list",
    help_epilogue="Examples:\n  registry alerts list --state open --local IATSE:700 --token @rep.token",
)
def list_alerts(
    *,
    state: State | None = None,
    kind: AlertKind | None = None,
    production: str | None = None,
    local: str | None = None,
    caller: Caller = NOBODY,
    json: Json = False,
) -> int:
    """List the alerts you may see, with the earliest limit of each way to pursue it."""
    query = {"state": state, "kind": kind, "production": production, "local": local}
    address, bearer = caller.address(configured()), caller.bearer()
    return asyncio.run(errands.list_alerts(address, bearer, query, as_json=json))


@alerts.command(
    name="show", help_epilogue="Examples:\n  registry alerts show 9f3a21c07b55 --token @rep.token"
)
def show_alert(alert: AlertId, /, *, caller: Caller = NOBODY, json: Json = False) -> int:
    """Show one alert: clause, facts, clocks, history."""
    address, bearer = caller.address(configured()), caller.bearer()
    return asyncio.run(errands.show_alert(address, bearer, alert, as_json=json))


@alerts.command(
    name="ack", help_epilogue='Examples:\n  registry alerts ack 9f3a21c07b55 --note "Meeting asked for."'
)
def acknowledge_alert(
    alert: AlertId,
    /,
    *,
    note: Annotated[str | None, Parameter(help="Both parties read it.")] = None,
    caller: Caller = NOBODY,
    json: Json = False,
) -> int:
    """Say that your union has seen the alert and takes it up."""
    address, bearer = caller.address(configured()), caller.bearer()
    words = {"note": note} if note else {}
    return asyncio.run(errands.move_alert(address, bearer, alert, "acknowledge", words, as_json=json))


@alerts.command(
    name="resolve",
    help_epilogue='Examples:\n  registry alerts resolve 9f3a21c07b55 --outcome grieved --reason "Step one."',
)
def resolve_alert(
    alert: AlertId,
    /,
    *,
    outcome: Outcome,
    reason: Annotated[str, Parameter(help="In words; both parties read it.")],
    caller: Caller = NOBODY,
    json: Json = False,
) -> int:
    """Close an alert with an outcome and a reason."""
    address, bearer = caller.address(configured()), caller.bearer()
    words = {"outcome": outcome, "reason": reason}
    return asyncio.run(errands.move_alert(address, bearer, alert, "resolve", words, as_json=json))
