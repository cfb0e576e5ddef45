"""Every typology of the catalogue: its examples, its headings, the sources of its parameters."""

import itertools
from hashlib import sha256

import pytest

from schemas.transfer import ACCOUNT
from streams.episodes import finding_id
from streams.typologies import CATALOGUE
from streams.typologies.base import Example, Typology, lines
from streams.typologies.build import key_of

# typologies A7 "Score"; F08, K04, K05, S03, W04 and W05 were not tried there and carry our own
WEIGHTS = (
    "F01 .5 F02 .5 F03 .3 F04 .4 F05 .5 F06 .35 F07 .6 F08 .35 P01 .55 P02 .4 P03 .75 P04 .55 P05 .5 P06 .45 P07 .75 "
    "W01 .65 W02 .6 W03 .45 W04 .3 W05 .35 K01 .35 K02 .5 K03 .3 K04 .3 K05 .25 S01 .4 S02 .3 S03 .3 S04 .2 S05 .35"
).split()
FLAGGED = {
    "TS-W02": 0.3,
    "TS-P05": 0.3,
    "TS-P06": 0.3,
    "TS-K02": 0.3,
}  # typologies "Score and suppress": what the front line's flag adds; TS-P06 by our default
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


@pytest.mark.parametrize("typology", CATALOGUE, ids=lambda t: t.id)
def test_a_typology_weighs_what_the_calibration_says(typology: Typology) -> None:
    weights = {f"TS-{name}": float(weight) for name, weight in zip(WEIGHTS[::2], WEIGHTS[1::2], strict=True)}
    assert typology.weight == weights[typology.id]
    assert typology.flag_raise == FLAGGED.get(typology.id, 0)


@pytest.mark.parametrize("typology", CATALOGUE, ids=lambda t: t.id)
def test_findings_keep_the_names_under_which_they_were_published(typology: Typology) -> None:
    first = f"{typology.id}/1/{key_of('somebody').hex()}/0"  # who raises a version renames every open finding: nobody has, so far
    assert finding_id(typology, key_of("somebody"), 0) == sha256(first.encode()).hexdigest()[:32]


@pytest.mark.parametrize("typology", CATALOGUE, ids=lambda t: t.id)
def test_nobody_can_change_the_parameters_that_all_entities_are_judged_by(typology: Typology) -> None:
    for name in lines(type(typology.parameters)):
        with pytest.raises(AttributeError, match="immutable"):
            setattr(typology.parameters, name, 1)


@pytest.mark.parametrize("typology", CATALOGUE, ids=lambda t: t.id)
def test_a_typology_with_an_example_at_a_device_or_an_address_is_asked_there(typology: Typology) -> None:
    assert typology.at_identifiers == any(e.build().kind > ACCOUNT for e in typology.examples if e.fires)
