"""What is known of two parties from their transfers with each other: kin or not, and since when they deal."""

from collections.abc import Sequence

from schemas.transfer import KIN, NO_RELATION, SPOUSE
from streams.domain.entity import EntityState, Pair
from streams.domain.event import Event


class Pairs:
    """Memory of every pair (mine, other) that has events at an entity, and those of them who are kin."""

    __slots__ = ("_former", "kin", "pairs")

    def __init__(self, state: EntityState) -> None:
        self.pairs: dict[tuple[bytes, bytes], Pair] = {}
        self.kin: set[tuple[bytes, bytes]] = set()
        self._former = state.former
        self.grow(state.events)

    def grow(self, added: Sequence[Event]) -> bool:
        """Takes in events newer than all before; False if two who had dealt before became, or ceased to be, kin."""
        is_consistent = True
        for event in added:
            other = event.other
            if not other:
                continue
            names = (event.mine, other)
            pair = self.pairs.get(names)
            if pair is None:
                first = min(event.at_ms, self._former.get(other, event.at_ms))
                pair = self.pairs[names] = Pair(first, False, False, False, False)
                _absorb(pair, event)
                if pair.is_kin:
                    self.kin.add(names)
            elif event.relation != NO_RELATION or event.name_tie:  # seldom
                _absorb(pair, event)
                if pair.is_kin != (names in self.kin):
                    is_consistent = False
                    self.kin ^= {names}
        return is_consistent


def _absorb(pair: Pair, event: Event) -> None:
    pair.name_tie |= event.name_tie
    if event.relation == SPOUSE:
        pair.spouse = True
    elif event.relation == KIN:
        pair.kin = True
    elif event.relation != NO_RELATION:
        pair.other = True
