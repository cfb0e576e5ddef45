"""What the values of a native transfer must mean: real codes, calendar days, a time that can be, an amount that fits its currency."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache

import msgspec
from msgspec import UNSET, UnsetType

from schemas.codes import COUNTRIES, CURRENCIES
from schemas.money import Money, decimals
from schemas.native import InvalidTransfer, NativeAgent, NativeAmount, NativeParty, NativeTransfer
from schemas.native_outline import NativeOutline

CLOCK_SKEW_MS = 600_000  # DEF: a partner's clock may run ten minutes ahead
EARLIEST_MS = 946_684_800_000  # DEF: 1 January 2000; no partner keeps older transfers
MAX_MINOR = 10**15  # DEF: ten trillion dollars; above it a sum is a fault, and sums of sums stay within 64 bits

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AMOUNT = re.compile(r"([1-9][0-9]{0,14})(?:\.([0-9]{1,4}))?|0\.([0-9]{0,3}[1-9][0-9]{0,3})")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{4,24}").fullmatch
_PHONE_WORDS = "a phone number: digits, spaces, brackets and hyphens after an optional +"
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+").fullmatch
_IP = re.compile(r"[0-9a-fA-F.:]{2,45}").fullmatch
_DOCUMENT_TYPE = re.compile(r"[a-z][a-z_]{0,39}").fullmatch
_FLAG = re.compile(r"[a-z][a-z0-9_]{0,39}").fullmatch
_MERCHANT_CATEGORY = re.compile(r"[0-9]{4}").fullmatch
_OFFSETS_MIN = range(-12 * 60, 14 * 60 + 1)  # the offsets in use on Earth
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MS = 86_400_000


class Meaning(msgspec.Struct, frozen=True, gc=False):
    """What checking found: time in ms UTC with the local offset in minutes, and the amount in minor units."""

    occurred_ms: int
    utc_offset_min: int
    amount: Money


def check(event: NativeTransfer, now_ms: int) -> Meaning:
    """Checks every value of `event` at the instant `now_ms` (ms UTC).

    Raises  InvalidTransfer at the first fault
    """
    return _checked(event, event.sender, event.receiver, now_ms)


def check_outline(event: NativeOutline, now_ms: int) -> Meaning:
    """As `check`, but for the parties, which `check_party` has checked when they first came. Raises InvalidTransfer."""
    return _checked(event, None, None, now_ms)


def check_party(party: NativeParty) -> None:
    """Checks every value of a party that stands alone. Raises InvalidTransfer."""
    _check_party(party, "party")


def _checked(
    event: NativeTransfer | NativeOutline, sender: NativeParty | None, receiver: NativeParty | UnsetType | None, now_ms: int
) -> Meaning:
    amount = amount_of(event.amount)
    occurred_ms, offset = instant(event.occurred_at)
    if occurred_ms > now_ms + CLOCK_SKEW_MS:
        raise InvalidTransfer(
            "time_in_future", "occurred_at lies in the future; send the time at which it happened.", "occurred_at"
        )
    if occurred_ms < EARLIEST_MS:
        raise InvalidTransfer(
            "time_too_early", "occurred_at lies before the year 2000; send the time at which it happened.", "occurred_at"
        )
    _check_receiver(event)
    if sender is not None:
        _check_party(sender, "sender")
    if receiver is not None and receiver is not UNSET:
        _check_party(receiver, "receiver")
    _check_agent(event.send_agent, "send_agent")
    _check_agent(event.pay_agent, "pay_agent")
    if event.merchant_category is not UNSET and not _MERCHANT_CATEGORY(event.merchant_category):
        raise _malformed("merchant_category", "four digits (ISO 18245)")
    for index, flag in enumerate(event.flags):
        if not _FLAG(flag.code):
            raise _malformed(f"flags[{index}].code", "a lower-case code")
    return Meaning(occurred_ms, offset, amount)


def amount_of(amount: NativeAmount) -> Money:
    """The amount in minor units, exact; trailing zeros beyond the currency's decimals are no fault."""
    value, currency = amount.value, amount.currency
    if currency not in CURRENCIES:
        raise InvalidTransfer(
            "currency_unknown", "amount.currency is not a currency of ISO 4217 (three capital letters).", "amount.currency"
        )
    parts = _AMOUNT.fullmatch(value)
    if parts is None:
        raise _amount_fault(value)
    digits = decimals(currency)
    fraction = (parts[2] or parts[3] or "").rstrip("0")
    if len(fraction) > digits:
        raise InvalidTransfer(
            "amount_decimals", f"amount.value has more decimals than its currency, which has {digits}.", "amount.value"
        )
    minor = int((parts[1] or "0") + fraction.ljust(digits, "0"))
    if minor > MAX_MINOR:
        raise InvalidTransfer("amount_too_large", "amount.value is larger than any transfer can be.", "amount.value")
    return Money(minor, currency)


