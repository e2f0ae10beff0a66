"""Receipts: for whom, for which tree, in which forms; and that other code than the maker's believes them."""

import base64
import hashlib
import json
import re
import string
from html import unescape
from io import BytesIO
from uuid import UUID

import doors
import papers
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pypdf import PdfReader

from registry.agreements import act as agreements
from registry.auth.issuer import local_issuer, mint
from registry.disclosures import act as disclosures
from registry.disclosures.version import Filed
from registry.errors import Busy, Invalid, NotFound
from registry.ledger import note, prooffile
from registry.ledger.checkpoint import Seal
from registry.packets.act import FONT
from registry.receipts import act, http, words
from registry.receipts.page import page
from registry.receipts.paper import paper
from registry.receipts.receipt import Receipt, Signed
from registry.receipts.square import MOST, QUIET, square
from registry.redactions import act as redactions


async def made(db, settings, filed, form="proof", *, by=papers.OFFICE, version=None, size=None):
    """A receipt as bytes and headers."""
    return await act.make(db, settings, by, filed.receipt.disclosure_id, version, size, form)


async def test_a_receipt_is_there_as_soon_as_the_filing_is_answered(signed, settings):
    """The proof file proves the entry under the log's own key, names the bytes received, and is a download."""
    filed = await papers.file(signed, papers.document(**papers.uses()))
    written = await made(signed, settings, filed)
    proof = prooffile.read(written.body.decode())
    told = await disclosures.get_receipt(signed, papers.OFFICE, filed.receipt.disclosure_id, None)
    tree = prooffile.check(proof, told.entry.encode(), signed.seal.verifier)

    assert tree.size > filed.receipt.ledger.index == proof.place
    assert tree.root.hex() == told.receipt.ledger.root
    assert json.loads(proof.extra) == {
        "disclosure_id": str(filed.receipt.disclosure_id),
        "version": 1,
        "sha256": filed.receipt.sha256,
    }
    assert written.headers["Content-Disposition"].startswith("attachment; filename=")
    digest = base64.b64encode(hashlib.sha256(written.body).digest()).decode()
    assert written.headers["Content-Digest"] == f"sha-256=:{digest}:"
    links = told.receipt.links
    assert links["proof_file"].endswith("/receipt.tlog-proof?version=1")
    assert links["printable"].endswith("/receipt.pdf?version=1")


async def test_a_receipt_is_made_again_for_any_signed_tree(signed, settings):
    """The same size gives the same bytes however the log has grown; another entry is proved by none of them."""
    filed = await papers.file(signed, papers.document(**papers.uses()))
    first = await made(signed, settings, filed)
    size = prooffile.read(first.body.decode()).note.split("\n")[1]
    await papers.amend(
        signed, filed.receipt.disclosure_id, papers.document(**papers.uses(), filing=papers.amendment())
    )
    again = await made(signed, settings, filed, version=1, size=int(size))
    later = await made(signed, settings, filed, version=1)

    assert again.body == first.body
    assert later.body != first.body
    entry = (await disclosures.get_receipt(signed, papers.OFFICE, filed.receipt.disclosure_id, 1)).entry
    assert prooffile.check(prooffile.read(later.body.decode()), entry.encode(), signed.seal.verifier)


async def test_a_tree_that_was_not_signed_or_does_not_hold_the_entry_is_refused_with_one_that_does(
    signed, settings
):
    """Sizes before, between and beyond the signed ones: the answer names what to ask for."""
    filed = await papers.file(signed, papers.document(**papers.uses()))
    newest = int(prooffile.read((await made(signed, settings, filed)).body.decode()).note.split("\n")[1])
    index = filed.receipt.ledger.index
    for size in (1, index):
        with pytest.raises(Invalid, match=f"ask for {newest}|ask for [0-9]+") as refusal:
            await made(signed, settings, filed, size=size)
        assert refusal.value.faults[0].code == "size"
    with pytest.raises(Invalid, match="Leave size out for the newest\\."):
        await made(signed, settings, filed, size=newest + 1)


async def test_without_a_signed_tree_there_is_no_receipt_yet(db, settings):
    """A program that signs nothing appended the entry: it will do in a moment."""
    await papers.register(db)
    filed = await papers.file(db, papers.document(**papers.uses()))

    with pytest.raises(Busy, match="has signed no tree yet"):
        await made(db, settings, filed)


async def test_a_receipt_of_what_is_not_yours_to_see_is_not_found(signed, settings):
    """Another employer, another union, a version that is not there."""
    filed = await papers.file(signed, papers.document(**papers.uses()))
    for by in (papers.OTHERS, papers.ARTISTS):
        with pytest.raises(NotFound):
            await made(signed, settings, filed, by=by)
    with pytest.raises(NotFound):
        await made(signed, settings, filed, version=2)


