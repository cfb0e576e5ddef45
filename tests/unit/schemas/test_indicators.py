"""Published indicators and local codes: every typology has the one, every FIU has the other or says why not."""

import json
from pathlib import Path

import pytest

from connectors.fius.forms import local_codes
from connectors.fius.goaml.mapping import load_form
from schemas.fius import load_fius
from schemas.indicators import load_indicators, read_indicators
from schemas.registry import Fiu
from schemas.yaml_rows import RegistryError
from streams.typologies import CATALOGUE
from streams.typologies.tiers import TIERS

REFERENCE = Path(__file__).parents[4] / "shared/reference"
# The thirty typologies of the reference, whether or not a detector of theirs is written yet.
THIRTY = [
    f"TS-{family}{number:02d}"
    for family, count in (("F", 8), ("P", 7), ("W", 5), ("K", 5), ("S", 5))
    for number in range(1, count + 1)
]
ALL = sorted({*THIRTY, *(t.id for t in CATALOGUE)})
FIUS = load_fius()
SMALL = """schema: strgw.indicators/1
sources:
- {id: A, issuer: X, document: D, date: "", read: page}
published:
- {id: A-1, source: A, says: something, typologies: [TS-F01]}
fius:
- {fiu: XX, unmapped: "No list."}
- fiu: YY
  unmapped: "Not said."
  labels: {"1": One}
  codes: {TS-F01: ["1"]}
"""


@pytest.mark.parametrize("fiu", FIUS.values(), ids=lambda fiu: fiu.id)
def test_every_typology_has_codes_of_the_fiu_or_is_said_to_be_unmapped(fiu: Fiu) -> None:
    local = local_codes(fiu)
    for typology in ALL:
        told = local(typology)
        assert told.unmapped.strip() or told.codes, typology
        assert not told.unmapped or told.unmapped.endswith("."), typology


@pytest.mark.parametrize("typology", ALL)
def test_every_typology_shows_a_published_indicator(typology: str) -> None:
    assert load_indicators().of(typology)


def test_indicators_and_tiers_name_no_typology_that_there_is_not() -> None:
    named = {t for row in load_indicators().published for t in row.typologies}
    named |= {t for known in load_indicators().lists.values() for t in known.codes}
    named |= {t for code in ("ae", "lk") for t in load_form(code).map.indicators} - {"*"}
    assert named <= set(ALL)
    assert set(TIERS) == set(THIRTY)


def test_every_fiu_whose_own_export_is_not_at_hand_has_a_row_of_its_own() -> None:
    without = {fiu.id for fiu in FIUS.values() if fiu.profile not in ("ae", "lk")}
    assert set(load_indicators().lists) == without


def test_the_uae_list_names_every_one_of_the_thirty_by_codes_of_its_own() -> None:
    form = load_form("ae")
    for typology in THIRTY:
        assert typology in form.map.indicators
        told = form.indicators(typology)
        assert told.codes
        assert not told.unmapped


def test_the_lists_labels_are_the_fius_own() -> None:
    path = REFERENCE / "indicators_ae_tip_som.json"
    if not path.exists():
        pytest.skip("the reference list of UAE codes is not beside the repository")
    labels = {row["code"]: " ".join(row["label"].replace('"', "'").split()) for row in json.loads(path.read_text("utf-8"))}
    form = load_form("ae")
    seen = 0
    for typology in THIRTY:
        for code, label in form.indicators(typology).codes:
            if code in labels:
                assert " ".join(label.replace('"', "'").split()) == labels[code]
                seen += 1
    assert seen >= 25


def test_an_fiu_whose_list_has_no_pattern_gets_its_general_code_and_is_said_to_be_unmapped() -> None:
    told = local_codes(FIUS["LK"])("TS-P03")
    assert [code for code, _ in told.codes] == ["STR"]
    assert "none for a pattern" in told.unmapped


def test_an_offence_code_is_given_only_where_the_pattern_decides_the_offence() -> None:
    local = local_codes(FIUS["US"])
    assert local("TS-P03").codes == (("927", "Human trafficking, item 38(h)"),)
    assert local("TS-P01").codes == (("926", "Human smuggling, item 38(g)"),)
    assert local("TS-F01").codes == ()
    assert "follows from the report's offence" in local("TS-F01").unmapped


def test_an_fiu_that_no_file_names_is_unmapped_too() -> None:
    told = load_indicators().local("ZZ", "TS-F01")
    assert told == ((), "Nothing is known here of this FIU's list of indicators.")


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("source: A,", "source: B,", 5, "B is none of the sources"),
        ('- {fiu: XX, unmapped: "No list."}', '- {fiu: XX, unmapped: " "}', 7, "say under"),
        ('labels: {"1": One}', 'labels: {"2": Two}', 8, "code 1 has no label"),
        ("fiu: YY", "fiu: XX", 8, "XX has a row already"),
        ("read: page", "read: yes", 3, "Invalid enum value"),
        ("says: something", "sais: something", 5, 'unknown field "sais"'),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_line(old: str, new: str, line: int, says: str) -> None:
    assert old in SMALL
    with pytest.raises(RegistryError) as caught:
        read_indicators(SMALL.replace(old, new), "indicators.yaml")
    assert str(caught.value).startswith(f"indicators.yaml, line {line}: ")
    assert says in str(caught.value)


def test_the_small_file_reads() -> None:
    known = read_indicators(SMALL, "indicators.yaml")
    assert known.local("YY", "TS-F01") == ((("1", "One"),), "")
    assert known.local("YY", "TS-F02") == ((), "Not said.")
    assert known.local("XX", "TS-F01") == ((), "No list.")
