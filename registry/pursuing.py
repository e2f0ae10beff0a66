"""The commands of those who follow a case: alerts, subscriptions, deliveries."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from cyclopts import App, Parameter

from registry import cases
from registry.alerts.alert import Outcome, State
from registry.commands import NOBODY, Caller, Json, configured
from registry.deliveries.delivery import State as DeliveryState
from registry.errors import Invalid
from registry.obligations.finding import AlertKind, Severity
from registry.subscriptions.subscription import Form, Signing, Way

alerts = App(
    name="alerts", help="Alerts: findings somebody must see to, from the first notice to the settlement."
)
subscriptions = App(name="subscriptions", help="Where you are told of what happens, and how.")
deliveries = App(name="deliveries", help="What was sent to you, and what became of it.")

Id = Annotated[str, Parameter(help="Its id, or the end of it as the list shows it.")]
Ids = Annotated[list[str], Parameter(help="Ids, or their ends as the list shows them.", negative=())]
Words = Annotated[str, Parameter(help="In words; both parties read it.")]
Listed = Annotated[list[str] | None, Parameter(help="May be given more than once.", negative=())]
Change = Literal["end", "resume", "test", "secret"]


def reached(caller: Caller) -> tuple[str, str]:
    """The registry's address, and the caller's token."""
    return caller.address(configured()), caller.bearer()


def moved(found: list[str], move: str, words: Mapping[str, Any], caller: Caller, *, json: bool) -> int:
    """One move of one alert or of many."""
    if not found:
        raise Invalid("name at least one alert")
    return asyncio.run(cases.move_alerts(*reached(caller), found, move, words, as_json=json))


@alerts.command(
    name="list",
    help_epilogue="Examples:\n  registry alerts list --state open --local IATSE:700 --token @rep.token\n"
    "  registry alerts list --due-within 14",
)
def list_alerts(
    *,
    state: State | None = None,
    kind: AlertKind | None = None,
    severity: Severity | None = None,
    production: str | None = None,
    local: str | None = None,
    due_within: Annotated[int | None, Parameter(help="A clock ends within so many days.")] = None,
    held: Annotated[bool, Parameter(help="Those held back, too.", negative=(), show_default=False)] = False,
    caller: Caller = NOBODY,
    json: Json = False,
) -> int:
    """List the alerts you may see, with the earliest limit of each way to pursue it."""
    query = {
        "state": state,
        "kind": kind,
        "severity": severity,
        "production": production,
        "local": local,
        "due_within": due_within,
        "held": "true" if held else None,
    }
    return asyncio.run(cases.list_alerts(*reached(caller), query, as_json=json))


@alerts.command(
    name="show", help_epilogue="Examples:\n  registry alerts show 9f3a21c07b55 --token @rep.token"
)
def show_alert(alert: Id, /, *, caller: Caller = NOBODY, json: Json = False) -> int:
    """Show one alert: clause, facts, clocks, history, and what the parties said to each other."""
    return asyncio.run(cases.show_alert(*reached(caller), alert, as_json=json))


@alerts.command(
    name="ack",
    help_epilogue='Examples:\n  registry alerts ack 9f3a21c07b55 --note "Meeting asked for."\n'
    "  registry alerts ack 9f3a21c07b55 03d1a6e2c84f",
)
def acknowledge_alerts(
    found: Ids,
    /,
    *,
    note: Annotated[str | None, Parameter(help="Both parties read it.")] = None,
    caller: Caller = NOBODY,
    json: Json = False,
) -> int:
    """Say that your union has seen one alert or many, and takes them up."""
    return moved(found, "acknowledge", {"note": note} if note else {}, caller, json=json)


@alerts.command(
    name="answer",
    help_epilogue='Examples:\n  registry alerts answer 9f3a21c07b55 --statement "The editor was rehired."\n'
    "  registry alerts answer 9f3a21c07b55 --file answer.json",
)
def answer_alert(
    alert: Id,
    /,
    *,
    statement: Annotated[str, Parameter(help="What the employer says, in words.")] = "",
    file: Annotated[
        Path | None, Parameter(help="The whole answer as JSON: statement, facts, cure, evidence.")
    ] = None,
    caller: Caller = NOBODY,
    json: Json = False,
) -> int:
    """Answer an alert as the employer."""
    if bool(statement) == bool(file):
        raise Invalid("give either --statement or --file")
    try:
        words = msgspec.json.decode(file.read_bytes()) if file else {"statement": statement}
    except msgspec.DecodeError as fault:
        raise Invalid(f"{file} is not JSON: {fault}") from None
    return moved([alert], "answer", words, caller, json=json)


@alerts.command(
    name="resolve",
    help_epilogue="Examples:\n  registry alerts resolve 9f3a21c07b55 --outcome settled_with_employer "
    '--reason "Severance was paid."',
)
def resolve_alerts(
    found: Ids, /, *, outcome: Outcome, reason: Words, caller: Caller = NOBODY, json: Json = False
) -> int:
    """Close one alert or many with an outcome and a reason."""
    return moved(found, "resolve", {"outcome": outcome, "reason": reason}, caller, json=json)


@alerts.command(
    name="waive",
    help_epilogue="Examples:\n  registry alerts waive 9f3a21c07b55 --until 2026-03-31 "
    '--reason "The parties meet on 30 March."\n  registry alerts waive 9f3a21c07b55 --approve',
)
def waive_alert(
    alert: Id,
    /,
    *,
    until: Annotated[str, Parameter(help="The last day on which it rests.")] = "",
    reason: Annotated[str, Parameter(help="In words; both parties read it.")] = "",
    approve: Annotated[
        bool, Parameter(help="Agree to what somebody else proposed.", negative=(), show_default=False)
    ] = False,
    caller: Caller = NOBODY,
    json: Json = False,
) -> int:
    """Propose that an alert rests until a day, or agree to it: that takes two people."""
    said = {"approve": True} if approve else {}
    words = said | {name: value for name, value in (("until", until), ("reason", reason)) if value}
    return moved([alert], "waive", words, caller, json=json)


@alerts.command(
    name="packet",
    help_epilogue="Examples:\n  registry alerts packet 9f3a21c07b55 case.zip --token @rep.token\n"
    "  registry alerts packet 9f3a21c07b55 case.pdf --as-of 2026-01-31T12:00:00Z",
)
def packet(
    alert: Id,
    path: Path,
    /,
    *,
    as_of: Annotated[str, Parameter(help="The case as it was known at an instant.")] = "",
    caller: Caller = NOBODY,
    json: Json = False,
) -> int:
    """Write everything about one case to a file: .zip is a folder with proofs, .pdf the same in print."""
    return asyncio.run(cases.packet(*reached(caller), alert, path, as_of, as_json=json))


@subscriptions.command(
    name="list", help_epilogue="Examples:\n  registry subscriptions list --token @rep.token"
)
def list_subscriptions(*, caller: Caller = NOBODY, json: Json = False) -> int:
    """List your subscriptions, and whether they are well."""
    return asyncio.run(cases.list_subscriptions(*reached(caller), as_json=json))


@subscriptions.command(
    name="add",
    help_epilogue="Examples:\n"
    "  registry subscriptions add webhook https://union.example/ai --local IATSE:700\n"
    "  registry subscriptions add email rep@union.example --kind violation --daily",
)
def subscribe(
    way: Way,
    address: str,
    /,
    *,
    form: Form = "standard",
    signing: Signing = "v1",
    union: Listed = None,
    local: Listed = None,
    production: Listed = None,
    employer: Listed = None,
    kind: Annotated[list[AlertKind] | None, Parameter(negative=())] = None,
    severity: Annotated[list[Severity] | None, Parameter(negative=())] = None,
    daily: Annotated[
        bool, Parameter(help="Once a day instead of at once.", negative=(), show_default=False)
    ] = False,
    caller: Caller = NOBODY,
    json: Json = False,
) -> int:
    """Be told by webhook, in Slack or Teams, or by e-mail; what is left out leaves nothing out."""
    wish = {
        "unions": union,
        "locals": local,
        "productions": production,
        "employers": employer,
        "kinds": kind,
        "severities": severity,
    }
    wanted: dict[str, Any] = {"way": way, "address": address, "form": form, "signing": signing}
    wanted["wish"] = {name: value for name, value in wish.items() if value}
    if daily:
        wanted["pace"] = {"at": "daily"}
    return asyncio.run(cases.subscribe(*reached(caller), wanted, as_json=json))


@subscriptions.command(
    name="change",
    help_epilogue="Examples:\n  registry subscriptions change 9f3a21c07b55 test\n"
    "  registry subscriptions change 9f3a21c07b55 secret",
)
def change_subscription(
    subscription: Id, does: Change, /, *, caller: Caller = NOBODY, json: Json = False
) -> int:
    """End a subscription, resume it, send it a trial, or exchange its secret."""
    return asyncio.run(cases.change_subscription(*reached(caller), subscription, does, as_json=json))


@deliveries.command(
    name="list", help_epilogue="Examples:\n  registry deliveries list --state failed --token @rep.token"
)
def list_deliveries(
    *,
    subscription: str | None = None,
    state: DeliveryState | None = None,
    caller: Caller = NOBODY,
    json: Json = False,
) -> int:
    """List what was sent to you, newest first, and what became of it."""
    query = {"subscription": subscription, "state": state}
    return asyncio.run(cases.list_deliveries(*reached(caller), query, as_json=json))


@deliveries.command(name="show", help_epilogue="Examples:\n  registry deliveries show 9f3a21c07b55")
def show_delivery(delivery: Id, /, *, caller: Caller = NOBODY, json: Json = False) -> int:
    """Show one delivery with every attempt, and the digest of what was sent."""
    return asyncio.run(cases.show_delivery(*reached(caller), delivery, "show", as_json=json))


@deliveries.command(
    name="replay",
    help_epilogue="Examples:\n  registry deliveries replay 9f3a21c07b55\n"
    "  registry deliveries replay --subscription 03d1a6e2c84f --from 2026-03-01T00:00:00Z "
    "--until 2026-03-02T00:00:00Z",
)
def replay(
    delivery: Annotated[str, Parameter(help="One delivery, by its id or the end of it.")] = "",
    /,
    *,
    subscription: Annotated[str, Parameter(help="Instead: many of one subscription.")] = "",
    from_: Annotated[str, Parameter(name="--from", help="From this moment on.")] = "",
    until: Annotated[str, Parameter(help="And before this one.")] = "",
    state: Literal["failed", "delivered", "all"] = "failed",
    caller: Caller = NOBODY,
    json: Json = False,
) -> int:
    """Send one delivery again, or what a span of time holds; each keeps the id it had."""
    if bool(delivery) == bool(subscription):
        raise Invalid("name one delivery, or --subscription with --from and --until")
    if delivery:
        return asyncio.run(cases.show_delivery(*reached(caller), delivery, "replay", as_json=json))
    span = (from_, until)
    return asyncio.run(cases.replay_all(*reached(caller), subscription, span, state, as_json=json))
