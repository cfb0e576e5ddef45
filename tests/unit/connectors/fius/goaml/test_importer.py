"""Every construct of an XSD is carried over, reported or refused."""

import pytest
from lxml import etree

from connectors.fius.goaml.importer import compile_profile
from connectors.fius.goaml.profile import ProfileError, Schema, SchemaProfile, decode, encode
from connectors.fius.goaml.xsd import generate
from connectors.fius.goaml.xsd_document import SchemaError

HEAD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'


def schema(body: str, report: str = '<xs:element name="code" type="code_type"/>') -> bytes:
    root = f'<xs:element name="report"><xs:complexType><xs:sequence>{report}</xs:sequence></xs:complexType></xs:element>'
    return f"{HEAD}{root}{body}</xs:schema>".encode()


CODES = """<xs:simpleType name="code_type"><xs:restriction base="xs:string">
  <xs:enumeration value="A"><!--Cash  desk--></xs:enumeration>
  <xs:enumeration value="B"><xs:annotation><xs:documentation>Bank</xs:documentation></xs:annotation></xs:enumeration>
  <xs:enumeration value="C"/><!--Cheque-->
  <xs:enumeration value="D"/>
</xs:restriction></xs:simpleType>"""


def compiled(body: str = CODES, report: str = '<xs:element name="code" type="code_type"/>') -> SchemaProfile:
    return compile_profile(schema(body, report), "xx", "4.0")


def notes(profile: SchemaProfile) -> list[str]:
    return [note.code for note in profile.warnings]


def test_labels_come_from_comments_and_documentation_beside_the_code() -> None:
    assert compiled().simples["code_type"].codes == {"A": "Cash desk", "B": "Bank", "C": "Cheque", "D": ""}


def test_the_profile_reads_back_as_written_and_is_the_same_twice() -> None:
    raw = encode(compiled())
    assert encode(decode(raw)) == raw == encode(compiled())


def test_a_profile_of_another_format_is_refused() -> None:
    raw = encode(compiled()).replace(b"strgw.goaml-profile/1", b"strgw.goaml-profile/9")
    with pytest.raises(ProfileError, match="import the FIU's XSD again"):
        decode(raw)


def test_an_element_that_is_switched_off_is_kept_as_such() -> None:
    report = '<xs:element name="teller" type="xs:string" minOccurs="0" maxOccurs="0"/><xs:element name="code" type="code_type"/>'
    profile = compiled(report=report)
    root = Schema(profile).root("report")
    assert root is not None
    assert root.complex is not None
    assert root.complex.content is not None
    assert [(item.min, item.max) for item in root.complex.content.items] == [(0, 0), (1, 1)]


def test_occurrences_nillable_fixed_and_facets_survive_into_the_generated_schema() -> None:
    report = """<xs:element name="amount" nillable="true" maxOccurs="3"><xs:simpleType><xs:restriction base="xs:decimal">
      <xs:minInclusive value="0"/><xs:fractionDigits value="2"/></xs:restriction></xs:simpleType></xs:element>
      <xs:element name="closed" fixed="1" minOccurs="0" type="xs:boolean"/>"""
    made = etree.XMLSchema(etree.fromstring(generate(compiled("", report))))
    good = "<report><amount>1.25</amount><amount xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:nil='true'/><closed>1</closed></report>"
    assert made.validate(etree.fromstring(good))
    for bad in (
        "<amount>1.255</amount>",
        "<amount>-1</amount>",
        "<amount>1</amount><closed>0</closed>",
        "<amount>1</amount>" * 4,
    ):
        assert not made.validate(etree.fromstring(f"<report>{bad}</report>")), bad


def test_an_extended_type_starts_with_what_it_inherits() -> None:
    body = """<xs:complexType name="base"><xs:sequence><xs:element name="a" type="xs:string"/></xs:sequence></xs:complexType>
      <xs:complexType name="more"><xs:complexContent><xs:extension base="base"><xs:sequence><xs:element name="b" type="xs:string"/>
      </xs:sequence></xs:extension></xs:complexContent></xs:complexType>"""
    made = etree.XMLSchema(etree.fromstring(generate(compiled(body, '<xs:element name="x" type="more"/>'))))
    assert made.validate(etree.fromstring("<report><x><a/><b/></x></report>"))
    assert not made.validate(etree.fromstring("<report><x><b/><a/></x></report>"))


