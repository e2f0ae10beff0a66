"""The words a field of the disclosure can be, as the schema and its code lists have them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from registry.disclosures.codes import CodeList
from registry.disclosures.outline import Node, find

MOST: Final = 40
"""A longer list is not tried word by word."""


def choices(root: Node, codes: Mapping[str, CodeList]) -> Callable[[str], Sequence[str]]:
    """What may stand at a JSON Pointer of a document that the schema with this *root* describes."""

    def at(pointer: str) -> Sequence[str]:
        steps: list[str | int] = [int(step) if step.isdecimal() else step for step in pointer.split("/")[1:]]
        node = find(root, steps)
        if node is None:
            return ()
        if node.code in codes:
            found = list(codes[node.code].values)
        else:
            found = [each for each in node.schema.get("enum", ()) if isinstance(each, str)]
        return found if len(found) <= MOST else ()

    return at
