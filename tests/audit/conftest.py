"""A short history of every kind, written by hand with the digests the real acts write."""

import datetime as dt
import hashlib
import uuid

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.access import line
from registry.alerts.course import Course
from registry.disclosures import document as documents
from registry.disclosures import upgrade
from registry.ledger import entry as entries
from registry.ledger import merkle, note
from registry.ledger import store as ledger
from registry.ledger.checkpoint import Seal
from registry.obligations.finding import Citation, Finding, fingerprint
from registry.search import act as search
from registry.threads.entry import digest_of

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
EMPLOYER, PRODUCTION = "northlight-pictures", "harbor-lights-s1"
DISCLOSURE, JUDGEMENT, ALERT, REQUEST, OBSERVATION, EVIDENCE = (
    uuid.UUID(int=number) for number in range(1, 7)
)
FILLING = 260


class Writer:
    """Writes history rows with their entries, one minute apart."""

    def __init__(self, conn):
        self.conn, self.now, self.leaves = conn, NOON, {}

    async def insert(self, table, row):
        """One row, without an entry."""
        names = ", ".join(row)
        places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
        await self.conn.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", *row.values())

    async def write(self, table, kind, row, sha256, *, record_id, seq=1, sd=(), findings=None):
        """One row, with its entry in the ledger; returns its position."""
        said = entries.Entry(
            kind=kind,
            id=str(record_id),
            seq=seq,
            prev=self.leaves.get((table, record_id)) if seq > 1 else None,
            sha256=sha256,
            record=entries.row_digest(table, row),
            sd=list(sd),
            findings=findings,
            at=entries.stamp(self.now),
        )
        (position,) = await ledger.append(self.conn, [entries.encode(said)], self.now)
        self.leaves[table, record_id] = position.leaf.hex()
        await self.insert(table, {**row, "ledger_index": position.index})
        self.now += dt.timedelta(minutes=1)


def sha256(data):
    return hashlib.sha256(data).digest()


async def write_parties(writer):
    for revision in (1, 2):
        record = {
            "employer_id": EMPLOYER,
            "legal_name": f"Northlight Pictures {revision} LLC",
            "agreements": [],
        }
        row = {
            "employer_id": EMPLOYER,
            "revision": revision,
            "record": record,
            "body": msgspec.json.encode(record),
        }
        row |= {"recorded_at": writer.now, "recorded_by": "administrator"}
        digest = sha256(row["body"]).hex()
        await writer.write("employer_version", "employer", row, digest, record_id=EMPLOYER, seq=revision)
    newest = {"employer_id": EMPLOYER, "revision": 2, "record": record, "changed_at": row["recorded_at"]}
    await writer.insert("employer", newest)
    key = {"employer_id": EMPLOYER, "production_id": PRODUCTION}
    for revision in (1, 2):
        record = {**key, "title": f"Harbor Lights {revision}", "locals": ["IATSE:700"]}
        row = {**key, "revision": revision, "record": record, "body": msgspec.json.encode(record)}
        row |= {"recorded_at": writer.now, "recorded_by": "administrator"}
        digest, record_id = sha256(row["body"]).hex(), f"{EMPLOYER}/{PRODUCTION}"
        await writer.write("production_version", "production", row, digest, record_id=record_id, seq=revision)
    newest = {**key, "revision": 2, "record": record, "changed_at": row["recorded_at"], "facts": 4}
    await writer.insert("production", {**newest, "judged_again_at": writer.now})


async def write_publications(writer, many):
    for number in range(many):
        body = b"pack = %d" % number
        row = {"kind": "pack", "name": f"pack-{number}", "digest": sha256(body), "body": body}
        row |= {"published_at": writer.now}
        await writer.write("publication", "pack", row, sha256(body).hex(), record_id=row["name"])


