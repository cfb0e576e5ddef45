"""What a typology finds and tells of one case, whole: shared by the tests of several families."""

from typing import NamedTuple

import pytest

from streams.domain.event import DAY_MS
from streams.domain.view import View
from streams.typologies.base import Typology
from streams.typologies.build import START_MS, key_of


class Case(NamedTuple):
    """A view, and what is found and told of it when its last hit is made."""

    what: str
    typology: Typology
    view: View
    day: float
    strength: float
    facets: tuple[str, ...]
    measures: dict[str, float]
    reason: str
    numbers: dict[str, float]
    parts: dict[str, str]  # "name name": role
    absent: tuple[str, ...] = ()
    transfers: int = 0


def assert_found_and_told(case: Case) -> None:
    """The last hit and its explanation are those of the case."""
    p = case.typology.parameters
    hit = list(case.typology.hits(case.view, p))[-1]
    assert (hit.at_ms - START_MS) / DAY_MS == pytest.approx(case.day)
    assert (hit.strength, hit.facets) == (case.strength, case.facets)
    assert hit.measures == pytest.approx(case.measures)
    assert len({(e.uid, e.side) for e in hit.events}) == len(hit.events) == case.transfers
    made = case.typology.explain(case.view, p, hit, hit.events)
    assert made.reason == case.reason
    assert {n.name: n.observed for n in made.numbers} == case.numbers
    assert made.parts == {key_of(name): role for names, role in case.parts.items() for name in names.split()}
    assert made.absent == case.absent