async def test_a_receipt_of_what_was_redacted_since_is_the_same(signed, settings):
    """It has digests alone, so an order takes nothing from it: the same bytes for the same tree, a new one later."""
    filed = await papers.file(signed, papers.document(**papers.uses()))
    before = await made(signed, settings, filed)
    size = int(prooffile.read(before.body.decode()).note.split("\n")[1])
    order = {
        "version": 1,
        "sections": ["tools"],
        "ground": "26-0417",
        "ordered_by": "The court",
        "reason": "x",
    }
    said = json.dumps(order).encode()
    who, key = papers.ADMINISTRATOR, filed.receipt.disclosure_id
    await redactions.redact(signed, agreements.editions(), who, key, said, '"1"', "r-1", papers.NOW)

    assert (await made(signed, settings, filed, size=size)).body == before.body
    for form in ("proof", "html", "pdf"):
        assert b"CutAssist" not in (await made(signed, settings, filed, form)).body


async def test_the_page_and_the_print_carry_everything_the_proof_needs(signed, settings):
    """Entry, proof, digests and key stand in both as text; both are the same bytes each time."""
    filed = await papers.file(signed, papers.document(**papers.uses()))
    proof = (await made(signed, settings, filed)).body.decode()
    entry = (await disclosures.get_receipt(signed, papers.OFFICE, filed.receipt.disclosure_id, None)).entry
    html, pdf = [(await made(signed, settings, filed, form)).body for form in ("html", "pdf")]
    texts = pre_of(html.decode())
    printed = "".join(leaf.extract_text() for leaf in PdfReader(BytesIO(pdf)).pages)
    flat = "".join(printed.split())

    assert texts == [entry, proof]
    for line in [*proof.splitlines(), filed.receipt.sha256, signed.seal.verifier.vkey, "office@northlight"]:
        assert "".join(line.split()) in flat, line
    assert filed.receipt.sha256 in html.decode()
    assert (await made(signed, settings, filed, "html")).body == html
    assert (await made(signed, settings, filed, "pdf")).body == pdf
    assert (
        "default-src 'none'"
        in (await made(signed, settings, filed, "html")).headers["Content-Security-Policy"]
    )


def pre_of(html):
    """The texts of a page that are to be copied."""
    return [unescape(each) for each in re.findall("<pre>(.*?)</pre>", html, re.DOTALL)]


def receipt_of(filed, seal, hashes=(), by="office"):
    """A receipt of a made-up version in a tree of one entry; *hashes* make it long."""
    root = hashlib.sha256(b"\0{}").digest()
    signed = Signed(1, seal.sign(1, root), seal.verifier.vkey, papers.NOW)
    return Receipt(filed(by), b"{}", root, list(hashes), signed)


@pytest.fixture
def filed():
    """A version that was filed by somebody."""

    def made(by):
        return Filed(
            employer_id="northlight-pictures",
            disclosure_id=UUID(int=7),
            version=1,
            production_id="harbor-lights-s1",
            kind="filing",
            reason=None,
            explanation=None,
            schema_version="2.0",
            filed_at=papers.NOW,
            filed_by=by,
            sha256=bytes(32),
            document={},
            warnings=[],
            ledger_index=0,
        )

    return made


@pytest.fixture
def seal():
    """A key to sign with."""
    return Seal("registry.example/ledger", Ed25519PrivateKey.from_private_bytes(bytes(32)))


def test_the_code_carries_the_proof_while_it_fits_and_else_its_address_and_digest(filed, seal):
    """At the last byte that fits, and one beyond."""
    small = receipt_of(filed, seal)
    assert words.printed(small, "https://x").code == small.proof.encode()
    line = len(base64.b64encode(bytes(32))) + 1
    fits = (MOST - len(small.proof)) // line
    for count, carried in ((fits, True), (fits + 1, False)):
        long = receipt_of(filed, seal, [bytes(32)] * count)
        printed = words.printed(long, "https://x/receipt.tlog-proof?version=1&size=1")
        proof = long.proof.encode()
        assert (printed.code == proof) is carried is (len(proof) <= MOST)
        if not carried:
            digest = hashlib.sha256(proof).hexdigest()
            address = b"https://x/receipt.tlog-proof?version=1&size=1"
            assert printed.code == address + b"\nsha256 " + digest.encode() + b"\n"
            assert "more than one code holds" in printed.caption


def test_the_largest_code_can_be_made_and_has_light_all_around():
    """As many bytes as are ever put into one; the outermost squares stay light."""
    code = square(bytes(range(256)) * 11 + bytes(MOST - 256 * 11))

    assert code.side == 177 + 2 * QUIET
    assert min(run.row for run in code.runs) == min(run.column for run in code.runs) == QUIET
    assert max(run.column + run.width for run in code.runs) == code.side - QUIET


