"""Every planted pattern has the shape its question asks for, and its look-alike has not."""

from typing import Any

import pytest

from ops.simulate.catalogue import SCHEMES, TYPOLOGIES
from tests.unit.ops.simulate import flow_oracles, work_oracles

ORACLES = {**flow_oracles.ORACLES, **work_oracles.ORACLES}
SEEDS = range(4)
SHAPES = [(typology, shape.name) for typology in ORACLES for shape in TYPOLOGIES[typology].shapes]
OF_SCHEMES = [(typology, scheme.typology) for scheme in SCHEMES.values() for typology in scheme.detectors if typology in ORACLES]


@pytest.mark.parametrize(("typology", "shape"), SHAPES)
@pytest.mark.parametrize("presentation", ["plain", "small", "large"])
def test_a_planted_pattern_has_the_shape_its_question_asks_for(act: Any, typology: str, shape: str, presentation: str) -> None:
    for seed in SEEDS:
        assert ORACLES[typology](act(typology, shape, presentation, seed).rows), seed


@pytest.mark.parametrize("typology", ORACLES)
def test_a_look_alike_has_not_the_shape(act: Any, typology: str) -> None:
    for seed in SEEDS:
        assert not ORACLES[typology](act(typology, TYPOLOGIES[typology].lookalike.name, "plain", seed).rows), seed


@pytest.mark.parametrize(("typology", "scheme"), OF_SCHEMES)
def test_a_scheme_has_the_shape_of_each_typology_it_promises(act: Any, typology: str, scheme: str) -> None:
    for seed in SEEDS:
        assert ORACLES[typology](act(scheme, SCHEMES[scheme].shapes[0].name, "plain", seed).rows), seed


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_looks_like_a_scheme_has_the_shape_of_none_of_them(act: Any, scheme: str) -> None:
    for typology in set(SCHEMES[scheme].detectors) & set(ORACLES):
        assert not ORACLES[typology](act(scheme, SCHEMES[scheme].lookalike.name).rows), typology
