"""In which form a packet is asked for, what it is called, and what it leaves with."""

import base64
from typing import IO, Final, Literal

import msgspec

from registry.packets.case import Case

Form = Literal["zip", "pdf"]
TYPES: Final[dict[Form, str]] = {"zip": "application/zip", "pdf": "application/pdf"}


class Packet(msgspec.Struct, frozen=True):
    """A finished packet: an open temporary file, which is gone when it is closed."""

    file: IO[bytes]
    name: str
    form: Form
    size: int
    sha256: bytes

    @property
    def headers(self) -> dict[str, str]:
        """What it leaves with: as a download under its own name, with its digest (RFC 9530)."""
        return {
            "Content-Type": TYPES[self.form],
            "Content-Length": str(self.size),
            "Content-Disposition": f'attachment; filename="{self.name}"',
            "Content-Digest": f"sha-256=:{base64.b64encode(self.sha256).decode()}:",
            "Cache-Control": "private, no-cache",
            "ETag": f'"{self.sha256.hex()}"',
            "Vary": "Accept",
        }


def packet_name(case: Case) -> str:
    """What the packet of a case is called: by the alert and the instant."""
    return f"packet-{case.alert_id}-{case.as_of:%Y%m%dT%H%M%SZ}"


def wanted(accept: str | None) -> Form:
    """The form an Accept header prefers; the folder, unless a PDF is wanted more."""
    weights = {"application/zip": 0.0, "application/pdf": 0.0}
    for part in (accept or "*/*").split(","):
        media, *parameters = (each.strip() for each in part.split(";"))
        said = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        weight = float(said) if said.replace(".", "", 1).isdecimal() else 0.0
        if media.lower() in weights:
            weights[media.lower()] = weight
    return "pdf" if weights["application/pdf"] > weights["application/zip"] else "zip"
