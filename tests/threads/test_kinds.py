"""What a file is: each type by its bytes, whatever its name and Content-Type say; what hides in another."""

import io
import struct
import tracemalloc
import zipfile

import exhibits
import pytest
from exhibits import FILES, OPEN_XML, TYPES
from hypothesis import given
from hypothesis import strategies as st

from registry.threads import kinds
from registry.threads.kinds import KINDS, NAMED

WITHOUT_END = ("notes.txt", "hours.csv", "minutes.eml", "call.mp3")
WORD, SHEET = f"{OPEN_XML}wordprocessingml.document", f"{OPEN_XML}spreadsheetml.sheet"


def wrong(media_type, data):
    return kinds.mismatch(NAMED[media_type], data)


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_taken_for_what_it_is(name):
    """A whole file of each type shows that type."""
    media_type, data = FILES[name]

    assert wrong(media_type, data) is None


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_taken_for_nothing_else(name):
    """Only texts are also plain text or a table; no other file passes for another type."""
    media_type, data = FILES[name]
    texts = {"text/plain", "text/csv"}
    also = {"application/json", "message/rfc822"} | texts

    taken = {kind.media_type for kind in KINDS if kinds.mismatch(kind, data) is None}

    assert media_type in taken
    assert taken == {media_type} or (media_type in also and taken <= texts | {media_type})


