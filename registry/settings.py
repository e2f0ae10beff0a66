"""What an operator can set: one struct, read once from `REGISTRY_*`.

An unknown `REGISTRY_` name is refused, with the nearest known one, because a misspelt setting
that is silently ignored is found in production.
"""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import msgspec

from registry.errors import Invalid

PREFIX: Final = "REGISTRY_"
OF_THE_TESTS: Final = {"REGISTRY_TEST_DATABASE_URL", "REGISTRY_SHARED"}
"""Names that only the tests read; the programs they start pass them over."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting. Each has a default that works on a fresh machine."""

    database_url: str = ""
    """PostgreSQL 15 to 18. Empty: a PostgreSQL is started by the program, in `data_dir`."""
    data_dir: Path = Path(".registry")
    """Where the embedded PostgreSQL and the local issuer's key are kept."""
    host: str = "127.0.0.1"
    """The address the server listens on."""
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8321
    """The port the server listens on."""
    public_url: str = ""
    """The address callers use, for links in answers. Empty: made from host and port."""
    pool_size: Annotated[int, msgspec.Meta(ge=1, le=200)] = 8
    """Database connections for each process."""
    issuers: str = ""
    """Token issuers: `issuer=jwks address` pairs, separated by commas. Empty: the local issuer."""
    audience: str = "ai-use-registry"
    """The `aud` a token must carry."""
    token_leeway_seconds: Annotated[int, msgspec.Meta(ge=0, le=300)] = 30
    """How far a token issuer's clock may be off."""
    log_format: str = ""
    """`json` or `pretty`. Empty: pretty on a terminal, JSON elsewhere."""
    clock_file: str = ""
    """A file whose ISO instant is taken as the present. Demonstrations and tests only."""
    sweep_seconds: Annotated[int, msgspec.Meta(ge=1, le=86400)] = 60
    """How often the worker looks for duties and alerts that time alone has changed."""
    worker_late_seconds: Annotated[int, msgspec.Meta(ge=10, le=86400)] = 300
    """After how long without a sign of the worker, or of its sweep, /health/worker answers 503."""
    smtp_url: str = ""
    """The mail server: `smtp://[user:password@]host[:port]`, or `smtps://`. Empty: no mail is sent."""
    mail_from: str = "AI-use registry <registry@localhost>"
    """Whom the registry's mail comes from."""
    outgoing_allow: str = ""
    """Networks, separated by commas, that webhooks may reach although they are not public. Empty: none."""
    log_origin: str = ""
    """The name of the ledger's log: its address without scheme. Empty: `public_url`'s, with `/ledger`."""
    log_key: str = ""
    """The file of the Ed25519 key that signs checkpoints. Empty: `log.pem` in `data_dir`, made at need."""
    tiles_dir: str = ""
    """A folder in which the log's tiles and checkpoint are kept for a static server. Empty: none."""
    witness_policy: str = ""
    """The file that names the witnesses of checkpoints, and how many must have signed. Empty: none."""
    publish_seconds: Annotated[int, msgspec.Meta(ge=1, le=3600)] = 5
    """How often witnesses are asked and tiles are written, when there is something new."""
    stamp_url: str = ""
    """The address of an RFC 3161 time-stamping authority for checkpoints. Empty: none."""
    stamp_seconds: Annotated[int, msgspec.Meta(ge=1, le=604800)] = 3600
    """How often a new checkpoint is time-stamped."""
    access_batch_seconds: Annotated[int, msgspec.Meta(ge=1, le=86400)] = 600
    """How often what was read is put into the ledger, as one entry for all of it."""
    metrics_token: str = ""
    """What a scraper sends as bearer token to be told small numbers by /metrics, too. Empty: nobody is."""

    @property
    def address(self) -> str:
        """The base address callers use."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def read(environ: Mapping[str, str]) -> Settings:
    """Settings from *environ*; raises Invalid for an unknown name or a value of the wrong form."""
    known = {PREFIX + name.upper(): name for name in Settings.__struct_fields__}
    given = {
        name: value for name, value in environ.items() if name.startswith(PREFIX) and name not in OF_THE_TESTS
    }
    for name in sorted(given.keys() - known.keys()):
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
        hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(sorted(known))}"
        raise Invalid(f"there is no setting {name}{hint}")
    # An empty value is what a compose file makes of a name left out: the default holds.
    values = {known[name]: value for name, value in given.items() if value}
    try:
        return msgspec.convert(values, Settings, strict=False, dec_hook=as_path)
    except msgspec.ValidationError as fault:
        said, _, place = str(fault).partition(" - at `$.")
        name = PREFIX + place.rstrip("`").upper() if place else "a setting"
        raise Invalid(f"{name} is wrong: {said.lower()}") from None


def as_path(kind: type, value: object) -> object:
    """The one type of a setting that msgspec does not know."""
    assert kind is Path
    return Path(str(value)).expanduser()
