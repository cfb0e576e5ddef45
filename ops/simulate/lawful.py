"""The lawful part of the stream, day by day: what is due, and occasions up to the number of transfers the day is to have."""

from array import array
from collections.abc import Iterator
from itertools import accumulate
from random import Random

from ops.simulate.counters import Queues
from ops.simulate.draft import Draft
from ops.simulate.feasts import busyness
from ops.simulate.groups import Groups
from ops.simulate.households import FLOWS, Households
from ops.simulate.occasions import Occasions
from ops.simulate.population import Population

# Transfers that come from standing flows; the rest are occasions, which also level out the days.
STANDING = 0.66
_PER_HOUSEHOLD_MONTH = 3.0  # measured with the periods of households.py
_PER_GROUP_MONTH = 9.0  # measured with the turns of groups.py
_GROUP_SHARE = 0.12  # of the standing flows
_GROUP_FLOW = FLOWS  # in the calendar


def sizes(transfers: int, days: int) -> tuple[int, int]:
    """(households, groups) whose standing flows make STANDING of `transfers` lawful transfers in `days` days."""
    monthly = STANDING * transfers * 30 / max(days, 1)
    households = max(20, round(monthly * (1 - _GROUP_SHARE) / _PER_HOUSEHOLD_MONTH))
    return households, max(10, round(monthly * _GROUP_SHARE / _PER_GROUP_MONTH))


class Lawful:
    """Exactly `transfers` lawful drafts over the days of the stream. A day's drafts come sorted."""

    def __init__(self, population: Population, rng: Random, transfers: int) -> None:
        self._population, self._rng = population, rng
        self._first, self._days, self._transfers = population.first_day, population.days, transfers
        self._households = Households(population, rng, self._first)
        self._groups = Groups(population, rng, self._households, (self._first, self._days))
        self._occasions = Occasions(population, rng, self._households)
        # What is due on which day: one number a standing flow, nothing else is remembered.
        self._calendar = [array("Q") for _ in range(self._days)]
        self._later: dict[int, list[Draft]] = {}
        self._made = 0

    def by_day(self) -> Iterator[tuple[int, list[Draft]]]:
        """(day number, its drafts in order of time)."""
        self._open()
        weights = list(accumulate(busyness(self._first + day) for day in range(self._days)))
        for index in range(self._days):
            wanted = round(self._transfers * weights[index] / weights[-1]) - self._made
            drafts = self._standing(index)
            room = self._transfers - self._made
            drafts = drafts[:room]
            drafts += [self._occasions.draw(self._first + index) for _ in range(wanted - len(drafts))]
            self._made += len(drafts)
            yield self._first + index, Queues(self._rng).served(drafts)

    def _open(self) -> None:
        for number in range(self._population.households):
            for flow, day in self._households.first(number):
                self._enter(number * (FLOWS + 1) + flow, day)
        for number in range(self._population.groups):
            for _, day in self._groups.first(number):
                self._enter(number * (FLOWS + 1) + _GROUP_FLOW, day)

    def _enter(self, key: int, day: int) -> None:
        if day < self._first + self._days:
            self._calendar[day - self._first].append(key)

    def _standing(self, index: int) -> list[Draft]:
        day = self._first + index
        drafts = self._later.pop(day, [])
        for key in self._calendar[index]:
            number, flow = divmod(key, FLOWS + 1)
            if flow == _GROUP_FLOW:
                made, following = self._groups.due(number, day)
                self._sort_in(day, made, drafts)
            else:
                draft, following = self._households.due(number, flow, day)
                drafts.append(draft)
            self._enter(key, following)
        self._calendar[index] = array("Q")
        return drafts

    def _sort_in(self, today: int, made: list[Draft], drafts: list[Draft]) -> None:
        """A turn's drafts may lie some days ahead."""
        for draft in made:
            day = (draft.at + draft.offset * 60) // 86_400
            if day <= today:
                drafts.append(draft)
            elif day < self._first + self._days:
                self._later.setdefault(day, []).append(draft)
