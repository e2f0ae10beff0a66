import datetime as dt
import email
import email.policy
import hashlib
import itertools
import ssl
import time

import msgspec
import pytest
from aiosmtpd.smtp import AuthResult
from hypothesis import given
from hypothesis import strategies as st
from letters import EVENT, NOW, REQUEST, event, outgoing, subscription
from mailing import HOST, box_of, mailing
from receiver import certificate

from registry.errors import Invalid
from registry.notify.mail.act import MailSender, starting, trust
from registry.notify.mail.answer import result
from registry.notify.mail.letter import letter, token_of
from registry.notify.mail.server import Server, sender_of, server
from registry.settings import Settings

FROM = "AI-use registry <registry@registry.example>"
BASE = "https://registry.example"
TOKEN = bytes(range(32))


def sender(url, **options):
    return MailSender(Settings(smtp_url=url, mail_from=FROM, public_url=BASE), **options)


def mailbox(address="rep@union.example"):
    return subscription(way="email", address=address, unsubscribe=TOKEN, secrets=[])


def read(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def written(*events, message_id="msg_1", now=NOW, unsubscribe=TOKEN, to="rep@union.example"):
    return letter(events, message_id, to, sender=FROM, base=BASE, unsubscribe=unsubscribe, now=now)


async def test_a_letter_arrives_in_text_and_html():
    """A real mail server is given both forms, the facts, the link, and who it comes from and goes to."""
    box = box_of()
    async with mailing(box) as port:
        sent = await sender(f"smtp://{HOST}:{port}").send(mailbox(), outgoing(EVENT), NOW)
    got = box.got[0]
    text = got.letter.get_body(("plain",)).get_content()
    html = got.letter.get_body(("html",)).get_content()

    assert (sent.result, sent.status) == ("delivered", 250)
    assert sent.body_sha256 == hashlib.sha256(got.raw + b"\r\n" * (not got.raw.endswith(b"\r\n"))).digest()
    assert (got.sender, got.to) == ("registry@registry.example", ["rep@union.example"])
    assert got.letter["From"] == FROM
    for said in (
        "New alert.",
        "BA Art. XX(a)",
        "9 March 2026",
        f"{BASE}/v1/alerts/{EVENT.about}",
        "Prima facie",
    ):
        assert said in text
        assert said in html


def test_letters_of_one_matter_are_one_conversation():
    """One subject and one first letter for all of an alert's events; another for another's; ids of their own."""
    opened = read(written(EVENT))
    answered = read(written(event(type="alert.answered", state="answered", revision=2), message_id="msg_2"))
    other = read(written(REQUEST, message_id="msg_3"))

    assert opened["Message-ID"] == "<msg_1@registry.example>"
    assert answered["Message-ID"] == "<msg_2@registry.example>"
    assert opened["Subject"] == answered["Subject"]
    assert opened["References"] == answered["References"] == f"<alert-{EVENT.about}@registry.example>"
    assert opened["In-Reply-To"] == opened["References"]
    assert other["References"] == f"<request-{REQUEST.about}@registry.example>"


def test_a_repeat_is_the_same_letter_but_for_its_date():
    """The same id, subject and parts: a mail program shows one letter, not two."""
    first, again = (written(EVENT, now=NOW + dt.timedelta(hours=hours)) for hours in (0, 2))

    assert first != again
    assert first.replace(b"18:30:00", b"20:30:00") == again
    assert written(EVENT) == first


def test_a_letter_shows_the_way_out():
    """RFC 8058: the link in angle brackets, one click by POST, and a link for people in both forms."""
    made = read(written(EVENT))
    link = f"{BASE}/v1/subscriptions/unsubscribe/{token_of(TOKEN)}"

    assert made["List-Unsubscribe"] == f"<{link}>"
    assert made["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in made.get_body(("plain",)).get_content()
    assert f'href="{link}"' in made.get_body(("html",)).get_content()
    assert made["Auto-Submitted"] == "auto-generated"
    assert "List-Unsubscribe" not in read(written(EVENT, unsubscribe=None))


def test_long_ids_stand_on_one_line():
    """Some programs read a folded Message-ID as another; none is folded or encoded."""
    raw = letter(
        [EVENT],
        "msg_" + "x" * 60,
        "rep@union.example",
        sender=f"Registry <registry@{'sub.' * 20}example.org>",
        base=BASE + "/" + "deep/" * 10,
        unsubscribe=TOKEN,
        now=NOW,
    )
    lines = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")

    for name in (b"Message-ID", b"References", b"In-Reply-To", b"List-Unsubscribe"):
        assert [line for line in lines if line.startswith(name + b": <") and line.endswith(b">")], name
    assert all(len(line) < 998 for line in raw.split(b"\r\n"))


@given(st.text(max_size=400), st.text(max_size=400))
def test_nothing_of_an_event_gets_into_the_head(title, says):
    """No header is added, whatever line ends, NULs and directions a title has; the letter stays readable."""
    made = read(written(event(title=title, says=says, clause=title)))

    assert [name for name in made if name not in HEADERS] == []
    assert made["To"] == "rep@union.example"
    assert not made.defects
    assert made.get_body(("html",)).get_content()


@pytest.mark.parametrize(
    "title",
    [
        "=?utf-8?q?a=0D=0ABcc:_x=40y.org?= b",
        "=?utf-8?b?DQpCY2M6IHhAeS5vcmcNCg0KPGI+?=",
        "=\0?utf-8?q?=0D=0A=0D=0Aa_body?=",
        "=?utf-8?q?=ED=A0=80=00?=",
        "==??us-ascii?q?=0ABcc:_x?=",
    ],
)
def test_an_encoded_title_gets_no_line_end_into_the_head(title):
    """What looks like an encoded word in a title is letters, and is never decoded into a header of its own."""
    raw = written(event(title=title))
    made = read(raw)

    assert [name for name in made if name not in HEADERS] == []
    assert b"\r\nBcc" not in raw
    assert made["Subject"].isprintable()
    assert "utf-8?q?" in made["Subject"] or "?b?" in made["Subject"] or "us-ascii?q?" in made["Subject"]
    assert "List-Unsubscribe" in made


@pytest.mark.parametrize("title", ["É" * 140, "Ночной " * 20, "日本語" * 40, "é " * 70, "x" * 200])
def test_a_subject_in_other_letters_keeps_to_the_length_of_encoded_words(title):
    """RFC 2047 allows an encoded word 75 letters and its line 76; the subject is read back whole."""
    raw = written(event(title=title))
    head = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    start = next(number for number, line in enumerate(head) if line.startswith(b"Subject:"))
    lines = [head[start], *itertools.takewhile(lambda line: line.startswith(b" "), head[start + 1 :])]

    assert max(len(line) for line in lines) <= 76
    said = " ".join(f"Alert {EVENT.rule} on {title}".split())
    assert read(raw)["Subject"] == (said if len(said) <= 150 else said[:149] + "…")


HEADERS = {
    *(
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "Auto-Submitted",
        "List-Id",
    ),
    *("List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version", "Content-Type"),
}


def test_nothing_of_an_event_is_markup():
    """Tags and attributes of a title are shown as letters; nothing is loaded from anywhere."""
    html = read(written(event(title='<img src=x onerror="a()">', says="<script>a()</script>"))).get_body(
        ("html",)
    )
    said = html.get_content()

    assert "<img" not in said
    assert "<script" not in said
    assert "&lt;script&gt;" in said
    assert "src=" not in said.replace("&lt;img src=x", "")


def test_a_letter_kept_as_a_page_shows_every_letter_and_breaks_long_words():
    """It says its own charset; a title of one word does not run out of the page."""
    html = read(written(event(title="東京の灯台" + "W" * 150))).get_body(("html",)).get_content()

    assert '<head><meta charset="utf-8"></head>' in html
    assert "overflow-wrap:anywhere" in html


def test_a_digest_is_one_letter_of_lines():
    """One line for each event, counted in the subject; it belongs to no conversation."""
    made = read(written(EVENT, REQUEST))
    text = made.get_body(("plain",)).get_content()

    assert made["Subject"] == "AI-use registry: 2 things about 2 matters"
    assert made["References"] is None
    assert "New alert: Alert iatse-ba-2024/prompt-displacement on Harbor Lights; grievance ends" in text
    assert "New request: Request for a meeting on Harbor Lights" in text
    for each in (EVENT, REQUEST):
        assert BASE + each.path in text
        assert f'<a href="{BASE}{each.path}">' in made.get_body(("html",)).get_content()


def test_a_trial_is_a_letter_that_says_so():
    """It reports nothing that happened."""
    made = read(written())

    assert made["Subject"] == "A trial of your subscription"
    assert "nothing has happened" in made.get_body(("plain",)).get_content()


async def test_a_note_of_the_registrys_own_is_a_letter():
    """That a subscription was disabled, and how to mend it; markup of a stranger's answer is letters."""
    box = box_of()
    note = "Your webhook subscription was disabled: answered 410: <b>gone</b>\0" + " x" * 400 + " Resume it."
    async with mailing(box) as port:
        message = msgspec.structs.replace(outgoing(), note=note)
        await sender(f"smtp://{HOST}:{port}").send(mailbox(), message, NOW)
    made = box.got[0].letter

    assert made["Subject"] == "About your subscriptions to the AI-use registry"
    assert "was disabled: answered 410: <b>gone</b>" in made.get_body(("plain",)).get_content()
    assert "Resume it." in made.get_body(("plain",)).get_content()
    assert "&lt;b&gt;gone" in made.get_body(("html",)).get_content()
    assert f"{BASE}/v1/subscriptions" in made.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    ("stage", "code", "text", "expected"),
    [
        ("recipient", 550, "5.1.1 no such user", "gone"),
        ("recipient", 550, "No such user here", "gone"),
        ("recipient", 551, "user not local", "gone"),
        ("recipient", 553, "mailbox name not allowed", "gone"),
        ("recipient", 550, "5.2.1 mailbox disabled", "gone"),
        ("recipient", 552, "5.2.2 mailbox full", "again"),
        ("recipient", 452, "4.2.2 mailbox full", "again"),
        ("recipient", 450, "4.7.1 greylisted, come back", "again"),
        ("recipient", 421, "too busy", "again"),
        ("recipient", 550, "5.1.7 bad sender's mailbox", "again"),
        ("recipient", 550, "5.1.8 <registry@x.org>: Sender address rejected: Domain not found", "again"),
        ("recipient", 554, "Blocked: 2.1.33.7 is on a list", "again"),
        ("recipient", 550, "5.7.1 relay 5.1.2.3 is not liked", "again"),
        ("recipient", 553, "4.1.1 come back", "again"),
        ("recipient", 550, "#5.1.0 Address rejected", "gone"),
        ("recipient", 550, "5.1.10 has a null MX", "gone"),
        ("recipient", 550, "5.1.12 is no code there is", "gone"),
        ("recipient", 556, "5.1.10 takes no mail", "gone"),
        ("recipient", 550, "5.7.1 relaying denied", "again"),
        ("recipient", 554, "5.7.1 your server is on a list", "again"),
        ("recipient", 501, "syntax", "again"),
        ("content", 554, "5.6.0 not liked", "refused"),
        ("content", 552, "5.3.4 too large", "refused"),
        ("content", 550, "rejected", "refused"),
        ("content", 550, "5.1.1 no such user after all", "gone"),
        ("content", 451, "4.3.0 try later", "again"),
        ("greeting", 535, "5.7.8 wrong password", "again"),
        ("greeting", 554, "5.1.1 no service", "again"),
        ("sender", 550, "5.1.8 bad sender", "again"),
    ],
)
def test_a_mailbox_is_given_up_for_its_own_faults_only(stage, code, text, expected):
    """Permanent words about the mailbox end it, about the letter refuse it; the rest is tried again."""
    assert result(stage, code, text) == expected


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ({"rcpt": "550 5.1.1 No such user\r"}, ("gone", 550)),
        ({"rcpt": "450 4.7.1 Greylisted"}, ("again", 450)),
        ({"rcpt": "550 5.7.1 Relaying denied"}, ("again", 550)),
        ({"mail": "550 5.1.8 We do not like you"}, ("again", 550)),
        ({"data": "554 5.6.0 Not liked"}, ("refused", 554)),
        ({"data": "451 4.3.0 Later"}, ("again", 451)),
    ],
)
async def test_a_bounce_is_told_apart(says, expected):
    """A real server's no to sender, mailbox or letter becomes gone, refused or again, with its words."""
    async with mailing(box_of(**says)) as port:
        sent = await sender(f"smtp://{HOST}:{port}").send(mailbox(), outgoing(EVENT), NOW)

    assert (sent.result, sent.status) == expected
    assert sent.error
    assert sent.error.isprintable()


