"""The command line. Exit status: 0 well, 1 refused or found, 2 wrong use, 3 corrupt.

Only what a command is called and takes stands here; what it does lies in `errands` (a running registry),
`rulebook` (packs and schemas), `serving` (processes), `doctor` and `demo`.
"""

import asyncio
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Literal, NoReturn

from cyclopts import App, Parameter
from rich.text import Text

from registry import app as application
from registry import (
    auditing,
    clock,
    commands,
    contract,
    db,
    doctor,
    errands,
    explaining,
    house,
    importer,
    keeping,
    pursuing,
    rulebook,
    sealing,
    serving,
    tables,
)
from registry import openapi as description
from registry.auth.scope import Principal
from registry.commands import NOBODY, WRONG_USE, Caller, Explain, Json, Paths, configured
from registry.demo import act as demonstration
from registry.errands import ERR, OUT, say, told
from registry.errors import Corrupt, Invalid, RegistryError

ABOUT: Final = """The AI-use disclosure registry: file what AI was used on a production, have it judged
against the collective agreements in force, follow the alerts, and prove the history.

Exit status: 0 well · 1 refused or found · 2 wrong use · 3 corrupt. Settings are read from REGISTRY_*."""
CORRUPT: Final = 3

app = App(
    name="registry",
    help=ABOUT,
    help_format="plaintext",
    result_action="return_value",
    help_epilogue="Start here:\n  registry demo          a whole season in a minute, nothing kept\n"
    "  registry serve         the API on http://127.0.0.1:8321, with a PostgreSQL of its own\n"
    "  registry COMMAND -h    what a command takes, with examples",
)
for group in (
    commands.agreements,
    commands.schemas,
    pursuing.alerts,
    pursuing.subscriptions,
    pursuing.deliveries,
    auditing.bundle,
    keeping.redactions,
    sealing.ledger,
    sealing.witness,
):
    app.command(group)
for command, examples in (
    (auditing.receipt, "registry receipt 0198… receipt.tlog-proof\n  registry receipt 0198… receipt.pdf"),
    (
        auditing.export,
        "registry export uses uses.csv --format csv\n  registry export findings findings.ndjson",
    ),
    (keeping.verify, "registry verify\n  registry verify --since mine.json\n  registry verify --findings"),
    (keeping.rebuild, "registry rebuild"),
    (keeping.backup, "registry backup /srv/backups\n  registry backup /srv/backups --base"),
    (keeping.restore, "registry restore /srv/backups/2026-11-22T060000Z-479"),
):
    app.command(command, help_epilogue=f"Examples:\n  {examples}")


@app.command(
    help_epilogue="Examples:\n  registry demo\n  registry demo --packet case.pdf\n"
    "  registry demo --json | jq .ledger"
)
def demo(
    *,
    packet: Annotated[Path | None, Parameter(help="Keep the case's packet there, a .zip or a .pdf.")] = None,
    json: Json = False,
) -> int:
    """Play a whole season on a server of its own, show what each user comes for, verify, and clean up."""
    return demonstration.run(say, as_json=json, keep=packet)


@app.command(
    help_epilogue="Examples:\n  registry serve\n  registry serve --port 9000 --workers 4 --no-work\n"
    "  REGISTRY_DATABASE_URL=postgres://registry@db/registry registry serve"
)
def serve(
    *,
    host: Annotated[str | None, Parameter(help="The address to listen on.")] = None,
    port: Annotated[int | None, Parameter(help="The port to listen on.")] = None,
    workers: Annotated[int, Parameter(help="Server processes.")] = 1,
    parent: Annotated[int | None, Parameter(show=False)] = None,
    work: Annotated[
        bool | None, Parameter(help="Run the worker beside it. Unsaid: when the database is embedded.")
    ] = None,
) -> int:
    """Serve the API until told to stop; without REGISTRY_DATABASE_URL a PostgreSQL is started, too."""
    found = configured(host=host, port=port)
    beside = not found.database_url if work is None else work
    if parent:
        serving.leave_with(parent)
    serving.serve(found, workers=workers, working=beside, say=say)
    return 0


@app.command(name="work", help_epilogue="Examples:\n  registry work")
def work_(*, parent: Annotated[int | None, Parameter(show=False)] = None) -> int:
    """Tell people, and sweep for what has fallen due, until told to stop."""
    serving.work(configured(), say, parent)
    return 0


@app.command(help_epilogue="Examples:\n  registry migrate")
def migrate() -> int:
    """Bring the database to the newest migration; safe when several processes do it at once."""
    with serving.database(configured(), say) as found:
        say(db.migrate(found.database_url) or "nothing to migrate")
    return 0


