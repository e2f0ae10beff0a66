import base64
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from registry.errors import Invalid
from registry.outgoing.signing import key_pair, plain, public_of, shared, sign, verifies

VECTORS = [
    (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
    (
        "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
        1649367553,
        b'{"email":"test@example.com","username":"test_user"}',
        "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
    ),
]
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
KNOWN = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
"""The first key pair of RFC 8032, 7.1."""


@pytest.mark.parametrize(("secret", "message_id", "instant", "body", "signature"), VECTORS)
def test_the_published_vectors_come_out(secret, message_id, instant, body, signature):
    """v1 is byte for byte what the standard's own examples say."""
    assert sign([secret], message_id, instant, body) == {
        "webhook-id": message_id,
        "webhook-timestamp": str(instant),
        "webhook-signature": signature,
    }


@given(st.binary(min_size=24, max_size=64), st.binary(min_size=24, max_size=64), st.text(max_size=50))
def test_the_public_library_takes_either_secret_of_a_rotation(old, new, text):
    """While two secrets live, a receiver with either of them, by the public library, accepts the message."""
    body = text.encode("utf-8", "replace")
    now = int(dt.datetime.now(dt.UTC).timestamp())
    headers = sign([shared(new), shared(old)], "msg_1", now, body)

    for secret in (old, new):
        assert Webhook(shared(secret)).verify(body, headers, json_parse=False) is None
    with pytest.raises(WebhookVerificationError):
        Webhook(shared(bytes(24))).verify(body + b" ", headers, json_parse=False)


def test_a_key_pair_is_that_of_the_rfc():
    """The public key of a seed, and the signature of nothing, are those of RFC 8032."""
    private, public = key_pair(SEED)
    whole = "whsk_" + base64.b64encode(SEED + KNOWN).decode()

    assert plain(public) == KNOWN
    assert public_of(private) == public_of(whole) == public
    assert public_of(shared(bytes(24))) is None
    assert sign([whole], "a", 1, b"x") == sign([private], "a", 1, b"x")


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100), st.integers(0, 2**33))
def test_v1a_verifies_with_the_public_key_alone(seed, body, instant):
    """Whoever has the public key knows the bytes, the id and the instant; any change of them shows."""
    private, public = key_pair(seed)
    made = sign([private, shared(bytes(32))], "msg_1", instant, body)["webhook-signature"].split(" ")
    content = b"msg_1.%d." % instant + body

    assert [one.partition(",")[0] for one in made] == ["v1a", "v1"]
    assert verifies(public, made[0], content)
    assert not verifies(public, made[1], content)
    assert not verifies(public, made[0], content + b".")
    assert not verifies(public, "v1" + made[0].removeprefix("v1a"), content)
    assert not verifies(key_pair(bytes(32))[1], made[0], content) or seed == bytes(32)


@pytest.mark.parametrize("message_id", ["", "a.b", "."])
def test_an_id_that_moves_the_joints_is_refused(message_id):
    """A full stop in the id would let one message be read as another."""
    with pytest.raises(Invalid):
        sign([shared(bytes(24))], message_id, 1, b"")


def test_nothing_goes_out_unsigned():
    """Without a living secret there is no message."""
    with pytest.raises(Invalid):
        sign([], "a", 1, b"")


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "whsec_AAAA",
        "whsec_" + "A" * 200,
        "whsec_!!!!",
        "whsk_AAAA",
        "whpk_" + "A" * 88,
        "x" * 40,
    ],
)
def test_a_secret_of_no_known_form_is_refused(secret):
    """Short, long and misspelt secrets sign nothing."""
    with pytest.raises(Invalid):
        sign([secret], "a", 1, b"")


@pytest.mark.parametrize("length", [0, 23, 65])
def test_a_secret_has_its_length(length):
    """24 to 64 bytes for a shared one, 32 for a key."""
    with pytest.raises(Invalid):
        shared(bytes(length))
    with pytest.raises(Invalid):
        key_pair(bytes(length))
