"""What a file is called and how it leaves; showing one, and having it back byte for byte."""

import asyncio
import base64
import hashlib
from uuid import uuid4

import pytest
from exhibits import FILES
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Conflict, Invalid, KeyReused, NotFound, TooLarge
from registry.ledger import entry as entries
from registry.ledger import store as ledger
from registry.threads import act, evidence, store
from registry.threads.evidence import LARGEST, PIECE

ID = uuid4()
PDF = FILES["minutes.pdf"][1]


def refused(name, declared, data):
    """The codes of the faults that a file is refused for."""
    with pytest.raises(Invalid) as found:
        evidence.examined(ID, name, declared, data)
    for fault in found.value.faults:
        assert fault.detail
        assert fault.fix
    return [(fault.pointer, fault.code) for fault in found.value.faults]


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_what_it_says(name):
    """Name, type, length and SHA-256 of each type of file stand in its entry."""
    media_type, data = FILES[name]
    file = evidence.examined(ID, name, media_type, data)

    assert (file.name, file.media_type, file.bytes) == (name, media_type, len(data))
    assert file.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    "declared", ["application/pdf; charset=binary", "APPLICATION/PDF", " application/pdf "], ids=len
)
def test_a_type_is_read_as_http_writes_it(declared):
    """Parameters, capitals and spaces make no other type."""
    assert evidence.examined(ID, "a.PDF", declared, PDF).media_type == "application/pdf"


@pytest.mark.parametrize(
    "declared",
    [
        None,
        "",
        "text/html",
        "image/svg+xml",
        "application/zip",
        "application/octet-stream",
        "a" * 9000,
        "x/\x00",
    ],
    ids=lambda each: (each or "none")[:24].strip("\0"),
)
def test_other_types_are_not_taken(declared):
    """HTML, SVG, archives, the unknown and the missing are refused, with the types that are taken."""
    assert ("/content-type", "media-type") in refused("a.pdf", declared, PDF)


def test_every_fault_is_told_at_once():
    """A wrong name, a wrong charset and wrong bytes are all listed."""
    found = refused("../a\u202e.txt", "text/plain; charset=latin-1", b"\xe4")

    assert found == [
        ("/name", "wrong-characters"),
        ("/content-type", "charset"),
        ("/content", "not-its-type"),
    ]


def test_what_it_really_is_is_said():
    """A PDF that came as a picture is told for what it looks like."""
    with pytest.raises(Invalid) as found:
        evidence.examined(ID, "a.png", "image/png", PDF)

    assert "application/pdf" in found.value.faults[0].fix


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "wrong-length"),
        ("a" * 197 + ".pdf", "wrong-length"),
        ("../../etc/a.pdf", "wrong-characters"),
        ("C:\\a.pdf", "wrong-characters"),
        *((f"a{odd}fdp.pdf", "wrong-characters") for odd in '\0\n\r"\u202e\u061c\ud800'),
        (" a.pdf", "wrong-characters"),
        ("a.pdf ", "wrong-characters"),
        ("a.pdf.", "wrong-characters"),
        ("a.exe", "wrong-ending"),
        ("a.pdf.exe", "wrong-ending"),
        ("pdf", "wrong-ending"),
        ("a.html", "wrong-ending"),
    ],
)
def test_a_name_that_misleads_is_refused(name, code):
    """Folders, control characters, turned writing and another ending than the type's are refused."""
    assert refused(name, "application/pdf", PDF) == [("/name", code)]


@pytest.mark.parametrize(
    "name", ["a.pdf", "A b (1).PDF", "Protokoll März.pdf", "議事録.pdf", "a'b;c=%41.pdf", "🎬.pdf"]
)
def test_a_decent_name_is_kept_and_given_back(name):
    """A name in any script leaves as it came, in the header's own encoding, with a plain one beside it."""
    said = evidence.disposition(evidence.examined(ID, name, "application/pdf", PDF).name)
    plain, _, encoded = said.removeprefix("attachment; filename=").partition("; filename*=UTF-8''")

    assert said.isascii()
    assert said.startswith("attachment; ")
    assert unquoted(encoded) == name
    assert plain[0] == plain[-1] == '"'
    assert set("\"\\;%'/") & set(plain[1:-1]) == set()
    assert plain[1:-1].lower().endswith(".pdf")


def unquoted(encoded):
    """A percent-encoded name as it was."""
    out, at = bytearray(), 0
    while at < len(encoded):
        if encoded[at] == "%":
            out.append(int(encoded[at + 1 : at + 3], 16))
            at += 3
        else:
            out += encoded[at].encode()
            at += 1
    return out.decode()


@given(name=st.text(max_size=260))
def test_no_name_breaks_a_header(name):
    """Whatever a file is called, it is refused, or its header is plain ASCII on one line."""
    try:
        file = evidence.examined(ID, f"{name}.txt", "text/plain", b"x")
    except Invalid:
        return
    said = evidence.disposition(file.name)

    assert said.isascii()
    assert said.isprintable()


def test_an_empty_file_is_refused():
    """There is nothing in it to show."""
    assert refused("a.txt", "text/plain", b"") == [("/content", "empty")]


def test_a_digest_is_checked():
    """Content-Digest in SHA-256 or SHA-512 must match; one that cannot be read is refused, none is fine."""
    good = base64.b64encode(hashlib.sha256(PDF).digest()).decode()
    long = base64.b64encode(hashlib.sha512(PDF).digest()).decode()
    for header in (None, f"sha-256=:{good}:", f"sha-512=:{long}:", f"md5=:AAAA:, sha-256=:{good}:"):
        evidence.check_digest(header, PDF)
    for header in (
        "",
        "nonsense",
        "md5=:AAAA:",
        f"sha-256=:{long}:",
        f"sha-256=:{good}:, sha-512=:{good}:",
        "sha-256=:A:",
    ):
        with pytest.raises(Invalid):
            evidence.check_digest(header, PDF)


