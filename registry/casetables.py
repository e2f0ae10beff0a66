"""What people see on a terminal of a case and the word of it: thread, moves, subscriptions, deliveries."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from registry import tables


def thread(entries: Sequence[Mapping[str, Any]]) -> Table:
    """What the parties said to each other, oldest first, and the files they showed."""
    return tables.plain(
        "Thread",
        ["when", "who", "says", "read by", "ledger"],
        [
            [
                tables.day(each["recorded_at"]),
                f"{each['party']}\n{each['author']}",
                "\n".join([each["kind"], *spoken(each["said"]), *(file["name"] for file in each["files"])]),
                each["side"],
                each["ledger"]["index"],
            ]
            for each in entries
        ],
    )


def spoken(said: Mapping[str, Any]) -> list[str]:
    """The words of an entry, and what it promises."""
    words = [said[name] for name in ("statement", "text", "question", "reason", "note") if said.get(name)]
    return [*words, *(f"by {cure['by']}: {cure['what']}" for cure in said.get("cure") or [])]


def moved_one_by_one(results: Sequence[Mapping[str, Any]]) -> Table:
    """What became of each alert of many."""
    return tables.plain(
        "Moved",
        ["alert", "status", "now"],
        [
            [
                tables.short(each["alert_id"]),
                each["status"],
                each["alert"]["state"] if each.get("alert") else each["problem"]["detail"],
            ]
            for each in results
        ],
    )


def subscriptions(found: Sequence[Mapping[str, Any]]) -> Table:
    """Subscriptions: where to, what of, and whether they are well."""
    return tables.plain(
        "Subscriptions",
        ["subscription", "state", "way", "address", "wishes", "pace", "owner"],
        [
            [
                tables.short(each["subscription_id"]),
                each["state_reason"] or each["state"],
                each["way"],
                each["address"],
                [word for words in each["wish"].values() for word in words] or "everything",
                each["pace"]["at"],
                each["owner"],
            ]
            for each in found
        ],
    )


def deliveries(found: Sequence[Mapping[str, Any]]) -> Table:
    """What was sent, and what became of it."""
    return tables.plain(
        "Deliveries",
        ["delivery", "state", "what", "about", "attempts", "answer", "not before"],
        [
            [
                tables.short(each["delivery_id"]),
                each["state"],
                each["type"],
                tables.short(each["about"]),
                each["attempts"],
                each["error"] or each["status"],
                tables.day(each["not_before"]) if each["state"] == "waiting" else "",
            ]
            for each in found
        ],
    )


def attempts(found: Sequence[Mapping[str, Any]]) -> Table:
    """Every attempt at a delivery."""
    return tables.plain(
        "Attempts",
        ["number", "at", "answer", "took", "SHA-256 of the body"],
        [
            [
                each["number"],
                each["attempted_at"],
                each["error"] or each["status"],
                f"{each['milliseconds']} ms",
                each["body_sha256"],
            ]
            for each in found
        ],
    )
