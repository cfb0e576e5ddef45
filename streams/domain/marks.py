"""Marks: the few facts of a transfer by which it is seen whether a typology may hold, in 48 bytes next to the event's encoding.

A party is judged for nearly every transfer and nearly always in vain. To decode its events for that was most of detection; marks of
fixed size are read ten times faster. They hold what was said, never what a table or a parameter makes of it.
"""

from struct import Struct
from zlib import crc32

from schemas.observation import RECEIVER
from schemas.transfer import KIN, NO_RELATION, OTHER_RELATION, SPOUSE
from streams.domain.event import Event
from streams.domain.trade import TRADES

# at_ms, first 8 bytes of mine and of other, US cents, signs, counter, country of sending and of payment, town of payment; 0: not said
Mark = tuple[int, int, int, int, int, int, int, int, int]
AT, MINE, OTHER, USD, SIGNS, COUNTER, SEND, PAY, TOWN = range(9)
_WRITE, _READ = Struct("<q8s8sqIIHHI"), Struct("<qQQqIIHHI")
SIZE = _WRITE.size

CREDIT, BUSINESS, SPENT, EXEMPT, PAYROLL, NEAR_LINE, NAMED = (1 << bit for bit in range(7))
SAID_SPOUSE, SAID_KIN, SAID_OTHER, NAME_TIE = (1 << bit for bit in range(7, 11))
TOLD = SAID_SPOUSE | SAID_KIN | SAID_OTHER | NAME_TIE
TRADE, TRADE_MASK = 11, 7  # where the position in TRADES stands, from 1
PURPOSE, PURPOSE_MASK = 14, 15  # where the class of the purpose stands; 0: none stated

# A7 "Business receivers": these never feed F01, F02, F04, P02, P03, S05, W02.
BUSINESS_CHANNELS = frozenset({"merchant", "card", "payroll", "virtual_asset"})
NOT_DEBT = frozenset({"rent", "tuition", "dues"})
_CHANNELS = {
    "payroll": BUSINESS | SPENT | PAYROLL, "merchant": BUSINESS | SPENT, "card": BUSINESS | SPENT,
    "virtual_asset": BUSINESS | SPENT, "cash_out": SPENT,
}  # fmt: skip
_RELATIONS = {SPOUSE: SAID_SPOUSE, KIN: SAID_KIN, NO_RELATION: 0, OTHER_RELATION: SAID_OTHER}
_PURPOSES = {  # others are nothing to the typologies
    name: at << PURPOSE | (EXEMPT if name in NOT_DEBT else 0)
    for at, name in enumerate(("none", "ransom", "debt", "dues", "rent", "tuition", "travel", "family"))
}
_UNKNOWN = PURPOSE_MASK << PURPOSE
_TRADES = {trade: at << TRADE for at, trade in enumerate(("", *TRADES))}


class _Countries(dict[str, int]):
    """Country -> its two letters as a number."""

    def __missing__(self, country: str) -> int:
        number = self[country] = int.from_bytes(country.encode(), "little")
        return number


class _Letters(dict[int, str]):
    """The other way round."""

    def __missing__(self, number: int) -> str:
        country = self[number] = number.to_bytes(2, "little").rstrip(b"\0").decode()
        return country


_NUMBERS = _Countries()
COUNTRY = _Letters()


def mark_of(event: Event) -> bytes:
    """The event's mark, SIZE bytes."""
    signs = (_CHANNELS.get(event.channel, 0) | _RELATIONS[event.relation] | _PURPOSES.get(event.purpose_class, _UNKNOWN) | _TRADES[event.trade])  # fmt: skip
    if event.side == RECEIVER:
        signs |= CREDIT
    if event.is_near_line:
        signs |= NEAR_LINE
    if event.name_tie:
        signs |= NAME_TIE
    if event.passenger:
        signs |= NAMED
    return _WRITE.pack(
        event.at_ms, event.mine, event.other, event.usd_minor, signs, event.counter,
        _NUMBERS[event.send.country], _NUMBERS[event.pay.country], town_number(event.pay.town),
    )  # fmt: skip


def town_number(town: str) -> int:
    """A town as marks know it."""
    return crc32(town.encode()) if town else 0


def place_number(country: str, town: str) -> tuple[int, int]:
    """Country and town as marks know them."""
    return _NUMBERS[country], town_number(town)


def read(marks: bytes) -> list[Mark]:
    """All marks, oldest first."""
    return list(_READ.iter_unpack(marks))


def newest_ms(marks: bytes) -> int:
    """Event time of the last mark."""
    return int.from_bytes(marks[-SIZE : 8 - SIZE], "little", signed=True)


def number_of(key: bytes) -> int:
    """A party as marks know it."""
    return int.from_bytes(key[:8], "little")


def is_kin(signs: int) -> bool:
    """Whether two are kin by all signs of their transfers together (streams.domain.entity.Pair.is_kin)."""
    if signs & SAID_SPOUSE:
        return True
    return bool(signs & NAME_TIE) and (bool(signs & SAID_KIN) or not signs & SAID_OTHER)


def is_abroad(mark: Mark) -> bool:
    """Whether the transfer crossed a border, or may have: a country is left out."""
    return not mark[SEND] or not mark[PAY] or mark[SEND] != mark[PAY]
