"""An XSD equivalent to the one a profile was compiled from, so that reports can be validated without the FIU's original."""

from lxml import etree

from connectors.fius.goaml.profile import UNBOUNDED, Complex, Element, Group, SchemaProfile, Simple

_XS = "{http://www.w3.org/2001/XMLSchema}"
_TAG = {"seq": "sequence", "choice": "choice", "all": "all"}
_FACETS = (
    ("length", "length"),
    ("min_length", "minLength"),
    ("max_length", "maxLength"),
    ("white_space", "whiteSpace"),
    ("min_inclusive", "minInclusive"),
    ("max_inclusive", "maxInclusive"),
    ("min_exclusive", "minExclusive"),
    ("max_exclusive", "maxExclusive"),
    ("total_digits", "totalDigits"),
    ("fraction_digits", "fractionDigits"),
)


def generate(profile: SchemaProfile) -> bytes:
    """The XSD 1.0 document of a profile, UTF-8. Conditions XSD 1.0 cannot hold (xs:assert) are checked by rules.py."""
    root = etree.Element(_XS + "schema", nsmap={"xs": _XS[1:-1]})
    for element in profile.roots:
        _element(root, element, top=True)
    for name, kind in profile.types.items():
        _complex(root, kind).set("name", name)
    for name, simple in profile.simples.items():
        _simple(root, simple).set("name", name)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _occurs(node: etree._Element, low: int, high: int) -> None:
    if low != 1:
        node.set("minOccurs", str(low))
    if high != 1:
        node.set("maxOccurs", "unbounded" if high == UNBOUNDED else str(high))


def _element(parent: etree._Element, element: Element, top: bool = False) -> None:
    node = etree.SubElement(parent, _XS + "element", name=element.name)
    if not top:
        _occurs(node, element.min, element.max)
    if element.nillable:
        node.set("nillable", "true")
    for key, value in (("type", element.type or None), ("fixed", element.fixed), ("default", element.default)):
        if value is not None:
            node.set(key, value)
    if element.simple is not None:
        _simple(node, element.simple)
    if element.complex is not None:
        _complex(node, element.complex)


def _group(parent: etree._Element, group: Group) -> None:
    node = etree.SubElement(parent, _XS + _TAG[group.kind])
    _occurs(node, group.min, group.max)
    for item in group.items:
        if isinstance(item, Group):
            _group(node, item)
        else:
            _element(node, item)


def _complex(parent: etree._Element, kind: Complex) -> etree._Element:
    node = etree.SubElement(parent, _XS + "complexType")
    if kind.mixed:
        node.set("mixed", "true")
    body = node
    if kind.text:
        body = etree.SubElement(etree.SubElement(node, _XS + "simpleContent"), _XS + "extension", base=kind.text)
    elif kind.extends:
        body = etree.SubElement(etree.SubElement(node, _XS + "complexContent"), _XS + "extension", base=kind.extends)
    if kind.content is not None:
        _group(body, kind.content)
    return node


def _simple(parent: etree._Element, simple: Simple) -> etree._Element:
    node = etree.SubElement(parent, _XS + "simpleType")
    if simple.members or simple.item is not None:
        inside = etree.SubElement(node, _XS + ("union" if simple.members else "list"))
        for inner in simple.members or (simple.item,):
            _simple(inside, inner or Simple())
        return node
    restriction = etree.SubElement(node, _XS + "restriction")
    if simple.inline is not None:
        _simple(restriction, simple.inline)
    else:
        restriction.set("base", simple.base)
    for pattern in simple.patterns:
        etree.SubElement(restriction, _XS + "pattern", value=pattern)
    for code in simple.codes or ():
        etree.SubElement(restriction, _XS + "enumeration", value=code)
    for field, facet in _FACETS:
        value = getattr(simple, field)
        if value is not None:
            etree.SubElement(restriction, _XS + facet, value=str(value))
    return node
