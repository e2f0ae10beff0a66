"""The facts a condition may ask for, by what an obligation is about.

Each has a type for the condition language, the place in the disclosure where it is answered, and the
question to ask when it is missing. A fact that nobody stated is left out of a subject; a condition that
needs it stays undecided. Moments (days and instants) belong to `due`, never to a condition.
"""

from typing import Final

from registry.obligations import facts_filing as filing
from registry.obligations import facts_media as media
from registry.obligations import facts_people as people
from registry.obligations import facts_work as work
from registry.obligations.fact import Fact
from registry.obligations.facts_use import USE

__all__ = ["ABOUT", "Fact"]

ABOUT: Final[dict[str, dict[str, Fact]]] = {
    "use": USE,
    "use_event": work.USE_EVENT,
    "event": work.EVENT,
    "workforce": work.WORKFORCE,
    "layoff": work.LAYOFF,
    "tool": work.TOOL,
    "vendor": work.VENDOR,
    "consultation": people.CONSULTATION,
    "request": people.REQUEST,
    "consent": people.CONSENT,
    "hire": people.HIRE,
    "material": people.MATERIAL,
    "claim": people.CLAIM,
    "replica": media.REPLICA,
    "synthetic": media.SYNTHETIC,
    "alteration": media.ALTERATION,
    "training": media.TRAINING,
    "music": media.MUSIC,
    "footage": media.FOOTAGE,
    "adm": media.ADM,
    "production": filing.PRODUCTION,
    "quarter": filing.QUARTER,
    "change": filing.CHANGE,
    "withdrawal": filing.WITHDRAWAL,
    "pattern": filing.PATTERN,
    "impacts": filing.IMPACTS,
    "accuracy": filing.ACCURACY,
}
"""The facts by what an obligation is about; the only names a pack may use."""