async def write_versions(writer):
    filing = {"type": "quarterly_update", "period": {"from": "2026-01-01", "to": "2026-03-31"}}
    filing |= {"attested_by": {"name": "A. Person", "title": "Coordinator"}}
    base = {
        "schema_version": "2.0",
        "filing": filing,
        "production": {"id": PRODUCTION},
        "employer": {"id": EMPLOYER, "legal_name": "Northlight Pictures LLC"},
        "tools": [{"id": "t1", "name": "Denoiser", "category": "image", "is_generative": True}],
    }
    amendment = {"reason": "clerical", "explanation": "a wrong date"}
    amended = {**base, "filing": {**filing, "amendment": amendment}}
    statement = {"reason": "duplicate", "explanation": "filed twice", "attested_by": filing["attested_by"]}
    key = {"employer_id": EMPLOYER, "disclosure_id": DISCLOSURE}
    for version, kind, received in [
        (1, "filing", base),
        (2, "amendment", amended),
        (3, "withdrawal", statement),
    ]:
        body = msgspec.json.encode(received)
        sections = documents.sections(documents.decode(body))
        salts = {name: f"salt-{version}-{name}" for name in sections}
        reason = amendment if kind == "amendment" else statement if kind == "withdrawal" else {}
        row = {
            **key,
            "version": version,
            "production_id": PRODUCTION,
            "kind": kind,
            "reason": reason.get("reason"),
            "explanation": reason.get("explanation"),
            "schema_version": "withdrawal-1.0" if kind == "withdrawal" else "2.0",
            "filed_at": writer.now,
            "filed_by": "office@northlight.example",
            "sha256": sha256(body),
            "document": received if kind == "withdrawal" else upgrade.upgrade(received),
            "warnings": [{"pointer": "/tools/0/vendor", "code": "recommended", "detail": "not said"}],
        }
        sd = entries.commit_sections(sections, salts)
        digest = sha256(body).hex()
        await writer.write("disclosure_version", kind, row, digest, record_id=DISCLOSURE, seq=version, sd=sd)
        await writer.insert("disclosure_content", {**key, "version": version, "body": body, "salts": salts})
    living = {
        **key,
        "production_id": PRODUCTION,
        "type": "quarterly_update",
        "period_from": dt.date(2026, 1, 1),
    }
    living |= {
        "period_to": dt.date(2026, 3, 31),
        "version": 3,
        "state": "withdrawn",
        "changed_at": row["filed_at"],
    }
    await writer.insert("disclosure", living)


async def write_judgement(writer, number, findings):
    row = {
        "employer_id": EMPLOYER,
        "judgement_id": uuid.UUID(int=number),
        "production_id": PRODUCTION,
        "judged_at": writer.now,
        "cause": "filing",
        "disclosure_id": DISCLOSURE,
        "version": 1,
        "packs": {"iatse-ba-2024": "ab" * 32},
        "findings": findings,
        "known_to": 0,
    }
    digest = sha256(findings).hex()
    record_id = row["judgement_id"]
    await writer.write("judgement", "judgement", row, digest, record_id=record_id, findings=digest)


async def write_alert(writer, finding):
    said = msgspec.to_builtins(finding)
    key = {"employer_id": EMPLOYER, "alert_id": ALERT}
    opened_at = writer.now
    course = msgspec.to_builtins(Course(since=opened_at, assignee="rep@local700.example"))
    moves = [
        ("open", None, "open", "registry", None, None, said, None),
        ("acknowledge", "open", "acknowledged", "rep@local700.example", None, None, None, course),
        (
            "resolve",
            "acknowledged",
            "resolved",
            "rep@local700.example",
            "it is over",
            "decided",
            said,
            course,
        ),
    ]
    for revision, (move, before, after, author, reason, outcome, told, gone) in enumerate(moves, 1):
        row = {**key, "revision": revision, "move": move, "from_state": before, "to_state": after}
        row |= {
            "author": author,
            "reason": reason,
            "outcome": outcome,
            "finding": told,
            "course": gone,
            "moved_at": writer.now,
        }
        await writer.write("alert_move", "alert", row, "00" * 32, record_id=ALERT, seq=revision)
    alert = {**key, "production_id": PRODUCTION, "fingerprint": fingerprint(finding, EMPLOYER, PRODUCTION)}
    alert |= {
        "rule": finding.rule,
        "kind": "violation",
        "severity": "major",
        "state": "resolved",
        "revision": 3,
    }
    alert |= {"locals": ["IATSE:700"], "unions": ["IATSE"], "finding": said, "outcome": "decided"}
    alert |= {"course": course}
    await writer.insert("alert", {**alert, "opened_at": opened_at, "changed_at": row["moved_at"]})


async def write_request(writer):
    key = {"employer_id": EMPLOYER, "request_id": REQUEST}
    asked_at = writer.now
    asked = {"kind": "consultation", "union": "IATSE", "local": "IATSE:700", "uses": [], "text": "We ask."}
    for revision, kind, said in [(1, "request", asked), (2, "answer", {"text": "Friday.", "closes": True})]:
        row = {**key, "revision": revision, "production_id": PRODUCTION, "party": "IATSE:700", "kind": kind}
        row |= {"document": said, "body": msgspec.json.encode(said), "recorded_at": writer.now}
        row |= {"key_digest": sha256(b"IATSE:700\nk") if revision == 1 else None}
        row |= {"recorded_by": "somebody", "role": "representative" if revision == 1 else "employer"}
        digest = sha256(row["body"]).hex()
        await writer.write("request_entry", kind, row, digest, record_id=REQUEST, seq=revision)
    living = {**key, "production_id": PRODUCTION, "party": "IATSE:700", "state": "closed", "revision": 2}
    await writer.insert("request", {**living, "recorded_at": asked_at, "changed_at": row["recorded_at"]})


