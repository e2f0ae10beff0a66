"""Make a receipt: read the version, its entry and a signed checkpoint in one snapshot, and write it out."""

import asyncio
import base64
import hashlib
from typing import Final, Literal
from uuid import UUID

import msgspec

from registry.auth.scope import Principal
from registry.db import Connection, Database
from registry.disclosures import act as disclosures
from registry.errors import Busy, Fault, Invalid
from registry.ledger import store as ledger
from registry.ledger.log import act as log_act
from registry.ledger.log import store as log_store
from registry.ledger.log.signed import Signed as Checkpoint
from registry.packets.act import FONT, PRINTING
from registry.receipts import words
from registry.receipts.page import HEADERS, page
from registry.receipts.paper import paper
from registry.receipts.receipt import SUFFIX, Receipt, Signed
from registry.receipts.square import square
from registry.settings import Settings

Form = Literal["proof", "html", "pdf"]
TYPES: Final[dict[Form, str]] = {
    "proof": "text/plain; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}


class Written(msgspec.Struct, frozen=True):
    """A receipt as it is handed out."""

    body: bytes
    headers: dict[str, str]


async def make(
    db: Database,
    settings: Settings,
    principal: Principal,
    disclosure_id: UUID,
    version: int | None,
    size: int | None,
    form: Form,
) -> Written:
    """The receipt of a version (None: the newest) for a signed tree (None: the newest), in one form."""
    async with db.snapshot() as conn:
        receipt = await read(conn, principal, disclosure_id, version, size)
    where = f"version={receipt.filed.version}&size={receipt.signed.size}"
    address = f"{settings.address}/v1/disclosures/{disclosure_id}/receipt{SUFFIX}?{where}"
    body = await asyncio.to_thread(written, receipt, address, form)
    return Written(body, headers(receipt, form, body))


async def read(
    conn: Connection, principal: Principal, disclosure_id: UUID, version: int | None, size: int | None
) -> Receipt:
    """Everything a receipt says; NotFound for what is not the caller's to see."""
    filed = await disclosures.get_version(conn, principal, disclosure_id, version)
    signed = await find_signed(conn, filed.ledger_index, size)
    stored = await ledger.get_entry(conn, filed.ledger_index)
    hashes = await ledger.inclusion(conn, filed.ledger_index, signed.size)
    return Receipt(filed, stored.entry, stored.leaf, hashes, signed)


async def find_signed(conn: Connection, index: int, size: int | None) -> Signed:
    """The checkpoint asked for, when its tree holds the entry at *index*; else what to ask for, in words."""
    found = await log_store.find_checkpoint(conn, size)
    if found is None or found.size <= index:
        raise refused(index, size, await log_store.find_after(conn, max(index + 1, size or 0)))
    await log_act.let_out(conn, found)
    (log,) = [each for each in await log_store.list_logs(conn) if each.number == found.log]
    return Signed(found.size, await log_store.cosigned(conn, found), log.vkey, found.signed_at)


def refused(index: int, size: int | None, nearest: Checkpoint | None) -> Busy | Invalid:
    """The refusal of a size whose tree was not signed, or does not hold the entry at *index*."""
    if size is None:
        return Busy(f"the log has signed no tree yet that holds entry {index}; ask again in a moment")
    detail = f"{size} is the size of no signed tree that holds entry {index}."
    fix = "Leave size out for the newest" + (f", or ask for {nearest.size}." if nearest else ".")
    return Invalid(f"{detail} {fix}", [Fault("", "size", detail, fix)])


def written(receipt: Receipt, address: str, form: Form) -> bytes:
    """A receipt in one form; *address* leads to its proof file."""
    if form == "proof":
        return receipt.proof.encode()
    printed = words.printed(receipt, address)
    code = square(printed.code)
    if form == "html":
        return page(printed, code).encode()
    with PRINTING:
        return paper(printed, code, FONT.read_bytes())


def headers(receipt: Receipt, form: Form, body: bytes) -> dict[str, str]:
    """What it leaves with: its name, its digest (RFC 9530), and for a page that nothing may run in it."""
    suffix, way = (SUFFIX, "attachment") if form == "proof" else (f".{form}", "inline")
    digest = hashlib.sha256(body)
    return {
        "Content-Type": TYPES[form],
        "Content-Disposition": f'{way}; filename="{receipt.name}{suffix}"',
        "Content-Digest": f"sha-256=:{base64.b64encode(digest.digest()).decode()}:",
        "Cache-Control": "private, no-cache",
        "ETag": f'"{digest.hexdigest()}"',
    } | (HEADERS if form == "html" else {})
