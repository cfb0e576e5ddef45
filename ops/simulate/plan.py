"""Decides before the first event which cases the stream will hold, what shape each has, and when it begins."""

from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from ops.simulate.cast import PRESENTATIONS, Case
from ops.simulate.catalogue import PATTERNS
from ops.simulate.pattern import Pattern, Shape
from ops.simulate.population import Population
from ops.simulate.scene import Scene

LOOKALIKE_SHARE = 0.5  # look-alikes for one case
_GIVE_UP_AFTER = 60  # cases in a row that are too long or too large


class Planned(NamedTuple):
    """A case to come. `start` is the day number of its first day; `transfers` how many it has."""

    case: Case
    pattern: Pattern
    shape: Shape
    start: int
    transfers: int

    @property
    def is_lookalike(self) -> bool:
        """Whether it is lawful."""
        return self.shape is self.pattern.lookalike

    def scene(self, population: Population) -> Scene:
        """The case, acted out."""
        return _acted(population, self.case, (self.pattern, self.shape), self.start)


class Wanted(NamedTuple):
    """What to plant: at most `transfers` criminal ones, of these typologies (all where empty)."""

    seed: int
    transfers: int
    typologies: tuple[str, ...]


def planned(population: Population, wanted: Wanted) -> list[Planned]:
    """The cases in order of their first day: typology after typology and shape after shape, presentations by chance."""
    rng = Random(f"{wanted.seed}/plan")
    cases: list[Planned] = []
    left, misses, number = wanted.transfers, 0, 0
    turns: Counter[str] = Counter()
    for pattern in _round(rng, wanted.typologies or tuple(PATTERNS)):
        if misses >= _GIVE_UP_AFTER or left <= 0:
            break
        shape = pattern.shapes[turns[pattern.typology] % len(pattern.shapes)]
        turns[pattern.typology] += 1
        one = _planned(population, rng, number, pattern, shape)
        if one is None or one.transfers > left:
            misses += 1
            continue
        misses, left, number = 0, left - one.transfers, number + 1
        cases.append(one)
        if rng.random() < LOOKALIKE_SHARE:
            twin = _planned(population, rng, number, pattern, pattern.lookalike)
            if twin is not None:
                cases.append(twin)
                number += 1
    return sorted(cases, key=lambda one: (one.start, one.case.number))


def _round(rng: Random, typologies: Sequence[str]) -> Iterator[Pattern]:
    while True:
        order = list(typologies)
        rng.shuffle(order)
        for typology in order:
            yield PATTERNS[typology]


def _planned(population: Population, rng: Random, number: int, pattern: Pattern, shape: Shape) -> Planned | None:
    """The case with a first day on which it fits into the stream, or None where it is longer than the stream."""
    case = Case(number, rng.getrandbits(48), rng.choice(PRESENTATIONS))
    scene = _acted(population, case, (pattern, shape), population.first_day)
    last = max((draft.at + draft.offset * 60) // 86_400 for draft in scene.drafts)
    length = last - population.first_day + 1
    if length > population.days:
        return None
    start = population.first_day + rng.randint(0, population.days - length)
    return Planned(case, pattern, shape, start, len(scene.drafts))


def _acted(population: Population, case: Case, kind: tuple[Pattern, Shape], start: int) -> Scene:
    pattern, shape = kind
    scene = Scene(population, case, start)
    if shape is pattern.lookalike:
        scene.essential = ("purpose",)  # what makes it lawful is said
    shape.build(scene)
    return scene
