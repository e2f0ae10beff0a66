"""What a packet says of its own proofs: files as received, rules, ledger entries, how to check them all."""

from typing import Final

from registry.disclosures import release
from registry.ledger.entry import stamp
from registry.obligations.moments import plain
from registry.packets.case import Case, Row
from registry.packets.folder import (
    PROOFS,
    Folder,
    carried,
    digests,
    evidence_name,
    filing,
    redacted,
    withheld,
)
from registry.packets.sheet import Line, Section, Sheet, fact, instant, joined, say, small

WORDS: Final = "packet.txt"
PRINT: Final = "packet.pdf"
VERIFY: Final = "VERIFY.txt"
PROGRAM: Final = "verify.py"
BEYOND: Final = "Not carried along, for its size; whoever has it can hold it against this digest."
CODE: Final = 4
"""So far in stands what is to be typed or compared."""
STEPS: Final = ("1. ", "2. ", "3. ", "4. ")

HOW: Final = """\
Check by hand, or with the program beside this file, which needs Python 3.8 and nothing else:

    python3 verify.py

The program came with the packet, and whoever made a false packet may have made a false program. Take
verify.py from a packet that you asked the registry for yourself, since it is the same in all of them, and
run it on this folder: `python3 verify.py FOLDER`.

1. The files. MANIFEST.sha256 has the SHA-256 of every file of this packet but itself; on most machines
   `sha256sum --check MANIFEST.sha256` checks them.
2. What each ledger entry vouches for. ledger/proofs.json names, for each entry of this case, its file, and
   the files that show what it vouches for. The SHA-256 of `row` (one whole record, as canonical JSON) is the
   member `record` of the entry. The SHA-256 of `content` (bytes as they were received, a file of evidence,
   words with their salt) is its member `sha256`. Each text in `opened` of a file of sections is a salted
   section; the base64url of its SHA-256 is one of the members `sd` (RFC 9901). The others are withheld.
3. The order. A member `prev` is the leaf hash of the entry before it of the same record, whose `seq` is one
   less. Where a number is missing, that entry is not in this packet: notes that one side keeps to itself,
   and earlier editions of a record.
4. The tree. The leaf hash of an entry is the SHA-256 of a zero byte and the bytes of its file. Its `proof`,
   leaf sibling first, leads from there to `root` in the tree of `size` entries (RFC 6962, section 2.1.1; RFC
   9162, section 2.1.3.2).

Compare the root

The checks above show that this packet is whole in itself. That the registry had this very tree is shown by
comparing the root with one from elsewhere: one noted down at that size, one in somebody else's packet or
receipt, or the registry's own, which anybody may ask for without an account. Save the answers to

    /ledger/head as head.json
    /ledger/consistency?from={size}&to=SIZE as consistency.json, SIZE being the size in head.json

outside this folder and run

    python3 verify.py --head ../head.json --consistency ../consistency.json

It shows that the tree of this packet begins the registry's tree of now, so nothing in it was rewritten.

    size {size}
    root {root}

What this does not show: that what was filed is true, that it breaks a contract, or that nothing came after
the newest entry of a record that is here. Ask the registry for a packet of the same instant to hold beside
it: for a caller who may read the same, it has the same bytes. What packet.txt and
packet.pdf say in words was made from the records in ledger/; where they differ, the records count.
"""


def how(case: Case) -> str:
    """How to verify a packet without the registry."""
    title = "How to verify this packet without the registry"
    return f"{title}\n{'=' * len(title)}\n\n{HOW.format(size=case.size, root=case.root.hex())}"


def sheet(case: Case, made: Folder, said: list[Section]) -> Sheet:
    """The whole packet in words: what is *said* of the case, and of its proofs."""
    sections = [
        *said,
        Section("Files of evidence", evidence(case)),
        Section("Filings concerned, as received", filings(case)),
        Section("The rules that judged", rules(case)),
        Section("What the ledger vouches for", ledger(case, made)),
        Section("How to verify this without the registry", verification(case)),
        Section("Files", files(made)),
    ]
    foot = f"Alert {case.alert_id} · as known at {stamp(case.as_of)} · prima facie"
    title = f"Grievance packet: {case.title}, {case.finding['citation']['clause']}"
    return Sheet(title, foot, [Section(each.title, each.lines or [say("None.")]) for each in sections])


