"""Reading an XSD document safely, and saying where something in it cannot be used."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from lxml import etree

from connectors.fius.goaml.profile import UNBOUNDED, ImportNote

XS = "http://www.w3.org/2001/XMLSchema"
VC = "http://www.w3.org/2007/XMLSchema-versioning"
_XSD_VERSION = Decimal("1.1")
MAX_BYTES = 20_000_000  # DEF: the largest goAML schema seen has 0.3 MB


class SchemaError(Exception):
    """An XSD that cannot become a profile. `code` is stable, `line` is where it is in the file (0 where unknown)."""

    def __init__(self, code: str, text: str, node: etree._Element | None = None) -> None:
        self.line = line_of(node) if node is not None else 0
        super().__init__(f"Line {self.line}: {text}" if self.line else text)
        self.code = code


class Notes:
    """Collects what the profile does not carry as the XSD had it."""

    def __init__(self) -> None:
        self.items: list[ImportNote] = []

    def add(self, code: str, text: str, node: etree._Element) -> None:
        """Notes `text` under `code` at the line of `node`."""
        self.items.append(ImportNote(code, text, line_of(node)))


def parse(xsd: bytes) -> etree._Element:
    """The root of an XSD. No network, no entities, no DTD. Raises SchemaError."""
    if len(xsd) > MAX_BYTES:
        raise SchemaError(
            "schema_too_big", f"The XSD has more than {MAX_BYTES // 1_000_000} MB; give the FIU's report schema alone."
        )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xsd, parser)
    except etree.XMLSyntaxError as error:
        raise SchemaError("schema_not_xml", f"The file is not well-formed XML: {error}.") from error
    if has_dtd(root):
        raise SchemaError("schema_with_dtd", "The XSD carries a DTD; remove it.")
    if root.tag != f"{{{XS}}}schema":
        raise SchemaError("schema_expected", "The file is XML but not an XSD (its root is not xs:schema).", root)
    if root.get("targetNamespace"):
        raise SchemaError("namespace_not_supported", "The XSD has a target namespace; goAML reports have none.", root)
    _choose_versions(root)
    return root


def has_dtd(root: etree._Element) -> bool:
    """Whether the document declares a DTD, inside or elsewhere."""
    return bool(cast(Any, root.getroottree()).docinfo.doctype)


def _choose_versions(root: etree._Element) -> None:
    """Leaves out what a processor of XSD 1.1 would not read (vc:minVersion, vc:maxVersion); the root's own marks it and nothing more."""
    for node in list(root.iterdescendants(f"{{{XS}}}*")):
        least, below = _version(node, "minVersion", "0"), _version(node, "maxVersion", "9")
        parent = node.getparent()
        if parent is not None and not least <= _XSD_VERSION < below:
            parent.remove(node)


def _version(node: etree._Element, name: str, default: str) -> Decimal:
    try:
        return Decimal(node.get(f"{{{VC}}}{name}", default))
    except InvalidOperation as error:
        raise SchemaError("number_expected", f"vc:{name} is not a version of XSD.", node) from error


def structure(node: etree._Element) -> Iterator[etree._Element]:
    """The XSD elements directly under `node`; comments left out, foreign elements refused."""
    for child in node:
        if isinstance(child, (etree._Comment, etree._ProcessingInstruction)):
            continue
        if not child.tag.startswith(f"{{{XS}}}"):
            raise SchemaError("construct_not_supported", f"{child.tag} is not an XSD element.", child)
        yield child


def local(node: etree._Element) -> str:
    """The element's name without the XSD namespace."""
    return str(node.tag).rsplit("}", 1)[-1]


def line_of(node: etree._Element) -> int:
    """The line of `node` in the file."""
    return cast(int, node.sourceline)


def attribute(node: etree._Element, name: str) -> str:
    """An attribute that must be there. Raises SchemaError("attribute_missing")."""
    value = node.get(name)
    if value is None:
        raise SchemaError("attribute_missing", f"xs:{local(node)} lacks the attribute {name}.", node)
    return str(value)


def integer(text: str, node: etree._Element) -> int:
    """A count written in the XSD. Raises SchemaError where it is none."""
    if not text.strip().isdigit():
        raise SchemaError("number_expected", f"{text!r} is not a count.", node)
    return int(text)


def built_in(name: str, node: etree._Element) -> str | None:
    """`xs:<name>` for a reference to an XSD built-in type, whatever prefix the file uses; None for other names."""
    prefix, _, bare = name.rpartition(":")
    return f"xs:{bare}" if node.nsmap.get(prefix or None) == XS else None


def occurs(node: etree._Element) -> tuple[int, int]:
    """minOccurs and maxOccurs of a declaration; UNBOUNDED for "unbounded", (0, 0) for one that is switched off."""
    high = node.get("maxOccurs", "1")
    most = UNBOUNDED if high == "unbounded" else integer(high, node)
    least = integer(node.get("minOccurs", "1"), node)
    return (0, 0) if most == 0 else (least, most)
