"""The simulated stream: lawful transfers and planted cases, merged in order of time, one line of JSON each."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from operator import itemgetter
from random import Random
from typing import NamedTuple

from ops.simulate.draft import Draft
from ops.simulate.lawful import Lawful, sizes
from ops.simulate.plan import Planned, Wanted, planned
from ops.simulate.population import Population
from ops.simulate.scene import Scene
from ops.simulate.scribe import Scribe
from ops.simulate.truth import moment

# No clock on Earth is further ahead of UTC: what happens on a local day happens no earlier than this before the UTC day.
_FURTHEST_AHEAD_S = 14 * 3600
_IN_ORDER, _AT = itemgetter(0, 1), itemgetter(0)  # of a draft: by time, then by number
Told = Callable[[Planned, Scene], None]


class Order(NamedTuple):
    """What to simulate: `events` transfers over `days` days from day number `first_day`, a share of them planted.

    typologies  to plant; empty: all
    """

    events: int
    seed: int
    first_day: int
    days: int
    planted_share: float
    typologies: tuple[str, ...] = ()


class Simulation:
    """One stream. The same order gives the same bytes; memory holds a few days of it, and the plan."""

    def __init__(self, order: Order) -> None:
        self.order = order
        households, groups = sizes(order.events, order.days)
        self._population = Population(order.seed, households, groups, (order.first_day, order.days))
        wanted = Wanted(order.seed, int(order.events * order.planted_share), order.typologies)
        self._plan = planned(self._population, wanted)
        self.counts: Counter[str] = Counter(one.pattern.typology for one in self._plan if not one.is_lookalike)
        self.planted = sum(one.transfers for one in self._plan if not one.is_lookalike)
        self.lookalikes = sum(one.transfers for one in self._plan if one.is_lookalike)
        self.lookalike_cases = sum(one.is_lookalike for one in self._plan)
        self.first_at = self.last_at = ""

    @property
    def lawful(self) -> int:
        """Transfers that belong to no case."""
        return self.order.events - self.planted - self.lookalikes

    @property
    def remembered(self) -> int:
        """How many people, households and agents are in memory."""
        return self._population.remembered

    def lines(self, told: Told) -> Iterator[bytes]:
        """The events in order of time, without line ends; `told` gets each case before its first event."""
        scribe = Scribe(self._population, Random(f"{self.order.seed}/scribe"))
        last = None
        for last in self._drafts(told):
            self.first_at = self.first_at or moment(last)
            yield scribe.line(last)
        if last is not None:
            self.last_at = moment(last)

    def _drafts(self, told: Told) -> Iterator[Draft]:
        lawful = Lawful(self._population, Random(f"{self.order.seed}/lawful"), self.lawful)
        waiting: list[Draft] = []
        plan = iter([*self._plan, None])
        following = next(plan)
        for day, drafts in lawful.by_day():
            waiting += drafts
            while following is not None and following.start <= day:
                scene = following.scene(self._population)
                told(following, scene)
                waiting += scene.drafts
                following = next(plan)
            waiting.sort(key=_IN_ORDER)
            settled = bisect_left(waiting, (day + 1) * 86_400 - _FURTHEST_AHEAD_S, key=_AT)
            yield from waiting[:settled]
            del waiting[:settled]
        yield from waiting
