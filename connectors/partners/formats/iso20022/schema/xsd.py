"""An XSD equivalent to the one a message was compiled from, so that documents can be checked without the standard body's file."""

from typing import Any

from lxml import etree

from connectors.partners.formats.iso20022.schema.profile import UNBOUNDED, Child, Kind, Profile, Simple

XS = "http://www.w3.org/2001/XMLSchema"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
_XS = f"{{{XS}}}"


def generate(profile: Profile, message: str) -> bytes:
    """The XSD 1.0 document of one message, UTF-8."""
    target = NAMESPACE + message
    prefixes: dict[Any, str] = {"xs": XS, None: target}
    root = etree.Element(_XS + "schema", nsmap=prefixes, targetNamespace=target, elementFormDefault="qualified")
    etree.SubElement(root, _XS + "element", name="Document", type=profile.messages[message].document)
    for name, found in profile.reached(message):
        if isinstance(found, Kind):
            _kind(etree.SubElement(root, _XS + "complexType", name=name), found)
        else:
            _simple(etree.SubElement(root, _XS + "simpleType", name=name), found)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _kind(node: etree._Element, kind: Kind) -> None:
    if kind.text:
        node = etree.SubElement(etree.SubElement(node, _XS + "simpleContent"), _XS + "extension", base=kind.text)
        for name, type_ in kind.attributes.items():
            etree.SubElement(node, _XS + "attribute", name=name, type=type_, use="required")
        return
    group = etree.SubElement(node, _XS + ("choice" if kind.is_choice else "sequence"))
    if kind.is_open:
        etree.SubElement(group, _XS + "any", namespace="##any", processContents="lax")
    for child in kind.children:
        _child(group, child)


def _child(group: etree._Element, child: Child) -> None:
    node = etree.SubElement(group, _XS + "element", name=child.name, type=child.type)
    if child.min != 1:
        node.set("minOccurs", str(child.min))
    if child.max != 1:
        node.set("maxOccurs", "unbounded" if child.max == UNBOUNDED else str(child.max))


def _simple(node: etree._Element, simple: Simple) -> None:
    restriction = etree.SubElement(node, _XS + "restriction", base=simple.base)
    for facet, values in simple.facets.items():
        for value in values:
            etree.SubElement(restriction, _XS + facet, value=value)