def test_what_was_handed_in_by_somebody_with_a_strange_name_is_escaped(filed, seal):
    """A subject of a token is anybody's text."""
    receipt = receipt_of(filed, seal, by='<script>"x"&\u202e</script>')
    printed = words.printed(receipt, "https://x")
    shown = page(printed, square(printed.code))

    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "\u202e" not in shown
    assert "⟨U+202E⟩" in shown


@pytest.mark.parametrize(
    "by", ["\0\x1b[31m", "\u2066a\u2069", "\u2028", "\ufeff", "\u200b", "\ud800", "\x85"]
)
def test_what_nobody_sees_stands_on_a_page_as_its_code(filed, seal, by):
    """Controls, marks that turn the direction, blanks of no width, and what no page can hold."""
    printed = words.printed(receipt_of(filed, seal, by=by), "https://x")
    shown = page(printed, square(printed.code)).encode().decode()

    assert not set(by) & set(shown) - set(string.printable)
    assert f"⟨U+{ord(by[0]):04X}⟩" in shown


def test_a_name_of_any_length_is_printed_in_no_time(filed, seal):
    """How it begins, and how long it is; one that is just short enough stands as it is."""
    for length, told in ((words.LONGEST, "x"), (words.LONGEST + 1, f"… ({words.LONGEST + 1} letters)")):
        printed = words.printed(receipt_of(filed, seal, by="x" * length), "https://x")
        (line,) = [each for each in printed.sheet.sections[0].lines if each.label == "Handed in by"]
        assert line.text.endswith(told)
        assert line.text.startswith("x" * words.LONGEST)


def test_what_a_print_cannot_show_is_on_the_page(filed, seal):
    """A receipt has no folder with a packet.txt: it says where its own letters are; its texts to copy are Courier."""
    printed = words.printed(receipt_of(filed, seal, by="東京"), "https://x")
    leaves = PdfReader(BytesIO(paper(printed, square(printed.code), FONT.read_bytes()))).pages
    told = " ".join("".join(leaf.extract_text() for leaf in leaves).split())

    assert "2 characters that this print cannot show" in told
    assert "the same receipt as a page (receipt.html) has them as they were written" in told
    assert "packet.txt" not in told
    assert "東京" in page(printed, square(printed.code))
    fonts = {
        font.get_object()["/BaseFont"] for leaf in leaves for font in leaf["/Resources"]["/Font"].values()
    }
    assert "/Courier" in fonts


def test_a_name_of_one_long_word_breaks_where_the_page_ends(filed, seal):
    """On paper nothing is cut off at the margin."""
    printed = words.printed(receipt_of(filed, seal, by="W" * 300), "https://x")

    assert "p{overflow-wrap:anywhere}" in page(printed, square(printed.code))
    assert "1 entry, signed at" in page(printed, square(printed.code))


def test_a_receipt_says_who_cosigned(filed, seal):
    """Witnesses by name, and that nobody has where nobody has."""
    alone = receipt_of(filed, seal)
    witness = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
    found = note.read(alone.signed.note.encode())
    line = note.cosign(found.text, "union.example/witness", witness, 1_760_000_000)
    told = note.joined(found, [line]).signed
    both = Receipt(alone.filed, alone.entry, alone.leaf, [], Signed(1, told, alone.signed.vkey, papers.NOW))

    assert alone.witnesses == []
    assert both.witnesses == ["union.example/witness"]
    assert told in both.proof


async def test_the_doors_answer_each_form_with_its_type_and_refuse_other_numbers(signed, settings, tmp_path):
    """Proof file, page and print, for a caller who may read the disclosure."""
    filed = await papers.file(signed, papers.document(**papers.uses()))
    local = local_issuer(settings)
    token = mint(local, papers.OFFICE, "ai-use-registry", papers.dt.datetime.now(papers.dt.UTC))
    base = f"/v1/disclosures/{filed.receipt.disclosure_id}/receipt"
    kept = {name: getattr(settings, name) for name in ("public_url",)}
    async with doors.opened(settings.database_url, settings.data_dir, http.routes, **kept) as (_, client):
        for suffix, media in (
            (".tlog-proof", "text/plain"),
            (".html", "text/html"),
            (".pdf", "application/pdf"),
        ):
            answer = await client.get(base + suffix, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-type"].startswith(media)
        refused = await client.get(
            f"{base}.pdf?size=0&version=0", headers={"Authorization": f"Bearer {token}"}
        )
        assert refused.status_code == 400
        for odd in (
            "size=9223372036854775807",
            "size=%00",
            "size=1.0",
            "version=%EF%BF%BF",
            "as_of=2025-01-01T00:00:00Z",
        ):
            refused = await client.get(f"{base}.html?{odd}", headers={"Authorization": f"Bearer {token}"})
            assert refused.status_code == 400, odd
