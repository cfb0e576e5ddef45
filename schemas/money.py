"""Money as integer minor units and an ISO 4217 code; floats never touch an amount."""

from decimal import Decimal

import msgspec


class Money(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An amount: `minor` in the currency's smallest unit (cents, fils, whole yen), `currency` ISO 4217."""

    minor: int
    currency: str


# ISO 4217:2015 minor units that are not two; every other active code has two decimals.
ZERO_DECIMALS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())


def decimals(currency: str) -> int:
    """Number of decimals of `currency` (0, 2 or 3; ISO 4217, list one)."""
    if currency in ZERO_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


def to_decimal(money: Money) -> Decimal:
    """The amount in major units, exact: Money(1999, "USD") is Decimal("19.99")."""
    return Decimal(money.minor).scaleb(-decimals(money.currency))


def text(money: Money) -> str:
    """The amount as people write it: "USD 1,999.00"."""
    return f"{money.currency} {to_decimal(money):,.{decimals(money.currency)}f}"
