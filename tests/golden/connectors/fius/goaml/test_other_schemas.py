"""An FIU's schema that nobody has seen before: the same engine renders valid reports or says, by code, why it cannot."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from lxml import etree

from connectors.fius.goaml.importer import compile_profile
from connectors.fius.goaml.mapping import Form, load_form, read_map
from connectors.fius.goaml.profile import Schema
from connectors.fius.goaml.renderer import render
from connectors.fius.goaml.starter import as_yaml, starter_map
from connectors.fius.goaml.validate import compiled, validate
from connectors.fius.goaml.xsd import generate
from connectors.fius.resolved import Rendered

XS = "{http://www.w3.org/2001/XMLSchema}"
Change = Callable[[etree._Element], None]


def changed(code: str, change: Change, **fields: Any) -> Form:
    """The form of `code` after `change` was made to its XSD, with `fields` of its map replaced."""
    form = load_form(code)
    root = etree.fromstring(generate(form.schema.profile))
    change(root)
    return Form(Schema(compile_profile(etree.tostring(root), "xx", "x")), msgspec.structs.replace(form.map, **fields))


def declared(root: etree._Element, name: str) -> list[etree._Element]:
    return [node for node in root.iter(f"{XS}element") if node.get("name") == name]


def rename_code(root: etree._Element) -> None:
    for node in root.iter(f"{XS}enumeration"):
        if node.get("value") in ("OCT", "AGNT"):
            node.set("value", "DESK")


def disable_comments(root: etree._Element) -> None:
    for node in declared(root, "comments"):
        node.set("minOccurs", "0")
        node.set("maxOccurs", "0")


def demand_new(root: etree._Element) -> None:
    for node in declared(root, "transactionnumber"):
        parent = node.getparent()
        assert parent is not None
        parent.insert(0, etree.Element(f"{XS}element", name="risk_rating", type="xs:int"))


def demand_place_of_birth(root: etree._Element) -> None:
    for node in declared(root, "birth_place"):
        node.set("minOccurs", "1")


def rename_element(root: etree._Element) -> None:
    for node in declared(root, "amount_local"):
        node.set("name", "amount_lcy")


def shorten_names(root: etree._Element) -> None:
    for node in declared(root, "last_name"):
        for facet in node.iter(f"{XS}maxLength"):
            facet.set("value", "5")


def forbid_my_client(root: etree._Element) -> None:
    for node in declared(root, "t_from_my_client"):
        parent = node.getparent()
        assert parent is not None
        parent.remove(node)


def demand_a_condition(root: etree._Element) -> None:
    for node in declared(root, "transaction"):
        inner = node.find(f"{XS}complexType")
        assert inner is not None
        etree.SubElement(inner, f"{XS}assert", test="exists(value_date) or amount_local > 10")


def demand_a_condition_of_the_fius_own(root: etree._Element) -> None:
    for node in declared(root, "transaction"):
        inner = node.find(f"{XS}complexType")
        assert inner is not None
        etree.SubElement(inner, f"{XS}assert", test="approved(.)")


def renders(cases: Any, code: str, form: Form) -> list[Rendered]:
    files = [file for report in cases.all(code).values() for file in render(report, form)]
    for file in files:
        valid = compiled(form).validate(etree.fromstring(file.payload))
        assert valid or file.errors, "an invalid file without an error would be published"
    return files


def codes(files: list[Rendered]) -> set[str]:
    return {error.code for file in files for error in file.errors}


def test_a_renamed_code_is_an_error_that_names_the_field(cases: Any, code: str) -> None:
    files = renders(cases, code, changed(code, rename_code))
    assert codes(files) == {"code_not_in_list"}
    assert {error.target_path for file in files for error in file.errors} == {"report/transaction/transmode_code"}


def test_a_renamed_code_is_valid_again_once_the_map_says_so(cases: Any, code: str) -> None:
    table = load_form(code).map.codes
    fixed = {**table, "transmode": {word: "DESK" if fiu in ("OCT", "AGNT") else fiu for word, fiu in table["transmode"].items()}}
    assert codes(renders(cases, code, changed(code, rename_code, codes=fixed))) == set()


def test_an_element_switched_off_is_dropped_and_recorded(cases: Any, code: str) -> None:
    files = renders(cases, code, changed(code, disable_comments))
    assert codes(files) == set()
    assert all(b"<comments>" not in file.payload for file in files)
    assert all(
        any(row.rule == "DISABLED_BY_FIU" and row.target_path.endswith("comments") for row in file.ledger) for file in files
    )


def test_a_new_mandatory_element_holds_the_report(cases: Any, code: str) -> None:
    files = renders(cases, code, changed(code, demand_new))
    assert all(file.errors for file in files)
    assert codes(files) == {"mandatory_unmapped"}
    assert {error.target_path for file in files for error in file.errors} == {"report/transaction/risk_rating"}


def test_a_field_made_mandatory_holds_the_report_or_is_filled_by_a_rule(cases: Any) -> None:
    assert codes(renders(cases, "ae", changed("ae", demand_place_of_birth))) == {"mandatory_unmapped"}
    rules = load_form("ae").map.placeholders
    extra = msgspec.structs.replace(rules[0], id="XX-P1", at="birth_place", value="Not recorded")
    assert codes(renders(cases, "ae", changed("ae", demand_place_of_birth, placeholders=(*rules, extra)))) == set()


def test_a_renamed_element_is_an_error_until_the_map_names_it(cases: Any, code: str) -> None:
    assert codes(renders(cases, code, changed(code, rename_element))) == {"mandatory_unmapped"}
    assert codes(renders(cases, code, changed(code, rename_element, rename={"amount_local": "amount_lcy"}))) == set()


def test_a_name_that_does_not_fit_is_never_cut(cases: Any, code: str) -> None:
    assert codes(renders(cases, code, changed(code, shorten_names))) == {"too_long"}


def test_a_missing_my_client_position_holds_the_report(cases: Any, code: str) -> None:
    assert codes(renders(cases, code, changed(code, forbid_my_client))) <= {"mandatory_missing", "mandatory_unmapped"}


def test_conditions_of_xsd_1_1_are_checked_as_rules(cases: Any) -> None:
    form = changed("ae", demand_a_condition)
    assert codes(renders(cases, "ae", form)) == set()
    payload = render(cases.all("ae")["local"], form)[0].payload.replace(b"<amount_local>1234.56<", b"<amount_local>9.00<")
    assert [error.code for error in validate(payload, form)] == ["condition_not_met"]


def test_a_condition_that_cannot_be_checked_is_said_and_holds(cases: Any) -> None:
    assert codes(renders(cases, "ae", changed("ae", demand_a_condition_of_the_fius_own))) == {"condition_not_checkable"}


@pytest.mark.parametrize("shape", ["bi_party", "multi_party"])
def test_either_fius_map_on_the_others_schema_never_publishes_anything_invalid(cases: Any, shape: str) -> None:
    for schema_of, map_of in (("ae", "lk"), ("lk", "ae")):
        form = Form(load_form(schema_of).schema, msgspec.structs.replace(load_form(map_of).map, shape=shape))
        renders(cases, map_of, form)


def test_a_starter_map_reads_back_and_never_publishes_anything_invalid(cases: Any, code: str, form: Form) -> None:
    made = starter_map(form.schema.profile, cases.currencies[code], form.map)
    assert read_map(as_yaml(made), "map.yaml") == made
    files = renders(cases, code, Form(form.schema, made))
    assert codes(files) <= {"mandatory_missing", "code_unmapped"}


def test_a_starter_map_finds_codes_by_their_labels_and_invents_no_date(form: Form, code: str) -> None:
    made = starter_map(form.schema.profile, "AED", form.map)
    assert made.codes["funds_from"]["cash_to_cash"] == "CASH"
    assert made.codes["account_role"] == {"holder": "PAH" if code == "ae" else "ACHLD", "*": "-"}
    assert made.codes["identifier"]["passport"] == {"ae": "PASSP", "lk": "PPT"}[code]
    assert not any(rule.value.startswith(("19", "21")) for rule in made.placeholders)
    assert not any("DRG" in told for codes_of in made.indicators.values() for told in codes_of)
