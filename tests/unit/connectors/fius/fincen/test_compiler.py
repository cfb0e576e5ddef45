"""The compiler carries every construct of FinCEN's schemas over or refuses it with its line."""

import pytest
from lxml import etree

from connectors.fius.fincen.compiler import compile_profile
from connectors.fius.fincen.profile import decode, encode
from connectors.fius.fincen.xsd import generate
from connectors.fius.goaml.profile import ProfileError
from connectors.fius.goaml.xsd_document import SchemaError

HEAD = '<xsd:schema xmlns="n" xmlns:n="n" xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="n" elementFormDefault="qualified">'
SMALL = f"""<!-- current version: 7.1 -->{HEAD}
<xsd:complexType name="Base"><xsd:sequence><xsd:element name="One" type="Short" minOccurs="0"/></xsd:sequence>
  <xsd:attribute name="SeqNum" type="xsd:long" use="required"/></xsd:complexType>
<xsd:element name="EFilingBatchXML"><xsd:complexType><xsd:sequence><xsd:element ref="Part" maxOccurs="unbounded"/></xsd:sequence></xsd:complexType>
  <xsd:unique name="u"><xsd:selector xpath=".//*"/><xsd:field xpath="@SeqNum"/></xsd:unique></xsd:element>
<xsd:element name="Part"><xsd:complexType><xsd:complexContent><xsd:extension base="Base"><xsd:sequence>
  <xsd:element name="Inner" minOccurs="0"><xsd:complexType><xsd:sequence><xsd:element name="Two" type="xsd:int"/></xsd:sequence></xsd:complexType></xsd:element>
  </xsd:sequence></xsd:extension></xsd:complexContent></xsd:complexType>
  <xsd:unique name="v"><xsd:selector xpath="n:Inner"/><xsd:field xpath="n:Two"/></xsd:unique></xsd:element>
<xsd:simpleType name="Short"><xsd:restriction base="xsd:string"><xsd:maxLength value="3"/></xsd:restriction></xsd:simpleType>
</xsd:schema>"""


@pytest.mark.parametrize(
    ("body", "valid"),
    [
        ('<Part SeqNum="1"><One>abc</One><Inner><Two>2</Two></Inner></Part>', True),
        ('<Part SeqNum="1"/><Part SeqNum="2"/>', True),
        ('<Part SeqNum="1"/><Part SeqNum="1"/>', False),  # unique
        ("<Part/>", False),  # the inherited attribute
        ('<Part SeqNum="1"><One>abcd</One></Part>', False),  # length
        ('<Part SeqNum="1"><Inner><Two>2</Two></Inner><One>a</One></Part>', False),  # inherited first
        ('<Part SeqNum="1"><Inner/></Part>', False),
        ("", False),
    ],
)
def test_a_generated_schema_says_what_the_original_says(body: str, valid: bool) -> None:
    document = etree.fromstring(f'<EFilingBatchXML xmlns="n">{body}</EFilingBatchXML>')
    original = etree.XMLSchema(etree.fromstring(SMALL.encode()))
    generated = etree.XMLSchema(etree.fromstring(generate(compile_profile(SMALL.encode()))))
    assert original.validate(document) == valid
    assert generated.validate(document) == valid


def test_version_and_digest_of_the_schema_are_in_the_profile() -> None:
    profile = compile_profile(SMALL.encode())
    assert profile.schema_version == "7.1"
    assert profile.namespace == "n"
    assert profile.source_sha256[:8] in profile.schema_id


def test_a_profile_reads_back_and_compiling_what_it_generates_gives_the_same_rules() -> None:
    profile = compile_profile(SMALL.encode())
    assert decode(encode(profile)) == profile
    again = compile_profile(generate(profile))
    assert (again.kinds, again.simples, again.root) == (profile.kinds, profile.simples, profile.root)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("<xsd:sequence><xsd:element ref", "<xsd:choice><xsd:element ref"), "schema_not_xml"),
        (('type="xsd:long" use="required"', 'type="xsd:long"'), "construct_not_supported"),
        (('name="One" type="Short"', 'name="One" type="Nowhere"'), "type_unknown"),
        (('name="One" type="Short"', 'name="One"'), "construct_not_supported"),
        (('name="One" type="Short"', 'name="One" type="Short" nillable="true"'), "construct_not_supported"),
        (('ref="Part"', 'ref="Nothing"'), "type_unknown"),
        (("EFilingBatchXML", "Other"), "batch_missing"),
        (('targetNamespace="n"', ""), "namespace_expected"),
        (('<xsd:maxLength value="3"/>', '<xsd:union memberTypes="a"/>'), "construct_not_supported"),
        (("<!-- current", "<!DOCTYPE a><!-- current"), "schema_with_dtd"),
        (('<xsd:field xpath="@SeqNum"/>', ""), "construct_not_supported"),
        (('base="Base"', 'base="Base" final="all"'), ""),
    ],
)
def test_what_cannot_be_carried_is_refused_by_code(change: tuple[str, str], code: str) -> None:
    raw = SMALL.replace(*change).encode()
    if not code:
        compile_profile(raw)
        return
    with pytest.raises(SchemaError) as caught:
        compile_profile(raw)
    assert caught.value.code == code


@pytest.mark.parametrize(("raw", "code"), [(b"{", "profile_not_readable"), (b"[]", "profile_not_readable")])
def test_a_profile_that_cannot_be_read_says_so(raw: bytes, code: str) -> None:
    with pytest.raises(ProfileError) as caught:
        decode(raw)
    assert caught.value.code == code


def test_a_profile_of_another_format_is_refused() -> None:
    raw = encode(compile_profile(SMALL.encode())).replace(b"strgw.fincen-profile/1", b"strgw.fincen-profile/9")
    with pytest.raises(ProfileError) as caught:
        decode(raw)
    assert caught.value.code == "profile_format"
