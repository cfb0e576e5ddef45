"""Which values a parameter may take: what its Line says, else what its unit implies."""

from typing import NamedTuple

from streams.domain.event import DAY_MS
from streams.domain.memory import HORIZON_MS, MAX_EVENTS
from streams.typologies.base import Line

UNIT_MS = {"days": DAY_MS, "hours": 3_600_000, "minutes": 60_000}
_SHARES = ("share", "0 to 1", "of the strength", "strength cap", "of the median", "(largest - smallest) / largest")
_LAST_HOUR = 23


class Range(NamedTuple):
    """The values a parameter may take; `above`: `least` itself is not one of them; `is_count`: it counts transfers, people or towns."""

    is_whole: bool
    least: float
    most: float | None
    above: bool = False
    is_count: bool = False

    def holds(self, value: float) -> bool:
        """Whether `value` may be set."""
        over = value > self.least if self.above else value >= self.least
        return over and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        kind = "a whole number" if self.is_whole else "a number"
        if not self.above:
            return f"{kind} from {self.least:g} to {self.most:g}" if self.most is not None else f"{kind} from {self.least:g} on"
        return f"{kind} above {self.least:g}" + (f", to {self.most:g}" if self.most is not None else "")


def range_of(line: Line, is_whole: bool) -> Range:
    """The range of a parameter with this line; `is_whole`: it is declared an int.

    Where the line does not say: shares 0 to 1; money from 0; a time above 0 and no longer than an entity remembers; a count from 1
    to as many transfers as an entity remembers (more can never be seen, so the rule would silently never hold); the rest above 0.
    """
    implied = _implied(line.unit, is_whole)
    least = implied.least if line.least is None else line.least
    most = implied.most if line.most is None else line.most
    return Range(is_whole, least, most, implied.above and line.least is None, implied.is_count)


def _implied(unit: str, is_whole: bool) -> Range:
    word = unit.replace(",", " ").split()[0]
    if unit.startswith(_SHARES):
        return Range(is_whole, 0, 1)
    if unit.startswith("US dollars"):
        return Range(is_whole, 0, None)
    if word in UNIT_MS:
        most = HORIZON_MS // UNIT_MS[word]
        return Range(is_whole, 1, most) if is_whole else Range(False, 0, most, above=True)
    if unit == "local hour":
        return Range(is_whole, 0, _LAST_HOUR)
    return Range(True, 1, MAX_EVENTS, is_count=True) if is_whole else Range(False, 0, None, above=True)
