"""What becomes of a rewritten history, as a table."""

import re
from collections.abc import Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.text import Text

from registry import tables
from registry.demo.tamper import Tampering

HASH: Final = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")


def table(found: Sequence[Tampering]) -> RenderableType:
    """The operator rewrites history on copies of the database, and who notices."""
    rows = [
        [
            each.what,
            short(each.alone) or "nothing: it is consistent in itself",
            short(each.kept) or ("(not needed)" if each.alone else "NOTHING"),
        ]
        for each in found
    ]
    return Group(
        Text(),
        Rule("[bold]The operator's own superuser[/] · rewrites a filing, each time on a copy", align="left"),
        tables.plain(
            "What is found",
            ["what is changed", "by the database alone", "by an auditor's kept checkpoint"],
            rows,
        ),
    )


def short(fault: str) -> str:
    """*fault* with its hashes cut to what the eye compares."""
    return HASH.sub(r"\1…", fault)
