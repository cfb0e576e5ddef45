"""Dates of the Solar Hijri calendar, by which officials in Iran and Afghanistan write.

The year begins with the day of the spring equinox at Tehran. Leap years follow the 33-year cycle, which agrees with the equinox from 1925 to 2088 (DEF: no date
outside is guessed).
"""

from datetime import date

_FIRST, _LAST = date(1925, 3, 21), date(2088, 3, 19)  # 1 Farvardin 1304 to the end of 1466
_LEAP_REMAINDERS = frozenset({1, 5, 9, 13, 17, 22, 26, 30})  # of the year divided by 33
_LONG_MONTHS = 6  # of 31 days; then months of 30 days


def solar_hijri(year: int, month: int, day: int) -> tuple[int, int, int] | None:
    """Year, month 1-12 and day of a Gregorian date; None outside 1925-03-21 to 2088-03-19."""
    wanted = date(year, month, day)
    if not _FIRST <= wanted <= _LAST:
        return None
    days, own = (wanted - _FIRST).days, 1304
    while days >= (length := 366 if own % 33 in _LEAP_REMAINDERS else 365):
        days, own = days - length, own + 1
    if days < _LONG_MONTHS * 31:
        return own, days // 31 + 1, days % 31 + 1
    days -= _LONG_MONTHS * 31
    return own, _LONG_MONTHS + days // 30 + 1, days % 30 + 1


def with_solar_day(year: int, month: int, day: int, names: tuple[tuple[str, ...], tuple[str, ...]]) -> str:
    """A Gregorian date with the Solar Hijri one in brackets, where that is known; `names` of the months of both calendars."""
    gregorian, solar = names
    said, own = f"{day} {gregorian[month - 1]} {year}", solar_hijri(year, month, day)
    return f"{said} ({own[2]} {solar[own[1] - 1]} {own[0]})" if own else said
