"""US dollars for every currency by a dated, packaged table (schemas/reference/fx.csv), in integers throughout."""

import re
from bisect import bisect_right
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files

from schemas.codes import table
from schemas.money import Money, decimals

_SCALE = 15  # the smallest packaged rate, 3.1e-7, keeps eight significant digits
_DAY_MS = 86_400_000


class RateUnknown(LookupError):
    """The table has no row for a currency."""


class FxTable:
    """Rates by currency and day; the last row at or before a day holds, before the first row the first one does.

    Units   a rate is (US cents x 10**15) for one minor unit of the currency
    """

    def __init__(self, rows: dict[str, list[tuple[str, Decimal]]], version: int) -> None:
        self.version = version
        self._days: dict[str, list[int]] = {}
        self._rates: dict[str, list[int]] = {}
        for currency, dated in rows.items():
            ordered = sorted((_epoch_day(day), rate) for day, rate in dated)
            self._days[currency] = [day for day, _ in ordered]
            self._rates[currency] = [int(rate.scaleb(_SCALE + 2 - decimals(currency))) for _, rate in ordered]

    def usd_minor(self, money: Money, at_ms: int) -> int:
        """`money` in US cents on the day of `at_ms` (ms UTC), rounded half to even.

        Raises  RateUnknown
        """
        days = self._days.get(money.currency)
        if days is None:
            raise RateUnknown(f"no rate for {money.currency} in schemas/reference/fx.csv: add a row")
        row = max(bisect_right(days, at_ms // _DAY_MS) - 1, 0)
        return _half_even(money.minor * self._rates[money.currency][row])

    def currencies(self) -> frozenset[str]:
        """Codes the table knows."""
        return frozenset(self._days)


_UNIT: int = 10**_SCALE
_HALF = _UNIT // 2


def _half_even(scaled: int) -> int:
    whole, rest = divmod(scaled, _UNIT)
    if rest > _HALF or (rest == _HALF and whole & 1):
        return whole + 1
    return whole


def _epoch_day(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) // 86_400


@lru_cache(maxsize=1)
def fx_table() -> FxTable:
    """The packaged table."""
    rows = {
        row["currency"]: [(day, Decimal(cell)) for day, cell in row.items() if day != "currency" and cell]
        for row in table("fx.csv")
    }
    head = files("schemas").joinpath("reference/fx.csv").read_bytes().splitlines()[0].decode()
    found = re.search(r"version: (\d+)", head)
    return FxTable(rows, int(found[1]) if found else 0)