def _amount_fault(value: str) -> InvalidTransfer:
    if re.fullmatch(r"-[0-9.,]+", value):
        return InvalidTransfer("amount_not_positive", "amount.value is negative; it must be above zero.", "amount.value")
    if re.fullmatch(r"0+(\.0+)?", value):
        return InvalidTransfer("amount_not_positive", "amount.value is zero; it must be above zero.", "amount.value")
    if re.fullmatch(r"[1-9][0-9]{15,}(\.[0-9]+)?", value):
        return InvalidTransfer("amount_too_large", "amount.value is larger than any transfer can be.", "amount.value")
    if re.fullmatch(r"(0|[1-9][0-9]{0,14})\.[0-9]{5,}", value):
        return InvalidTransfer("amount_decimals", "amount.value has more than four decimals.", "amount.value")
    return InvalidTransfer(
        "amount_invalid", "amount.value must be digits with at most one decimal point, such as 250.00.", "amount.value"
    )


def instant(text: str) -> tuple[int, int]:
    """An RFC 3339 time as (ms UTC, local offset in minutes)."""
    parts = _TIME.fullmatch(text)
    if parts is None:
        raise InvalidTransfer(
            "time_invalid", "occurred_at is not an RFC 3339 time such as 2024-05-17T18:42:10+05:00.", "occurred_at"
        )
    zone = parts[1]
    if zone is None:
        raise InvalidTransfer(
            "time_without_offset", "occurred_at has no offset; add the local one, such as +05:00.", "occurred_at"
        )
    offset = _offset_min(zone)
    try:
        local = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidTransfer("time_invalid", "occurred_at is not a time of the calendar.", "occurred_at") from error
    # By parts: dividing by a timedelta of a millisecond takes 1 us more, in big integers.
    since = local - _EPOCH
    return since.days * _DAY_MS + since.seconds * 1000 + since.microseconds // 1000, offset


@lru_cache(maxsize=256)
def _offset_min(zone: str) -> int:
    if zone == "Z":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[4:6])
    minutes = -minutes if zone[0] == "-" else minutes
    if minutes not in _OFFSETS_MIN or int(zone[4:6]) > 59:
        raise InvalidTransfer("time_invalid", "occurred_at has an offset that is used nowhere.", "occurred_at")
    return minutes


@lru_cache(maxsize=65_536)
def is_day(text: str) -> bool:
    """Whether `text` is a day of the calendar, written YYYY-MM-DD."""
    if _DAY.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _check_receiver(event: NativeTransfer | NativeOutline) -> None:
    if event.channel == "cash_out":
        if event.receiver is not UNSET:
            raise InvalidTransfer("receiver_not_allowed", "A cash_out has no receiver; leave the field out.", "receiver")
    elif event.receiver is UNSET:
        raise InvalidTransfer("receiver_missing", "The receiver is missing; only cash_out has none.", "receiver")


def _check_party(party: NativeParty, path: str) -> None:
    # The path of a field is only put together when the field is at fault: this runs for every party of every event.
    if party.nationality is not UNSET and party.nationality not in COUNTRIES:
        raise _unknown_country(f"{path}.nationality")
    if party.date_of_birth is not UNSET and not is_day(party.date_of_birth):
        raise _no_day(f"{path}.date_of_birth")
    if party.customer_since is not UNSET and not is_day(party.customer_since):
        raise _no_day(f"{path}.customer_since")
    if party.documents or party.addresses:
        _check_papers(party, path)
    if party.phones or party.emails or party.ip is not UNSET:
        _check_contacts(party, path)


def _check_papers(party: NativeParty, path: str) -> None:
    for index, document in enumerate(party.documents):
        if document.country not in COUNTRIES:
            raise _unknown_country(f"{path}.documents[{index}].country")
        if not _DOCUMENT_TYPE(document.type):
            raise _malformed(f"{path}.documents[{index}].type", "a lower-case code such as passport")
    for index, address in enumerate(party.addresses):
        if address.country not in COUNTRIES:
            raise _unknown_country(f"{path}.addresses[{index}].country")


def _check_contacts(party: NativeParty, path: str) -> None:
    for index, number in enumerate(party.phones):
        if not _PHONE(number):
            raise _malformed(f"{path}.phones[{index}]", _PHONE_WORDS)
    for index, address in enumerate(party.emails):
        if not _EMAIL(address):
            raise _malformed(f"{path}.emails[{index}]", "an e-mail address")
    if party.ip is not UNSET and not _IP(party.ip):
        raise _malformed(f"{path}.ip", "an IPv4 or IPv6 address")


def _check_agent(agent: NativeAgent | UnsetType, path: str) -> None:
    if agent is UNSET:
        return
    if agent.country not in COUNTRIES:
        raise _unknown_country(f"{path}.country")
    if (agent.lat is UNSET) != (agent.lon is UNSET):
        raise InvalidTransfer("agent_position_incomplete", f"{path} has lat or lon alone; send both or neither.", path)


def _unknown_country(path: str) -> InvalidTransfer:
    return InvalidTransfer("country_unknown", f"{path} is not a country of ISO 3166-1 (two capital letters).", path)


def _no_day(path: str) -> InvalidTransfer:
    return InvalidTransfer("date_invalid", f"{path} is not a day of the calendar written YYYY-MM-DD.", path)


def _malformed(path: str, what: str) -> InvalidTransfer:
    return InvalidTransfer("field_value", f"{path} must be {what}.", path)
