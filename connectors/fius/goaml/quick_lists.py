"""The same XSD with its long code lists written as patterns: libxml2 compares a value with every code of a list, and walks a pattern once.

It gives the same verdict, not the same message, so it only ever says that a report is valid; what is wrong is said by the XSD itself.
"""

import re

from lxml import etree

from connectors.fius.goaml.profile import SchemaProfile
from connectors.fius.goaml.xsd import generate

_XS = "{http://www.w3.org/2001/XMLSchema}"
_LEAST = 8  # codes from which a pattern is quicker. DEF
_SPECIAL = re.compile(r"([\\.?*+{}()\[\]|^$-])")
_PLAIN = re.compile(r"[^\s]+( [^\s]+)*")  # a code that reads the same whatever an XML reader does to spaces


def generate_quick(profile: SchemaProfile) -> bytes:
    """The XSD of a profile with a pattern in place of each long list of text codes."""
    root = etree.fromstring(generate(profile))
    for restriction in root.iter(_XS + "restriction"):
        listed = restriction.findall(_XS + "enumeration")
        codes = sorted({str(one.get("value")) for one in listed})
        if len(codes) < _LEAST or not _is_plain_text(restriction, codes):
            continue
        for one in listed:
            restriction.remove(one)
        etree.SubElement(restriction, _XS + "pattern", value=pattern_of(codes))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _is_plain_text(restriction: etree._Element, codes: list[str]) -> bool:
    """Whether the list is one of text, alone with its patterns: numbers may be written in several ways, and patterns of one step are alternatives."""
    alone = restriction.find(_XS + "pattern") is None and restriction.find(_XS + "whiteSpace") is None
    return restriction.get("base") == "xs:string" and alone and all(_PLAIN.fullmatch(code) for code in codes)


def pattern_of(codes: list[str]) -> str:
    """An XSD pattern that matches `codes` and nothing else, branching at each character so that no branch is tried in vain."""
    tails: dict[str, list[str]] = {}
    for code in codes:
        tails.setdefault(code[:1], []).append(code[1:])
    branches = [_SPECIAL.sub(r"\\\1", head) + pattern_of(rest) if head else "" for head, rest in tails.items()]
    return branches[0] if len(branches) == 1 else f"({'|'.join(branches)})"