async def write_observation(writer):
    said = {"observed_on": "2026-02-10", "tool": "VoxClone", "text": "It was used for temporary dialogue."}
    row = {"employer_id": EMPLOYER, "observation_id": OBSERVATION, "production_id": PRODUCTION}
    row |= {"party": "IATSE:700", "role": "representative", "document": said, "salt": "c2FsdA"}
    row |= {"reporter_name": None, "reporter_contact": None, "recorded_at": writer.now}
    row |= {"key_digest": sha256(b"IATSE:700\no"), "fingerprint": sha256(b"as received")}
    digest = sha256(msgspec.json.encode(said, order="sorted")).hex()
    await writer.write("observation", "observation", row, digest, record_id=OBSERVATION)


async def write_thread(writer):
    """A comment, a note of the union's, and a file in three pieces, said about the alert."""
    data = b"".join(b"line %04d\n" % number for number in range(9))
    file = {"evidence_id": str(EVIDENCE), "name": "minutes.txt", "media_type": "text/plain"}
    file |= {"bytes": len(data), "sha256": sha256(data).hex()}
    told = [
        ("comment", "both", {"text": "We stopped on Monday."}, b'{"text":"We stopped on Monday."}'),
        ("note", "union", {"text": "Call them."}, b'{"text":"Call them.","seen_by":"us"}'),
        ("evidence", "both", file, None),
    ]
    for number, (kind, side, document, body) in enumerate(told, 1):
        row = {"employer_id": EMPLOYER, "thread_id": ALERT, "number": number, "thread": "alert"}
        row |= {"production_id": PRODUCTION, "kind": kind, "side": side, "party": "IATSE:700"}
        row |= {"document": document, "body": body, "salt": f"salt-{number}"}
        row |= {"key_digest": sha256(f"k-{number}".encode()), "recorded_at": writer.now}
        row |= {"recorded_by": "rep-700", "role": "representative"}
        digest = digest_of(kind, row["salt"], document)
        await writer.write("thread_entry", "thread", row, digest, record_id=ALERT, seq=number)
    for number, at in enumerate(range(0, len(data), 30), 1):
        piece = {"employer_id": EMPLOYER, "evidence_id": EVIDENCE, "number": number}
        await writer.insert("evidence_chunk", {**piece, "body": data[at : at + 30]})


async def write_readings(writer):
    """Two readings in one batch, one of them of the data of two employers."""
    made = []
    for number, employers in enumerate([[EMPLOYER, "other-films"], [EMPLOYER]], 1):
        row = {"access_id": uuid.UUID(int=70 + number), "read_at": writer.now, "subject": "auditor"}
        row |= {"role": "auditor", "method": "GET", "path": "/v1/disclosures", "query": "limit=1"}
        row |= {"request_id": f"r-{number}", "why": "a review" if number == 1 else None, "as_of": None}
        await writer.insert("access_log", row)
        for employer_id in employers:
            subject = {"employer_id": employer_id, "access_id": row["access_id"], "read_at": writer.now}
            await writer.insert("access_subject", subject)
        made.append((row["access_id"], line.digest_of(row, employers)))
    body = line.body([digest for _, digest in made])
    batch = {"batch_id": uuid.UUID(int=80), "number": 1, "readings": 2, "body": body}
    batch |= {"recorded_at": writer.now}
    await writer.write("access_batch", "access", batch, sha256(body).hex(), record_id=batch["batch_id"])
    for place, (access_id, _) in enumerate(made):
        row = {"access_id": access_id, "batch_id": batch["batch_id"], "place": place}
        await writer.insert("access_batched", row)


async def write_redaction(writer):
    """The tombstone of a section of another disclosure: nothing here is changed by it."""
    said = {"disclosure_id": str(uuid.UUID(int=90)), "version": 1, "sections": ["tools"], "rows": []}
    row = {"employer_id": EMPLOYER, "redaction_id": uuid.UUID(int=82), "disclosure_id": uuid.UUID(int=90)}
    row |= {"version": 1, "sections": ["tools"], "ground": "GDPR Art. 17", "ordered_by": "a court"}
    row |= {"body": msgspec.json.encode(said, order="sorted"), "recorded_at": writer.now}
    row |= {"recorded_by": "administrator", "key_digest": None}
    digest = sha256(row["body"]).hex()
    await writer.write("redaction", "redaction", row, digest, record_id=row["redaction_id"])


