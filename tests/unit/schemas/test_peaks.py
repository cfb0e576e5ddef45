"""Lawful peaks: which feast a day belongs to, and when it was the year before."""

from datetime import UTC, datetime

import pytest

from schemas.peaks import peaks


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("country", "now", "before"),
    [
        ("TJ", "2026-03-21", ["2025-03-21", "2025-03-30"]),  # Nowruz and Eid fell together in 2026, nine days apart in 2025
        ("PK", "2025-06-06", ["2024-06-16"]),  # Eid al-Adha moves by eleven days
        ("KG", "2025-09-01", ["2024-09-01"]),
    ],
)
def test_a_feast_is_compared_with_the_same_feast_of_last_year(country: str, now: str, before: list[str]) -> None:
    spans = peaks().year_before(country, ms(now))
    assert len(spans) == len(before)
    assert all(any(first <= ms(day) < end for first, end in spans) for day in before)


@pytest.mark.parametrize(
    ("country", "day"), [("PK", "2025-12-25"), ("DE", "2025-06-06"), ("PK", "2025-09-01"), ("XX", "2025-06-06")]
)
def test_outside_of_a_peak_there_is_nothing_to_compare(country: str, day: str) -> None:
    assert peaks().year_before(country, ms(day)) == []


def test_a_peak_ends_with_its_last_day() -> None:
    assert peaks().year_before("KG", ms("2025-09-10T23:59:59")) != []
    assert peaks().year_before("KG", ms("2025-09-11")) == []
    assert peaks().year_before("KG", ms("2025-08-19T23:59:59")) == []
