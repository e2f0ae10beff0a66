"""Which sections of a disclosure a caller may read, as its employer marked them.

Levels widen from `employer` (nobody else) over `auditor` and `parties` (representatives too) to `public`.
A section without its own level has the filing's default; a filing without a default is for the parties.
The three sections that say whose filing this is are always shown.
"""

from collections.abc import Mapping
from typing import Any, Final

RANK: Final = {"public": 0, "parties": 1, "auditor": 2, "employer": 3}
READS: Final = {"representative": 1, "auditor": 2, "administrator": 3, "employer": 3}
ALWAYS: Final = frozenset({"schema_version", "filing", "production"})


def levels(document: Mapping[str, Any]) -> dict[str, str]:
    """The confidentiality level of each section of *document*."""
    marks = (document.get("filing") or {}).get("confidentiality") or {}
    default = marks.get("default") or "parties"
    own = marks.get("sections") or {}
    return {name: "public" if name in ALWAYS else own.get(name) or default for name in document}


def withheld(document: Mapping[str, Any], role: str) -> list[str]:
    """The names of the sections a caller of this *role* may not read."""
    return [name for name, level in levels(document).items() if RANK[level] > READS[role]]


def shown(document: Mapping[str, Any], role: str) -> dict[str, Any]:
    """*document* without the sections a caller of this *role* may not read."""
    hidden = withheld(document, role)
    return {name: value for name, value in document.items() if name not in hidden}