async def test_a_password_and_a_letter_go_by_tls(tmp_path):
    """STARTTLS is used where it is offered, and the user logs in behind it."""
    serving, trusting = certificate(tmp_path, HOST)
    box = box_of()
    logins = []

    def login(server, session, envelope, mechanism, data):
        logins.append((data.login, data.password))
        return AuthResult(success=True, auth_data=data.login)

    async with mailing(box, tls_context=serving, authenticator=login) as port:
        url = f"smtp://us%40er:se%2Fcret@{HOST}:{port}"
        sent = await sender(url, tls=trusting).send(mailbox(), outgoing(EVENT), NOW)

    assert sent.result == "delivered"
    assert box.got[0].tls
    assert logins == [(b"us@er", b"se/cret")]


async def test_a_server_on_this_machine_may_have_a_made_up_certificate(tmp_path):
    """Nobody is between; a server elsewhere needs a true one, and gets no password in the clear."""
    serving, _ = certificate(tmp_path, "somebody.else")
    box = box_of()
    async with mailing(box, tls_context=serving) as port:
        sent = await sender(f"smtp://{HOST}:{port}").send(mailbox(), outgoing(EVENT), NOW)

    assert sent.result == "delivered"
    assert box.got[0].tls
    assert trust(server("smtp://mail.example")).verify_mode == ssl.CERT_REQUIRED
    assert starting(server("smtp://u:p@mail.example")) is True
    assert starting(server("smtp://mail.example")) is None
    assert starting(server("smtps://mail.example")) is False


