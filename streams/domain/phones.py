"""Phone numbers in one form: E.164 where the number can be read, digits alone where it cannot."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, NumberParseException, PhoneMetadata, PhoneNumberFormat

_NOT_DIGIT = re.compile("[^0-9]")
_MIN_DIGITS, _MAX_DIGITS = 8, 15  # E.164: at most 15 with the country code; DEF: shorter ones go the exact way
_MIN_REAL_DIGITS = 5  # DEF: fewer distinct positions than this cannot single out a customer


@lru_cache(maxsize=32_768)
def e164(number: str, *regions: str) -> str:
    """The number as +<country code><number>; else its digits without a plus.

    regions  ISO countries to try, in order, for a number written without its country code
    """
    digits = _NOT_DIGIT.sub("", number)
    if number.startswith("+"):
        if "(0)" not in number and _needs_no_parsing(digits):
            return "+" + digits
        return _parsed(number, None) or digits
    for region in regions:
        found = _parsed(number, region, valid=True)
        if found:
            return found
    return _parsed("+" + digits.removeprefix("00"), None, valid=True) or digits


def is_placeholder(normal: str) -> bool:
    """Whether a normal form stands for "no phone": zeros, one digit repeated, or too short to be anyone's."""
    digits = normal.removeprefix("+")
    return len(digits) < _MIN_REAL_DIGITS or digits[-6:].count(digits[-1]) == len(digits[-6:]) or digits in "12345678901234567890"


def _needs_no_parsing(digits: str) -> bool:
    """Whether libphonenumber would give the digits back as they are: known country code, no trunk prefix to take off."""
    if not _MIN_DIGITS <= len(digits) <= _MAX_DIGITS:
        return False
    for length in (1, 2, 3):
        trunk = _trunk_prefix(digits[:length])
        if trunk is not None:
            return trunk.match(digits, length) is None
    return False


_NEVER = re.compile("(?!)")


@lru_cache(maxsize=1024)
def _trunk_prefix(country_code: str) -> re.Pattern[str] | None:
    """What may stand before a national number of the calling code; None where it is no calling code."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(country_code)) if country_code[:1] != "0" else None
    if not regions:
        return None
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(int(country_code), regions[0])
    if metadata is None or not metadata.national_prefix_for_parsing:
        return _NEVER
    return re.compile(metadata.national_prefix_for_parsing)


def _parsed(number: str, region: str | None, *, valid: bool = False) -> str | None:
    try:
        parsed = phonenumbers.parse(number, region)
    except NumberParseException:
        return None
    if valid and not phonenumbers.is_valid_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, PhoneNumberFormat.E164))