async def write_export(writer):
    """The manifest of an export."""
    row = {"export_id": uuid.UUID(int=81), "subject": "auditor", "principal": {"role": "auditor"}}
    row |= {"query": {"entities": ["uses"]}, "tree_size": 3, "body": b'{"files":[]}', "signed": "text"}
    row |= {"recorded_at": writer.now}
    await writer.write("export", "export", row, sha256(row["body"]).hex(), record_id=row["export_id"])


class Sealer:
    """Signs the tree as it stands: two logs, the second from its entry on; a witness signs, too."""

    def __init__(self, writer):
        self.writer, self.number = writer, 0

    def next(self):
        """The next key."""
        self.number += 1
        self.seal = Seal(
            f"registry.example/{self.number}", Ed25519PrivateKey.from_private_bytes(bytes([self.number]) * 32)
        )

    async def log(self):
        """The row of the log that signs now; from the second on with its entry."""
        self.next()
        head = await ledger.head(self.writer.conn)
        row = {"number": self.number, "origin": self.seal.origin, "vkey": self.seal.verifier.vkey}
        row |= {
            "first_size": head.size + (self.number > 1),
            "started_at": self.writer.now,
            "started_by": "admin",
        }
        if self.number == 1:
            await self.writer.insert("ledger_log", row)
            return
        row["body"] = b'{"after":{},"before":{}}'
        await self.writer.write(
            "ledger_log", "log", row, sha256(row["body"]).hex(), record_id=row["origin"], seq=self.number
        )

    async def sign(self):
        """A checkpoint of the tree as it stands, with a witness's line."""
        head = await ledger.head(self.writer.conn)
        row = {"size": head.size, "log": self.number, "root": head.root, "signed_at": self.writer.now}
        row["note"] = self.seal.sign(head.size, head.root)
        await self.writer.insert("ledger_checkpoint", row)
        text = note.read(row["note"].encode()).text
        key = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
        line_ = note.cosign(text, "witness.example", key, 1_770_000_000).line
        vkey = note.verifier("witness.example", key, note.COSIGNATURE).vkey
        row = {"size": head.size, "log": self.number, "vkey": vkey, "line": line_}
        await self.writer.insert("ledger_cosignature", {**row, "received_at": self.writer.now})


@pytest.fixture
def finding():
    return Finding(
        rule="iatse-ba-2024/prompt-displacement",
        pack="iatse-ba-2024",
        pack_digest="ab" * 32,
        params="params-2026.1",
        values={"weeks": 2},
        subject_kind="use",
        subject="u1",
        verdict="violation",
        reason="breach",
        says="no employee is required to provide prompts that displace a covered employee",
        because=["one editor was laid off on 2026-02-01"],
        missing=[],
        review=[],
        severity="major",
        owed_to="local",
        locals=["IATSE:700"],
        unions=[],
        occurred_on=dt.date(2026, 2, 1),
        known_on=dt.date(2026, 3, 1),
        due_on=None,
        due_at=None,
        due_soon=False,
        quiet=False,
        clocks=[],
        citation=Citation(clause="Art. 1", source="memorandum of agreement", confidence="reported"),
        remedy="severance",
    )


@pytest.fixture
async def season(db, finding):
    """Every kind of history there is, and enough of it that the ledger has a full subtree."""
    async with db.transaction() as conn:
        writer = Writer(conn)
        sealer = Sealer(writer)
        await sealer.log()
        await write_parties(writer)
        await sealer.sign()
        await write_publications(writer, FILLING)
        await write_versions(writer)
        await write_judgement(writer, JUDGEMENT.int, msgspec.json.encode([finding], order="sorted"))
        await write_alert(writer, finding)
        await write_request(writer)
        await write_observation(writer)
        await write_thread(writer)
        await sealer.sign()
        await sealer.log()
        await write_readings(writer)
        await write_export(writer)
        await write_redaction(writer)
        await sealer.sign()
        await search.rebuild(conn)
    return db


@pytest.fixture
def write_many(db):
    """A writer of many judgements of a given size."""

    async def write(many, findings):
        for first in range(0, many, 100):
            async with db.transaction() as conn:
                writer = Writer(conn)
                for number in range(first, first + 100):
                    await write_judgement(writer, 100 + number, findings)
        async with db.transaction() as conn:
            await search.rebuild(conn)

    return write


@pytest.fixture
def root_of():
    """The root over the leaves of a database, computed from nothing but the entries."""

    async def compute(conn):
        rows = await conn.fetch("SELECT entry FROM ledger_entry ORDER BY index")
        return merkle.root([merkle.leaf_hash(row["entry"]) for row in rows])

    return compute
