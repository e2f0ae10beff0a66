"""Tools, systems that decide about people, training of models, and music made with AI."""

from collections.abc import Iterator
from typing import Any, Final

from registry.obligations.assemble import Record, Statement
from registry.obligations.facts_media import ADM
from registry.obligations.facts_work import TOOL
from registry.obligations.links import links, went_to
from registry.obligations.moments import Moment, day, plain, words
from registry.obligations.records import earliest, given, known, when
from registry.obligations.subject import Subject, common, earliest_use, first_use, place

MUSIC_TOOL: Final = "generative_music"
DECISION_NOTICE: Final = "automated_decision"


def offered(tool: Record) -> bool | None:
    """Whether the employer itself offers the tool to the public; nobody offers what somebody else owns."""
    stated: bool | None = tool.get("offered_to_public")
    return False if stated is None and tool.get("ownership") in {"vendor", "employee"} else stated


def tools(statement: Statement, _params: dict[str, Any]) -> Iterator[Subject]:
    """Each tool that is filed."""
    for tool in statement.all("tools"):
        mine = links(statement).uses_of.get(tool.id, [])
        first, risk = earliest_use(statement, mine), tool.get("eu_risk_class")
        facts = known(
            tool__category=tool.get("category"),
            tool__is_generative=tool.get("is_generative"),
            tool__eu_risk_class=risk if risk != "unknown" else None,
            tool__public_provider=offered(tool),
            tool__training_documented=given(tool.get("training_docs_url")),
            tool__exempt_content=tool.get("film_tv_games_only"),
            tool__marks_output=tool.get("marks_output"),
            tool__detection_offered=tool.get("detection_offered"),
            tool__first_use=first,
        )
        subject = Subject(
            "tool",
            tool.id,
            common(statement) | facts,
            first or first_use(statement),
            tool.pointer,
            locals_of(mine),
            [f"Tool {tool.id}: {tool.get('name')}, {plain(tool.get('category') or 'category not stated')}."],
            last=last_of(statement, mine),
        )
        if mine:
            place(subject, TOOL, "tool.first_use", f"{mine[0].pointer}/first")
        yield subject


def locals_of(uses: list[Record]) -> list[str]:
    """The locals of some uses, each once."""
    return sorted({local for use in uses for local in use.get("locals") or ()})


def last_of(statement: Statement, uses: list[Record]) -> Moment | None:
    """The end of the last of some uses; None while one of them goes on."""
    ends = [when(use, "last") for use in uses]
    if not ends or None in ends:
        return None
    return max((end for end in ends if end), key=lambda end: day(end, statement.zone))


def decisions(statement: Statement, _params: dict[str, Any]) -> Iterator[Subject]:
    """Each automated system that decides about people, or helps to."""
    held = statement.records.get("tools", {})
    for record in statement.all("adm"):
        tool = held.get(record.get("tool"))
        mine = links(statement).uses_of.get(record.get("tool"), [])
        first = earliest_use(statement, mine)
        decided, adverse = when(record, "decided_on"), when(record, "adverse_on")
        risk = tool.get("eu_risk_class") if tool else None
        facts = decision_facts(statement, record, mine) | known(
            adm__first=first, tool__eu_risk_class=risk if risk != "unknown" else None
        )
        made = ", ".join(map(plain, record.get("decisions") or ())) or "decisions not stated"
        subject = Subject(
            "adm",
            record.id,
            common(statement) | facts,
            first or facts.get("adm.notice_on") or decided or adverse or first_use(statement),
            record.pointer,
            locals_of(mine),
            [f"System {record.id} that decides about people ({made}): {name_of(record, tool)}."],
            last=last_of(statement, mine),
        )
        if tool:
            place(subject, ADM, "tool.eu_risk_class", f"{tool.pointer}/eu_risk_class")
        place(subject, ADM, "adm.first", f"{mine[0].pointer}/first" if mine else "/uses")
        yield subject


def name_of(record: Record, tool: Record | None) -> str:
    """A system's tool by name, or its key, or that it is not stated."""
    named = tool.get("name") if tool else record.get("tool")
    return str(named or "its tool is not stated")


