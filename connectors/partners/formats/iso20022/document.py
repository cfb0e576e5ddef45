"""An ISO 20022 document read safely: no DTD, no entities, nothing fetched; found by its namespace inside whatever envelope."""

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache

from lxml import etree

from schemas.native import InvalidTransfer

MAX_BYTES = 8 * 1024 * 1024  # as much as a record of a partner's topic holds; files are read one transaction at a time
_NAMESPACE = re.compile(r"urn:(?:iso:std:iso:20022:tech:xsd:)?(?P<message>[a-z]{4}\.[0-9]{3})\.001\.(?P<version>[0-9]{2})")
_DEEPEST = 64  # DEF: the deepest message has 20 levels


class At:
    """An element of a document. Paths are local names joined by "/"; a text is stripped, "" where there is none."""

    __slots__ = ("_prefix", "element")

    def __init__(self, element: etree._Element, prefix: str) -> None:
        self.element, self._prefix = element, prefix

    def text(self, *paths: str) -> str:
        """The text at the first of the paths that has one."""
        for path in paths:
            found = self.element.findtext(_qualified(path, self._prefix))
            if found and (text := found.strip()):
                return text
        return ""

    def texts(self, path: str) -> list[str]:
        """Every text at the path."""
        found = self.element.iterfind(_qualified(path, self._prefix))
        return [text for element in found if (text := (element.text or "").strip())]

    def at(self, *paths: str) -> "At | None":
        """The first element at the first of the paths that has one."""
        for path in paths:
            found = self.element.find(_qualified(path, self._prefix))
            if found is not None:
                return At(found, self._prefix)
        return None

    def all(self, path: str) -> Iterator["At"]:
        """Every element at the path."""
        return (At(element, self._prefix) for element in self.element.iterfind(_qualified(path, self._prefix)))

    @property
    def own(self) -> str:
        """The text of this element itself."""
        return (self.element.text or "").strip()

    def attribute(self, name: str) -> str:
        """An attribute of this element."""
        return (self.element.get(name) or "").strip()


class Document:
    """A message: its kind ("pacs.008"), its version ("08") and the element below `Document`."""

    def __init__(self, root: etree._Element) -> None:
        qualified = etree.QName(root)
        found = _NAMESPACE.fullmatch(qualified.namespace or "")
        if found is None:
            raise InvalidTransfer(
                "message_unsupported",
                "The document's namespace is no message of ISO 20022; send the namespace of its schema.",
                "",
            )
        self.message, self.version = found["message"], found["version"]
        if len(root) != 1:
            raise InvalidTransfer("not_in_format", "Document must hold exactly one message.", "")
        self.body = At(root[0], f"{{{qualified.namespace}}}")


def read(raw: bytes) -> Document:
    """The document in `raw`, bare or in an envelope. Raises InvalidTransfer."""
    if not raw.strip():
        raise InvalidTransfer("empty", "The record is empty; send one ISO 20022 document.")
    if len(raw) > MAX_BYTES:
        raise InvalidTransfer("too_large", f"The document is larger than {MAX_BYTES} bytes; send fewer transactions in one.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 0) or 1
        raise InvalidTransfer(
            "not_xml", f"The record is not well-formed XML (line {line}); send one complete document."
        ) from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise InvalidTransfer("xml_forbidden", "The document has a DOCTYPE; leave it out.")
    return Document(_document(root))


def _document(root: etree._Element) -> etree._Element:
    found = [element for element in root.iter("{*}Document") if len(element)]
    if len(found) != 1:
        raise InvalidTransfer("not_in_format", "The record must hold exactly one element Document with a message in it.")
    return found[0]


@lru_cache(maxsize=4096)
def _qualified(path: str, prefix: str) -> str:
    return "/".join(prefix + name for name in path.split("/"))


def alone(part: At) -> bytes:
    """A document that holds this transaction and no other of its kind, for the quarantine."""
    node, child = deepcopy(part.element), part.element
    node.tail = None
    for parent in part.element.iterancestors():
        copy = etree.Element(parent.tag, dict(parent.attrib), parent.nsmap)  # type: ignore[arg-type, misc]
        for sibling in parent:
            if sibling is child:
                copy.append(node)
            elif sibling.tag != child.tag:
                copy.append(deepcopy(sibling))
        node, child = copy, parent
        if etree.QName(parent).localname == "Document":
            break
    for count in node.iter("{*}NbOfTxs"):
        count.text = "1"
    for total in list(node.iter("{*}CtrlSum")):
        total.getparent().remove(total)  # type: ignore[union-attr]
    return etree.tostring(node, encoding="UTF-8")
