"""One alert from its filing to its settlement, scene by scene, over HTTP as both parties would."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from registry.client import Answer, Registry
from registry.demo import packet as packets
from registry.demo import scenes
from registry.demo.ear import Ear, Word
from registry.demo.packet import Packet
from registry.demo.play import Stage, move
from registry.demo.scenes import Case, Scene
from registry.errors import RegistryError

PATIENCE: Final = 20.0
"""Seconds a message may take to arrive, the sweep that makes it included."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One scene as it went; `surprise` says how it differs from what the case expects."""

    scene: Scene
    status: int
    state: str
    ledger: int | None
    heard: list[Word] = []
    clocks: list[dict[str, Any]] = []
    surprise: str = ""


class Course(msgspec.Struct, kw_only=True):
    """What the case has come to so far."""

    shown: list[Shown] = []
    alert_id: str = ""
    page: dict[str, Any] = {}
    """The alert as it was read last."""
    evidence: list[str] = []
    """The files shown and not yet named in an answer."""
    extension: int = 0
    filed: dict[str, Any] = {}
    """The answer to the filing of the amendment."""
    differences: list[dict[str, Any]] = []
    packet: Packet | None = None


class Pursuit:
    """The case on its stage: whoever acts, the ear that hears, the folder for the packet."""

    def __init__(self, case: Case, stage: Stage, ear: Ear, place: Path, keep: Path | None) -> None:
        self.case = case
        self.stage = stage
        self.ear = ear
        self.place = place
        self.keep = keep
        self.ahead = list(case.scenes)
        self.known: set[str] = set()
        """The messages that earlier scenes have accounted for."""
        self.course = Course()

    async def until(self, instant: datetime) -> None:
        """Every scene that comes before *instant*; after one that went wrong the others are not played."""
        while self.ahead and self.ahead[0].at < instant:
            scene = self.ahead.pop(0)
            self.stage.now(scene.at)
            shown = await self.play(scene)
            self.course.shown.append(shown)
            if shown.surprise:
                self.ahead.clear()

    async def play(self, scene: Scene) -> Shown:
        """One scene, and how it compares with what was expected."""
        try:
            answer = await self.deed(scene)
            heard = await self.ear.hears(scene.hears, self.known, PATIENCE)
            self.known |= {word.id for word in heard}
            if scene.state:
                await self.look()
        except RegistryError as fault:
            return Shown(scene=scene, status=0, state="", ledger=None, surprise=fault.detail)
        status = answer.status if answer else 0
        if answer and answer.problem:
            said = [
                answer.problem.detail,
                *(f"{each.pointer}: {each.detail}" for each in answer.problem.errors),
            ]
            return Shown(scene=scene, status=status, state="", ledger=None, surprise="; ".join(said))
        page = self.course.page
        return Shown(
            scene=scene,
            status=status,
            state=page.get("state", ""),
            ledger=placed(answer, heard),
            heard=heard,
            clocks=page["clocks"] if scene.clocks else [],
            surprise=self.surprise(scene, answer, heard),
        )

    def surprise(self, scene: Scene, answer: Answer | None, heard: list[Word]) -> str:
        """How a scene that was carried out differs from what the case expects; empty when it does not."""
        state = self.course.page.get("state", "")
        if scene.state and state != scene.state:
            return f"expected the alert to be {scene.state}, and it is {state}"
        missing = [each for each in scene.hears if each not in {word.type for word in heard}]
        if missing:
            return f"{', '.join(missing)} did not arrive within {PATIENCE:.0f} s"
        if not all(word.holds for word in heard):
            return "a signature does not hold"
        wrong = [
            f"{each['rule']} is {each['verdict']}"
            for each in (answer.body["findings"] if answer and scene.verdicts else [])
            if each["verdict"] != scene.verdicts.get(each["rule"], each["verdict"])
        ]
        return ", ".join(wrong)

    async def look(self) -> None:
        """Read the alert as the representative does; the first time, find it."""
        caller = self.stage.callers[self.case.representative]
        if not self.course.alert_id:
            alerts = await caller.every("/v1/alerts", production=self.case.production)
            found = [each for each in alerts if each["rule"] == self.case.rule]
            if not found:
                raise RegistryError(f"there is no alert of {self.case.rule} on {self.case.production}")
            self.course.alert_id = found[0]["alert_id"]
        self.course.page = (await caller.get(self.path())).wanted()

    def path(self, door: str = "") -> str:
        """Where the alert is, or one of its doors."""
        return f"/v1/alerts/{self.course.alert_id}" + (f"/{door}" if door else "")

    async def deed(self, scene: Scene) -> Answer | None:
        """What *scene* asks of the registry, and its answer; None where it only listens."""
        if scene.does == "hear":
            return None
        caller = self.stage.callers[scene.by]
        match scene.does:
            case "subscribe":
                return await self.subscribed(caller, scene)
            case "show":
                return await self.evidence(caller, scene)
            case "extend":
                answer = await create(caller, self.path("extensions"), scene.words)
                self.course.extension = answer.body["number"] if answer.problem is None else 0
                return answer
            case "consent":
                return await move(
                    caller, self.path(), f"extensions/{self.course.extension}/consent", scene.words
                )
            case "answer":
                return await move(caller, self.path(), "answer", self.answer(scene))
            case "amend":
                return await self.amended(caller)
            case "packet":
                self.course.packet, answer = await packets.fetched(
                    caller, self.path("packet"), self.place, self.keep
                )
                return answer
            case _:
                return await move(caller, self.path(), scene.does, scene.words)

    async def subscribed(self, caller: Registry, scene: Scene) -> Answer:
        """The representative's own receiver, subscribed; the secret is shown this once."""
        answer = await create(caller, "/v1/subscriptions", {**scene.words, "address": self.ear.address})
        self.ear.secret = answer.body["secret"] if answer.problem is None else ""
        return answer

    async def evidence(self, caller: Registry, scene: Scene) -> Answer:
        """A file, shown to both parties under its own type."""
        assert scene.file is not None, "who shows a file has one"
        body = scene.file.text.strip().encode() + b"\n"
        headers = {"content-type": scene.file.type, "idempotency-key": key_of(body)}
        answer = await caller.send(
            "POST", self.path("evidence"), params={"name": scene.file.name}, content=body, headers=headers
        )
        if answer.problem is None:
            self.course.evidence += [each["evidence_id"] for each in answer.body["files"]]
        return answer

    def answer(self, scene: Scene) -> dict[str, Any]:
        """The employer's answer: its words, the files shown since the last one, what it would file."""
        words = {**scene.words, "evidence": self.course.evidence}
        self.course.evidence = []
        document = scenes.proposed(self.stage.season, self.case, scene)
        if document is not None and scene.amendment:
            about = self.stage.disclosures[scene.amendment.of]
            words["facts"] = {"disclosure_id": about, "document": document}
        return words

    async def amended(self, caller: Registry) -> Answer:
        """The amendment that the newest answer proposes: made a draft, tried out, filed."""
        thread = await caller.every(self.path("thread"))
        number = max(each["number"] for each in thread if each["said"].get("facts"))
        origin = {"alert_id": self.course.alert_id, "number": number}
        draft = await create(caller, "/v1/drafts", {"production_id": self.case.production, "from": origin})
        if draft.problem is not None:
            return draft
        path = f"/v1/drafts/{draft.body['draft_id']}"
        self.course.differences = draft.body["differences"]
        tried = (await caller.post(f"{path}/check", {})).wanted()
        if not tried["ready"]:
            raise RegistryError(f"the draft cannot be filed yet: {tried['waits_for']}")
        answer = await create(caller, f"{path}/filing", {}, draft.headers.get("etag", ""))
        self.course.filed = answer.body if answer.problem is None else {}
        return answer


def placed(answer: Answer | None, heard: list[Word]) -> int | None:
    """The place in the ledger of what was done; None where it left no entry."""
    if heard:
        told: int = heard[0].data["position"]
        return told
    body = answer.body if answer and isinstance(answer.body, dict) else {}
    place: int | None = body["receipt"]["ledger"]["index"] if "receipt" in body else None
    return place


async def create(caller: Registry, path: str, words: Mapping[str, Any], etag: str = "") -> Answer:
    """Something new at *path*, under a key by which a repeat is known."""
    body = msgspec.json.encode(words)
    headers = {"idempotency-key": key_of(path.encode() + body)}
    if etag:
        headers["if-match"] = etag
    return await caller.send("POST", path, content=body, headers=headers)


def key_of(body: bytes) -> str:
    """A key for a request, the same whenever it is sent."""
    return f"case-{hashlib.sha256(body).hexdigest()[:32]}"
