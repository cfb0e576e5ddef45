"""Simple types of an XSD: facets, patterns and code lists with the labels that stand beside the codes."""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from connectors.fius.goaml.patterns import PatternError, has_inner_anchor, normalise
from connectors.fius.goaml.profile import Simple
from connectors.fius.goaml.xsd_document import Notes, SchemaError, attribute, built_in, integer, local, structure

# Built-in types a goAML value may have; anything else (xs:anyType, xs:QName …) is refused.
BUILT_IN = frozenset(
    f"xs:{name}"
    for name in (
        "string normalizedString token boolean decimal integer int long short byte nonNegativeInteger positiveInteger unsignedInt unsignedLong "
        "unsignedShort unsignedByte float double date dateTime time anyURI base64Binary gYear"
    ).split()
)
_COUNTS = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "length": "length",
    "totalDigits": "total_digits",
    "fractionDigits": "fraction_digits",
}
_BOUNDS = {
    "minInclusive": "min_inclusive",
    "maxInclusive": "max_inclusive",
    "minExclusive": "min_exclusive",
    "maxExclusive": "max_exclusive",
    "whiteSpace": "white_space",
}


class SimpleTypes:
    """Compiles simple types as they are asked for; `done` holds the named ones."""

    def __init__(self, named: Mapping[tuple[str, str], etree._Element], notes: Notes) -> None:
        self.named = named
        self.notes = notes
        self.done: dict[str, Simple] = {}

    def name(self, name: str, node: etree._Element) -> str:
        """The profile's name of a simple type the XSD refers to. Raises SchemaError("type_unknown")."""
        native = built_in(name, node)
        if native in BUILT_IN:
            return native
        bare = name.rsplit(":", maxsplit=1)[-1]
        if ("simpleType", bare) not in self.named:
            raise SchemaError("type_unknown", f"The XSD uses the type {name} but does not define it.", node)
        if bare not in self.done:
            self.done[bare] = Simple()  # a type that restricts itself is refused by libxml2 later
            self.done[bare] = self.inline(self.named["simpleType", bare])
        return bare

    def inline(self, node: etree._Element) -> Simple:
        """The facets of an xs:simpleType."""
        steps = [child for child in structure(node) if local(child) != "annotation"]
        if len(steps) != 1 or local(steps[0]) != "restriction":
            raise SchemaError(
                "construct_not_supported", "Only restrictions of one simple type are supported, no lists or unions.", node
            )
        step = steps[0]
        facets: dict[str, Any] = {"base": self._base(step), "codes": {}, "patterns": [], "asserts": []}
        for facet in structure(step):
            self._facet(facet, facets)
        lists = {"codes": facets["codes"] or None, "patterns": tuple(facets["patterns"]), "asserts": tuple(facets["asserts"])}
        return Simple(**facets | lists)

    def _facet(self, facet: etree._Element, facets: dict[str, Any]) -> None:
        kind, value = local(facet), facet.get("value", "")
        if kind == "enumeration":
            facets["codes"][value] = self._label(facet)
        elif kind == "pattern":
            facets["patterns"] += self._pattern(value, facet)
        elif kind in _COUNTS:
            facets[_COUNTS[kind]] = integer(value, facet)
        elif kind in _BOUNDS:
            facets[_BOUNDS[kind]] = value
        elif kind == "assertion":
            facets["asserts"].append((facet.get("test") or "").replace("$value", "."))
            self.notes.add("assert_as_rule", "xs:assertion is not XSD 1.0; it is checked as a rule of its own.", facet)
        elif kind != "annotation":
            raise SchemaError("construct_not_supported", f"The facet xs:{kind} is not supported.", facet)

    def _base(self, step: etree._Element) -> str:
        if "base" in step.attrib:
            return self.name(attribute(step, "base"), step)
        raise SchemaError("construct_not_supported", "A restriction without a named base is not supported.", step)

    def _label(self, facet: etree._Element) -> str:
        for child in facet.iter(etree.Comment, "{*}documentation"):
            if child.text and child.text.strip():
                return " ".join(child.text.split())
        after = facet.getnext()
        if isinstance(after, etree._Comment) and after.sourceline == facet.sourceline:
            return " ".join((after.text or "").split())
        return ""

    def _pattern(self, value: str, facet: etree._Element) -> list[str]:
        try:
            pattern = normalise(value)
        except PatternError as problem:
            self.notes.add(
                problem.code, f"The pattern {value!r} cannot be written in XSD; values are not checked against it.", facet
            )
            return []
        if has_inner_anchor(pattern):
            self.notes.add(
                "pattern_anchor_inside", f"The pattern {value!r} has ^ or $ inside; XSD reads them as characters.", facet
            )
        return [pattern]
