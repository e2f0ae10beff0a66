"""A bundle as bytes, and what both of its verifiers say of one."""

import io
import json
import subprocess
import zipfile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rfc3161_client import decode_timestamp_response

from registry.bundles import act, checking
from registry.bundles.act import Asked
from registry.bundles.shipped import verify
from registry.ledger import note
from registry.ledger.log import store as logs

WITNESS = "union.example/witness"
WITNESSED = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)


async def bundle(db, by, employer_id=None, production_id=None, moment=None):
    """A bundle as bytes."""
    made = await act.make(db, by, Asked(employer_id, production_id), moment)
    data = b"".join([piece async for piece in act.sent(made)])
    assert len(data) == made.size
    return data


def fault(data, vkey=None):
    """The first fault that both verifiers find, in the same words; nothing where it holds."""
    ours = checking.check(io.BytesIO(data), vkey).fault
    try:
        verify.check(io.BytesIO(data), vkey)
        theirs = ""
    except verify.Wrong as wrong:
        theirs = str(wrong)
    assert ours == theirs
    return ours


def files(data):
    """The files of a bundle by name, as another program reads them."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name.removeprefix("bundle/"): archive.read(name) for name in archive.namelist()}


def told(data):
    """What a bundle says of itself."""
    return json.loads(files(data)["bundle.json"])


AUTHORITY = """
[tsa]
default_tsa = own
[own]
serial = serial
signer_cert = own.pem
signer_key = own.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
[req]
distinguished_name = name
prompt = no
x509_extensions = stamping
[name]
CN = A local authority
[stamping]
basicConstraints = CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
"""


def stamped(data, folder):
    """A time stamp of some bytes by an authority of our own, by openssl; its certificate is left in *folder*."""

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    (folder / "tsa.cnf").write_text(AUTHORITY)
    (folder / "serial").write_text("01\n")
    (folder / "note").write_bytes(data)
    own = ("-keyout", "own.key", "-out", "own.pem", "-days", "9", "-config", "tsa.cnf")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", *own)
    openssl("ts", "-query", "-data", "note", "-sha256", "-cert", "-out", "query")
    openssl("ts", "-reply", "-config", "tsa.cnf", "-section", "own", "-queryfile", "query", "-out", "reply")
    return (folder / "reply").read_bytes()


async def witness(db, folder):
    """Have the newest checkpoint cosigned by a witness, and stamped by an authority."""
    async with db.transaction() as conn:
        found = await logs.find_checkpoint(conn)
        text = note.read(found.note.encode()).text
        line = note.cosign(text, WITNESS, WITNESSED, 1_760_000_000).line
        vkey = note.verifier(WITNESS, WITNESSED, note.COSIGNATURE).vkey
        token = stamped(found.note.encode(), folder)
        at = decode_timestamp_response(token).tst_info.gen_time
        key = found.size, found.log
        await conn.execute("INSERT INTO ledger_cosignature VALUES ($1, $2, $3, $4, $5)", *key, vkey, line, at)
        authority = "https://stamp.example"
        await conn.execute("INSERT INTO ledger_stamp VALUES ($1, $2, $3, $4, $5)", *key, authority, token, at)
