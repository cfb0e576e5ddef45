"""A map is read whole or refused with its line."""

from importlib.resources import files
from pathlib import Path

import pytest

from connectors.fius.goaml.mapping import Form, load_form, read_map
from connectors.fius.goaml.profile import ProfileError
from schemas.yaml_rows import RegistryError

TEXT = (files("connectors.fius.profiles") / "ae" / "map.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  currency: AED", "  curency: AED", "curency"),
        ("shape: bi_party ", "shape: any_party ", "Invalid enum value"),
        ("file_bytes: 5000000", "file_bytes: five", "int"),
        ("  codes:\n", '  texts: {label: "{name} in the reason."}\n  codes:\n', "asks for 'name'"),
        ('    "*": {sender: person, receiver: person}\n', "", "every other channel"),
        ("  codes:\n", '  texts: {urgnt: "Now."}\n  codes:\n', "urg"),
        ("basis: SRC, why: \"Birth date", "basis: GUESS, why: \"Birth date", "Invalid enum value"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_map_is_named(old: str, new: str, says: str) -> None:
    assert old in TEXT
    with pytest.raises(RegistryError, match=says):
        read_map(TEXT.replace(old, new), "map.yaml")


def test_the_shipped_maps_use_only_codes_their_fius_know() -> None:
    lists = {
        "transmode": "conduction_type", "funds_from": "funds_type", "funds_to": "funds_type", "identifier": "identifier_type", "contact": "contact_type",
        "communication": "communication_type", "account_type": "account_type", "account_role": "account_person_role_type",
        "party_role": "party_role_type", "submission": "submission_type",
    }  # fmt: skip
    for code in ("ae", "lk"):
        form = load_form(code)
        simples = form.schema.profile.simples
        for code_set, name in lists.items():
            assert set(form.map.codes[code_set].values()) <= set(simples[name].codes or ()), (code, code_set)
        told = {value for values in form.map.indicators.values() for value in values}
        assert told <= set(simples["report_indicator_type"].codes or ())
        assert set(form.map.report_codes.values()) <= set(simples["report_type"].codes or ())


def test_the_most_specific_placeholder_rule_wins() -> None:
    form = load_form("ae")
    general, special = form.placeholder("report/x/from_person/first_name"), form.placeholder("report/x/director_id/first_name")
    assert general is not None
    assert special is not None
    assert (general.value, special.value) == ("-", "UNKNOWN")
    assert form.placeholder("report/transaction/surprise") is None


def test_a_profile_that_is_not_there_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="strgw profile import"):
        load_form("zz")
    with pytest.raises(ProfileError, match="strgw profile import"):
        load_form("ae", tmp_path)


def _own_profile(tmp_path: Path, old: str, new: str) -> Path:
    folder = tmp_path / "ae"
    folder.mkdir()
    assert old in TEXT
    (folder / "map.yaml").write_text(TEXT.replace(old, new), encoding="utf-8")
    (folder / "schema.json").write_bytes((files("connectors.fius.profiles") / "ae" / "schema.json").read_bytes())
    return tmp_path


def test_a_code_that_is_not_on_the_fius_list_is_refused_with_its_line(tmp_path: Path) -> None:
    line = TEXT[: TEXT.index("    TS-F02: [FOWNB]")].count("\n") + 1
    with pytest.raises(RegistryError) as caught:
        load_form("ae", _own_profile(tmp_path, "TS-F02: [FOWNB]", "TS-F02: [FOWNB, ZZTOP]"))
    assert str(caught.value).startswith(f"ae/map.yaml, line {line}: ZZTOP (for TS-F02) is not on the FIU's list")


def test_a_typology_without_codes_of_its_own_is_shown_by_the_general_one_and_said_to_be_unmapped(tmp_path: Path) -> None:
    form = load_form("ae", _own_profile(tmp_path, "TS-F02: [FOWNB]", "TS-F02: []"))
    told = form.indicators("TS-F02")
    assert [code for code, _ in told.codes] == ["TAICE"]
    assert told.unmapped == "The FIU's list has no code for this pattern."
    assert form.indicators("TS-X99") == told
    assert form.indicators("TS-F01").unmapped == ""


def test_no_code_outside_the_fius_list_is_ever_told() -> None:
    crossed = Form(load_form("lk").schema, load_form("ae").map)
    assert crossed.indicators("TS-F01") == ((), "The FIU's list has no code for this pattern.")
