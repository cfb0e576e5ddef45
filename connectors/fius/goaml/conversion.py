"""Amounts in the FIU's currency, by the dated reference table (schemas/fx.py)."""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import Protocol

import msgspec

from schemas.fx import RateUnknown, fx_table
from schemas.money import Money, decimals, to_decimal

# A rate keeps ten significant digits: enough for the smallest unit of any currency against any other.
_RATE = Context(prec=10)
_DAY_MS = 86_400_000  # the table has one rate a day (schemas/fx.py)
_PROBE = 10**15  # minor units asked for, so that the table's own rounding to cents stays below the rate's tenth digit


class Rates(Protocol):
    """The dated table: US dollars for one unit of a currency at a moment; None where the table has no rate."""

    def __call__(self, currency: str, at_ms: int) -> Decimal | None: ...


def table_rates(currency: str, at_ms: int) -> Decimal | None:
    """The packaged table's rate, fifteen decimals of a cent exact."""
    return _rate_of_day(currency, at_ms // _DAY_MS)


@lru_cache(maxsize=4_096)
def _rate_of_day(currency: str, day: int) -> Decimal | None:
    try:
        cents = fx_table().usd_minor(Money(_PROBE, currency), day * _DAY_MS)
    except RateUnknown:
        return None
    return Decimal(cents).scaleb(decimals(currency) - 2) / _PROBE


class Converted(msgspec.Struct, frozen=True):
    """An amount in another currency: `amount` = original amount x `rate`, rounded to the currency's smallest unit."""

    amount: Decimal
    rate: Decimal


def convert(money: Money, currency: str, at_ms: int, rates: Rates) -> Converted | None:
    """`money` in `currency` at the table's rate of that moment; None where the table lacks one of the two."""
    if money.currency == currency:
        return Converted(to_decimal(money), Decimal(1))
    source, target = rates(money.currency, at_ms), rates(currency, at_ms)
    if source is None or target is None:
        return None
    rate = _RATE.divide(source, target)
    step = Decimal(1).scaleb(-decimals(currency))
    return Converted((to_decimal(money) * rate).quantize(step, ROUND_HALF_EVEN), rate)


def plain(number: Decimal) -> str:
    """The number without exponent, as XML schema decimals are written."""
    return f"{number:f}"
