"""Older documents in the newest shape, so that only one shape is ever judged.

Each step takes a document of one version to the next and loses nothing: what was said can be read back from
the result. A new version adds its step to STEPS; the chain does the rest. The bytes received stay.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

Document = dict[str, Any]


class Step(NamedTuple):
    """One step: the version it leads to, and the members that change (copied, never changed in place)."""

    to: str
    changes: Callable[[Mapping[str, Any]], Document]


def upgrade(document: Document) -> Document:
    """*document* in the current shape; the argument is left as it was."""
    while step := STEPS.get(document["schema_version"]):
        document = {**document, **step.changes(document), "schema_version": step.to}
    return document


def from_1_0(document: Mapping[str, Any]) -> Document:
    """2.0 keeps a list of policies given, where 1.0 had one day."""
    if "uses" not in document:
        return {}
    return {"uses": [with_policies(use) for use in document["uses"]]}


def with_policies(use: Mapping[str, Any]) -> Document:
    """A use with `policies_provided` where it had `policy_provided_on`."""
    kept = {name: value for name, value in use.items() if name != "policy_provided_on"}
    if "policy_provided_on" in use:
        kept["policies_provided"] = [{"on": use["policy_provided_on"]}]
    return kept


STEPS: Final[Mapping[str, Step]] = {
    "1.0": Step("2.0", from_1_0),
}