@pytest.mark.parametrize("name", [name for name in FILES if name not in WITHOUT_END])
def test_half_a_file_is_refused(name):
    """A file that was cut off on its way is not taken, where its form says where it ends."""
    media_type, data = FILES[name]

    assert wrong(media_type, data[: len(data) // 2])


def archive(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, body in members.items():
            made.writestr(name, body)
    return out.getvalue()


@pytest.mark.parametrize(
    "name", ["minutes.pdf", "still.png", "still.jpg", "still.webp", "call.wav", "scene.mp4"]
)
def test_an_archive_behind_a_picture_is_found(name):
    """A file that is also a zip archive is refused, however the picture ends; a comment does not hide it."""
    media_type, data = FILES[name]
    with_comment = archive(a="x")[:-2] + b"\x05\x00words"

    assert wrong(media_type, data + archive(a="x"))
    assert wrong(media_type, data + with_comment)


def test_a_pdf_in_a_pictures_first_bytes_is_found():
    """A JPEG whose first comment is the head of a PDF is refused, though readers of pictures would open it."""
    data = FILES["still.jpg"][1]
    comment = b"\xff\xfe\x00\x0b%PDF-1.7\n"

    assert wrong("image/jpeg", data[:2] + comment + data[2:]) == "a PDF is hidden in its first bytes"


def test_nothing_follows_the_end_of_a_picture():
    """A PNG with bytes behind its end is refused; so is one whose parts lead nowhere."""
    data = FILES["still.png"][1]

    assert wrong("image/png", data + b"<script>") == "something follows its end (IEND)"
    assert wrong("image/png", data[:8] + b"\xff\xff\xff\xff" + data[12:])


def test_a_page_is_no_picture():
    """HTML, a script or a program under the type of a picture is refused."""
    for data in (b"<html><script>alert(1)</script>", b"MZ\x90\0" + b"\0" * 60, b"GIF89a" + b"\0" * 20):
        for kind in KINDS:
            if kind.magic:
                assert kinds.mismatch(kind, data), kind


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a\0b", "byte 1 is NUL"),
        ("März".encode("latin-1"), "byte 1 (0xe4) is not UTF-8"),
        ("März".encode("utf-16"), "UTF-16"),
        (b"\xed\xa0\x80", "not UTF-8"),
        (b"%PDF-1.7 and words", "begins as a PDF"),
    ],
    ids=["nul", "latin-1", "utf-16", "surrogate", "pdf"],
)
def test_what_is_no_text_is_refused(data, words):
    """NUL, another charset and a lone surrogate are named with their place."""
    assert words in wrong("text/plain", data)
    assert words in wrong("text/csv", data)


@pytest.mark.parametrize(
    "data", [b"{", b"{} {}", b"[1,]", b"\xef\xbb\xbf{}", b"[" * 200_000 + b"]" * 200_000]
)
def test_what_is_no_json_is_refused(data):
    """Broken, doubled or bottomless JSON is refused and never brings the server down."""
    assert wrong("application/json", data)


def test_a_mail_has_a_sender_and_a_time():
    """Headers that do not say who and when, and a text without headers, are no mail."""
    assert wrong("message/rfc822", b"Subject: hello\n\nwords\n")
    assert wrong("message/rfc822", b"Dear all,\nwe met.\n")
    assert wrong("message/rfc822", exhibits.MAIL.replace(b"\n", b"\r\n")) is None
    assert wrong("message/rfc822", exhibits.MAIL + b"\xe4 in another charset") is None
    assert "NUL" in wrong("message/rfc822", exhibits.MAIL + b"\0")


def part(name):
    return name.removeprefix(OPEN_XML)


@pytest.mark.parametrize("media_type", [WORD, SHEET])
def test_macros_are_found(media_type):
    """Macros and controls are found by their part and by their type; a renamed .docm is not taken."""
    made = exhibits.office
    types = TYPES.replace(OPEN_XML, "application/vnd.ms-word.")
    macro_main = '<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'

    assert "macros" in wrong(media_type, made(part(media_type), more=[("word/vbaProject.bin", b"x")]))
    assert "macros" in wrong(media_type, made(part(media_type), more=[("word/activeX/a.bin", b"x")]))
    assert "macros" in wrong(media_type, made(part(media_type), more=[("xl/macrosheets/s.xml", b"x")]))
    assert "macros" in wrong(media_type, made(part(media_type), extra=macro_main))
    assert wrong(media_type, made("x", types=types))


@pytest.mark.parametrize("media_type", [WORD, SHEET])
def test_an_archive_is_no_document(media_type):
    """A zip without the list of types, one of another type, one behind other bytes, and one locked: refused."""
    other = {WORD: SHEET, SHEET: WORD}[media_type]
    good = exhibits.office(part(media_type))

    assert "[Content_Types].xml is missing" in wrong(media_type, archive(a="x"))
    assert wrong(media_type, exhibits.office(part(other)))
    assert wrong(media_type, b"<html>" + good)
    assert "password" in wrong(media_type, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    assert wrong(media_type, good[:-30])
    assert wrong(media_type, b"PK\x03\x04")


def test_a_list_of_types_that_unpacks_without_end_is_refused():
    """A few kilobytes that would unpack to 200 MB are read up to the limit and refused."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", b" " * 200_000_000)

    assert "larger than any" in wrong(WORD, out.getvalue())


def test_an_archive_of_half_a_million_parts_is_refused_before_its_table_is_read():
    """25 MB of nothing but a table of contents are not made into objects, which would take ten times as much."""
    named = [b"%06d" % number for number in range(450_000)]
    head = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, *(0,) * 7, 6, *(0,) * 6)
    table = b"".join(head + name for name in named)
    assert len(head) == 46
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, len(table), 30, 0)
    data = b"PK\3\4" + b"\0" * 26 + table + end
    tracemalloc.start()
    said = wrong(WORD, data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert "450000 parts; at most 10000" in said
    assert peak < 30_000_000


def test_sound_and_film_are_walked():
    """A tag in front and an unknown length are as recorders write them; another box first, or none, is not."""
    assert wrong("audio/mpeg", b"\0" * 25_000_000)
    assert wrong("audio/mpeg", b"ID3\x04\0\0\0\0\0\0" * 100_000)
    tagged = b"ID3\x04\0\0\0\0\0\x0a" + b"t" * 10 + exhibits.song()
    streamed = exhibits.sound()[:4] + b"\xff\xff\xff\xff" + exhibits.sound()[8:]

    assert wrong("audio/mpeg", tagged) is None
    assert wrong("audio/mpeg", b"ID3\x04\0\0\xff\0\0\x0a" + exhibits.song())
    assert wrong("audio/mpeg", exhibits.song()[:417] + b"<html>")
    assert wrong("audio/wav", streamed) is None
    assert wrong("video/mp4", exhibits.box(b"ftyp", b"qt  \0\0\0\0qt  ") + exhibits.box(b"moov"))
    assert wrong("video/mp4", exhibits.film()[:-1])
    assert "no track" in wrong("video/mp4", exhibits.film()[:32])
    assert wrong("video/mp4", exhibits.film() + exhibits.box(b"free", b"")[:4] + b"\0\0\0\0")


@given(data=st.binary(max_size=300), at=st.integers(0, 300))
def test_no_bytes_break_a_check(data, at):
    """Whatever is sent, each check answers in words or takes it; none raises."""
    for media_type, body in FILES.values():
        mixed = body[:at] + data + body[at + len(data) :]
        for kind in (NAMED[media_type], *KINDS[:1]):
            kinds.mismatch(kind, mixed)
