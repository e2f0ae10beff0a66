"""What a packet says of a case, chapter by chapter: the matter, how it stands, its clause, its facts."""

from collections.abc import Iterator
from typing import Final

from registry.alerts.clocks import clock
from registry.explanations import aloud
from registry.explanations.explanation import NOTE, Said, Stated
from registry.obligations.moments import plain
from registry.packets.case import Case
from registry.packets.chronicle import clocks, heard, thread, timeline, waived
from registry.packets.sheet import Line, Section, day, fact, instant, joined, say

NOTHING: Final = "Nothing by then."


def chapters(case: Case) -> list[Section]:
    """Everything that is said of the case itself."""
    made = [
        Section("What this is", what(case)),
        Section("How it stands", standing(case)),
        Section("Parties", parties(case)),
        Section("The clause and its source", clause(case)),
        Section("What the registry found", found(case)),
        Section("The facts, and who asserted them when", facts(case)),
        Section("Clocks", clocks(case)),
        Section("Timeline of the alert", timeline(case)),
        Section("What the parties said", thread(case)),
        Section("Requests and observations it rests on", heard(case)),
        Section("The explanation in full", explanation(case)),
    ]
    return [Section(each.title, each.lines or [say(NOTHING)]) for each in made]


def what(case: Case) -> list[Line]:
    """What the packet is, of when, and for whom."""
    return [
        say(NOTE),
        say(
            "It tells what the registry knew at one instant, for somebody who pursues the matter or answers "
            "it, and carries the proofs that nothing of it was changed since. A duty is told in our own "
            "words; the clause itself is what binds."
        ),
        fact("Alert", case.alert_id),
        fact("As known at", f"{instant(case.as_of, case.zone)} ({case.zone.key})"),
        fact(
            "Made for", f"a caller in the role of {case.role}; what such a caller may not read is not in it"
        ),
    ]


def standing(case: Case) -> list[Line]:
    """The state, and what people and time have made of the alert beside its finding."""
    course, newest = case.course, case.newest
    outcome = f" ({plain(newest['outcome'])})" if newest["outcome"] else ""
    lines = [
        fact("State", f"{plain(newest['to_state'])}{outcome}"),
        fact("Opened", instant(case.opened_at, case.zone)),
        fact("Assigned to", course.assignee),
    ]
    if course.reopened:
        lines.append(fact("Reopened", "once" if course.reopened == 1 else f"{course.reopened} times"))
    if course.held_by:
        lines.append(fact("Held back", f"while what {course.held_by} asks for is missing"))
    if course.waiver:
        lines.append(fact("Waived", waived(course.waiver)))
    if course.proposed:
        lines.append(fact("A waiver is proposed", waived(course.proposed)))
    lines += [
        *(
            fact("Grieved", f"step {one.step} on {day(one.filed_on)}, reference {one.reference}")
            for one in reversed(clock.steps_taken(course))
        ),
        *(fact("The employer undertook", f"{cure.what}, by {day(cure.by)}") for cure in course.cures),
    ]
    if course.accepted:
        lines.append(fact("The employer's answer", "accepted"))
    if course.cured:
        lines.append(fact("Cured", "what was owed has been done since"))
    return lines


def parties(case: Case) -> list[Line]:
    """Who is concerned."""
    employer, production, finding = case.employer, case.production, case.finding
    return [
        fact("Employer", f"{employer.get('legal_name', case.employer_id)} ({case.employer_id})"),
        *([fact("LEI", employer["lei"])] if employer.get("lei") else []),
        fact("Production", f"{case.title} ({case.production_id}), {plain(production.get('format', ''))}"),
        fact("Made under", joined(production.get("agreements", []))),
        fact("Locals concerned", joined(finding["locals"]) or "no local in particular"),
        fact("Unions concerned", joined(finding["unions"])),
        fact("Owed to", finding["owed_to"]),
    ]