def test_a_named_group_and_a_global_element_are_written_in_where_they_are_used() -> None:
    body = '<xs:group name="g"><xs:choice><xs:element name="a" type="xs:string"/><xs:element name="b" type="xs:string"/></xs:choice></xs:group>'
    body += '<xs:element name="c" type="xs:string"/>'
    made = etree.XMLSchema(
        etree.fromstring(generate(compiled(body, '<xs:group ref="g" maxOccurs="2"/><xs:element ref="c" minOccurs="0"/>')))
    )
    assert made.validate(etree.fromstring("<report><b/><a/><c/></report>"))
    assert not made.validate(etree.fromstring("<report><a/><a/><a/></report>"))


def test_a_condition_becomes_a_rule_and_a_note() -> None:
    report = """<xs:element name="t"><xs:complexType><xs:sequence><xs:element name="a" type="xs:string" minOccurs="0"/>
      </xs:sequence><xs:assert test="exists(a)"/></xs:complexType></xs:element>"""
    profile = compiled("", report)
    assert notes(profile) == ["assert_as_rule"]
    assert b"exists(a)" in encode(profile)


def test_a_lookahead_is_reported_and_not_checked() -> None:
    body = """<xs:simpleType name="code_type"><xs:restriction base="xs:string"><xs:pattern value="^(?=.*[0-9]).*$"/>
      </xs:restriction></xs:simpleType>"""
    assert notes(compiled(body)) == ["pattern_lookaround"]


def test_types_no_report_uses_are_named() -> None:
    body = (
        CODES + '<xs:complexType name="login"><xs:sequence><xs:element name="p" type="xs:string"/></xs:sequence></xs:complexType>'
    )
    profile = compiled(body)
    assert notes(profile) == ["type_unused"]
    assert "login" not in profile.types


@pytest.mark.parametrize(
    ("body", "report", "code"),
    [
        ("", '<xs:element name="code" type="gone"/>', "type_unknown"),
        ("", '<xs:any minOccurs="0"/>', "construct_not_supported"),
        ("", '<xs:element name="a" type="xs:anyType"/>', "type_unknown"),
        ("", '<xs:element name="a" type="xs:string" maxOccurs="many"/>', "number_expected"),
        ('<xs:include schemaLocation="x.xsd"/>', "", "schema_in_parts"),
        ('<xs:attribute name="a"/>', "", "construct_not_supported"),
        ("", '<xs:element name="a" abstract="true" type="xs:string"/>', "construct_not_supported"),
        (
            "",
            '<xs:element name="a"><xs:simpleType><xs:list/></xs:simpleType></xs:element>',
            "construct_not_supported",
        ),
        (
            "",
            '<xs:element name="a"><xs:complexType><xs:attribute name="b" use="required"/></xs:complexType></xs:element>',
            "construct_not_supported",
        ),
        (CODES.replace("xs:string", "xs:int"), '<xs:element name="code" type="code_type"/>', "schema_not_valid"),
    ],
)
def test_what_cannot_be_carried_is_refused_by_code_and_line(body: str, report: str, code: str) -> None:
    with pytest.raises(SchemaError) as caught:
        compile_profile(schema(body, report), "xx")
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "schema_not_xml"),
        (b"<report/>", "schema_expected"),
        (b'<!DOCTYPE x [<!ENTITY e "x">]>' + schema(CODES), "schema_with_dtd"),
        (HEAD.replace(">", ' targetNamespace="urn:x">').encode() + b"</xs:schema>", "namespace_not_supported"),
        (HEAD.encode() + b'<xs:element name="other" type="xs:string"/></xs:schema>', "report_missing"),
    ],
)
def test_a_file_that_is_no_report_schema_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(SchemaError) as caught:
        compile_profile(raw, "xx")
    assert caught.value.code == code
