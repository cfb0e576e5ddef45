"""The forms written here from published text are what their changes make of their base, and say so."""

from importlib.resources import files

import pytest
from lxml import etree

from connectors.fius.goaml.derived import derive, read_changes
from connectors.fius.goaml.mapping import load_form, load_schema
from connectors.fius.goaml.profile import Schema, elements, encode
from connectors.fius.goaml.xsd import generate

WRITTEN = ("goaml4", "goaml5", "np", "pk")


@pytest.mark.parametrize("code", WRITTEN)
def test_the_shipped_schema_is_what_the_changes_make_of_the_base(code: str) -> None:
    folder = files("connectors.fius.profiles") / code
    made = derive(read_changes((folder / "changes.yaml").read_text("utf-8"), "changes.yaml"), load_schema)
    assert encode(made) == (folder / "schema.json").read_bytes()
    etree.XMLSchema(etree.fromstring(generate(made)))


@pytest.mark.parametrize("code", WRITTEN)
def test_a_form_that_is_no_fius_export_says_so(code: str) -> None:
    assert load_schema(code).provenance != "fiu_export"
    assert load_schema(code).source_sha256 == ""


def test_nepals_form_demands_what_its_specification_marks_required() -> None:
    # Table 7: Y for these of a customer; N or Y/N for the others.
    schema = Schema(load_schema("np"))
    person = {inner.name: inner for inner in elements(schema.profile.types["t_person_my_client"].content)}
    assert all(
        person[name].min == 1
        for name in ("gender", "birthdate", "birth_place", "mothers_name", "ssn", "occupation", "identification")
    )
    assert all(person[name].min == 0 for name in ("title", "alias", "tax_reg_number", "email"))


def test_nepals_fields_carry_what_the_fiu_reads_in_them() -> None:
    form = load_form("np")
    taken = {field.at: field.take for field in form.map.fields}
    assert (taken["birth_place"], taken["tax_reg_number"], taken["ssn"]) == (
        "father_name",
        "grandfather_name",
        "document.national_id",
    )