def clause(case: Case) -> list[Line]:
    """The duty, where it comes from, and how sure that is."""
    finding, told = case.finding, case.explanation
    cited = finding["citation"]
    said = [
        fact("Clause", cited["clause"]),
        fact("Source", "; ".join(told.source) if told and told.source else cited["source"]),
        fact("How sure", cited["confidence"]),
        fact("Rule", finding["rule"]),
    ]
    if told:
        edition = told.edition
        term = f"from {day(edition.since)}" if edition.since else "from a day that is not known"
        term += f" to {day(edition.until)}" if edition.until else ""
        said += [
            fact("The duty in our words", told.duty),
            fact("Edition", f"{edition.title}, {term}, {plain(edition.status)}"),
        ]
        for each in told.parameters:
            proposal = "; a proposal of the registry, no term of any contract" if each.proposal else ""
            value = f"{each.value} {each.unit} from {day(each.since)}: {each.title}. {each.reference}"
            said.append(fact(each.name, f"{value} ({each.confidence}{proposal})", 1))
    return [
        *said,
        fact("Pack and parameters", f"{finding['pack']}, {finding['params']}"),
    ]


def found(case: Case) -> list[Line]:
    """The verdict on its subject, with its reasons, what is missing, and what only a person decides."""
    finding = case.finding
    return [
        fact("Verdict", f"{plain(finding['verdict'])} ({plain(finding['reason']).replace('-', ' ')})"),
        fact("About", f"{plain(finding['subject_kind'])} {finding['subject']}"),
        fact("What it says", finding["says"]),
        *(fact("Because", each, 1) for each in finding["because"]),
        *(
            fact("Not known", f"{each['question']} (asked of the {each['asks']})", 1)
            for each in finding["missing"]
        ),
        *(fact("For a person to decide", each, 1) for each in finding["review"]),
        fact("Severity", finding["severity"]),
        fact("Remedy", finding["remedy"]),
        fact("Occurred on", day(finding["occurred_on"])),
        fact("Could be known on", day(finding["known_on"])),
        fact("Due on", day(finding["due_on"])),
    ]


def facts(case: Case) -> list[Line]:
    """Each fact the verdict rests on, once, with who asserted it, when, in which version, and where in it."""
    told = case.explanation
    if told is None:
        return [say("What the finding was about is gone from what was filed, so it cannot be taken apart.")]
    stated = [each for node in told.tree for each in node.facts]
    stated += [told.time.event, told.time.done] if told.time else []
    lines: list[Line] = []
    named: set[str] = set()
    for each in stated:
        if each.name not in named:
            named.add(each.name)
            lines += asserted(case, each)
    return lines


def asserted(case: Case, stated: Stated) -> Iterator[Line]:
    """One fact and who says so."""
    value = "withheld from you by the employer" if stated.withheld else aloud.told(stated.value)
    yield fact(stated.words, value)
    for said in stated.says:
        yield say(word_of(case, said), 1)


def word_of(case: Case, said: Said) -> str:
    """By whose word a fact stands, when it was given, and since when it has been given."""
    where = f", at {said.pointer}" if said.pointer.strip("/") else ""
    at = f", {instant(said.at, case.zone)}" if said.at else ""
    match said.by:
        case "filing":
            version = f"version {said.version} of disclosure {said.disclosure_id}"
            by = f", attested by {said.attested_by}" if said.attested_by else ""
            since = ""
            if said.since:
                first = f"version {said.since_version} of {said.since_disclosure_id}"
                since = f"; first said in {first}, {instant(said.since, case.zone)}"
            return f"The employer, in {version}{at}{by}{where}{since}."
        case "registry" if said.disclosure_id:
            return f"The registry received version {said.version} of disclosure {said.disclosure_id}{at}."
        case "registry":
            return "The registry reckons so from what was filed."
        case "register":
            return f"The register of productions{where}."
        case "nobody":
            return f"Nobody; it follows from what was not filed{where}."
        case _:
            return f"The {said.role}, in {said.by} {said.id}{at}{where}."


def explanation(case: Case) -> list[Line]:
    """The explanation as it is read out."""
    if case.explanation is None:
        return []
    told = aloud.text(case.explanation).splitlines()
    return [Line(each.strip(), level=(len(each) - len(each.lstrip())) // 2) for each in told if each.strip()]
