"""A receipt in words: what was received when, from whom; where it stands; how to check it. No law in it."""

import hashlib
from typing import Final

import msgspec

from registry.ledger.entry import stamp
from registry.obligations.moments import plain
from registry.packets.sheet import Line, Section, Sheet, fact, joined, say, small
from registry.receipts.receipt import SUFFIX, Receipt
from registry.receipts.square import MOST

RECEIVED: Final = {
    "filing": "A filing",
    "amendment": "An amendment",
    "withdrawal": "A withdrawal",
}
LONGEST: Final = 300
"""Letters of a name that are printed."""
CHECK: Final = (
    "Any tool that reads C2SP tlog-proof files checks this receipt, without the registry: the leaf hash is "
    "the SHA-256 of a zero byte and the ledger entry; the proof leads from it to the root in the checkpoint "
    "(RFC 6962); the checkpoint is signed by the log's key below (C2SP signed note, Ed25519). That the bytes "
    "received were yours is shown by their SHA-256, which the ledger entry names."
)
KEY: Final = "Take the key from a place you trust more than this page; the log's checkpoints are public."


class Printed(msgspec.Struct, frozen=True):
    """A receipt ready for print: its words, the code and what is said under it, the texts to be copied."""

    sheet: Sheet
    code: bytes
    caption: str
    texts: list[tuple[str, str]]


def printed(receipt: Receipt, address: str) -> Printed:
    """*receipt* in words; *address* leads to its proof file."""
    proof = receipt.proof.encode()
    code, caption = coded(proof, address)
    filed = receipt.filed
    title = f"Receipt: {RECEIVED[filed.kind].lower()} was received"
    foot = f"Disclosure {filed.disclosure_id}, version {filed.version} · log entry {filed.ledger_index}"
    texts = [
        (f"Ledger entry {filed.ledger_index}", receipt.entry.decode()),
        (f"The proof file, {receipt.name}{SUFFIX}", receipt.proof),
    ]
    return Printed(
        Sheet(title, foot, [received(receipt), placed(receipt), checked(receipt)]), code, caption, texts
    )


def coded(proof: bytes, address: str) -> tuple[bytes, str]:
    """What the QR code carries, and what is said of it: the proof itself, or where it is and its digest."""
    if len(proof) <= MOST:
        return proof, f"This code is the proof file itself, {len(proof)} bytes."
    digest = hashlib.sha256(proof).hexdigest()
    told = f"The proof file has {len(proof)} bytes, more than one code holds"
    return f"{address}\nsha256 {digest}\n".encode(), f"{told}; this code has its address and its SHA-256."


def received(receipt: Receipt) -> Section:
    """What was received, when, from whom."""
    filed = receipt.filed
    return Section(
        "What was received",
        [
            fact("What", f"{RECEIVED[filed.kind]}" + (f": {plain(filed.reason)}" if filed.reason else "")),
            fact("Disclosure", f"{filed.disclosure_id}, version {filed.version}"),
            fact("Employer", filed.employer_id),
            fact("Production", filed.production_id),
            fact("Received at", stamp(filed.filed_at)),
            fact("Handed in by", short(filed.filed_by)),
            fact("By the schema", filed.schema_version),
            Line("", "SHA-256 of the bytes received"),
            small(filed.sha256.hex()),
        ],
    )


def short(name: str) -> str:
    """*name*, or how it begins: it is the subject of a token, which may be as long as anybody likes."""
    return name if len(name) <= LONGEST else f"{name[:LONGEST]}… ({len(name)} letters)"


def placed(receipt: Receipt) -> Section:
    """Where it stands in the ledger, and on which signed tree."""
    tree = receipt.checkpoint
    counted = f"{tree.size} {'entry' if tree.size == 1 else 'entries'}"
    witnesses = joined(receipt.witnesses) or "nobody; the log alone has signed"
    return Section(
        "Where it stands",
        [
            fact("Log", tree.origin),
            fact("Entry", f"{receipt.filed.ledger_index}, counted from 0"),
            Line("", "Leaf hash"),
            small(receipt.leaf.hex()),
            fact("Signed tree", f"{counted}, signed at {stamp(receipt.signed.signed_at)}"),
            Line("", "Root"),
            small(tree.root.hex()),
            fact("Cosigned by", witnesses),
        ],
    )


def checked(receipt: Receipt) -> Section:
    """How to check it."""
    return Section(
        "How to check it", [say(CHECK), Line("", "Key of the log"), small(receipt.signed.vkey), say(KEY)]
    )
