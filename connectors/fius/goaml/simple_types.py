"""Simple types of an XSD: facets, patterns and code lists with the labels that stand beside the codes."""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from connectors.fius.goaml.patterns import PatternError, has_inner_anchor, net_regex, normalise
from connectors.fius.goaml.profile import Simple
from connectors.fius.goaml.xsd_document import Notes, SchemaError, attribute, built_in, integer, local, structure

# Built-in types a goAML value may have; anything else (xs:anyType, xs:QName …) is refused.
BUILT_IN = frozenset(
    f"xs:{name}"
    for name in (
        "string normalizedString token boolean decimal integer int long short byte nonNegativeInteger positiveInteger nonPositiveInteger "
        "negativeInteger unsignedInt unsignedLong unsignedShort unsignedByte float double date dateTime time duration anyURI base64Binary "
        "hexBinary gYear gYearMonth language Name NCName NMTOKEN"
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
        """The facets of an xs:simpleType, the members of a union or the item of a list."""
        steps = [child for child in structure(node) if local(child) != "annotation"]
        if len(steps) != 1:
            raise SchemaError("construct_not_supported", "A simple type must be one restriction, union or list.", node)
        step = steps[0]
        if local(step) == "restriction":
            return self.restriction(step)
        members = [Simple(base=self.name(name, step)) for name in (step.get("memberTypes") or step.get("itemType") or "").split()]
        members += [self.inline(child) for child in structure(step) if local(child) == "simpleType"]
        if local(step) == "union" and members:
            return Simple(members=tuple(members))
        if local(step) == "list" and len(members) == 1:
            return Simple(item=members[0])
        raise SchemaError("construct_not_supported", f"xs:{local(step)} without a type in it is not supported.", step)

    def restriction(self, step: etree._Element, base: str = "") -> Simple:
        """The facets of an xs:restriction; `base` where its own names a complex type with text."""
        facets: dict[str, Any] = {"codes": {}, "patterns": [], "asserts": [], "regexes": []}
        if base or "base" in step.attrib:
            facets["base"] = base or self.name(attribute(step, "base"), step)
        for facet in structure(step):
            if local(facet) == "simpleType":
                facets["inline"] = self.inline(facet)
            elif local(facet) not in ("attribute", "attributeGroup", "anyAttribute"):
                self._facet(facet, facets)
        if "base" not in facets and "inline" not in facets:
            raise SchemaError("construct_not_supported", "A restriction of nothing is not supported.", step)
        lists = {name: tuple(facets[name]) for name in ("patterns", "asserts", "regexes")}
        return Simple(**facets | lists | {"codes": facets["codes"] or None})

    def _facet(self, facet: etree._Element, facets: dict[str, Any]) -> None:
        kind, value = local(facet), facet.get("value", "")
        if kind == "enumeration":
            facets["codes"][value] = self._label(facet)
        elif kind == "pattern":
            self._pattern(value, facet, facets)
        elif kind in _COUNTS:
            facets[_COUNTS[kind]] = integer(value, facet)
        elif kind in _BOUNDS:
            facets[_BOUNDS[kind]] = value
        elif kind == "assertion":
            facets["asserts"].append((facet.get("test") or "").replace("$value", "."))
            self.notes.add("assert_as_rule", "xs:assertion is not XSD 1.0; it is checked as a rule of its own.", facet)
        elif kind != "annotation":
            raise SchemaError("construct_not_supported", f"The facet xs:{kind} is not supported.", facet)

    def _label(self, facet: etree._Element) -> str:
        for child in facet.iter(etree.Comment, "{*}documentation"):
            if child.text and child.text.strip():
                return " ".join(child.text.split())
        after = facet.getnext()
        if isinstance(after, etree._Comment) and after.sourceline == facet.sourceline:
            return " ".join((after.text or "").split())
        return ""

    def _pattern(self, value: str, facet: etree._Element, facets: dict[str, Any]) -> None:
        try:
            pattern = normalise(value)
        except PatternError as problem:
            if net_regex(value) is None:
                said = "so values are not checked against it"
            else:
                said = "so it is checked as a rule of its own"
                facets["regexes"].append(value)
            self.notes.add(problem.code, f"The pattern {value!r} cannot be written in XSD, {said}.", facet)
            return
        if has_inner_anchor(pattern):
            self.notes.add(
                "pattern_anchor_inside", f"The pattern {value!r} has ^ or $ inside; XSD reads them as characters.", facet
            )
        facets["patterns"].append(pattern)