def decision_facts(statement: Statement, record: Record, uses: list[Record]) -> dict[str, Any]:
    """What is stated of one automated system itself, and who was told of it."""
    noticed = when(record, "notice_on") or notice(statement, uses, to_union=False)
    representatives = when(record, "representatives_notified_on") or notice(statement, uses, to_union=True)
    adverse, disclosed = when(record, "adverse_on"), when(record, "disclosure_on")
    return known(
        adm__used=record.get("used"),
        adm__decisions=record.get("decisions"),
        adm__influence=record.get("influence"),
        adm__human_review=record.get("human_review"),
        adm__notice_on=noticed,
        adm__noticed=True if noticed else record.get("noticed"),
        adm__representatives_on=representatives,
        adm__representatives_told=True if representatives else record.get("representatives_told"),
        adm__adverse_on=adverse,
        adm__adverse=True if adverse else record.get("adverse"),
        adm__disclosed_on=disclosed,
        adm__disclosed=True if disclosed else record.get("disclosed"),
        adm__records_months=months_kept(statement, record),
        adm__opt_out=record.get("opt_out_offered"),
        adm__risk_assessed=given(record.get("risk_assessed_on")),
        adm__discriminates=record.get("bias_test.effect_found"),
        adm__zip_code=record.get("zip_code_used"),
        adm__emotion=record.get("emotion_inference"),
        adm__medical_or_safety=record.get("medical_or_safety"),
        adm__resident=record.get("affects_resident"),
    )


def notice(statement: Statement, uses: list[Record], *, to_union: bool) -> Moment | None:
    """The first notice of automated decisions about some uses, to a union or to the people themselves."""
    held = links(statement).notices
    sent = (
        one.get("sent_at")
        for use in uses
        for one in held.get(use.id, ())
        if one.get("kind") == DECISION_NOTICE and bool(one.get("union")) is to_union
    )
    return earliest(sent, statement.zone)


def months_kept(statement: Statement, record: Record) -> int | None:
    """For how many whole months after a decision its records are kept."""
    begin = statement.on(record.get("decided_on") or record.get("adverse_on"))
    end = statement.on(record.get("records_until"))
    if not begin or not end:
        return None
    months = (end.year - begin.year) * 12 + end.month - begin.month - (end.day < begin.day)
    return max(0, months)


def training(statement: Statement, _params: dict[str, Any]) -> Iterator[Subject]:
    """Each training of a model on work that was filed."""
    for record in statement.all("training"):
        licensed, consented = when(record, "licensed_on"), when(record, "union_consented_on")
        notified, unions = unions_told(statement, record), record.get("unions")
        facts = known(
            training__members_work=record.get("uses_members_work"),
            training__work_types=record.get("work_types"),
            training__unions=unions,
            training__direction=record.get("direction"),
            training__licensed_on=licensed,
            training__notified_on=notified,
            training__notified=True if notified else record.get("notified"),
            training__consent_on=consented,
            training__consented=True if consented else record.get("union_consented"),
            training__compensated=given(record.get("compensation")),
        )
        where = plain(record.get("direction") or "direction not stated")
        says = f"Training {record.id} ({where}), licensed: {words(licensed)}; unions told: {words(notified)}."
        on = licensed or notified or first_use(statement)
        yield Subject(
            "training", record.id, common(statement) | facts, on, record.pointer, list(unions or ()), [says]
        )


def unions_told(statement: Statement, record: Record) -> Moment | None:
    """When the unions were told of a training: the last of them, once each of those named has been."""
    own = when(record, "notified_on")
    if own:
        return own
    sent = [n for n in statement.all("notices") if n.get("kind") == "training_licence"]
    unions = record.get("unions") or [""]
    told = [
        earliest((n.get("sent_at") for n in sent if not union or went_to(n, union)), statement.zone)
        for union in unions
    ]
    if None in told:
        return None
    return max((at for at in told if at), key=lambda at: day(at, statement.zone))


def music(statement: Statement, _params: dict[str, Any]) -> Iterator[Subject]:
    """Each score, or part of one, that AI had a part in."""
    made = [tool.id for tool in statement.all("tools") if tool.get("category") == MUSIC_TOOL]
    mine = [use for tool in made for use in links(statement).uses_of.get(tool, ())]
    first = earliest_use(statement, mine) or first_use(statement)
    for record in statement.all("music"):
        minutes = record.get("ai_minutes")
        facts = known(
            music__human_musicians=record.get("human_musicians"),
            music__prompted_by_musicians=record.get("musicians_work_used"),
            music__ai_minutes=minutes,
            music__prompt_type=record.get("prompt_type"),
            music__sessions_paid=record.get("sessions_paid"),
        )
        said = "minutes not stated" if minutes is None else f"{minutes} minutes"
        says = f"Music {record.id} made with AI: {said}."
        yield Subject("music", record.id, common(statement) | facts, first, record.pointer, [], [says])
