"""How the log stands, as a person is shown it."""

import datetime as dt

import msgspec


class LogStatus(msgspec.Struct, frozen=True):
    """The log that signs, the tree it signs, what was let out, and why nothing is signed, if nothing is."""

    origin: str
    vkey: str
    key_file: str
    size: int
    root: str
    checkpoint: str | None
    signed_at: dt.datetime | None
    let_out: int | None
    halted: str | None
    halted_at: dt.datetime | None
    problem: str | None
    """Why a start would be refused."""


class Rotated(msgspec.Struct, frozen=True):
    """A new log: what it is called, its key and the file that lies in, its entry and its first checkpoint."""

    number: int
    origin: str
    vkey: str
    key_file: str
    index: int
    checkpoint: str
    advice: str
