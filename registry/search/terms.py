"""What a version, a judgement and a production are found by: terms, and words by level of release.

A term is the level that reads it as a digit, a letter for its kind, a colon, and the value as `folded`. What
a level reads, every higher one reads, too, so each term and each text stands once, at the lowest level.
"""

import collections
import functools
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from registry.auth.scope import Scope, union_of
from registry.disclosures.release import shown

LEVELS: Final = ("public", "representative", "auditor", "employer")
"""Roles in the order of what they read; the place of one is its level."""
READS: Final = {role: level for level, role in enumerate(LEVELS)} | {"administrator": 3}

KINDS: Final = {
    "tool": "t",
    "vendor": "v",
    "model": "m",
    "category": "c",
    "craft": "k",
    "local": "l",
    "union": "u",
    "agreement": "a",
}
SIGN: Final = re.compile(r"[^\w\s\x00-\x7f]")
LETTER: Final = re.compile(r"[^\W\d_]")
QUOTE: Final = re.compile("[“”„«»]")
LONGEST_VALUE: Final = 200
MOST_TERMS: Final = 2_000
MOST_TEXT: Final = 100_000
"""Bytes of text that are searched in one version; the rest of it is on record and not found by its words."""
ANYBODY: Final = "@*"
"""Whom a finding concerns that is owed to no local in particular."""


class Said(msgspec.Struct, frozen=True):
    """What a judgement is found by, of one finding."""

    rule: str
    verdict: str
    locals: list[str] = []
    unions: list[str] = []


class Words(msgspec.Struct, frozen=True):
    """The texts of a version, by the lowest level that reads each; and its terms."""

    terms: list[str]
    texts: list[str]


@functools.lru_cache(4096)
def folded(text: str) -> str:
    """*text* as it is compared: small letters, one blank between words, no longer than is kept."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())[:LONGEST_VALUE]


def plain(text: str) -> str:
    """*text* as its words are read: small letters, and no sign that a database takes for a part of a word.

    How a database folds letters beyond ASCII depends on how it was set up; this does not.
    """
    return text.lower() if text.isascii() else SIGN.sub(" ", unicodedata.normalize("NFKC", text).casefold())


def asked_words(text: str) -> str:
    """*text* as somebody types it into a search, with the quotes of any language around a phrase."""
    return plain(QUOTE.sub('"', text))


def words_of(document: Mapping[str, Any]) -> Words:
    """Everything a version with this *document* is found by."""
    views = [shown(document, role) for role in LEVELS]
    terms: list[str] = []
    seen: set[str] = set()
    for level, view in enumerate(views):
        if level and same(view, views[level - 1]):
            continue
        new = set(terms_in(view)) - seen
        seen |= new
        terms += [f"{level}{term}" for term in sorted(new)]
    return Words(terms[:MOST_TERMS], texts_of(document, views))


def same(view: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two levels read the very same of a document; what is equal but not the same counts as not."""
    return len(view) == len(other) and all(value is other.get(name) for name, value in view.items())


def texts_of(document: Mapping[str, Any], views: Sequence[Mapping[str, Any]]) -> list[str]:
    """The texts that each level of *views* reads and the one below it does not, one a line."""
    found: list[list[str]] = [[] for _ in views]
    for name, whole in sorted(document.items()):
        before: collections.Counter[str] = collections.Counter()
        for level, view in enumerate(views):
            if name not in view:
                continue
            if view[name] is whole and not before:
                found[level] += strings(whole)
                break
            texts = collections.Counter(strings(view[name]))
            found[level] += (texts - before).elements()
            before = texts
            if view[name] is whole:
                break
    left, cut = MOST_TEXT, []
    for lines in found:
        text = plain("\n".join(lines)).encode()[:left].decode(errors="ignore")
        left -= len(text.encode())
        cut.append(text)
    return cut


def strings(value: Any) -> list[str]:
    """Every text in *value* that has a letter: numbers and days are asked for otherwise.

    By name, because a stored document has forgotten the order it was written in.
    """
    found: list[str] = []
    gather(value, found)
    return found


def gather(value: Any, found: list[str]) -> None:
    """Add every such text in *value* to *found*."""
    if isinstance(value, str):
        # Of ASCII every letter has two forms and nothing else has: faster, and the same.
        if value.lower() != value.upper() if value.isascii() else LETTER.search(value):
            found.append(value)
    elif isinstance(value, dict):
        for name in sorted(value):
            gather(value[name], found)
    elif isinstance(value, list):
        for item in value:
            gather(item, found)


def terms_in(view: Mapping[str, Any]) -> Iterator[str]:
    """The terms of a document as somebody reads it, without their level."""
    for kind, value in named(view):
        yield f"{KINDS[kind]}:{folded(value)}"


