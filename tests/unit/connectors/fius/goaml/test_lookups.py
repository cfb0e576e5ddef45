"""An FIU's codes are found by their labels, in its own language, and never by chance."""

import msgspec
import pytest

from connectors.fius.goaml.lookups import code_for, countries, unknown_code, words
from connectors.fius.goaml.mapping import load_form, load_schema
from connectors.fius.goaml.profile import Simple
from connectors.fius.goaml.starter import starter_map
from schemas.codes import COUNTRY_ALPHA3, COUNTRY_NAMES, COUNTRY_NUMERIC


@pytest.mark.parametrize(
    ("concept", "label"),
    [
        ("cash", "Espèces"), ("cash", "Uang tunai"), ("cash", "Наличные"), ("cash", "نقدا"), ("passport", "Paspor"), ("passport", "Reisepass"),
        ("national_id", "Kartu Tanda Penduduk (KTP)"), ("remitter", "Pengirim"), ("beneficiary", "Bénéficiaire"), ("mobile_phone", "Handphone"),
        ("smuggling", "Penyelundupan Migran"), ("trafficking", "Perdagangan Orang"), ("trafficking", "Traite des êtres humains"),
    ],
)  # fmt: skip
def test_a_label_is_understood_in_the_fius_language(concept: str, label: str) -> None:
    assert code_for({"1": "Something else", "2": label}, concept) == "2"


def test_a_code_without_a_label_is_read_itself_and_a_label_comes_before_the_code() -> None:
    assert code_for({"PPT": "", "DL": ""}, "passport") == "PPT"
    assert code_for({"CASH": "Cheque", "X": "Cash"}, "cash") == "X"


def test_nothing_is_found_where_nothing_is_said() -> None:
    assert code_for({"A": "", "B": "", "BB": ""}, "cash") is None
    assert unknown_code({"A": "", "B": ""}) is None


def test_a_country_code_is_never_taken_for_unknown() -> None:
    assert unknown_code({"AE": "United Arab Emirates", "NA": "Namibia"}) is None
    assert unknown_code({"NA": "", "OT": ""}) is None
    assert unknown_code({"NA": "Namibia", "-": "UNKNOWN"}) == "-"


def test_countries_are_read_by_whatever_code_the_list_uses() -> None:
    assert countries(dict.fromkeys(COUNTRY_NAMES, "")) is None
    three = countries(dict.fromkeys(COUNTRY_ALPHA3.values(), ""))
    number = countries({code.lstrip("0"): "" for code in COUNTRY_NUMERIC.values()})
    named = countries({f"C{n}": name.upper() for n, name in enumerate(COUNTRY_NAMES.values())})
    assert three is not None and number is not None and named is not None
    assert (three["KG"], number["AF"], named["AD"]) == ("KGZ", "4", "C0")
    assert set(three) == set(number) == set(named) == set(COUNTRY_NAMES)


def test_every_concept_a_set_asks_for_exists() -> None:
    known = words()
    assert {concept for told in known.sets.values() for wanted in told.words.values() for concept in wanted} <= set(
        known.concepts
    )


@pytest.mark.parametrize("called", ["SUSP", "1"])
def test_the_rules_of_a_starter_map_hold_whatever_the_fiu_calls_the_report(called: str) -> None:
    profile = load_schema("lk")
    reports = Simple(codes={called: "Suspicious Transaction Report", "CTR": "Cash Transaction Report"})
    export = msgspec.structs.replace(profile, simples={**profile.simples, "report_type": reports})
    made = starter_map(export, "KES", load_form("goaml4").map)
    rules = {rule.id: rule for rule in made.rules}
    assert made.report_codes["file"] == called
    assert rules["reason_missing"].report_codes == ()  # no report of any kind goes without its grounds
    assert rules["my_client_missing"].report_codes == (called,)