def evidence(case: Case) -> list[Line]:
    """The files both parties read, by whom and when they were shown, and their digests."""
    lines, fits = [], carried(case)
    for row in case.told.thread:
        if row["kind"] == "evidence":
            told, at = row["document"], instant(row["recorded_at"], case.zone)
            lines += [
                fact(told["name"], f"{told['media_type']}, {told['bytes']} bytes"),
                say(f"Shown by {row['recorded_by']}, {row['role']}, {at}.", 1),
                small(f"SHA-256 {told['sha256']}; ledger entry {row['ledger_index']}"),
                small(evidence_name(row)) if row["ledger_index"] in fits else say(BEYOND, 1),
            ]
    return lines


def filings(case: Case) -> list[Line]:
    """Every version of the disclosures the case rests on, with who filed it when, and where its bytes are."""
    lines = []
    for row in case.told.versions:
        why = f" ({plain(row['reason'])})" if row["reason"] else ""
        name = f"Disclosure {row['disclosure_id']}, version {row['version']}"
        lines.append(fact(name, f"{plain(row['kind'])}{why}, filed {instant(row['filed_at'], case.zone)}"))
        if row["explanation"]:
            lines.append(fact("Explained", row["explanation"], 1))
        lines += [
            say(f"Handed in by {row['filed_by']}, by the schema {row['schema_version']}.", 1),
            say(received(case, row), 1),
            small(f"SHA-256 of the bytes received {row['sha256'].hex()}; ledger entry {row['ledger_index']}"),
        ]
    return lines


def received(case: Case, row: Row) -> str:
    """Where the bytes of a version are, or why they are not here."""
    if redacted(case, "disclosure_version", row):
        return "Its content was redacted by order; its digest and its proof remain."
    name = next(iter(filing(case, row).values()))[0]
    kept = withheld(case, "disclosure_version", row)
    if not kept:
        return f"The exact bytes are in {name}."
    return (
        f"Kept from you by the employer or the schema: {joined(kept_in_words(kept))}. The sections that you "
        f"may read whole are in {name}, each with its proof."
    )


def kept_in_words(kept: list[str]) -> list[str]:
    """What is withheld: the sections by name, and in which others something is."""
    return [each if each in kept else f"a part of {each}" for each in release.sections(kept)]


def rules(case: Case) -> list[Line]:
    """The pack and parameters, byte for byte as published."""
    return [
        line
        for row in case.told.rules
        for line in (
            fact(row["name"], f"{plain(row['kind'])}, published {instant(row['published_at'], case.zone)}"),
            small(f"SHA-256 {row['digest'].hex()}; ledger entry {row['ledger_index']}"),
        )
    ]


def ledger(case: Case, made: Folder) -> list[Line]:
    """Each entry of the case with its leaf hash; the proofs themselves are in their file."""
    lines = [
        fact("Entries in the ledger by then", case.size),
        small(f"root {case.root.hex()}", 0),
        say(
            "Each entry below is proved to be among them; it is public, and says digests only. "
            f"The proofs are in {PROOFS}."
        ),
    ]
    for each in made.bound:
        shown = "its whole record" if each.row else "a part of it" if each.content or each.sections else ""
        told = f"{each.says} ({shown} is here)" if shown else f"{each.says} (only the entry is here)"
        lines += [
            fact(f"Entry {each.index}", told),
            small(f"leaf {case.entries[each.index].leaf.hex()}; proof of {len(each.proof)} hashes"),
        ]
    return lines


def verification(case: Case) -> list[Line]:
    """The same as VERIFY.txt, each paragraph and each command a line."""
    lines: list[Line] = []
    for row in how(case).splitlines()[3:]:
        deep, said = len(row) - len(row.lstrip()), row.strip()
        if said and lines and deep < CODE and not said.startswith(STEPS) and lines[-1].text:
            before = lines.pop()
            lines.append(Line(f"{before.text} {said}", level=before.level))
        else:
            lines.append(Line(said, level=1 if deep == CODE or said.startswith(STEPS) else 0))
    return [line for line in lines if line.text]


def files(made: Folder) -> list[Line]:
    """Every file of the folder but those made of these words, with its digest."""
    found = digests(made)
    return [small(f"{found[name]}  {name}", 0) for name in sorted(found)]