@given(size=st.sampled_from([1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE]))
def test_pieces_are_the_file(size):
    """Taken together again the pieces are the file, and as many as are looked for."""
    data = b"x" * size
    file = evidence.examined(ID, "a.txt", "text/plain", data)

    assert b"".join(evidence.pieces(data)) == data
    assert len(evidence.pieces(data)) == file.pieces


def test_a_caller_who_has_it_is_known():
    """If-None-Match is met by the ETag, weak or in a list, or by any."""
    file = evidence.examined(ID, "a.pdf", "application/pdf", PDF)
    tag = evidence.etag(file)

    assert all(evidence.known(file, said) for said in (tag, f"W/{tag}", f'"x", {tag}', "*"))
    assert not any(evidence.known(file, said) for said in (None, "", '"x"', tag.strip('"')))


async def whole(office, principal, made):
    found = await act.download(office, principal, made.shown.files[0].evidence_id, None)
    return b"".join([piece async for piece in found.pieces])


async def test_a_file_comes_back_byte_for_byte(office, about, show, read, callers):
    """Both parties get the bytes that were sent; the ledger's entry names their SHA-256."""
    data = b"\xef\xbb\xbf" + b"minutes of the meeting\r\n" * 30_000
    made = await show(about, "minutes.txt", data, "text/plain; charset=utf-8")
    async with office.snapshot() as conn:
        stored = await ledger.get_entry(conn, made.shown.ledger.index)

    assert entries.decode(stored.entry).sha256 == hashlib.sha256(data).hexdigest()
    assert made.shown.files[0].bytes == len(data)
    assert made.headers["Location"] == made.shown.files[0].href
    for who in ("the employer", "the representative", "an auditor", "the administrator"):
        assert await whole(office, callers[who], made) == data
        assert (await read(about, who))[-1] == made.shown


async def test_a_foreign_file_looks_as_none(office, about, show, callers):
    """Other tenants, locals and mandates are told what anybody is told of a file there is not."""
    made = await show(about)
    for who in ("another employer", "another local", "another's auditor"):
        with pytest.raises(NotFound) as foreign:
            await whole(office, callers[who], made)
        with pytest.raises(NotFound) as absent:
            await act.download(office, callers[who], uuid4(), None)

        assert foreign.value.detail == absent.value.detail


async def test_a_file_sent_again_is_one_file(office, request_, show):
    """The same bytes with the same key make one file; other bytes, another name or type under it are refused."""
    first, again = await show(request_), await show(request_)
    for more in (
        {"data": PDF + b"\n%%EOF"},
        {"name": "other.pdf", "data": PDF, "media_type": "application/pdf"},
    ):
        with pytest.raises(KeyReused):
            await show(request_, **more)
    async with office.snapshot() as conn:
        kept = await conn.fetchval("SELECT count(DISTINCT evidence_id) FROM evidence_chunk")

    assert again.replayed
    assert again.shown == first.shown
    assert kept == 1


async def test_25_mebibytes_are_taken_and_not_a_byte_more(office, request_, show, callers):
    """A file of exactly 25 MiB comes back whole; with one byte more it is refused and nothing is kept."""
    data = b"\n" * LARGEST
    made = await show(request_, "big.txt", data, "text/plain")
    with pytest.raises(TooLarge):
        await show(request_, "big.txt", data + b"\n", "text/plain", key="f-2")
    async with office.snapshot() as conn:
        kept = await conn.fetchval("SELECT sum(octet_length(body)) FROM evidence_chunk")

    assert kept == LARGEST
    assert await whole(office, callers["the representative"], made) == data


async def test_what_is_refused_leaves_nothing(office, request_, show):
    """A file that is not what it says, a wrong digest, a foreign thread: no piece of it stays behind."""
    with pytest.raises(Invalid):
        await show(request_, "a.png", PDF, "image/png")
    with pytest.raises(Invalid):
        await show(request_, digest="sha-256=:AAAA:")
    with pytest.raises(NotFound):
        await show(request_, by="another employer")
    async with office.snapshot() as conn:
        assert await conn.fetchval("SELECT count(*) FROM evidence_chunk") == 0


async def test_a_thread_takes_so_many_files(office, request_, show, monkeypatch):
    """Beyond the limit a file is refused, of many at once too; what was shown stays."""
    monkeypatch.setattr(act, "MOST_FILES", 2)
    done = await asyncio.gather(*(show(request_, key=f"f-{at}") for at in range(5)), return_exceptions=True)

    assert sum(isinstance(each, Conflict) for each in done) == 3
    async with office.snapshot() as conn:
        assert await conn.fetchval("SELECT count(DISTINCT evidence_id) FROM evidence_chunk") == 2


async def test_a_thread_knows_its_own_files(office, alert, request_, show, thread_of):
    """An answer may refer to files of its own thread: those of another are not found."""
    here, there = await show(request_), await show(alert, key="f-2")
    ids = [str(each.shown.files[0].evidence_id) for each in (here, there)]
    async with office.snapshot() as conn:
        found = await store.files(conn, await thread_of(request_), [*ids, str(uuid4()), "nonsense"])

    assert [str(file.evidence_id) for file in found] == ids[:1]


async def test_what_the_caller_has_is_not_sent_again(office, request_, show, callers):
    """With the file's ETag nothing is read and nothing sent."""
    made = await show(request_)
    file = made.shown.files[0]
    found = await act.download(office, callers["the employer"], file.evidence_id, f'"{file.sha256}"')

    assert found.status == 304
    assert "Content-Length" not in found.headers
    assert [piece async for piece in found.pieces] == []
