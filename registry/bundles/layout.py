"""What the files of a bundle are called: the log's own, and by each entry those that show what it says.

A name follows from the entry, so no file can stand for another's, and what no entry leads to is found.
"""

import re
from typing import Final

import msgspec

from registry.ledger.entry import Entry
from registry.ledger.tiles import Tile

TOP: Final = "bundle/"
MANIFEST: Final = "bundle/MANIFEST.sha256"
INDEX: Final = "bundle/bundle.json"
WORDS: Final = "bundle/VERIFY.txt"
PROGRAM: Final = "bundle/verify.py"
CHECKPOINT: Final = "bundle/log/checkpoint"
OWN: Final = (INDEX, WORDS, PROGRAM, CHECKPOINT)
"""Files that no entry vouches for, beside tiles, other checkpoints and stamps."""
NAME: Final = re.compile(r"bundle/[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*\Z", re.ASCII)
ODD: Final = re.compile(r"[^A-Za-z0-9_-]", re.ASCII)
SUFFIX: Final = ".tlog-proof"
FILINGS: Final = ("filing", "amendment", "withdrawal")
WHYS: Final = {"side": "thread", "size": "thread", "maker": "export", "others": "judgement"}
"""Why an entry may be withheld, and of which kind it is then. Of a `size` the row is there all the same."""
MEANT: Final = {
    "side": "words of a thread that one side keeps to itself",
    "size": "files of evidence beyond the bytes that one bundle takes",
    "maker": "manifests of exports that others made",
    "others": "judgements with findings that concern others, too",
}


class Names(msgspec.Struct, frozen=True):
    """The files that can show what one entry vouches for; empty where there is no such file.

    Of an entry of a thread there is a `content`, words with their salt, or else the `file` that was shown.
    """

    row: str = ""
    content: str = ""
    file: str = ""
    sections: str = ""
    salts: str = ""
    proof: str = ""


def names_of(index: int, entry: Entry) -> Names:
    """The names of the files of the entry at *index*.

    The row of an observation has none, for whomever: it could tell who reported it.
    """
    row, own, number = f"{TOP}rows/{index:010}.json", safe(entry.id), f"{entry.seq:03}"
    if entry.kind in FILINGS:
        stem = f"{TOP}filings/{own}/{number}"
        more = (f"{stem}-sections.json", f"{stem}-salts.json", f"{stem}{SUFFIX}")
        return Names(row, f"{stem}.json", "", *more)
    if entry.kind == "observation":
        return Names(content=f"{TOP}observations/{own}.json")
    if entry.kind == "thread":
        stem = f"{TOP}threads/{own}/{number}"
        return Names(row, f"{stem}.json", f"{stem}.file")
    content = {
        "employer": f"employers/{own}/{number}.json",
        "production": f"productions/{own}/{number}.json",
        "pack": f"rules/pack-{own}-{number}.toml",
        "params": f"rules/params-{own}-{number}.toml",
        "schema": f"schemas/{own}-{number}.json",
        "judgement": f"judgements/{own}.json",
        "redaction": f"redactions/{own}.json",
        "log": f"changes/{own}-{number}.json",
        "request": f"requests/{own}/{number}.json",
        "answer": f"requests/{own}/{number}.json",
        "access": f"readings/{own}.json",
        "export": f"exports/{own}.json",
    }.get(entry.kind)
    return Names(row, TOP + content if content else "")


def safe(name: str) -> str:
    """*name* as a file can be called."""
    return ODD.sub("_", name)


def tile_name(tile: Tile) -> str:
    """Where a tile of the log lies, as a static server would have it."""
    return f"{TOP}log/tile/{tile.path}"


def checkpoint_name(log: int, size: int) -> str:
    """Where an earlier checkpoint lies."""
    return f"{TOP}checkpoints/{log:03}-{size:012}"


def stamp_name(log: int, size: int, authority: str) -> str:
    """Where a time stamp of a checkpoint lies; *authority* is twelve digits of its address' SHA-256."""
    return f"{TOP}stamps/{log:03}-{size:012}-{authority}.tsr"
