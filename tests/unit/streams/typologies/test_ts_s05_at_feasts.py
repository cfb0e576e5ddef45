"""TS-S05 in the lawful peaks of remittance: who was paid by as many last Eid is not flagged this Eid."""

import pytest

from streams.typologies.build import pay, view_of
from streams.typologies.ts_s05_fee_band_match import PARAMETERS, hits

EID_2024, EID_2025, OCTOBER_2024 = 100, 455, 215  # days after 1 March 2024: 9 June 2024, 30 May 2025, 2 October 2024


def strengths(last_year: int, this_year: int, at_day: int, before: int = EID_2024) -> list[float]:
    """Of `last_year` people who paid the price of a leg before, and `this_year` others at `at_day`."""
    rows = [pay(f"a{i}", "r", before + i, 600, pay="TR:Van") for i in range(last_year)]
    rows += [pay(f"b{i}", "r", at_day + i, 600, pay="TR:Van") for i in range(this_year)]
    return [hit.strength for hit in hits(view_of("r", rows), PARAMETERS) if hit.at_ms >= rows[last_year].at_ms]


def test_three_payers_at_eid_are_as_many_as_last_eid() -> None:
    assert strengths(2, 3, EID_2025) == []
    assert strengths(2, 4, EID_2025) == []
    assert strengths(2, 5, EID_2025) == [0.6]


def test_three_payers_at_the_first_eid_that_is_known_are_a_hit() -> None:
    assert strengths(0, 3, EID_2025) == [0.6]


@pytest.mark.parametrize(("at_day", "before"), [(OCTOBER_2024 + 355, EID_2024), (EID_2025, OCTOBER_2024)])
def test_outside_of_a_feast_nothing_is_excused(at_day: int, before: int) -> None:
    assert strengths(2, 3, at_day, before) == [0.6]
