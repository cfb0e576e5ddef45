"""The Solar Hijri calendar against days that are known otherwise."""

from datetime import date, timedelta

import pytest

from streams.domain.solar_hijri import solar_hijri, with_solar_day

# First days of years, from almanacs; 1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408 are the leap years among 1370 to 1411.
NEW_YEARS = {
    1357: (1978, 3, 21), 1375: (1996, 3, 20), 1379: (2000, 3, 20), 1383: (2004, 3, 20), 1387: (2008, 3, 20), 1391: (2012, 3, 20),
    1395: (2016, 3, 20), 1399: (2020, 3, 20), 1400: (2021, 3, 21), 1402: (2023, 3, 21), 1403: (2024, 3, 20), 1404: (2025, 3, 21),
    1405: (2026, 3, 21), 1407: (2028, 3, 20), 1408: (2029, 3, 20), 1409: (2030, 3, 21),
}  # fmt: skip


@pytest.mark.parametrize(("year", "day"), NEW_YEARS.items())
def test_a_year_begins_on_the_day_of_the_almanac(year: int, day: tuple[int, int, int]) -> None:
    assert solar_hijri(*day) == (year, 1, 1)


def test_known_days() -> None:
    assert solar_hijri(1979, 2, 11) == (1357, 11, 22)  # 22 Bahman
    assert solar_hijri(2021, 8, 15) == (1400, 5, 24)
    assert solar_hijri(2024, 3, 5) == (1402, 12, 15)


def test_every_day_follows_the_one_before() -> None:
    day, before = date(2000, 1, 1), solar_hijri(1999, 12, 31)
    for step in range(10_000):
        now = day + timedelta(days=step)
        own = solar_hijri(now.year, now.month, now.day)
        assert own is not None and before is not None
        assert own == (before[0], before[1], before[2] + 1) or (own[2] == 1 and (own[1] == before[1] + 1 or own[1:] == (1, 1)))
        assert before[2] <= (31 if before[1] <= 6 else 30)
        before = own


def test_a_day_for_which_the_rule_does_not_hold_is_not_guessed() -> None:
    assert solar_hijri(1900, 1, 1) is None
    names = tuple("abcdefghijkl"), tuple("ABCDEFGHIJKL")
    assert with_solar_day(1900, 1, 1, names) == "1 a 1900"
    assert with_solar_day(2024, 3, 5, names) == "5 c 2024 (15 L 1402)"
