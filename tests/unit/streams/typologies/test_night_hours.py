"""Night is 22 to 6 on the clock of the transfer, in TS-P03 and TS-P07; clocks of Iran, Afghanistan and India are half an hour off."""

import msgspec
import pytest

from schemas.observation import TransferFacts
from streams.typologies.base import Typology
from streams.typologies.build import pay, view_of
from streams.typologies.ts_p03_ransom_burst import TYPOLOGY as P03
from streams.typologies.ts_p07_cse_micro_remittance import TYPOLOGY as P07

UTC, TEHRAN, KABUL, DELHI, NEWFOUNDLAND = 0, 210, 270, 330, -210
EDGES = [(21.99, 0), (22, 1), (23.99, 1), (0, 1), (5.99, 1), (6, 0), (14, 0)]


def at(local_hour: float, offset_min: int, rows: list[TransferFacts]) -> list[TransferFacts]:
    """The rows, each at midnight UTC, at that hour of a clock that goes `offset_min` before UTC."""
    move = round(local_hour * 3_600_000) - offset_min * 60_000
    return [msgspec.structs.replace(row, at_ms=row.at_ms + move, utc_offset_min=offset_min) for row in rows]


def at_night(typology: Typology, who: str, rows: list[TransferFacts]) -> float:
    """What the first hit says of the night."""
    return next(typology.hits(view_of(who, rows), typology.parameters)).measures["at_night"]


@pytest.mark.parametrize("offset", [UTC, TEHRAN, KABUL, DELHI, NEWFOUNDLAND])
@pytest.mark.parametrize(("hour", "night"), EDGES)
def test_a_ransom_is_paid_at_night_by_the_clock_of_the_transfer(hour: float, night: int, offset: int) -> None:
    rows = [pay("m", "h", 1 + i, 450, send=send, pay="SD:Khartoum") for i, send in enumerate(("SE:Malmo", "NO:Oslo", "SE:Malmo"))]
    assert at_night(P03, "h", at(hour, offset, rows)) == night


@pytest.mark.parametrize("offset", [UTC, TEHRAN, KABUL, DELHI, NEWFOUNDLAND])
@pytest.mark.parametrize(("hour", "night"), EDGES)
def test_small_sums_are_sent_at_night_by_the_clock_of_the_transfer(hour: float, night: int, offset: int) -> None:
    rows = [pay("man", f"r{i % 3}", 1 + i, 80, send="AU:Perth", pay="PH:Cebu") for i in range(5)]
    assert at_night(P07, "man", at(hour, offset, rows)) == night
