"""Files of every type that is taken as evidence, made here so that each byte is known."""

import io
import struct
import wave
import zipfile

from PIL import Image
from reportlab.pdfgen import canvas

OPEN_XML = "application/vnd.openxmlformats-officedocument."
TYPES = '<?xml version="1.0"?><Types><Override PartName="/main.xml" ContentType="{}.main+xml"/>{}</Types>'
MAIL = b"""\
From: Dana Whitfield <dana@northlight.example>
To: steward@local700.example
Date: Mon, 2 Mar 2026 09:00:00 -0800
Subject: Minutes of the
 meeting

We met on Friday.
"""


def pdf():
    out = io.BytesIO()
    page = canvas.Canvas(out, invariant=1)
    page.drawString(72, 700, "Minutes")
    page.save()
    return out.getvalue()


def image(form):
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, form)
    return out.getvalue()


def office(part, *, extra="", more=(), types=TYPES):
    """A Word or Excel file of the *part* that its list of types names, with *more* members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types.format(OPEN_XML + part, extra))
        for name, body in [("main.xml", b"<x/>"), *more]:
            archive.writestr(name, body)
    return out.getvalue()


def sound():
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(8000)
        made.writeframes(b"\0\1" * 100)
    return out.getvalue()


def box(name, body=b""):
    return struct.pack(">I", len(body) + 8) + name + body


def film():
    return box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41") + box(b"moov", b"\0" * 16) + box(b"mdat", b"\1" * 32)


def song():
    """Two frames of layer III, 128 kbit/s at 44.1 kHz: 417 bytes each."""
    return (b"\xff\xfb\x90\x64" + b"\0" * 413) * 2


FILES = {
    "minutes.pdf": ("application/pdf", pdf()),
    "still.png": ("image/png", image("png")),
    "still.jpg": ("image/jpeg", image("jpeg")),
    "still.webp": ("image/webp", image("webp")),
    "notes.txt": ("text/plain", "Gespräch vom 2. März\n".encode()),
    "hours.csv": ("text/csv", b"day,hours\n2026-03-02,4\n"),
    "log.json": ("application/json", b'{"tool": "VoxClone", "runs": [1, 2]}'),
    "minutes.eml": ("message/rfc822", MAIL),
    "letter.docx": (f"{OPEN_XML}wordprocessingml.document", office("wordprocessingml.document")),
    "hours.xlsx": (f"{OPEN_XML}spreadsheetml.sheet", office("spreadsheetml.sheet")),
    "call.mp3": ("audio/mpeg", song()),
    "call.wav": ("audio/wav", sound()),
    "scene.mp4": ("video/mp4", film()),
}
"""One file of each type: its name, its type, its bytes."""
