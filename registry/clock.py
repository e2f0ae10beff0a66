"""What the present is: the machine's clock, or the instant in a file.

Only the outermost modules (app, cli, worker) read a clock; everything else is told `now`.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from registry.errors import Corrupt


def machine() -> datetime:
    """The machine's present, in UTC."""
    return datetime.now(UTC)


def reader(clock_file: str) -> Callable[[], datetime]:
    """A function that tells the present: the ISO instant in *clock_file*, read at each call, if named."""
    if not clock_file:
        return machine
    path = Path(clock_file)

    def told() -> datetime:
        try:
            instant = datetime.fromisoformat(path.read_text().strip())
        except (OSError, ValueError) as fault:
            raise Corrupt(f"the clock file {path} does not hold an ISO instant: {fault}") from None
        if instant.tzinfo is None:
            raise Corrupt(f"the clock file {path} must say its offset, as in 2026-03-01T12:00:00+00:00")
        return instant.astimezone(UTC)

    return told
