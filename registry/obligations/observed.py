"""A representative's observation of AI use, held against what was filed: both statements, side by side."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

from registry.obligations.assemble import Record, Statement
from registry.obligations.filings import USAGE_DENIED, Filed
from registry.obligations.moments import day, plain, words
from registry.obligations.statement import Heard, Known

WORD: Final = re.compile(r"[^\W_]+")
NO_NAME: Final = frozenset(
    {
        *("a", "an", "and", "by", "called", "for", "in", "kind", "new", "of", "on", "own", "some", "the"),
        *(
            "ai",
            "artificial",
            "gai",
            "gen",
            "genai",
            "generative",
            "intelligence",
            "learning",
            "llm",
            "machine",
        ),
        *(
            "app",
            "application",
            "bot",
            "chatbot",
            "generator",
            "ml",
            "model",
            "plugin",
            "program",
            "programme",
        ),
        *("software", "system", "tool", "tools", "unknown", "with"),
    }
)
"""Words that by themselves name no tool: whoever saw "an AI tool" has not named one."""
NO_CRAFT: Final = frozenset(
    {"a", "and", "crew", "department", "dept", "group", "in", "of", "office", "team", "the", "unit"}
)
"""Words that by themselves say nothing of whose work it is."""


def observed(statement: Statement, seen: Heard) -> Iterator[Filed]:
    """What one observation says of a tool, its use, a headcount and a withdrawal, against the filings."""
    on = dt.date.fromisoformat(seen.body["observed_on"])
    denied = denials(statement, seen, on)
    if denied and not accounted(statement, seen):
        yield held(statement, seen, "withdrawal", [said(statement, one) for one in denied], contradicted=True)
    elif seen.body.get("tool") or seen.body.get("category"):
        tools = [tool for tool in statement.all("tools") if is_tool(seen, tool.fields)]
        yield held(statement, seen, "tool", tools_filed(statement), contradicted=not tools)
        if tools:
            answer, told = use_covers(statement, seen, {tool.id for tool in tools})
            yield held(statement, seen, "use", told, contradicted=answer)
    else:
        answer, told = use_covers(statement, seen, None)
        yield held(statement, seen, "use", told, contradicted=answer)
    count, local = seen.body.get("headcount"), seen.body.get("local") or seen.union
    stated = people_filed(statement, seen, local, on) if local else None
    if count is not None and stated:
        version, people = stated
        told = [f"{said(statement, version)} {people} people of {local}."]
        yield held(statement, seen, "headcount", told, contradicted=people > count)


def held(
    statement: Statement, seen: Heard, kind: str, told: list[str], *, contradicted: bool | None
) -> Filed:
    """One thing an observation says, beside what the filings say of it."""
    body, on = seen.body, dt.date.fromisoformat(seen.body["observed_on"])
    facts: dict[str, Any] = {"accuracy.kind": kind, "accuracy.on": on}
    if contradicted is not None:
        facts["accuracy.contradicted"] = contradicted
    what = [str(body[name]) for name in ("tool", "category", "local", "department") if body.get(name)]
    if kind == "headcount":
        what.append(f"{body['headcount']} people")
    told_on = words(day(seen.at, statement.zone))
    note = f"Observation of {words(on)}, told {told_on} by a {seen.by}: {', '.join(what) or 'AI use'}."
    local = body.get("local") or seen.union
    locals_ = [local] if local else statement.production.locals
    return Filed(
        "accuracy", f"{seen.id}/{kind}", facts, on, f"/observations/{seen.id}", locals_, [note, *told]
    )


def spoken(text: str) -> list[str]:
    """The words of a name in their order, whatever its case, punctuation and way of writing letters."""
    return WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def bag(text: str) -> set[str]:
    """The words of a name, each once."""
    return set(spoken(text))


def is_tool(seen: Heard, tool: dict[str, Any]) -> bool:
    """Whether the tool observed may be this one: one name, or one with the other's words; else by its kind.

    What has no name that tells tools apart, and no kind, may be any.
    """
    said, filed = seen.body.get("tool") or "", tool.get("name") or ""
    one, other = bag(said), bag(filed)
    if one and "".join(spoken(said)) == "".join(spoken(filed)):
        return True
    if one <= NO_NAME:
        return seen.body.get("category") in (None, tool.get("category"))
    return not (one & other) <= NO_NAME and (one <= other or other <= one)


def accounted(statement: Statement, seen: Heard) -> bool:
    """Whether what was seen and not named may be another tool, which the filings say was in use."""
    if not bag(seen.body.get("tool") or "") <= NO_NAME:
        return False
    tools = {tool.id for tool in statement.all("tools") if is_tool(seen, tool.fields)}
    return use_covers(statement, seen, tools)[0] is False


def tools_filed(statement: Statement) -> list[str]:
    """Which tools the filings name."""
    names = sorted({str(tool.get("name") or tool.id) for tool in statement.all("tools")})
    if not statement.known:
        return ["Nothing was filed about the production."]
    newest, more = said(statement, statement.known[-1]), len(statement.known) > 1
    tools = f"the tools {', '.join(names)}" if names else "no tool"
    return [f"{newest} {tools}{', with what was filed before' if more else ''}."]


def use_covers(statement: Statement, seen: Heard, tools: set[str] | None) -> tuple[bool | None, list[str]]:
    """Whether no filed use accounts for the days observed, and what the filings say of the uses.

    A use that states no locals may be of any; one that states no first day leaves it open.
    """
    first = dt.date.fromisoformat(seen.body["observed_on"])
    last = dt.date.fromisoformat(seen.body.get("until") or seen.body["observed_on"])
    local, spans, doubtful, told = seen.body.get("local"), list[tuple[dt.date, dt.date]](), False, list[str]()
    for use in statement.all("uses"):
        if tools is not None and use.get("tool") not in tools:
            continue
        if local and use.get("locals") and local not in use.get("locals"):
            continue
        begins, ends = (
            statement.on(use.get("first") or use.get("planned_first")),
            statement.on(use.get("last")),
        )
        told.append(f"{filed_in(statement, use)} use {use.id} from {words(begins)} to {words(ends)}.")
        doubtful = doubtful or begins is None
        spans += [(begins, ends or dt.date.max)] if begins else []
    told = told or ["No use of it is filed for those days and people."]
    covered = first - dt.timedelta(days=1)
    for begins, ends in sorted(spans):
        if begins <= covered or begins - covered == dt.timedelta(days=1):
            covered = max(covered, ends)
    if covered >= last:
        return False, told
    return None if doubtful else True, told


def people_filed(statement: Statement, seen: Heard, local: str, on: dt.date) -> tuple[Known, int] | None:
    """The people now that the filings state for *local*, by the newest that speaks of the day observed."""
    begun = {version.disclosure_id: version.filed_at for version in reversed(statement.known)}
    speaking = [version for version in statement.live if version.kind != "withdrawal"]
    then = [one for one in speaking if day(begun[one.disclosure_id], statement.zone) <= on]
    department = bag(seen.body.get("department") or "") - NO_CRAFT
    for version in reversed(then or speaking):
        rows = [row for row in version.document.get("workforce") or () if row.get("local") == local]
        if department:
            rows = [row for row in rows if department & bag(row.get("classification") or "")]
        counts = [row["headcount_now"] for row in rows if row.get("headcount_now") is not None]
        if counts:
            return version, sum(counts)
    return None


def denials(statement: Statement, seen: Heard, on: dt.date) -> list[Known]:
    """The withdrawals, not before *on*, that say the tool observed was never deployed."""
    return [
        version
        for version in statement.live
        if version.kind == "withdrawal"
        and version.reason in USAGE_DENIED
        and on <= day(version.filed_at, statement.zone)
        and (seen.body.get("tool") or seen.body.get("category"))
        and any(is_tool(seen, tool) for tool in version.document.get("tools") or ())
    ]


def said(statement: Statement, version: Known) -> str:
    """Which filing said it, and when."""
    on = words(day(version.filed_at, statement.zone))
    form = "Withdrawal" if version.kind == "withdrawal" else plain(version.type).capitalize()
    return f"{form} {version.disclosure_id}, version {version.version}, filed {on}, states:"


def filed_in(statement: Statement, record: Record) -> str:
    """The filing that says what stands of a record."""
    newest = {version.disclosure_id: version for version in statement.known}
    version = newest.get(record.disclosure_id)
    return said(statement, version) if version else "It is stated:"
