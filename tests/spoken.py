"""What is told outside of filings, one of each kind: asked, observed, said by each side, shown, read, exported."""

import json
from uuid import UUID

import exhibits
import papers

from registry.access import act as access
from registry.auth import store as readings
from registry.auth.reading import Reading
from registry.exports import act as exports
from registry.observations import act as observations
from registry.requests import act as requests
from registry.threads import act as threads
from registry.threads.act import Sent

PARTY = {
    "employer_id": papers.KEY[0],
    "production_id": papers.KEY[1],
    "union": "IATSE",
    "local": "IATSE:700",
}
ASKED = PARTY | {"kind": "consultation", "on_behalf_of": "union", "text": "We ask to talk about CutAssist."}
REPORTER = {"name": "Robin Achterberg", "contact": "robin@example.org"}
OBSERVED = PARTY | {
    "observed_on": "2025-10-10",
    "tool": "VoxClone",
    "text": "Temporary dialogue was made with VoxClone.",
    "reporter": REPORTER,
}
SAID = "We will bring the budget sheets to the meeting."
UNIONS_OWN = "Do not tell them that Quill has resigned."
EMPLOYERS_OWN = "Legal wants to settle for eleven weeks."


async def settle(db):
    """A request and its answer; an observation; an alert's thread with words of both, of each side, and a file."""
    asked = await requests.ask(db, papers.EDITORS, json.dumps(ASKED).encode(), "ask-1", papers.NOW)
    name = asked.recorded.request.request_id
    answer = json.dumps({"offered_on": ["2025-10-20"], "text": "On Monday."}).encode()
    await requests.answer(db, papers.OFFICE, name, answer, '"1"', papers.NOW)
    seen = await observations.report(db, papers.EDITORS, json.dumps(OBSERVED).encode(), "seen-1", papers.NOW)
    async with db.snapshot() as conn:
        alert = await conn.fetchval(
            "SELECT alert_id FROM alert WHERE employer_id = $1 AND production_id = $2"
            " AND 'IATSE:700' = ANY (locals) ORDER BY opened_at, alert_id LIMIT 1",
            *papers.KEY,
        )
    for about in (("alert", alert), ("request", name)):
        await say(db, papers.OFFICE, about, SAID, "both")
        await say(db, papers.EDITORS, about, UNIONS_OWN, "us")
        await say(db, papers.OFFICE, about, EMPLOYERS_OWN, "us")
    file = Sent(exhibits.pdf(), "minutes.pdf", "application/pdf", None)
    await threads.show_file(db, papers.OFFICE, ("alert", alert), file, "file-1", papers.NOW)
    await read(db)
    for by in (papers.AUDITOR, papers.ADMINISTRATOR):
        body = json.dumps({"entities": ["uses"], "format": "csv"}).encode()
        await exports.ask(db, papers.house(), by, body, f"export-{by.role}", papers.NOW)
    return {"alert": alert, "asked": name, "seen": seen.recorded.observation.observation_id}


async def say(db, by, about, text, seen_by):
    """Something said in a thread."""
    body = json.dumps({"text": text, "seen_by": seen_by}).encode()
    return await threads.comment(db, by, about, body, f"{about[0]}-{by.role}-{seen_by}", papers.NOW)


async def read(db):
    """A reading of an employer's data, and the batch that puts it into the ledger."""
    reading = Reading(
        access_id=UUID(int=(7 << 64) + 1),
        read_at=papers.NOW,
        subject="auditor",
        role="auditor",
        method="GET",
        path="/v1/disclosures",
        query="",
        request_id="r-1",
    )
    async with db.transaction() as conn:
        await readings.record(conn, reading, [papers.KEY[0]])
    assert await access.batch(db, papers.NOW) == 1
