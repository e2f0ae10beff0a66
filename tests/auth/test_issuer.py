"""The local issuer: one key, made once, readable by its owner alone."""

import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from registry.auth import token
from registry.auth.issuer import FILE, local_issuer, mint
from registry.auth.scope import Principal
from registry.errors import Corrupt, Forbidden, Unauthenticated
from registry.settings import Settings

REP = Principal(subject="rep", role="representative", unions=["IATSE"], locals=["IATSE:700"])


def believed(local, given, audience="ai-use-registry"):
    keys = [local.keys[token.kid_of(given)]]
    return token.principal_of(token.signed(given, keys, audience, 0))


def test_what_is_minted_is_believed(tmp_path):
    """A minted token comes back as the principal it was minted for."""
    local = local_issuer(Settings(data_dir=tmp_path))

    assert believed(local, mint(local, REP, "ai-use-registry", datetime.now(UTC))) == REP


def test_a_token_ends(tmp_path):
    """A token is good for its lifetime and no longer."""
    local = local_issuer(Settings(data_dir=tmp_path))
    old = mint(local, REP, "ai-use-registry", datetime.now(UTC) - timedelta(hours=2), timedelta(hours=1))
    with pytest.raises(Unauthenticated):
        believed(local, old)


def test_the_key_stays_and_is_its_owners(tmp_path):
    """The second start finds the first one's key, which nobody else may read; nothing else is left behind."""
    folder = tmp_path / "deep" / "data"
    first = local_issuer(Settings(data_dir=folder))
    second = local_issuer(Settings(data_dir=folder))

    assert first.kid == second.kid
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == [FILE]


def test_processes_that_start_at_once_share_one_key(tmp_path):
    """Five processes, one folder, one key."""
    code = (
        "import sys; from pathlib import Path; from registry.settings import Settings;"
        "from registry.auth.issuer import local_issuer;"
        "print(local_issuer(Settings(data_dir=Path(sys.argv[1]))).kid)"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "d")], stdout=subprocess.PIPE, text=True)
        for _ in range(5)
    ]
    kids = {process.communicate(timeout=60)[0].strip() for process in started}

    assert len(kids) == 1
    assert kids != {""}


def test_it_refuses_to_work_beside_a_configured_issuer(tmp_path):
    """With REGISTRY_ISSUERS set there is no local key, not even one made before."""
    local_issuer(Settings(data_dir=tmp_path))
    with pytest.raises(Forbidden):
        local_issuer(Settings(data_dir=tmp_path, issuers="https://a=https://a/jwks"))


def test_a_spoilt_key_is_said_not_replaced(tmp_path):
    """A key file that is not a key is for an operator to look at: replacing it would void every token."""
    (tmp_path / FILE).write_text("spoilt")
    with pytest.raises(Corrupt):
        local_issuer(Settings(data_dir=tmp_path))

    assert (tmp_path / FILE).read_text() == "spoilt"