@app.command(
    help_epilogue="Examples:\n  registry token administrator\n"
    "  registry token employer --employer northlight-pictures > office.token\n"
    "  registry token representative --local IATSE:700 --subject j.doe --hours 8"
)
def token(
    role: Literal["employer", "representative", "auditor", "administrator"],
    *,
    subject: Annotated[str, Parameter(help="Who it is for.", show_default=False)] = "",
    employer: Annotated[str | None, Parameter(help="The employer they file for.")] = None,
    local: Annotated[
        list[str] | None, Parameter(help="A local they serve; several if repeated.", negative=())
    ] = None,
    union: Annotated[list[str] | None, Parameter(help="A union, all of it.", negative=())] = None,
    mandate: Annotated[
        list[str] | None, Parameter(help="An employer an auditor may look at; none said: all.", negative=())
    ] = None,
    hours: Annotated[int, Parameter(help="How long it is good for.")] = 12,
) -> int:
    """Mint a token with the local issuer's key; refused where REGISTRY_ISSUERS names real issuers."""
    if (role == "employer") != (employer is not None) or (role == "representative") != bool(local or union):
        say("an employer's token needs --employer, a representative's --local or --union, nobody else's")
        return WRONG_USE
    who = Principal(subject or f"{role}@local", role, employer, union or [], local or [], mandate)
    OUT.file.write(errands.Minter(configured()).token(who, dt.timedelta(hours=hours)) + "\n")
    return 0


@app.command(
    help_epilogue="Examples:\n  registry file disclosure.json --token @office.token\n"
    "  registry file season.ndjson - < one-more.json\n  registry file --amend 0198… corrected.json\n"
    "  registry file --mapping us-inventory-2024 --prepare inventory.csv"
)
def file(
    paths: Paths,
    /,
    *,
    amend: Annotated[str, Parameter(help="The disclosure the document amends.", show_default=False)] = "",
    mapping: Annotated[
        str,
        Parameter(help="How rows become disclosures: a file, or the name of a kept one.", show_default=False),
    ] = "",
    results: Annotated[
        Path | None, Parameter(help="Where each row's result goes; beside the table if unsaid.")
    ] = None,
    prepare: Annotated[
        bool, Parameter(help="Put the table's employers and productions on record first.", negative=())
    ] = False,
    parallel: Annotated[int, Parameter(help="Rows under way at once.")] = importer.PARALLEL,
    caller: Caller = NOBODY,
    json: Json = False,
) -> int:
    """File disclosures: JSON documents, NDJSON, or with --mapping the rows of a table.

    Filing the same again files nothing twice. A table's run that was stopped goes on where it was.
    """
    bearer, found = caller.bearer(), configured()
    if not mapping:
        documents = errands.documents(paths)
        return asyncio.run(errands.file(caller.address(found), bearer, documents, amend, as_json=json))
    if len(paths) != 1:
        raise Invalid("a mapping is for one table: name exactly one")
    work = importer.read(Path(paths[0]), importer.recipe_file(mapping), results)
    return asyncio.run(
        errands.file_table(
            found, caller.address(found), bearer, work, prepare=prepare, parallel=parallel, as_json=json
        )
    )


@app.command(
    help_epilogue="Examples:\n  registry preflight disclosure.json\n  cat draft.json | registry preflight -\n"
    "  registry preflight disclosure.json --explain reg/initial-filing"
)
def preflight(paths: Paths, /, *, explain: Explain = "", json: Json = False) -> int:
    """Say what is wrong with a document and how it would be judged; needs no server, stores nothing."""
    rules, now = house.shipped(), clock.reader(configured().clock_file)()
    statuses = [
        explaining.preflight(rules, each.place, each.body, now, explain, as_json=json)
        if explain
        else asyncio.run(rulebook.preflight(rules, each.place, each.body, now, as_json=json))
        for each in errands.documents(paths)
    ]
    return max(statuses, default=0)


@app.command(
    help_epilogue="Examples:\n  registry scenario tests/scenarios\n  registry scenario S02.json --json\n"
    "  registry scenario S02.json --explain iatse-ba-2024/prompt-displacement"
)
def scenario(paths: list[Path], /, *, explain: Explain = "", json: Json = False) -> int:
    """Run worked cases, facts against expected verdicts, and show each mismatch."""
    if explain:
        return explaining.scenarios(house.shipped(), paths, explain, as_json=json)
    return rulebook.run_scenarios(house.shipped(), paths, as_json=json)


@app.command(help_epilogue="Examples:\n  registry openapi > openapi/openapi.json")
def openapi() -> int:
    """Print the OpenAPI document."""
    OUT.file.write(contract.encode(description.document(application.create(configured()))).decode())
    return 0


@app.command(name="doctor", help_epilogue="Examples:\n  registry doctor")
def doctor_(*, json: Json = False) -> int:
    """Look at the installation and say what is wrong with it; changes nothing."""
    found = asyncio.run(doctor.examine(configured(), house.shipped))
    if json:
        told(found)
    else:
        rows = [[each.name, tables.coloured(each.state), each.says] for each in found]
        tables.show(OUT, tables.plain("", ["", "", ""], rows))
    return 1 if any(each.state == "wrong" for each in found) else 0


def main(words: Sequence[str] | None = None) -> NoReturn:
    """Run the command in *words* (unsaid: those the program was called with) and leave with its status."""
    try:
        status = app(words)
    except RegistryError as fault:
        ERR.print(Text(f"{fault.title}: {fault.detail}", style="bold red"))
        if fault.faults:
            tables.show(ERR, tables.faults(fault.faults))
        status = CORRUPT if isinstance(fault, Corrupt) else 1
    except OSError as fault:
        ERR.print(Text(f"{fault.filename or ''}: {fault.strerror or fault}", style="bold red"))
        status = WRONG_USE
    sys.exit(status)
