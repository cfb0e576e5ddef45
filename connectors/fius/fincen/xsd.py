"""An XSD equivalent to the one a profile was compiled from, so that batches can be validated without FinCEN's original."""

import re

from lxml import etree

from connectors.fius.fincen.profile import UNBOUNDED, Child, SchemaProfile
from connectors.fius.goaml.profile import Simple

_XS = "{http://www.w3.org/2001/XMLSchema}"
_NAME = re.compile(r"(?<![@\w.-])(?=[A-Za-z_])")
_FACETS = (("max_length", "maxLength"), ("min_length", "minLength"), ("total_digits", "totalDigits"))


def generate(profile: SchemaProfile) -> bytes:
    """The XSD 1.0 document of a profile, UTF-8."""
    nsmap = {"xs": _XS[1:-1], "f": profile.namespace}
    root = etree.Element(_XS + "schema", nsmap=nsmap, targetNamespace=profile.namespace, elementFormDefault="qualified")
    _element(root, profile.root, top=True)
    for name, kind in profile.kinds.items():
        node = etree.SubElement(root, _XS + "complexType", name=name)
        sequence = etree.SubElement(node, _XS + "sequence")
        for child in kind.children:
            _element(sequence, child)
        for attribute, built_in in kind.attributes.items():
            etree.SubElement(node, _XS + "attribute", name=attribute, type=built_in, use="required")
    for name, simple in profile.simples.items():
        _simple(root, name, simple)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _typed(name: str) -> str:
    return name if name.startswith("xs:") else f"f:{name}"


def _element(parent: etree._Element, child: Child, top: bool = False) -> None:
    node = etree.SubElement(parent, _XS + "element", name=child.name, type=_typed(child.type))
    if not top and child.min != 1:
        node.set("minOccurs", str(child.min))
    if not top and child.max != 1:
        node.set("maxOccurs", "unbounded" if child.max == UNBOUNDED else str(child.max))
    if child.fixed is not None:
        node.set("fixed", child.fixed)
    for unique in child.unique:
        rule = etree.SubElement(node, _XS + "unique", name=unique.name)
        etree.SubElement(rule, _XS + "selector", xpath=_NAME.sub("f:", unique.selector))
        etree.SubElement(rule, _XS + "field", xpath=_NAME.sub("f:", unique.field))


def _simple(parent: etree._Element, name: str, simple: Simple) -> None:
    node = etree.SubElement(parent, _XS + "simpleType", name=name)
    restriction = etree.SubElement(node, _XS + "restriction", base=_typed(simple.base))
    for pattern in simple.patterns:
        etree.SubElement(restriction, _XS + "pattern", value=pattern)
    for code in simple.codes or ():
        etree.SubElement(restriction, _XS + "enumeration", value=code)
    for field, facet in _FACETS:
        value = getattr(simple, field)
        if value is not None:
            etree.SubElement(restriction, _XS + facet, value=str(value))
