"""Every typology of the catalogue: its examples, its headings, the sources of its parameters."""

import itertools

import pytest

from streams.typologies import CATALOGUE
from streams.typologies.base import Example, Typology, lines

HEADINGS = ("Question", "Source", "Subject", "Looks back", "Not a hit")


def fires(typology: Typology, example: Example) -> bool:
    view = example.build()
    return typology.gate(view, typology.parameters) and bool(list(typology.hits(view, typology.parameters)))


@pytest.mark.parametrize(
    ("typology", "example"), [pytest.param(t, e, id=f"{t.id}: {e.what}") for t in CATALOGUE for e in t.examples]
)
def test_a_typology_fires_on_its_hits_and_not_on_its_misses(typology: Typology, example: Example) -> None:
    assert fires(typology, example) is example.fires


@pytest.mark.parametrize("typology", CATALOGUE, ids=lambda t: t.id)
def test_a_typology_brings_two_hits_and_two_misses(typology: Typology) -> None:
    counts = {wanted: sum(e.fires is wanted for e in typology.examples) for wanted in (True, False)}
    assert min(counts.values()) >= 2, counts


@pytest.mark.parametrize("typology", CATALOGUE, ids=lambda t: t.id)
def test_the_docstring_answers_what_a_compliance_officer_asks(typology: Typology) -> None:
    assert [h for h in HEADINGS if f"\n{h}  " not in typology.doc] == []


@pytest.mark.parametrize("typology", CATALOGUE, ids=lambda t: t.id)
def test_every_parameter_names_its_unit_basis_and_source(typology: Typology) -> None:
    for name, line in lines(type(typology.parameters)).items():
        assert line.unit and line.source, name
        assert line.basis in ("SRC", "DEF"), name


@pytest.mark.parametrize("typology", CATALOGUE, ids=lambda t: t.id)
def test_the_explanation_speaks_of_the_numbers_and_never_accuses(typology: Typology) -> None:
    view = next(e for e in typology.examples if e.fires).build()
    best = max(typology.hits(view, typology.parameters), key=lambda h: h.strength)
    told = typology.explain(view, typology.parameters, best, best.events)
    assert any(c.isdigit() for c in told.reason)
    assert told.numbers
    assert told.parts
    for word in ("trafficker", "smuggler ", "criminal", "guilty", "illegal"):
        assert word not in told.reason.lower()


def test_ids_are_unique_and_follow_the_file_name() -> None:
    ids = [t.id for t in CATALOGUE]
    assert len(set(ids)) == len(ids)
    for typology in CATALOGUE:
        module = typology.hits.__module__.rsplit(".", 1)[-1]
        assert module.startswith(typology.id.lower().replace("-", "_")), module


@pytest.mark.parametrize("typology", CATALOGUE, ids=lambda t: t.id)
def test_strength_is_between_the_threshold_and_one(typology: Typology) -> None:
    views = [e.build() for e in typology.examples if e.fires]
    hits = list(itertools.chain.from_iterable(typology.hits(v, typology.parameters) for v in views))
    assert all(0.4 <= h.strength <= 1.0 for h in hits)
