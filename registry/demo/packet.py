"""The packet of the case: written to disk, and checked by the program it carries, as anybody would."""

import asyncio
import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, Final

import msgspec

from registry.client import Answer, Registry
from registry.errors import Invalid

TYPES: Final = {".zip": "application/zip", ".pdf": "application/pdf"}
LONGEST: Final = 120
"""Seconds the check may take."""


class Packet(msgspec.Struct, frozen=True, kw_only=True):
    """A packet on disk. `path` is where it is kept; empty when it goes with the demonstration's folder."""

    written: str
    bytes: int
    sha256: str
    pdf_bytes: int
    files: int
    path: str = ""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What the packet's own verify.py said of it, line by line."""

    lines: list[str]
    holds: bool


def keepable(path: Path | None) -> None:
    """Raise Invalid, before anything is started, when a packet cannot be kept at *path*."""
    if path is None:
        return
    if path.suffix.lower() not in TYPES:
        raise Invalid(f"a packet is a .zip or a .pdf; {path.name} is neither")
    if not path.absolute().parent.is_dir():
        raise Invalid(f"there is no folder {path.absolute().parent}")


async def fetched(
    caller: Registry, address: str, place: Path, keep: Path | None
) -> tuple[Packet | None, Answer]:
    """The packet at *address* in both its forms, written to *place*, and to *keep* if that is asked for."""
    got = {}
    for suffix, media_type in TYPES.items():
        answer = await caller.send("GET", address, headers={"accept": media_type})
        if answer.problem is not None:
            return None, answer
        got[suffix] = answer
    return await asyncio.to_thread(written, {each: got[each].raw for each in got}, place, keep), got[".zip"]


def written(forms: dict[str, bytes], place: Path, keep: Path | None) -> Packet:
    """Both forms on disk, the folder unpacked beside them."""
    for suffix, body in forms.items():
        (place / f"packet{suffix}").write_bytes(body)
    if keep is not None:
        keep.write_bytes(forms[keep.suffix.lower()])
    with zipfile.ZipFile(place / "packet.zip") as archive:
        archive.extractall(place / "packet")
        files = len(archive.namelist())
    body = forms[".zip"]
    return Packet(
        written=str(place / "packet.zip"),
        bytes=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        pdf_bytes=len(forms[".pdf"]),
        files=files,
        path=str(keep or ""),
    )


async def compared(caller: Registry, place: Path) -> None:
    """Beside the packet, what to compare its root with: the registry's head now, and the way to it."""
    [proofs] = (place / "packet").glob("*/ledger/proofs.json")
    told: dict[str, Any] = msgspec.json.decode(proofs.read_bytes())
    head = await caller.get("/ledger/head")
    size = head.wanted()["size"]
    way = await caller.get("/ledger/consistency", **{"from": told["size"], "to": size})
    way.wanted()
    (place / "head.json").write_bytes(head.raw)
    (place / "consistency.json").write_bytes(way.raw)


def checked(place: Path) -> Check:
    """What the packet's own program says of it, run as a stranger would: this Python, none of our code."""
    [program] = (place / "packet").glob("*/verify.py")
    words = [sys.executable, "-I", str(program)]
    words += ["--head", str(place / "head.json"), "--consistency", str(place / "consistency.json")]
    done = subprocess.run(  # noqa: S603  our own words, no shell
        words, capture_output=True, text=True, check=False, timeout=LONGEST, cwd=place
    )
    lines = (done.stdout + done.stderr).splitlines()
    return Check(lines=lines, holds=done.returncode == 0)
