"""What the case came to, for programs: what was done and said, and whatever was not as expected."""

from typing import Any

import msgspec

from registry.demo.case import Course, Shown
from registry.demo.ear import Ear, Word
from registry.demo.packet import Check, Packet
from registry.demo.scenes import Case


class Clocks(msgspec.Struct, frozen=True):
    """The alert's clocks as they stood on a day, each with its arithmetic in words."""

    on: str
    clocks: list[dict[str, Any]]


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """The case for programs."""

    alert: str
    rule: str
    clause: str
    production: str
    state: str
    outcome: str | None
    steps: list[dict[str, Any]]
    clocks: list[Clocks]
    heard: list[Word]
    heard_again: int
    packet: Packet | None
    check: Check | None
    surprises: list[str]


def book(case: Case, course: Course, ear: Ear, check: Check | None) -> Book:
    """The whole case, and everything in it that is not as expected."""
    page = course.page
    surprises = [
        f"{each.scene.at:%Y-%m-%d} {each.scene.by} {each.scene.does}: {each.surprise}"
        for each in course.shown
        if each.surprise
    ]
    left = len(case.scenes) - len(course.shown)
    if left and not surprises:
        surprises.append(f"{left} scenes of the case were not played")
    if check and not check.holds:
        surprises.append(f"the packet does not hold: {check.lines[-1] if check.lines else 'no word'}")
    return Book(
        alert=course.alert_id,
        rule=case.rule,
        clause=page.get("clause", ""),
        production=f"{page.get('employer_id')}/{case.production}",
        state=page.get("state", ""),
        outcome=page.get("outcome"),
        steps=[step(each) for each in course.shown],
        clocks=[Clocks(f"{each.scene.at:%Y-%m-%d}", each.clocks) for each in course.shown if each.clocks],
        heard=list(ear.words.values()),
        heard_again=ear.again,
        packet=course.packet,
        check=check,
        surprises=surprises,
    )


def step(shown: Shown) -> dict[str, Any]:
    """One scene for a program."""
    return {
        "at": shown.scene.at,
        "by": shown.scene.by,
        "does": shown.scene.does,
        "state": shown.state,
        "ledger": shown.ledger,
        "heard": [word.id for word in shown.heard],
        "surprise": shown.surprise,
    }
