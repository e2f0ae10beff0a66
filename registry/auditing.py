"""The commands of those who check: receipts, exports, bundles."""

import asyncio
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from cyclopts import App, Parameter

from registry.bundles import act as bundles
from registry.bundles.layout import MEANT
from registry.client import Answer, connected
from registry.commands import NOBODY, Caller, Json, configured
from registry.errands import IMPATIENT, OUT, say, told
from registry.errors import Invalid

CORRUPT: Final = 3
SUFFIXES: Final = {".tlog-proof": "receipt.tlog-proof", ".html": "receipt.html", ".pdf": "receipt.pdf"}

bundle = App(name="bundle", help="The log and its records in one file that anybody can check, offline.")

Out = Annotated[Path, Parameter(help="Where it goes.")]
AsOf = Annotated[str | None, Parameter(help="As it was known at this instant, as in 2026-03-01T12:00:00Z.")]
TreeSize = Annotated[int | None, Parameter(help="As it was when the ledger had so many entries.")]
Of = Annotated[str | None, Parameter(help="Only what is of the one with this key.")]


async def downloaded(caller: Caller, path: str, into: Path, **query: Any) -> Answer:
    """The answer to *path*, its body in the file *into*."""
    async with connected(caller.address(configured()), caller.bearer(), IMPATIENT) as registry:
        found = await registry.download(path, into, **query)
        found.wanted()
        return found


@bundle.command(
    name="fetch",
    help_epilogue="Examples:\n  registry bundle fetch bundle.zip --token @auditor.token\n"
    "  registry bundle fetch q3.zip --employer northlight-pictures --as-of 2026-10-01T00:00:00Z",
)
def fetch_bundle(
    path: Out,
    /,
    *,
    employer: Of = None,
    production: Of = None,
    as_of: AsOf = None,
    tree_size: TreeSize = None,
    caller: Caller = NOBODY,
    json: Json = False,
) -> int:
    """Fetch a bundle of everything you may see: filings, findings, rules, and the log that proves them."""
    query = {
        "employer_id": employer,
        "production_id": production,
        "as_of": as_of,
        "tree_size": tree_size,
    }
    asyncio.run(downloaded(caller, "/v1/bundle", path, **query))
    size = path.stat().st_size
    told({"path": str(path), "bytes": size}) if json else say(f"{path}: {size} bytes")
    return 0


@bundle.command(
    name="verify",
    help_epilogue="Examples:\n  registry bundle verify bundle.zip\n"
    "  registry bundle verify bundle.zip --vkey log.vkey",
)
def verify_bundle(
    path: Annotated[Path, Parameter(help="The bundle.")],
    /,
    *,
    vkey: Annotated[
        str | None, Parameter(help="The log's key, or a file that holds it; unsaid, the bundle's own.")
    ] = None,
    json: Json = False,
) -> int:
    """Check every byte of a bundle, offline; says what the verify.py in it says. 3 when it does not hold."""
    found = asyncio.run(bundles.verify(path, held(vkey)))
    if json:
        told(found)
    elif found.holds:
        whose = "the key you gave" if found.trusted else "the bundle's own key; compare it with one you know"
        OUT.print(
            f"{path}: holds. {found.files} files, {found.size} entries, signed by {found.origin}",
            soft_wrap=True,
        )
        OUT.print(f"by {whose}: {found.vkey}", highlight=False, soft_wrap=True)
        rest = "all there are" if found.complete else "it is not complete, and does not claim to be"
        rest = "all but what is withheld" if found.complete and found.withheld else rest
        OUT.print(f"It has {found.shown} of {found.records} records: {rest}.", soft_wrap=True)
        for why, count in found.withheld.items():
            OUT.print(f"Withheld, as whoever made it says: {count}, {MEANT[why]}", soft_wrap=True)
    else:
        OUT.print(f"{path}: {found.fault}", highlight=False, soft_wrap=True)
    return 0 if found.holds else CORRUPT


def held(vkey: str | None) -> str | None:
    """The key itself, of a key or the name of a file that holds it."""
    if vkey is None or "+" in vkey:
        return vkey
    if not Path(vkey).is_file():
        raise Invalid(f"{vkey} is neither a key (`name+id+key`) nor a file that holds one")
    return Path(vkey).read_text().strip()


def receipt(
    disclosure_id: Annotated[str, Parameter(help="The disclosure's id.")],
    path: Annotated[Path, Parameter(help="Where it goes: a .tlog-proof, a .html or a .pdf.")],
    /,
    *,
    version: Annotated[int | None, Parameter(help="The version; unsaid, the newest.")] = None,
    size: Annotated[int | None, Parameter(help="Proved in the tree of so many entries.")] = None,
    caller: Caller = NOBODY,
    json: Json = False,
) -> int:
    """Fetch the receipt of a filing: the proof for other tools, or printable with the proof in it."""
    name = SUFFIXES.get(path.suffix)
    if name is None:
        raise Invalid(f"a receipt is a {', a '.join(SUFFIXES)}; {path.name} is none of them")
    address = f"/v1/disclosures/{disclosure_id}/{name}"
    asyncio.run(downloaded(caller, address, path, version=version, size=size))
    told({"path": str(path)}) if json else say(f"{path}: the receipt of {disclosure_id}")
    return 0


def export(
    entity: Annotated[str, Parameter(help="The table: disclosures, uses, findings, alerts …")],
    path: Annotated[Path, Parameter(help="Where it goes.")],
    /,
    *,
    format: Annotated[  # noqa: A002  what the option is called
        Literal["ndjson", "csv", "parquet"], Parameter(help="The form.")
    ] = "ndjson",
    employer: Of = None,
    production: Of = None,
    as_of: AsOf = None,
    tree_size: TreeSize = None,
    caller: Caller = NOBODY,
    json: Json = False,
) -> int:
    """Fetch one table of everything you may see; its manifest is signed and in the ledger."""
    query = {
        "entity": entity,
        "format": format,
        "employer_id": employer,
        "production_id": production,
        "as_of": as_of,
        "tree_size": tree_size,
    }
    found = asyncio.run(downloaded(caller, "/v1/export", path, **query))
    manifest = found.headers.get("link", "")
    size = path.stat().st_size
    told({"path": str(path), "bytes": size, "link": manifest}) if json else say(f"{path}: {size} bytes")
    return 0
