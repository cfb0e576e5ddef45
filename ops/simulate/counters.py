"""Agents' counters: opening hours and queues. A customer waits until the one before is served."""

from operator import attrgetter
from random import Random

from ops.simulate.draft import COUNTERS, AgentRef, Draft
from ops.simulate.places import Place
from ops.simulate.population import Population

_OPEN, _CLOSE = 8 * 3600 + 1800, 20 * 3600
_AT_COUNTER = frozenset({"cash_to_cash", "cash_to_wallet", "cash_in"})
_SERVICE_S = (70, 260)
_LATEST = 22 * 3600  # the queue of the evening is served until then


def second_of_day(rng: Random, channel: str) -> int:
    """A local time of day: opening hours at a counter, with a noon and an evening peak; else waking hours, seldom the night."""
    if COUNTERS[channel][0]:
        peak = 12.5 if rng.random() < 0.45 else 17.5
        hour = rng.gauss(peak, 2.2)
        return min(max(int(hour * 3600), _OPEN + int(rng.random() * 3600)), _CLOSE - int(rng.random() * 1800))
    return int(rng.triangular(6.5, 23.9, 19) * 3600)


def counter(population: Population, rng: Random, place: Place) -> AgentRef:
    """An agent of the town; the lower numbers are the busier ones."""
    return place, int(population.agents_a_town * rng.random() ** 1.6)


class Queues:
    """The queues of one local day."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._free: dict[AgentRef, int] = {}

    def served(self, drafts: list[Draft]) -> list[Draft]:
        """The day's drafts with the times at which the counters came to them."""
        drafts.sort(key=attrgetter("at"))
        return [self._serve(draft) if draft.channel in _AT_COUNTER and draft.send_agent else draft for draft in drafts]

    def _serve(self, draft: Draft) -> Draft:
        agent = draft.send_agent
        assert agent is not None
        start = max(draft.at, self._free.get(agent, 0))
        if (start + draft.offset * 60) % 86_400 < _LATEST:
            self._free[agent] = start + self._rng.randint(*_SERVICE_S)
        else:
            start = draft.at
        return draft if start == draft.at else draft._replace(at=start)