async def test_smtps_is_tls_from_the_first_byte(tmp_path):
    """`smtps://` hands over inside TLS."""
    serving, trusting = certificate(tmp_path, HOST)
    box = box_of()
    async with mailing(box, secure=serving) as port:
        sent = await sender(f"smtps://{HOST}:{port}", tls=trusting).send(mailbox(), outgoing(EVENT), NOW)

    assert sent.result == "delivered"
    assert len(box.got) == 1


async def test_a_server_that_cannot_be_had_is_tried_again():
    """No server named, a closed port, a server that never answers: again, in time, in words."""
    box = box_of(wait=30)
    begun = time.monotonic()
    async with mailing(box) as port:
        late = await sender(f"smtp://{HOST}:{port}", seconds=0.3).send(mailbox(), outgoing(EVENT), NOW)
    closed = await sender(f"smtp://{HOST}:{port}").send(mailbox(), outgoing(EVENT), NOW)
    unnamed = await sender("").send(mailbox(), outgoing(EVENT), NOW)

    assert [sent.result for sent in (late, closed, unnamed)] == ["again"] * 3
    assert "in time" in late.error
    assert "REGISTRY_SMTP_URL" in unnamed.error
    assert closed.error
    assert time.monotonic() - begun < 5


async def test_an_address_that_is_no_mailbox_is_given_up():
    """It is never put into a letter's head, nor into a command."""
    sent = await sender("").send(mailbox("a@b.org\r\nBcc: c@d.org"), outgoing(EVENT), NOW)

    assert sent.result == "gone"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", None),
        ("smtp://mail.example", Server(host="mail.example", port=25, secure=False)),
        ("smtps://mail.example/", Server(host="mail.example", port=465, secure=True)),
        (
            "smtp://u:p@mail.example",
            Server(host="mail.example", port=587, secure=False, user="u", password="p"),
        ),
        ("smtp://[::1]:2525", Server(host="::1", port=2525, secure=False)),
    ],
)
def test_a_mail_server_is_taken_apart(url, expected):
    """Port 25, 465 with TLS, 587 with a user, or the one that is named."""
    assert server(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://u@mail.example",
        "smtp://m:x/",
        "smtp://m/?a=b",
    ],
)
def test_another_form_is_refused(url):
    """With the setting's name, when the worker starts."""
    with pytest.raises(Invalid, match="REGISTRY_SMTP_URL"):
        server(url)


@pytest.mark.parametrize("text", ["", "Registry", "Registry <registry>", "a@b.org\r\nX: y"])
def test_a_sender_has_an_address(text):
    """What replies would go to is an address, in one line."""
    with pytest.raises(Invalid, match="REGISTRY_MAIL_FROM"):
        sender_of(text)
