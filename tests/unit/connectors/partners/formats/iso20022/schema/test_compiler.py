"""What an XSD may hold to become a profile; anything else is refused with its line, since a rule that is skipped would be one that nobody checks."""

import pytest

from connectors.partners.formats.iso20022.schema.compiler import SchemaError, compile_messages

TOP = '<xs:element name="Document" type="D"/>'
KIND = '<xs:complexType name="D"><xs:sequence><xs:element name="A" type="T"/></xs:sequence></xs:complexType>'
TEXT = '<xs:simpleType name="T"><xs:restriction base="xs:string"><xs:maxLength value="3"/></xs:restriction></xs:simpleType>'


def xsd(*parts: str, message: str = "pacs.008.001.99") -> bytes:
    target = f"urn:iso:std:iso:20022:tech:xsd:{message}"
    return f"""<xs:schema xmlns="{target}" xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"
targetNamespace="{target}">\n{"".join(parts)}</xs:schema>""".encode()


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ((TOP, KIND, TEXT, '<xs:include schemaLocation="x"/>'), "Line 3: xs:include at the top"),
        ((TOP, KIND), "The type T is not defined"),
        ((KIND, TEXT), "must declare one element at the top, Document"),
        ((TOP, KIND.replace("sequence", "all"), TEXT), "xs:all in a complex type"),
        ((TOP, KIND.replace("/></xs:sequence>", ' nillable="true"/></xs:sequence>'), TEXT), "The attribute nillable"),
        ((TOP, KIND.replace("<xs:sequence>", '<xs:sequence minOccurs="0">'), TEXT), "The attribute minOccurs"),
        ((TOP, KIND, TEXT.replace("maxLength", "whiteSpace")), "The facet xs:whiteSpace"),
        ((TOP, KIND.replace('type="T"', 'type="D"'), TEXT), "The type D holds itself"),
        ((TOP, KIND.replace("</xs:complexType>", '<xs:attribute name="x" type="T"/></xs:complexType>'), TEXT), "must hold one definition"),
        ((TOP, KIND.replace('<xs:element name="A" type="T"/>', '<xs:any namespace="##other"/>')), "Only xs:any that takes anything"),
    ],
)  # fmt: skip
def test_what_cannot_be_carried_over_is_refused(parts: tuple[str, ...], told: str) -> None:
    with pytest.raises(SchemaError) as found:
        compile_messages([xsd(*parts)])
    assert told in str(found.value)


@pytest.mark.parametrize("raw", [b"<a/>", b"<a>", xsd(TOP).replace(b"urn:iso", b"urn:other")])
def test_what_is_no_schema_of_a_message_is_refused(raw: bytes) -> None:
    with pytest.raises(SchemaError):
        compile_messages([raw])


def test_one_name_with_two_meanings_is_kept_twice_and_one_meaning_once() -> None:
    longer = xsd(TOP, KIND, TEXT.replace('"3"', '"4"'), message="pacs.008.001.98")
    profile = compile_messages([xsd(TOP, KIND, TEXT), longer, xsd(TOP, KIND, TEXT, message="pacs.008.001.97")])
    assert sorted(profile.simples) == ["T", "T.2"]
    assert sorted(profile.kinds) == ["D", "D.2"]
    assert [profile.messages[f"pacs.008.001.{n}"].document for n in (97, 98, 99)] == ["D", "D.2", "D"]