def named(view: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a document as somebody reads it can be found by: each kind and value, as it was filed."""
    employer = view.get("employer")
    signed = rows(employer, "signatory_agreements") if isinstance(employer, Mapping) else []
    tools, uses, workforce = rows(view, "tools"), rows(view, "uses"), rows(view, "workforce")
    operators = [operator for use in uses for operator in rows(use, "operators")]
    locals_ = [*texts(uses, "locals"), *texts([*operators, *workforce], "local")]
    found = {
        "tool": texts(tools, "name"),
        "vendor": [*texts(tools, "vendor"), *texts(rows(view, "vendors"), "name")],
        "model": texts(tools, "model_id"),
        "category": texts(tools, "category"),
        "craft": [
            *texts(uses, "occupations", "classifications"),
            *texts(workforce, "occupation", "classification"),
        ],
        "local": locals_,
        "union": [*(union_of(local) for local in locals_), *texts(operators, "union")],
        "agreement": texts(signed, "agreement"),
    }
    for kind, values in found.items():
        for value in values:
            yield kind, value


def rows(value: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects in the list *name*; none where there is no such list, as after a redaction."""
    found = value.get(name)
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []


def texts(found: Iterable[Mapping[str, Any]], *names: str) -> list[str]:
    """The texts that *found* have in the fields *names*, or in lists there."""
    values = [row.get(name) for row in found for name in names]
    listed = [each for value in values for each in (value if isinstance(value, list) else [value])]
    return [each for each in listed if isinstance(each, str)]


def terms_of(kind: str, values: Iterable[str]) -> list[str]:
    """The terms of one kind with these *values*, without a level."""
    return [f"{KINDS[kind]}:{folded(value)}" for value in values]


def visible(kind: str, values: Iterable[str], role: str) -> list[str]:
    """The terms by which a caller of *role* finds any of *values*."""
    return [f"{level}{term}" for term in terms_of(kind, values) for level in range(READS[role] + 1)]


def party_terms(locals_: Collection[str]) -> list[str]:
    """By whom a production with these locals may be seen."""
    return sorted({f"p:{local}" for local in locals_} | {f"q:{union_of(local)}" for local in locals_})


def production_terms(productions: Iterable[str]) -> list[str]:
    """By which productions a version is found; whoever may see it may read of which production it is."""
    return [f"n:{production}" for production in productions]


def scope_terms(scope: Scope) -> list[str] | None:
    """The terms of which one must be there for a representative to see it; None for everybody else."""
    if scope.locals is None:
        return None
    return [*(f"p:{local}" for local in scope.locals), *(f"q:{union}" for union in scope.unions or ())]


def judged_terms(findings: Iterable[Said]) -> list[str]:
    """What the judgement with these *findings* is found by: verdicts and rules, as each party reads them.

    Of rules that do not apply the verdict alone is kept: there are many, and nobody looks for one.
    """
    found: set[str] = set()
    for finding in findings:
        found.update(terms_of_finding(finding.verdict, finding.rule, (*finding.locals,), (*finding.unions,)))
    return sorted(found)


@functools.lru_cache(4096)
def terms_of_finding(
    verdict: str, rule: str, locals_: Collection[str], unions: Collection[str]
) -> frozenset[str]:
    """What one finding is found by: the same for every production that a rule finds the same of."""
    parties = ["", *(f"@{local}" for local in locals_), *(f"@@{name}" for name in unions)]
    if len(parties) == 1:
        parties.append(ANYBODY)
    names = [f"v:{verdict}"]
    if verdict != "not_applicable":
        names.append(f"r:{rule}={verdict}")
    return frozenset(f"{name}{party}" for name in names for party in parties)


def read_findings(findings: bytes) -> list[str]:
    """The terms of a judgement, from its findings as they are kept; of what somebody forged there, none."""
    try:
        return judged_terms(msgspec.json.decode(findings, type=list[Said]))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return []


def endings(scope: Scope) -> list[str]:
    """How the terms of a judgement end that a caller within *scope* may read."""
    if scope.locals is None:
        return [""]
    unions = [f"@@{union}" for union in scope.unions or ()]
    return [ANYBODY, *(f"@{local}" for local in scope.locals), *unions]


VERDICTS: Final = ("violation", "insufficient_information", "satisfied", "not_applicable")


def asked_of_judgement(verdicts: Sequence[str], rules: Sequence[str], scope: Scope) -> list[str] | None:
    """The terms of which a judgement must have one; with rules, of their verdicts. None: any will do."""
    if not verdicts and not rules:
        return None
    if rules:
        names = [f"r:{rule}={verdict}" for rule in rules for verdict in verdicts or VERDICTS]
    else:
        names = [f"v:{verdict}" for verdict in verdicts]
    return [f"{name}{ending}" for name in names for ending in endings(scope)]


def verdicts_in(terms: Iterable[str], scope: Scope) -> list[str]:
    """The verdicts that a caller within *scope* reads in the *terms* of a judgement, the gravest first."""
    known, ends = set(terms), endings(scope)
    return [verdict for verdict in VERDICTS if any(f"v:{verdict}{end}" in known for end in ends)]
