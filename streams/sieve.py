"""Which typologies an entity can be in question for, from a few counts alone; it costs the same for ten typologies as for fifty."""

from streams.domain.glance import Counts
from streams.domain.view import View
from streams.typologies.base import Least, Typology


class Sieve:
    """The catalogue as sets of bits: for each count an entity may have, the typologies that are content with it."""

    def __init__(self, catalogue: tuple[Typology, ...]) -> None:
        self._catalogue = catalogue
        self._credits, self._debits, self._payers, self._payees = (
            _content([t.least[field] for t in catalogue]) for field in range(len(Least._fields))
        )
        self._chosen: dict[int, tuple[Typology, ...]] = {}

    def possible(self, view: View) -> tuple[Typology, ...]:
        """The typologies whose `least` the entity reaches, in the catalogue's order."""
        return self.content(Counts(len(view.credits), len(view.debits), len(view.payers), len(view.payees)))

    def content(self, counts: Counts) -> tuple[Typology, ...]:
        """The typologies that are content with these counts, in the catalogue's order; the same tuple for the same ones."""
        mask = _at(self._credits, counts.credits) & _at(self._debits, counts.debits)
        mask &= _at(self._payers, counts.payers) & _at(self._payees, counts.payees)
        chosen = self._chosen.get(mask)
        if chosen is None:
            chosen = self._chosen[mask] = tuple(t for bit, t in enumerate(self._catalogue) if mask >> bit & 1)
        return chosen


def _content(least: list[int]) -> list[int]:
    """For every count up to the largest asked for: one bit for each typology that asks for no more."""
    return [sum(1 << bit for bit, n in enumerate(least) if n <= count) for count in range(max(least, default=0) + 1)]


def _at(masks: list[int], count: int) -> int:
    return masks[count] if count < len(masks) else masks[-1]
