"""Identifiers with check characters, and country codes: each function says what is wrong, or None.

EIDR and ISAN carry ISO 7064 Mod 37,36 check characters, LEI (ISO 17442) carries Mod 97-10. Only the
written form the standard shows is taken: two spellings of one title would be two titles to everybody else.
The codes of countries and subdivisions are those of `schemas/codes`; a test holds them equal.
"""

import functools
import re
from typing import Final

from stdnum.iso7064 import mod_37_36, mod_97_10

EIDR: Final = re.compile(r"10\.5240/(?:[0-9A-F]{4}-){5}[0-9A-Z]")
ISAN: Final = re.compile(r"(?:[0-9A-F]{4}-){4}[0-9A-Z](?:-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-Z])?")
LEI: Final = re.compile(r"[0-9A-Z]{18}[0-9]{2}")
LABEL: Final = re.compile(r"^(?:https?://\S*?(?=10\.5240/)|urn:isan:|isan:?|eidr:?|lei:?)", re.IGNORECASE)
SUBDIVISION: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")

COUNTRY_CODES: Final = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW
BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI
FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN
IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME
MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF
PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE
YT ZA ZM ZW
"""
STATE_CODES: Final = """
AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH
OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR UM VI
"""
PROVINCE_CODES: Final = "AB BC MB NB NL NS NT NU ON PE QC SK YT"

COUNTRIES: Final = frozenset(COUNTRY_CODES.split())
SUBDIVISIONS: Final = {"US": frozenset(STATE_CODES.split()), "CA": frozenset(PROVINCE_CODES.split())}


def eidr(value: str) -> str | None:
    """What is wrong with an EIDR, or None."""
    if not EIDR.fullmatch(value):
        return "An EIDR looks like 10.5240/7EC7-228A-510A-053E-CBB8-J, in capitals."
    digits = value[8:].replace("-", "")
    return checked("EIDR", digits[:-1], digits[-1])


def isan(value: str) -> str | None:
    """What is wrong with an ISAN, or None."""
    if not ISAN.fullmatch(value):
        return "An ISAN looks like 0000-0001-8947-0000-8 or 0000-0001-8947-0000-8-0000-0000-D, in capitals."
    plain = value.replace("-", "")
    wrong = checked("ISAN", plain[:16], plain[16])
    if wrong is None and len(plain) == 26:
        return checked("ISAN with its version", plain[:16] + plain[17:25], plain[25])
    return wrong


def checked(name: str, digits: str, given: str) -> str | None:
    """What is wrong with a Mod 37,36 check character, or None."""
    expected = check_character(digits)
    if given == expected:
        return None
    return f"The last character of this {name} should be {expected}, not {given}: it is mistyped somewhere."


# The same few titles and companies file again and again. Only well-formed, hence short, texts come here.
@functools.lru_cache(maxsize=4096)
def check_character(digits: str) -> str:
    """The ISO 7064 Mod 37,36 check character of *digits*."""
    return str(mod_37_36.calc_check_digit(digits))


@functools.lru_cache(maxsize=4096)
def lei_fits(value: str) -> bool:
    """Whether the two check digits of a well-formed LEI are right."""
    return bool(mod_97_10.is_valid(value))


def lei(value: str) -> str | None:
    """What is wrong with a legal entity identifier, or None."""
    if not LEI.fullmatch(value):
        return "An LEI has 18 letters and digits and two check digits, in capitals, as 213800KUD8LAJWSQ9D15."
    if not lei_fits(value):
        return "The check digits of this LEI do not fit: something in it is mistyped."
    return None


def country(value: str) -> str | None:
    """What is wrong with an ISO 3166-1 alpha-2 country code, or None."""
    return None if value in COUNTRIES else "There is no such country code."


def subdivision(value: str) -> str | None:
    """What is wrong with an ISO 3166-2 code, or None; outside the US and Canada form and country decide."""
    if not SUBDIVISION.fullmatch(value):
        return "A state or province is written with its country, as US-CA or CA-BC."
    land, part = value.split("-", 1)
    if land not in COUNTRIES:
        return f"There is no country {land}."
    known = SUBDIVISIONS.get(land)
    if known is not None and part not in known:
        return f"{land} has no state or province {part}."
    return None


def jurisdiction(value: str) -> str | None:
    """What is wrong with a country or subdivision code, or None."""
    return country(value) if "-" not in value else subdivision(value)


def tidied(value: str) -> str:
    """*value* as people meant it: without a leading web address or label, without spaces, in capitals."""
    return "".join(LABEL.sub("", value.strip()).upper().split()).replace("–", "-")
